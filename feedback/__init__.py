"""What became of it, and who may know."""
