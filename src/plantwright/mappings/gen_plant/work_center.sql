-- A center with more than one unit has no changeovers.
select work_center as code, 'PLANT' as site, calendar, capacity_units as units,
       iif(capacity_units = '1' and exists (select 1 from changeovers), 'CO', '') as setup_matrix
  from resources
