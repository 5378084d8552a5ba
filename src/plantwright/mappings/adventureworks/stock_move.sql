-- The inventory is a snapshot of a later day; it is booked as the opening balance because there is no other.
select 'OPENING-' || product.ProductNumber || '-' || location.LocationID as number, product.ProductNumber as item,
       'OPENING' as from_location, location.Name as to_location, sum(inventory.Quantity) as quantity,
       '2014-01-01' as at, 'ProductInventory' as reference
  from "Production.ProductInventory" as inventory
  join "Production.Product" as product on product.ProductID = inventory.ProductID
  join "Production.Location" as location on location.LocationID = inventory.LocationID
 group by inventory.ProductID, inventory.LocationID
having sum(inventory.Quantity) > 0
