select 'OPENING-' || item as number, item, 'OPENING' as from_location, 'STOCK' as to_location, on_hand as quantity,
       json_extract(json, '$.current_date') as at
  from stock, plant
 where on_hand + 0 > 0
