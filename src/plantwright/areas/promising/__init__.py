"""Promises: what is kept for which customers, and what was promised with which chance."""
