-- Availability is read as hours a day over all places of the center: as hours a week it would hold a fifth of the work
-- that was recorded. 108 hours a day are five places, each working nine tenths of the day.
with center as (select *, cast((Availability + 23) / 24 as integer) as places from "Production.Location")
select Name as code, Name as name, 'MAIN' as site, 'THREE-SHIFT' as calendar, places as units,
       printf('%.6f', Availability / 24 / places) as efficiency, CostRate as cost_rate
  from center
 where Availability + 0 > 0
