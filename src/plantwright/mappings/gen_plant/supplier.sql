select distinct supplier as code, supplier as name from suppliers
