"""May this come in, and who is it? Pure: no clock, no I/O, no log."""
