"""How it is shipped, and the real engines for a machine without Docker."""
