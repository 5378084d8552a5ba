-- Orders start and end on every day of the week alike, so the three shifts are worked on all seven.
with weekday(name) as (values ('mon'), ('tue'), ('wed'), ('thu'), ('fri'), ('sat'), ('sun'))
select 'THREE-SHIFT' as calendar, weekday.name as weekday, substr(StartTime, 12, 5) as start,
       substr(EndTime, 12, 5) as end, shift.Name as name
  from "HumanResources.Shift" as shift, weekday
