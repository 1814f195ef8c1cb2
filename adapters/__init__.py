"""Where complaints come from and answers go: one folder a platform, the work they share beside them."""
