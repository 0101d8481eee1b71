"""The pages of the lessons room. All of them are whole before any script runs."""

from __future__ import annotations

import dataclasses
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from halqa.people.services import is_teacher, teachers_only
from halqa.timeline.errors import Mistake

from . import captions, house, plan, services
from .access import TooManyCodes, WrongCode, try_code
from .catalogue import LANGUAGES
from .cues import MOST_BYTES, BadCaptions, Cue
from .forms import AgainForm, LessonForm
from .hours import is_due
from .models import Lesson
from .problems import SENTENCES
from .templatetags.lessons import appointment

# -- everybody ----------------------------------------------------------------------------------------------------


@require_safe
async def home(request: HttpRequest) -> HttpResponse:
    """What is on air, what was taught, search by title."""
    context = await sync_to_async(_home)(request)
    live = context["live"]
    for shown in live:
        shown.silent = house.is_silent(await house.summary_of(shown.pk))
    context["mark"] = " ".join(shown.pk + ("~" if shown.silent else "") for shown in live)
    return await sync_to_async(render)(request, "lessons/home.html", context)


def _home(request: HttpRequest) -> dict[str, Any]:
    query = request.GET.get("q", "").strip()[:200]
    teacher = is_teacher(request)
    hidden = request.GET.get("hidden", "") if teacher else ""
    return {
        "query": query,
        "live": services.find(query, Lesson.Status.LIVE).lessons,
        "taught": services.find(
            query, "" if hidden == "all" else Lesson.Status.ENDED, _page(request), hidden=hidden == "all"
        ),
        "planned": _planned(query, teacher),
        "hidden_shown": hidden == "all",
        "undo": services.find_hidden(hidden) if hidden else None,
    }


def _planned(query: str, teacher: bool) -> list[Lesson]:
    """What can be taught, for teachers; what comes next, for everybody else."""
    if teacher:
        return services.find(query, Lesson.Status.PLANNED, size=24).lessons
    return services.upcoming(timezone.now(), query=query)


@require_safe
def lesson(request: HttpRequest, lesson_id: str) -> HttpResponse:
    """The classroom of one lesson: live, replay, or not begun yet."""
    shown = _access(request, lesson_id)
    return classroom(request, shown, {"desk": _desk(shown)} if is_teacher(request) else {})


def classroom(request: HttpRequest, shown: Lesson, more: dict[str, Any]) -> HttpResponse:
    """The page on which this lesson plays. `more`: facts for whoever looks at it."""
    facts = _followed(shown) | more
    hls = (settings.HALQA_URL or f"{request.scheme}://{request.get_host()}") + shown.hls
    context = {"lesson": shown, "facts": facts, "hls_address": hls, "due": is_due(shown.starts_at, timezone.now())}
    return render(request, "lessons/lesson.html", context)


@require_safe
def board(request: HttpRequest, lesson_id: str) -> HttpResponse:
    """All pages of a lesson's board, to print or to keep."""
    shown = _access(request, lesson_id)
    return render(request, "lessons/board.html", {"lesson": shown, "facts": _followed(shown)})


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """A pupil's telephone: the code and a first name, then what can be answered. Nothing of it is kept here."""
    name = " ".join(request.POST.get("name", "").split())[:40]
    code = request.POST.get("code", request.GET.get("code", ""))[:20]
    if request.method != "POST":
        return render(request, "lessons/join.html", {"code": code})
    told = {"code": code, "name": name}
    if not name:
        return render(request, "lessons/join.html", told | {"nameless": True}, status=422)
    try:
        shown = try_code(request, code)
        slip = services.answer_ticket(shown, "pupil", _keepsake(request))
    except (WrongCode, services.LessonOver):
        return render(request, "lessons/join.html", told | {"wrong": True}, status=403)
    except TooManyCodes as mistake:
        response = render(request, "lessons/join.html", told | {"wait": mistake.seconds}, status=429)
        response["Retry-After"] = str(mistake.seconds)
        return response
    follow = services.follow_ticket(shown)
    facts = _facts(shown) | {
        "ticket": follow.ticket,
        "tickets": reverse("api:follow_ticket", args=[shown.pk]),
        "answers": reverse("api:answer_ticket", args=[shown.pk]),
        "answering": {"as": "pupil", "name": name, "code": code, "ticket": slip.ticket, "speaker": slip.speaker},
    }
    return render(request, "lessons/joined.html", {"lesson": shown, "facts": facts})


