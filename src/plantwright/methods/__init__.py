"""The mathematics of production and operations management: arrays and plain values in, new ones out.

Nothing here knows a table, a database or a clock; every module can be imported and used alone.
"""
