-- Seasonal naive: what was due in the same month of the year before, for what is still sold.
select product.ProductNumber as item, 'MAIN' as site, substr(date(header.DueDate, '+1 year'), 1, 7) || '-01' as start,
       date(substr(date(header.DueDate, '+1 year'), 1, 7) || '-01', '+1 month', '-1 day') as end,
       sum(line.OrderQty) as quantity
  from "Sales.SalesOrderLine_reconstructed" as line
  join "Sales.SalesOrderHeader" as header on header.SalesOrderID = line.SalesOrderID
  join "Production.Product" as product on product.ProductID = line.ProductID
 where header.DueDate between '2013-01-01' and '2013-12-31'
   and (product.SellEndDate = '' or product.SellEndDate >= '2014-01-01')
 group by line.ProductID, substr(header.DueDate, 1, 7)
