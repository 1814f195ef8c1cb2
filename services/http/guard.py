"""What every HTTP app puts around its routes."""

from fastapi import FastAPI

from services.http import handlers
from services.http.limits import MAX_BODY_BYTES, SizeLimit
from services.http.unforeseen import Unforeseen


def guard(app: FastAPI, max_bytes: int = MAX_BODY_BYTES) -> FastAPI:
    """Errors are problems, bodies have a limit, and what nobody foresaw says nothing about people."""
    handlers.install(app)
    app.add_middleware(SizeLimit, max_bytes=max_bytes)
    app.add_middleware(Unforeseen)  # the last added is the outermost
    return app
