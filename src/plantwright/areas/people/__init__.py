"""People: who works here, what they can do, when they are away."""
