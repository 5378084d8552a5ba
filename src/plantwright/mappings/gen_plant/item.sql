select item as code, type as kind, 'level ' || level as family, cost as standard_cost from items
