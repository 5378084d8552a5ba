"""Production: orders on the floor and how far they are."""
