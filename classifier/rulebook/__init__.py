"""What the rules know and see: words, numbers, places, dangers."""
