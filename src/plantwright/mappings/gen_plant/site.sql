select 'PLANT' as code, 'Synthetic plant' as name
