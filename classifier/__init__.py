"""What matters are in a complaint, of what kind, and how sure we are. Pure, with its tables."""
