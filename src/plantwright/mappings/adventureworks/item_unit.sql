-- Grip tape is used by the inch and bought by the pack, and no table says how long a pack is. A piece is taken as the
-- forty inches that one handlebar needs.
select ProductNumber as item, 'in' as unit, '0.025' as factor from "Production.Product" where Name like '%Grip Tape'
