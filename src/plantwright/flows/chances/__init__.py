"""Chances: how sure the dates of a plan are, by following it many times with the spread that the records show."""
