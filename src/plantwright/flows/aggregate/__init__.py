"""The aggregate plan of a plant: families by site and month, from its demand, calendars, routings and costs."""
