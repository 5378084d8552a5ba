"""Process: sites, calendars, work centers, routings, tools and planned down time."""
