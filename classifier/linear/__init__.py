"""Linear models on hashed n-grams: numpy only."""
