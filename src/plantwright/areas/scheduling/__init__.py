"""Scheduling: the finite schedule, loads and dispatch lists."""
