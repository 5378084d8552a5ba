select supplier, item, unit_cost as price, lead_time_days || ' d' as lead_time, moq as minimum, multiple from suppliers
