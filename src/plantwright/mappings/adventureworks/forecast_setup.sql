-- What is no longer sold has a past, but nothing is to be expected of it.
select distinct product.ProductNumber as item, 'MAIN' as site, 'none' as method
  from "Production.Product" as product
  join "Sales.SalesOrderLine_reconstructed" as line on line.ProductID = product.ProductID
 where product.SellEndDate <> '' and product.SellEndDate < '2014-01-01'
