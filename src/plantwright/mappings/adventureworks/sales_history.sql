-- What was due before the plan's day; open orders are due after it. All lines of a customer and day count together.
select product.ProductNumber as item, 'MAIN' as site, customer.AccountNumber as customer, header.DueDate as day,
       sum(line.OrderQty) as quantity
  from "Sales.SalesOrderLine_reconstructed" as line
  join "Sales.SalesOrderHeader" as header on header.SalesOrderID = line.SalesOrderID
  join "Sales.Customer" as customer on customer.CustomerID = header.CustomerID
  join "Production.Product" as product on product.ProductID = line.ProductID
 where header.DueDate < '2014-01-01'
 group by product.ProductNumber, customer.AccountNumber, header.DueDate
