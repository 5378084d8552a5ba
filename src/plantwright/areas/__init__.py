"""The areas of production and operations management, one package for each function."""
