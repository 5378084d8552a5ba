"""Plantwright: production and operations management on one model of the plant."""
