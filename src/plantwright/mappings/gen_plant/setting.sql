-- The moment for which the generated plant is made.
select 'as_of' as name, json_extract(json, '$.current_date') as value from plant
