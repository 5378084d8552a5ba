-- The recorded hours of an operation are the same for one piece and for thousands: they belong to the order, so they
-- are a set-up time, and the time per unit is nought.
select product.ProductNumber as item, routing.OperationSequence as sequence, location.Name as name,
       location.Name as work_center, max(routing.ActualResourceHrs + 0) || ' h' as setup, 0 as run
  from "Production.WorkOrderRouting" as routing
  join "Production.Product" as product on product.ProductID = routing.ProductID
  join "Production.Location" as location on location.LocationID = routing.LocationID
 group by routing.ProductID, routing.OperationSequence, routing.LocationID
