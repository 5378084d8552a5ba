"""Promising: the earliest date for a quantity, by insertion into the schedule in force."""
