-- Orders were given about once a day for each item that was needed. What has no recorded operation takes its days to
-- manufacture. What has a sales history and is still sold is to be served from stock.
with sold(ProductID) as (
  select line.ProductID
    from "Sales.SalesOrderLine_reconstructed" as line
    join "Sales.SalesOrderHeader" as header on header.SalesOrderID = line.SalesOrderID
   where header.DueDate < '2014-01-01'
)
select ProductNumber as item, 'MAIN' as site, iif(MakeFlag = 'True', 'period', 'lot-for-lot') as lot_rule,
       iif(MakeFlag = 'True', '1 d', '') as lot_period, SafetyStockLevel as safety_stock,
       ReorderPoint as reorder_point,
       iif(MakeFlag = 'True' and ProductID not in (select ProductID from "Production.WorkOrderRouting"),
           DaysToManufacture || ' d', '') as lead_time,
       iif(ProductID in (select ProductID from sold) and (SellEndDate = '' or SellEndDate >= '2014-01-01'),
           '0.95', '') as service_level
  from "Production.Product"
