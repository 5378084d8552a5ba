-- A part that was never costed is valued at the lowest price of its vendors. No longer planned is what is no longer
-- sold, unless an order for it is open or a bill of material in force uses it.
with in_use(ProductID) as (
  select ComponentID from "Production.BillOfMaterials" where EndDate = '' and ProductAssemblyID <> ''
  union
  select ProductID from "Production.WorkOrder" where EndDate >= '2014-01-01'
  union
  select line.ProductID
    from "Sales.SalesOrderLine_reconstructed" as line
    join "Sales.SalesOrderHeader" as header on header.SalesOrderID = line.SalesOrderID
   where header.ShipDate >= '2014-01-01'
)
select product.ProductNumber as code, product.Name as name, iif(product.MakeFlag = 'True', 'make', 'buy') as kind,
       iif(product.Name like 'Paint - %', 'gal', 'pcs') as unit,
       iif(product.Name like 'Paint - %' or product.Name like '%Grip Tape', 6, 0) as decimals,
       coalesce(subcategory.Name, '') as family,
       iif(product.StandardCost + 0 > 0, product.StandardCost,
           (select min(StandardPrice + 0) from "Purchasing.ProductVendor" as vendor
             where vendor.ProductID = product.ProductID)) as standard_cost,
       product.ListPrice as price,
       iif(product.SellEndDate <> '' and product.SellEndDate < '2014-01-01'
           and product.ProductID not in (select ProductID from in_use), 'no', 'yes') as active
  from "Production.Product" as product
  left join "Production.ProductSubcategory" as subcategory
    on subcategory.ProductSubcategoryID = product.ProductSubcategoryID
