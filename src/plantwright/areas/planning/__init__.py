"""Planning: scenarios, plans and what they say."""
