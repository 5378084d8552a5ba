-- Orders were given about once a day for each item that was needed. What has no recorded operation takes its days to
-- manufacture.
select ProductNumber as item, 'MAIN' as site, iif(MakeFlag = 'True', 'period', 'lot-for-lot') as lot_rule,
       iif(MakeFlag = 'True', '1 d', '') as lot_period, SafetyStockLevel as safety_stock,
       ReorderPoint as reorder_point,
       iif(MakeFlag = 'True' and ProductID not in (select ProductID from "Production.WorkOrderRouting"),
           DaysToManufacture || ' d', '') as lead_time
  from "Production.Product"
