-- The days are a bit mask: 1 for Sunday, 2 for Monday, ... 64 for Saturday. The patterns span the whole plan.
with weekday(bit, name) as (
  values (2, 'mon'), (4, 'tue'), (8, 'wed'), (16, 'thu'), (32, 'fri'), (64, 'sat'), (1, 'sun')
)
select calendar, weekday.name as weekday,
       printf('%02d:%02d', from_s / 3600, from_s % 3600 / 60) as start,
       printf('%02d:%02d', to_s / 3600, to_s % 3600 / 60) as end
  from calendars
  join weekday on cast(days as integer) & bit
 where value = '1'
