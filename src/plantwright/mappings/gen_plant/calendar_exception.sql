select calendar, start, end, 'no' as open, 'holiday' as name from calendars where value = '0'
