"""What a text says besides what it is about: money, people, times, firms and places, and where it says so."""
