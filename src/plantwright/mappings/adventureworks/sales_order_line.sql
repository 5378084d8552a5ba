select header.SalesOrderNumber as "order", line.LineNo as line, customer.AccountNumber as customer,
       product.ProductNumber as item, 'MAIN' as site, line.OrderQty as quantity, header.DueDate as due,
       line.TxnActualCost as price
  from "Sales.SalesOrderLine_reconstructed" as line
  join "Sales.SalesOrderHeader" as header on header.SalesOrderID = line.SalesOrderID
  join "Sales.Customer" as customer on customer.CustomerID = header.CustomerID
  join "Production.Product" as product on product.ProductID = line.ProductID
 where header.OrderDate < '2014-01-01' and header.ShipDate >= '2014-01-01'
