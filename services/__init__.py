"""What runs: the chassis every process stands on, and one composition root a role."""
