"""Models of the categories: learnt from corrections, tried in shadow, put into office by people."""
