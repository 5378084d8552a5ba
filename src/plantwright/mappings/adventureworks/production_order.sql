-- What was stocked or scrapped of an order is known only at its end, which is after the plan's day: nothing is done yet.
select 'W' || orders.WorkOrderID as "order", product.ProductNumber as item, 'MAIN' as site, orders.OrderQty as quantity,
       'released' as state, orders.StartDate as start, orders.DueDate as due
  from "Production.WorkOrder" as orders
  join "Production.Product" as product on product.ProductID = orders.ProductID
 where orders.StartDate < '2014-01-01' and (orders.EndDate = '' or orders.EndDate >= '2014-01-01')
