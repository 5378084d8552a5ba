select 'MAIN' as code, 'Adventure Works Cycles' as name, 'America/Los_Angeles' as time_zone, 'US' as country,
       'THREE-SHIFT' as calendar
