"""What every test may ask for: the real engines and a real browser."""

pytest_plugins = ["tests.engines"]
