"""What every HTTP door shares: problems, limits, keys, health and metrics."""
