"""The pages of the people room: showing the teacher key, and leaving."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from .access import TooManyKeys, WrongKey, forget_teacher, is_teacher, remember_teacher, try_key


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the teacher key; whoever knows it goes on to `next`."""
    onward = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        onward = "/"
    if request.method != "POST":
        return HttpResponseRedirect(onward) if is_teacher(request) else render(request, "people/enter.html")
    try:
        try_key(request, request.POST.get("key", ""))
    except WrongKey:
        return render(request, "people/enter.html", {"wrong": True}, status=403)
    except TooManyKeys as mistake:
        response = render(request, "429.html", {"seconds": mistake.seconds}, status=429)
        response["Retry-After"] = str(mistake.seconds)
        return response
    remember_teacher(request)
    return HttpResponseRedirect(onward)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """This browser is no teacher's any more."""
    forget_teacher(request)
    return redirect("home")
