"""Supply: suppliers, prices, purchase orders, transfers between sites."""
