"""Have we got it already, and who should have it? Pure stage, own tables, rules as data."""
