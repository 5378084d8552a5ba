-- Set-up families matter on work centers with one unit only: there the changeovers hold.
select item, seq as sequence, operation as name, work_center, setup_s || ' s' as setup, run_s_per_unit || ' s' as run,
       setup_family
  from operations
