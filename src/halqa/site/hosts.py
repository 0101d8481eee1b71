"""Under which names this house answers.

A name that somebody else chose is refused, so that no foreign page can have its visitors' browsers ask this house under
another name (DNS rebinding). An address in figures cannot be chosen by anybody else, and schools often have no name to
give: by such an address the house answers always, whatever its network gives it tomorrow.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase
from django.http.request import split_domain_port, validate_host
from django.utils.deprecation import MiddlewareMixin
from django.views.defaults import bad_request


def welcome(host: str) -> bool:
    """Whether a `Host` header, port included, names this house."""
    name, _ = split_domain_port(host)
    return bool(name) and (_in_figures(name) or validate_host(name, settings.HALQA_HOSTS))


class HostsMiddleware(MiddlewareMixin):
    """Stands in for `ALLOWED_HOSTS`, which knows no addresses in figures."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        host = request.META.get("HTTP_HOST", request.META["SERVER_NAME"])
        return None if welcome(host) else bad_request(request, DisallowedHost(host))


def _in_figures(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
