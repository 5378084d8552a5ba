"""The kernel: how a table, an action and a report are declared, stored, exchanged and guarded. It knows no plant."""
