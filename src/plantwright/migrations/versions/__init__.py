"""One file a version, numbered; the newest number is the version that this program needs."""
