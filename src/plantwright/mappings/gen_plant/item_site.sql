-- For purchased items the supplier's own minimum and multiple say the same; they are kept in both places.
select item, 'PLANT' as site, lot_min as lot_minimum, lot_multiple, safety_stock from items
