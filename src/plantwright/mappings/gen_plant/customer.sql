select distinct customer as code, customer as name from demand
