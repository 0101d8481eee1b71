"""The lessons as JSON. Described at `/api/docs`, in OpenAPI at `/api/openapi.json`."""

from __future__ import annotations

import datetime as dt
import time
from typing import Annotated, Any, Literal

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from ninja import Field, NinjaAPI, Query, Schema, Status
from ninja.utils import check_csrf

from halqa import __version__
from halqa.people.services import NotATeacher, NoToken, is_teacher, try_key
from halqa.timeline import Summary

from . import access, attendance, house, plan, services
from .hours import BadHour, read_hour
from .models import Lesson
from .problems import tell_problems

api = NinjaAPI(
    title="Halqa",
    version=__version__,
    urls_namespace="api",
    description=(
        "Lessons on air and for ever. Errors are `application/problem+json`, in the language of `Accept-Language`. "
        "What only a teacher may do wants the teacher key in `X-Halqa-Key`, or a teacher's session with "
        "`X-CSRFToken`. What is said and followed on a lesson's timeline: see the protocol (`docs/protocol.md`)."
    ),
)
tell_problems(api)


# -- what is told and asked ---------------------------------------------------------------------------------------


class TrackOut(Schema):
    name: str = Field(examples=["video/360"])
    bytes: int
    begins: int = Field(description="ms on the lesson's clock")
    ends: int = Field(description="ms on the lesson's clock")


class LessonOut(Schema):
    id: str
    title: str
    subject: str = Field(description="as in the data file, for example `maths`; empty if not told")
    subject_name: str = Field(description="in the reader's language")
    level: str
    level_name: str
    teacher: str
    language: str
    status: Literal["planned", "live", "ended"]
    created_at: str
    starts_at: str | None = Field(description="the hour it is planned for; null: when the studio is free")
    minutes: int | None = Field(description="how long it is to be")
    started_at: str | None
    ended_at: str | None
    duration_ms: int | None = Field(description="so far, of a lesson on air")
    silent: bool = Field(description="on air, but its studio has said nothing for a minute")
    page: str
    hls: str
    timeline: str
    tracks: list[TrackOut]


class LessonsOut(Schema):
    lessons: list[LessonOut]
    page: int
    pages: int
    total: int


class Wanted(Schema):
    status: Literal["planned", "live", "ended"] | None = None
    q: str = Field("", max_length=200, description="words of the title or of the teacher's name")
    page: int = Field(1, ge=1, le=100_000)


class LessonIn(Schema):
    title: str = Field(examples=["Les fractions"])
    subject: str = ""
    level: str = ""
    teacher: str = ""
    language: str = "fr"
    starts_at: str | None = Field(
        None,
        max_length=40,
        examples=["2026-11-26T10:00", "2026-11-26T09:00:00Z"],
        description="to the minute, in the future, at most two years ahead; without an offset: in Africa/Casablanca",
    )
    minutes: int | None = Field(None, description="5 to 300")


class TicketOut(Schema):
    ticket: str
    expires_at: int = Field(description="ms since 1970")
    timeline: str


class SayTicketOut(TicketOut):
    speaker: str = Field(description="every speaker's name begins with it")


class SayTicketIn(Schema):
    speaker: str = Field("", max_length=16, pattern=r"^[A-Za-z0-9_.-]*$", description="one you were given before")


class AnswerTicketIn(Schema):
    role: Literal["class", "pupil"] = Field(alias="as")
    name: str = Field(min_length=1, max_length=60, description="what the teacher sees beside an answer; not kept here")
    code: str = Field("", max_length=20, description="the join code; pupils need it")
    key: str = Field("", max_length=64, pattern=r"^[A-Za-z0-9]*$", description="a secret of this browser's own")


class FloorIn(Schema):
    voice: str = Field(pattern=r"^c-[a-z0-9]{12}$", description="the class, as its speakers' names begin")
    pen: bool = Field(False, description="whether it may write on the board")


class FloorOut(Schema):
    servers: list[dict[str, Any]] = Field(
        description="for RTCPeerConnection (`iceServers`), with credentials for an hour"
    )
    pen: str = Field(description="a ticket to write on the board's pages for a minute; empty without the pen")


Stretch = tuple[Annotated[int, Field(ge=0, lt=2**32)], Annotated[int, Field(ge=0, lt=2**32)]]


class AttendanceIn(Schema):
    name: str = Field(min_length=1, max_length=60, description="of the class")
    key: str = Field(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9]*$", description="as for its answers")
    live: list[Stretch] = Field([], max_length=attendance.MOST_SPANS, description="played live: from and to, in ms")
    later: list[Stretch] = Field([], max_length=attendance.MOST_SPANS, description="played rewound, or after the end")


