"""Pages for what went wrong: each says whose turn it is, and how to act."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.template import loader

log = logging.getLogger("halqa.site")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: also answered to a name this house does not have, so no template that asks for the host is used."""
    return _page(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "403.html", 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: usually a page that was left open for long."""
    return _page(request, "403.html", 403, form=True)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "404.html", 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500. If even the designed page cannot be drawn, plain words are still better than silence."""
    try:
        return _page(request, "500.html", 500)
    except Exception:
        log.exception("The page for a broken page is broken.")
        return HttpResponse("Halqa: error 500\n", status=500, content_type="text/plain; charset=utf-8")


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    return HttpResponse(loader.render_to_string(template, context, request), status=status)
