-- Every line was received seven days after its order, which is when it was changed last. Open is what was received
-- after the plan's day and not rejected (status 3).
select header.PurchaseOrderID as "order",
       row_number() over (partition by header.PurchaseOrderID order by line.PurchaseOrderDetailID + 0) as line,
       vendor.AccountNumber as supplier, product.ProductNumber as item, 'MAIN' as site, line.OrderQty as quantity,
       line.DueDate as due, line.UnitPrice as price, 'sent' as state
  from "Purchasing.PurchaseOrderDetail" as line
  join "Purchasing.PurchaseOrderHeader" as header on header.PurchaseOrderID = line.PurchaseOrderID
  join "Purchasing.Vendor" as vendor on vendor.BusinessEntityID = header.VendorID
  join "Production.Product" as product on product.ProductID = line.ProductID
 where header.OrderDate < '2014-01-01' and header.Status = '4'
   and line.ModifiedDate between '2014-01-01' and '2014-02-01'
