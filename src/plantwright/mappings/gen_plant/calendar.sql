select distinct calendar as code from calendars
