"""Where complaints come from and answers go: one folder a platform, the work they share beside them.

A new platform is a folder with
- `manifest.toml`: address, paging, cursor, field map, code maps, the platform's words (manifest.py);
- `translate.py`: a class `Translate`, what a manifest cannot say (`Dialect` in base.py);
- `simulator.py`: `app(desk, faults)`, its own HTTP API, and `item(telling, number)`, an item in its shape;
and a subclass of the shared suite in tests/adapters/conformance.py. Nothing else names it.
"""
