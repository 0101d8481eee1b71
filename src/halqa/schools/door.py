"""Who comes to the pages of this room, and what is said when a place is not there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from halqa.people.services import teachers_only

from .services import NoSuchPlace

Rest = ParamSpec("Rest")
Page = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def for_teachers(page: Page[Rest]) -> Page[Rest]:
    """Others are sent to the page that asks for the key. What is not there is a page that leads to what is."""

    @functools.wraps(page)
    def answered(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        try:
            return page(request, *args, **kwargs)
        except NoSuchPlace:
            return render(request, "schools/missing.html", status=404)

    return cast(Page[Rest], teachers_only(answered))
