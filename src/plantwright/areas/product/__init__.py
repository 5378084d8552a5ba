"""Product: items, bills of material, substitutes, co-products, units of an item."""
