select "order", 1 as line, supplier, item, 'PLANT' as site, qty as quantity, receipt_date as due from open_orders
