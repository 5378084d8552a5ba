select 'STOCK' as code, 'Stock' as name, 'PLANT' as site
