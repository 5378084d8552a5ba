select demand as "order", 1 as line, customer, item, 'PLANT' as site, qty as quantity, due, priority from demand
