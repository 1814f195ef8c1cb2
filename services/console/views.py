"""What all pages have in common."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.console.i18n import language_of
from services.console.parts import Console
from services.console.sight import Viewer


def page(
    console: Console,
    viewer: Viewer | None,
    request: Request,
    template: str,
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """A rendered template. Never kept by browsers or proxies: it may show people."""
    language = viewer.language if viewer else language_of(request)
    html = console.pages.render(template, language, viewer=viewer, path=request.url.path, **context)
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})
