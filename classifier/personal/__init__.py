"""Personal data in free text, so that it can be covered."""
