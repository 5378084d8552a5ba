select AccountNumber as code, Name as name, 'USD' as currency from "Purchasing.Vendor"
