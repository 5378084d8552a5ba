-- What the plant's table has no column for, and what planning does not use.
select column1 as entity, column2 as name, column3 as kind, column4 as help from (values ('supplier_item', 'maximum', 'quantity', 'Largest order that the vendor takes'),
       ('supplier_item', 'on_order', 'quantity', 'On order from the vendor, at the day of the snapshot'),
       ('supplier_item', 'purchase_unit', 'text', 'Unit in which the vendor sells'))
