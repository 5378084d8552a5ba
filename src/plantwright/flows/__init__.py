"""What crosses areas: plain functions, each of which can be read in one screen."""
