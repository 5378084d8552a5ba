-- Lines without an assembly only mark what is at the top. Ounces occur with paint alone, which is bought by the
-- gallon: they are fluid ounces.
select parent.ProductNumber as parent, component.ProductNumber as component, line.StartDate as effective_from,
       line.EndDate as effective_to, line.PerAssemblyQty as quantity,
       case trim(line.UnitMeasureCode) when 'OZ' then 'floz' when 'IN' then 'in' else 'pcs' end as unit
  from "Production.BillOfMaterials" as line
  join "Production.Product" as parent on parent.ProductID = line.ProductAssemblyID
  join "Production.Product" as component on component.ProductID = line.ComponentID
 where line.ProductAssemblyID <> ''
