"""Stock policy on the plant's own records: how much is asked for, how surely supply comes, and what to keep.

`stage` computes the levels of items with a service level before requirements are planned; the reports show classes,
policies side by side, the exchange of service against money, a replay of the past, and where in the supply tree to hold
stock. The mathematics is in `methods.stock`.
"""
