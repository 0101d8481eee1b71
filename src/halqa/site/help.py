"""`/help`: one page for pupils, teachers, and whoever plays lessons without a browser."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

KEYBOARD = [
    ([_("Space"), "K"], _("pause and go on")),
    (["←", "→"], _("ten seconds back, ten seconds on")),
    (["J"], _("thirty seconds back")),
    (["L"], _("to what is live")),
    (["Home", "End"], _("to the beginning, to the end")),
    (["<", ">"], _("slower, faster")),
    (["M"], _("sound off and on")),
    (["F"], _("full screen")),
    (["?"], _("show these keys")),
]


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """What the keys do is said in `web/classroom/keys.ts`; a test sees to it that each of these does something."""
    origin = settings.HALQA_URL or f"{request.scheme}://{request.get_host()}"
    return render(request, "help.html", {"keyboard": KEYBOARD, "origin": origin})
