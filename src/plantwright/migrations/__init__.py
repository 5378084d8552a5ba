"""The versions of the store's tables: each is written out, so that what a version was never changes."""