def _keepsake(request: HttpRequest) -> str:
    key = request.POST.get("key", "")
    return key if key.isascii() and key.isalnum() and len(key) <= 64 else ""


# -- teachers -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@teachers_only
def new(request: HttpRequest) -> HttpResponse:
    """Announce a lesson, and go on to its studio."""
    first = {"language": get_language(), "teacher": request.session.get("name", "")}
    form = LessonForm(request.POST or None, initial=first)
    if form.is_valid():
        try:
            made = services.create(**form.cleaned_data)
            request.session["name"] = made.teacher
            return redirect(made.studio)
        except services.LessonRefused as refused:
            form.refuse(refused.reasons)
    return render(request, "lessons/write.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@teachers_only
def edit(request: HttpRequest, lesson_id: str) -> HttpResponse:
    """Correct what was written about a lesson, or hide it."""
    shown = _access(request, lesson_id)
    written = _written(shown) | {"starts_at": shown.starts_at}
    form = LessonForm(request.POST or None, initial=written, begun=not shown.is_planned)
    if form.is_valid():
        try:
            services.rewrite(shown, **form.cleaned_data)
            return redirect(shown.page)
        except services.LessonRefused as refused:
            form.refuse(refused.reasons)
    return render(request, "lessons/write.html", {"form": form, "lesson": shown}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@teachers_only
def again(request: HttpRequest, lesson_id: str) -> HttpResponse:
    """Give a lesson again, to another group: the same material, on a lesson of its own. On to its studio."""
    shown = _access(request, lesson_id)
    prepared = plan.plan_of(shown)
    first = _written(shown) | {"pages": "prepared" if prepared.board else "none" if shown.is_planned else "end"}
    form = AgainForm(request.POST or None, initial=first)
    if form.is_valid():
        told = dict(form.cleaned_data)
        board = {"prepared": prepared.board, "end": told.pop("board")}.get(told.pop("pages"), [])
        try:
            return redirect(plan.give_again(shown, board, **told).studio)
        except services.LessonRefused as refused:
            form.refuse(refused.reasons)
        except Mistake as mistake:
            form.add_error("board", mistake.detail or str(SENTENCES.get(type(mistake), mistake.sentence())))
    context = {"form": form, "lesson": shown, "plan": prepared, "facts": _followed(shown)}
    return render(request, "lessons/again.html", context, status=422 if form.is_bound else 200)


@require_POST
@teachers_only
def hide(request: HttpRequest, lesson_id: str) -> HttpResponse:
    """Nobody finds this lesson any more; the next page offers to undo it."""
    services.hide(_access(request, lesson_id))
    return redirect(f"{reverse('home')}?hidden={lesson_id}")


@require_POST
@teachers_only
def show_again(request: HttpRequest, lesson_id: str) -> HttpResponse:
    shown = _access(request, lesson_id)
    services.show_again(shown)
    return redirect(shown.page)


@require_GET
@teachers_only
def studio(request: HttpRequest, lesson_id: str) -> HttpResponse:
    """Where a lesson is taught from. A lesson that has ended is shown, not taught again."""
    shown = _access(request, lesson_id)
    if shown.is_ended:
        return redirect(shown.page)
    slip = services.say_ticket(shown)
    facts = _facts(shown) | {
        "ticket": slip.ticket,
        "expires_at": slip.expires_at,
        "speaker": slip.speaker,
        "tickets": reverse("api:say_ticket", args=[shown.pk]),
        "floor": reverse("api:floor", args=[shown.pk]),
        "csrf": get_token(request),
        "desk": _desk(shown),
        "plan": dataclasses.asdict(plan.plan_of(shown)) | {"address": reverse("api:plan", args=[shown.pk])},
        "code": services.join_code(shown),
        "join": (settings.HALQA_URL or f"{request.scheme}://{request.get_host()}") + reverse("join"),
    }
    return render(request, "lessons/studio.html", {"lesson": shown, "facts": facts})


# -- captions -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@teachers_only
def captions_desk(request: HttpRequest, lesson_id: str) -> HttpResponse:
    """The captions of a lesson: a file a language, brought, replaced, taken away."""
    shown = _access(request, lesson_id)
    context: dict[str, Any] = {"lesson": shown, "language": request.POST.get("language", shown.language)}
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            data = file.read(MOST_BYTES + 1) if file else b""
            made = captions.keep(shown, str(context["language"]), data)
            return redirect(f"{reverse('captions', args=[shown.pk])}?kept={made.language}")
        except BadCaptions as refused:
            context["reason"] = str(refused)
    context["kept"] = "" if "reason" in context else request.GET.get("kept", "")
    context["shelf"] = [(code, name, captions.kept(shown).get(code)) for code, name in LANGUAGES.items()]
    return render(request, "lessons/captions.html", context, status=422 if "reason" in context else 200)


@require_POST
@teachers_only
def captions_remove(request: HttpRequest, lesson_id: str, language: str) -> HttpResponse:
    """The file of one language is used no longer."""
    shown = _access(request, lesson_id)
    captions.remove(shown, language)
    return redirect("captions", lesson_id=shown.pk)


@require_safe
async def captions_file(request: HttpRequest, lesson_id: str, language: str) -> HttpResponse:
    """The captions of one language as WebVTT, for players and for whoever wants to correct them."""
    cues = await _cues(request, lesson_id, language)
    return HttpResponse(captions.as_webvtt(cues, language), content_type="text/vtt; charset=utf-8")


@require_safe
async def captions_cues(request: HttpRequest, lesson_id: str, language: str) -> HttpResponse:
    """The same for the classroom."""
    return JsonResponse({"cues": await _cues(request, lesson_id, language)})


async def _cues(request: HttpRequest, lesson_id: str, language: str) -> list[Cue]:
    shown = await sync_to_async(_access)(request, lesson_id)
    file = await sync_to_async(captions.kept)(shown)
    if language in file:
        return [Cue(*cue) for cue in file[language].cues]
    cues = captions.typed(await house.entries_of(shown.pk, f"captions/{language}")) if language in LANGUAGES else []
    if not cues:
        raise Http404
    return cues


# -- between the pages and the rest -------------------------------------------------------------------------------


def _access(request: HttpRequest, lesson_id: str) -> Lesson:
    try:
        return services.access_lesson(lesson_id, teacher=is_teacher(request))
    except services.NoSuchLesson:
        raise Http404 from None


def _written(shown: Lesson) -> dict[str, Any]:
    """What was written about a lesson, for the form that corrects it or makes another one of it."""
    written = {name: getattr(shown, name) for name in ("title", "subject", "level", "teacher", "language")}
    return written | {"minutes": shown.planned_minutes}


def _facts(shown: Lesson) -> dict[str, Any]:
    """What the elements of a page are told about its lesson. Names are in the reader's language."""
    return {
        "id": shown.pk,
        "title": shown.title,
        "subject": shown.subject_name,
        "level": shown.level_name,
        "teacher": shown.teacher,
        "language": shown.language,
        "status": shown.status,
        "starts": _starts(shown),
        "duration_ms": shown.duration_ms,
        "started_at": shown.started_at.isoformat() if shown.started_at else None,
        "timeline": f"/timelines/{shown.pk}",
        "hls": shown.hls,
        "page": shown.page,
        "board": reverse("board", args=[shown.pk]),
        "home": reverse("home"),
    }


def _starts(shown: Lesson) -> dict[str, Any] | None:
    """The hour of a lesson that has not begun, in ms since 1970 and in words, and the hour it is now.

    Pages count down from here by how long they are open: a classroom's own clock is often wrong.
    """
    if not shown.is_planned or shown.starts_at is None:
        return None
    at, now = (round(moment.timestamp() * 1000) for moment in (shown.starts_at, timezone.now()))
    return {"at": at, "now": now, "words": appointment(shown.starts_at)}


def _desk(shown: Lesson) -> list[dict[str, str]]:
    """Pages about a lesson that only a teacher opens."""
    links = {"attendance": gettext("Attendance"), "again": gettext("Give it again")}
    return [{"href": reverse(page, args=[shown.pk]), "name": name} for page, name in links.items()]


def _followed(shown: Lesson) -> dict[str, Any]:
    """The same, for whoever follows it."""
    slip = services.follow_ticket(shown)
    return _facts(shown) | {
        "ticket": slip.ticket,
        "expires_at": slip.expires_at,
        "tickets": reverse("api:follow_ticket", args=[shown.pk]),
        "answers": reverse("api:answer_ticket", args=[shown.pk]),
        "captions": {code: reverse("captions_cues", args=[shown.pk, code]) for code in captions.kept(shown)},
        "attendance": reverse("api:attendance", args=[shown.pk]),
    }


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 1
