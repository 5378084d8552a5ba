select customer.AccountNumber as code, coalesce(store.Name, '') as name
  from "Sales.Customer" as customer
  left join "Sales.Store" as store on store.BusinessEntityID = customer.StoreID and customer.StoreID <> ''
