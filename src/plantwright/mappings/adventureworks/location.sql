-- Work centers hold stock too, as places on the line.
select Name as code, Name as name, 'MAIN' as site, iif(Availability + 0 > 0, 'line', 'store') as kind
  from "Production.Location"