class WrittenIn(Schema):
    track: str = Field(max_length=16, description="`board` or `board/<page>`")
    payload: str = Field(max_length=plan.MOST_PAYLOAD * 4 // 3 + 4, description="a board payload, in base64")


class PictureIn(Schema):
    type: Literal["image/webp", "image/jpeg", "image/png"]
    data: str = Field(max_length=81_920, pattern=r"^[A-Za-z0-9+/]+={0,2}$")


Finite = Annotated[float, Field(allow_inf_nan=False)]
Words = Annotated[str, Field(max_length=500)]


class PollIn(Schema):
    id: str = Field(pattern=r"^[a-z0-9]{1,16}$")
    kind: Literal["one", "several", "truth", "number", "text", "place"]
    text: Words
    choices: list[Annotated[str, Field(max_length=120)]] = Field([], max_length=6)
    picture: PictureIn | None = None
    right: (
        bool
        | int
        | Finite
        | Annotated[list[int | Finite], Field(max_length=20)]
        | Annotated[list[Words], Field(max_length=20)]
        | None
    ) = Field(None, description="as in docs/protocol.md; null: not told")


class PlanIn(Schema):
    version: int = Field(ge=0, description="the version that this follows")
    writer: str = Field("", max_length=32, description="names this sitting: it may write over what it wrote")
    board: Annotated[list[WrittenIn], Field(max_length=plan.MOST_ENTRIES)] | None = Field(
        None, description="what is said on the board when the lesson begins; null: as it stands"
    )
    polls: list[PollIn] = Field([], max_length=plan.MOST_POLLS)


class PlanOut(Schema):
    version: int = Field(description="0: nothing was prepared yet")
    board: list[WrittenIn]
    polls: list[PollIn]


class PlanKept(Schema):
    version: int


# -- everybody ----------------------------------------------------------------------------------------------------


@api.get("/lessons", response=LessonsOut, summary="Find lessons", tags=["lessons"])
async def find_lessons(
    request: HttpRequest,
    wanted: Query[Wanted],
) -> dict[str, Any]:
    """12 to a page, newest first; `status=planned`: by their hour, those without one last."""
    found = await sync_to_async(services.find)(wanted.q, wanted.status or "", wanted.page)
    lessons = [await told(lesson) for lesson in found.lessons]
    return {"lessons": lessons, "page": found.page, "pages": found.pages, "total": found.total}


@api.get("/lessons/{lesson_id}", response=LessonOut, summary="One lesson", tags=["lessons"], url_name="lesson")
async def one_lesson(request: HttpRequest, lesson_id: str) -> dict[str, Any]:
    return await told(await sync_to_async(services.access_lesson)(lesson_id))


@api.post(
    "/lessons/{lesson_id}/tickets/follow",
    response=TicketOut,
    summary="May follow",
    tags=["tickets"],
    url_name="follow_ticket",
)
def follow_ticket(request: HttpRequest, lesson_id: str) -> dict[str, Any]:
    """For everybody. Renew it when it has expired."""
    lesson = services.access_lesson(lesson_id)
    slip = services.follow_ticket(lesson)
    return {"ticket": slip.ticket, "expires_at": slip.expires_at, "timeline": f"/timelines/{lesson.pk}"}


@api.post(
    "/lessons/{lesson_id}/tickets/answer",
    response=SayTicketOut,
    summary="May answer and ask",
    tags=["tickets"],
    url_name="answer_ticket",
)
def answer_ticket(request: HttpRequest, lesson_id: str, asked: AnswerTicketIn) -> Any:
    """For classes, and for pupils who know the join code. With the same `key` one is the same speaker again."""
    lesson = services.access_lesson(lesson_id)
    if asked.role == "pupil" and access.try_code(request, asked.code) != lesson:
        raise access.WrongCode
    slip = services.answer_ticket(lesson, asked.role, asked.key)
    return {
        "ticket": slip.ticket,
        "expires_at": slip.expires_at,
        "timeline": f"/timelines/{lesson.pk}",
        "speaker": slip.speaker,
    }


@api.post(
    "/lessons/{lesson_id}/attendance",
    response={204: None},
    summary="What a class followed",
    tags=["lessons"],
    url_name="attendance",
)
async def report_attendance(request: HttpRequest, lesson_id: str, told: AttendanceIn) -> Any:
    """For classes: all of it so far, as often as one likes. Of whoever has no name nothing is kept."""
    lesson = await sync_to_async(services.access_lesson)(lesson_id)
    known = await sync_to_async(attendance.is_counted)(lesson, told.key)
    access.may_report(request, new=not known)
    end = await house.duration_of(lesson)
    await sync_to_async(attendance.report)(lesson, told.key, told.name, told.live, told.later, end)
    return Status(204, None)


# -- teachers -----------------------------------------------------------------------------------------------------


@api.post("/lessons", response={201: LessonOut}, summary="Announce a lesson", tags=["lessons"])
def create_lesson(request: HttpRequest, lesson: LessonIn) -> Any:
    """For teachers."""
    _only_teachers(request)
    told = lesson.dict() | {"starts_at": _hour(lesson.starts_at)}
    return Status(201, _told(services.create(**told), None))


@api.post(
    "/lessons/{lesson_id}/tickets/say",
    response=SayTicketOut,
    summary="May teach",
    tags=["tickets"],
    url_name="say_ticket",
)
def say_ticket(request: HttpRequest, lesson_id: str, asked: SayTicketIn | None = None) -> Any:
    """For teachers: may say, follow and end the lesson. To go on as the same speaker, name it."""
    _only_teachers(request)
    lesson = services.access_lesson(lesson_id, teacher=True)
    slip = services.say_ticket(lesson, asked.speaker if asked else "")
    return {
        "ticket": slip.ticket,
        "expires_at": slip.expires_at,
        "timeline": f"/timelines/{lesson.pk}",
        "speaker": slip.speaker,
    }


@api.post(
    "/lessons/{lesson_id}/floor",
    response=FloorOut,
    summary="Give a class the floor",
    tags=["tickets"],
    url_name="floor",
)
def floor(request: HttpRequest, lesson_id: str, asked: FloorIn) -> Any:
    """For teachers: what a call with this class needs, to be passed on to it."""
    _only_teachers(request)
    lesson = services.access_lesson(lesson_id, teacher=True)
    pen = services.pen_ticket(lesson, asked.voice).ticket if asked.pen else ""
    return {"servers": services.call_servers(asked.voice, time.time()), "pen": pen}


@api.get("/lessons/{lesson_id}/plan", response=PlanOut, summary="What is prepared", tags=["lessons"], url_name="plan")
def one_plan(request: HttpRequest, lesson_id: str) -> Any:
    """For teachers: pages of the board, and questions in order."""
    _only_teachers(request)
    return plan.plan_of(services.access_lesson(lesson_id, teacher=True))


@api.put("/lessons/{lesson_id}/plan", response=PlanKept, summary="Prepare", tags=["lessons"])
def write_plan(request: HttpRequest, lesson_id: str, told: PlanIn) -> Any:
    """For teachers: instead of the version that is named. If another one stands by now: 409, with it as `expected`."""
    _only_teachers(request)
    lesson = services.access_lesson(lesson_id, teacher=True)
    board = None if told.board is None else [one.dict() for one in told.board]
    polls = [one.dict() for one in told.polls]
    return {"version": plan.write(lesson, told.version, told.writer, board, polls)}


# -- between the API and the rest ---------------------------------------------------------------------------------


def _only_teachers(request: HttpRequest) -> None:
    """Return for a teacher, by key or by session and token; else raise what is missing."""
    key = request.headers.get("X-Halqa-Key")
    if key is not None:
        try_key(request, key)
    elif not is_teacher(request):
        raise NotATeacher
    elif check_csrf(request) is not None:
        raise NoToken


def _hour(written: str | None) -> dt.datetime | None:
    try:
        return read_hour(written) if written else None
    except BadHour as bad:
        raise services.LessonRefused({"starts_at": str(bad)}) from None


async def told(lesson: Lesson) -> dict[str, Any]:
    """A lesson as programs are told; of one on air, with what its timeline has so far."""
    return _told(lesson, await house.summary_of(lesson.pk) if lesson.is_live else None)


def _told(lesson: Lesson, summary: Summary | None) -> dict[str, Any]:
    return {
        "id": lesson.pk,
        "title": lesson.title,
        "subject": lesson.subject,
        "subject_name": lesson.subject_name,
        "level": lesson.level,
        "level_name": lesson.level_name,
        "teacher": lesson.teacher,
        "language": lesson.language,
        "status": lesson.status,
        "created_at": lesson.created_at.isoformat(),
        "starts_at": lesson.starts_at.isoformat() if lesson.starts_at else None,
        "minutes": lesson.planned_minutes,
        "started_at": lesson.started_at.isoformat() if lesson.started_at else None,
        "ended_at": lesson.ended_at.isoformat() if lesson.ended_at else None,
        "duration_ms": summary.duration if summary else lesson.duration_ms,
        "silent": house.is_silent(summary),
        "page": lesson.page,
        "hls": lesson.hls,
        "timeline": f"/timelines/{lesson.pk}",
        "tracks": services.track_list(summary) if summary else lesson.tracks,
    }
