-- The rank prefers active and preferred vendors, then the lower price.
select vendor.AccountNumber as supplier, product.ProductNumber as item, link.StandardPrice as price,
       link.AverageLeadTime || ' d' as lead_time, link.MinOrderQty as minimum, link.MaxOrderQty as maximum,
       link.OnOrderQty as on_order, trim(link.UnitMeasureCode) as purchase_unit,
       row_number() over (
         partition by link.ProductID
         order by vendor.ActiveFlag desc, vendor.PreferredVendorStatus desc, link.StandardPrice + 0, vendor.AccountNumber
       ) as rank
  from "Purchasing.ProductVendor" as link
  join "Purchasing.Vendor" as vendor on vendor.BusinessEntityID = link.BusinessEntityID
  join "Production.Product" as product on product.ProductID = link.ProductID
