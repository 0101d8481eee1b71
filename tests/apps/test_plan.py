"""What is prepared for a lesson: who may, bounds, versions; and giving a lesson again."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import AsyncClient, Client

from halqa.lessons import house, plan, services
from halqa.lessons.models import Lesson
from halqa.media import board
from halqa.stores import MemoryStores
from halqa.timeline import KEY, Draft, Tracks

Make = Callable[..., Lesson]
Headers = dict[str, str]
POLL = {"id": "q1", "kind": "one", "text": "½ + ¼ ?", "choices": ["2/6", "3/4"], "picture": None, "right": 1}
FORM = {"title": "Thalès, groupe B", "subject": "maths", "level": "1ac", "teacher": "A. Tazi", "language": "fr"}


def written(track: str, *ops: Any) -> dict[str, str]:
    return {"track": track, "payload": base64.b64encode(board.payload(ops)).decode()}


def ops(one: dict[str, str]) -> list[Any]:
    return list(msgspec.msgpack.decode(base64.b64decode(one["payload"])))


PAGE = written("board/1", board.thing(1, "text", x=0, y=0, w=100, size=50, colour=0, text="Thalès"))


def put(client: Client, lesson: Lesson, version: int = 0, headers: Headers | None = None, **told: Any) -> Any:
    body = json.dumps({"version": version, **told})
    return client.put(f"/api/lessons/{lesson.pk}/plan", body, "application/json", headers=headers)


def get(client: Client, lesson: Lesson, headers: Headers | None = None) -> Any:
    return client.get(f"/api/lessons/{lesson.pk}/plan", headers=headers)


# -- the document -------------------------------------------------------------------------------------------------


def test_it_is_kept_and_read_back(reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson(status="planned")
    assert get(reader, made, key).json() == {"version": 0, "board": [], "polls": []}
    assert put(reader, made, 0, key, board=[PAGE], polls=[POLL]).json() == {"version": 1}
    assert get(reader, made, key).json() == {"version": 1, "board": [PAGE], "polls": [POLL]}


RIGHTS = [
    ("one", 0),
    ("one", None),
    ("several", [0, 1]),
    ("truth", True),
    ("truth", False),
    ("number", 2.5),
    ("number", 3),
    ("text", ["oui", "OUI"]),
    ("place", [500, 300, 70]),
]


@pytest.mark.parametrize(("kind", "right"), RIGHTS)
def test_what_is_right_stays_as_it_was_told(kind: str, right: Any, reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson(status="planned")
    put(reader, made, 0, key, polls=[POLL | {"kind": kind, "right": right}])
    told = get(reader, made, key).json()["polls"][0]["right"]
    assert (told, type(told)) == (right, type(right))


def test_who_may_not(reader: Client, lesson: Make) -> None:
    made = lesson(status="planned")
    for answer in (get(reader, made), put(reader, made, 0, board=[PAGE])):
        assert (answer.status_code, answer.json()["code"]) == (401, "teacher-only")
    strict = Client(enforce_csrf_checks=True)
    token = strict.get("/studio/enter").cookies["csrftoken"].value
    strict.post("/studio/enter", {"key": settings.HALQA_TEACHER_KEY, "csrfmiddlewaretoken": token})
    assert put(strict, made, 0).json()["code"] == "no-token"
    answer = reader.get(f"/lessons/{made.pk}/again")
    assert answer["Location"].startswith("/studio/enter?next=")
    assert reader.post(f"/lessons/{made.pk}/again", FORM | {"pages": "none"}).status_code == 302
    assert Lesson.objects.count() == 1


def test_another_computer_is_not_overwritten_unseen(reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson(status="planned")
    assert put(reader, made, 0, key, writer="a.1", polls=[POLL]).status_code == 200
    refused = put(reader, made, 0, key, writer="b.1", polls=[])
    assert (refused.status_code, refused.json()["code"], refused.json()["expected"]) == (409, "plan-changed", 1)
    assert put(reader, made, 0, key, polls=[]).status_code == 409
    # Its own answer may have been lost.
    assert put(reader, made, 0, key, writer="a.1", polls=[POLL, POLL]).json() == {"version": 2}
    assert put(reader, made, 2, key, writer="b.1", polls=[]).json() == {"version": 3}
    assert put(reader, made, 2, key, writer="a.1", polls=[POLL]).status_code == 409
    assert get(reader, made, key).json()["polls"] == []


def test_the_board_may_stay_as_it_stands(reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson(status="live")
    put(reader, made, 0, key, board=[PAGE])
    put(reader, made, 1, key, board=None, polls=[POLL])
    assert get(reader, made, key).json() == {"version": 2, "board": [PAGE], "polls": [POLL]}


@pytest.mark.parametrize(
    "told",
    [
        {"version": -1},
        {"version": "x"},
        {"board": [{"track": "audio", "payload": "kA=="}]},
        {"board": [{"track": "board/UPPER", "payload": "kA=="}]},
        {"board": [{"track": "board/1", "payload": "no base64!"}]},
        {"board": [{"track": "board/1", "payload": "gA=="}]},  # a map
        {"board": [{"track": "board/1", "payload": "wQ=="}]},  # nothing
        {"board": [{"track": "board/1", "payload": base64.b64encode(b"\x91" * 2000 + b"\xc0").decode()}]},  # deep
        {"board": [{"track": "board/1"}]},
        {"board": "x"},
        {"polls": [POLL | {"id": "Q1"}]},
        {"polls": [POLL | {"kind": "riddle"}]},
        {"polls": [POLL | {"text": "x" * 501}]},
        {"polls": [POLL | {"choices": ["x"] * 7}]},
        {"polls": [POLL | {"choices": ["x" * 121]}]},
        {"polls": [POLL | {"picture": {"type": "image/svg+xml", "data": "AAAA"}}]},
        {"polls": [POLL | {"picture": {"type": "image/webp", "data": "A" * 81_921}}]},
        {"polls": [POLL | {"right": {"a": 1}}]},
        {"polls": [POLL | {"right": list(range(21))}]},
        {"polls": [POLL] * 101},
    ],
)
def test_bounds(told: dict[str, Any], reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson(status="planned")
    answer = put(reader, made, told.get("version", 0), key, **{n: v for n, v in told.items() if n != "version"})
    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] in ("bad-question", "plan-refused")
    assert get(reader, made, key).json()["version"] == 0


def test_numbers_that_json_has_not_are_refused(reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson(status="planned")
    body = json.dumps({"version": 0, "polls": [POLL | {"kind": "number", "right": float("nan")}]})
    answer = reader.put(f"/api/lessons/{made.pk}/plan", body, "application/json", headers=key)
    assert answer.status_code == 422


def test_the_studio_is_given_it(teacher: Client, reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson(status="planned")
    put(reader, made, 0, key, board=[PAGE], polls=[POLL | {"text": "</script>"}])
    html = teacher.get(made.studio).content.decode()
    facts = json.loads(re.search(r'<script id="lesson" type="application/json">(.*?)</script>', html)[1])  # type: ignore[index]
    assert facts["plan"]["version"] == 1
    assert facts["plan"]["board"] == [PAGE]
    assert facts["plan"]["polls"][0]["text"] == "</script>"
    assert facts["plan"]["address"] == f"/api/lessons/{made.pk}/plan"


# -- pictures -----------------------------------------------------------------------------------------------------

PICTURE = {"sizes": {"480": 7, "960": 8}, "type": "image/webp"}
SHOWING = board.payload([[16, "b2", 1.5, "plain", PICTURE], board.turned("b2")])
IMAGE = board.payload([board.thing(3, "image", x=0, y=0, w=1, h=1, **PICTURE), board.gone(3), b"\x01"])  # type: ignore[arg-type]


def test_pictures_are_named_anew_and_all_else_stays() -> None:
    assert plan.pictures(SHOWING) == plan.pictures(IMAGE) == {(480, 7), (960, 8)}
    assert plan.pictures(board.payload([board.page("c", 2), board.thing(1, "rect", x=1), b"\x01"])) == set()
    copied = {(480, 7): 1, (960, 8): 2}
    renamed = {"sizes": {"480": 1, "960": 2}, "type": "image/webp"}
    assert msgspec.msgpack.decode(plan.renaming(SHOWING, copied)) == [[16, "b2", 1.5, "plain", renamed], [17, "b2"]]
    image, gone, ink = msgspec.msgpack.decode(plan.renaming(IMAGE, copied))
    assert image[2] | {"sizes": None} == {"kind": "image", "x": 0, "y": 0, "w": 1, "h": 1, **PICTURE, "sizes": None}
    assert image[2]["sizes"] == {"480": 1, "960": 2}
    assert (gone, ink) == ([4, [3]], b"\x01")


def test_a_picture_that_is_not_to_be_had_is_left_out() -> None:
    assert msgspec.msgpack.decode(plan.renaming(SHOWING, {}))[0] == [16, "b2", 1.5, "plain", None]
    assert msgspec.msgpack.decode(plan.renaming(IMAGE, {})) == [[4, [3]], b"\x01"]


@pytest.mark.parametrize(
    "op", [[], [16], [16, "b"], [3, 1, None], [3, 1, {"sizes": 3}], [3, 1, {"sizes": {"x": 1, "480": "7"}}], ["a"], 7]
)
def test_odd_operations_name_nothing(op: Any) -> None:
    assert plan.pictures(board.payload([op])) == set()


# -- again --------------------------------------------------------------------------------------------------------


def test_the_form_is_whole_before_any_script(teacher: Client, reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson("Thalès", status="ended", subject="maths", level="1ac", teacher="A. Tazi")
    html = teacher.get(f"/lessons/{made.pk}/again").content.decode()
    assert 'value="Thalès"' in html
    assert 'value="prepared"' not in html
    assert re.search(r'value="end" checked', html)
    assert "préparée" not in html
    put(reader, made, 0, key, board=[PAGE], polls=[POLL, POLL])
    html = teacher.get(f"/lessons/{made.pk}/again", headers={"accept-language": "ar"}).content.decode()
    assert re.search(r'value="prepared" checked', html)
    assert "يرافقه سؤالان مهيآن" in html
    planned = lesson(status="planned")
    html = teacher.get(f"/lessons/{planned.pk}/again").content.decode()
    assert 'value="end"' not in html
    assert teacher.get("/lessons/nowhere/again").status_code == 404


def test_the_same_material_for_another_group(teacher: Client, reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson("Thalès")
    put(reader, made, 0, key, board=[PAGE], polls=[POLL])
    answer = teacher.post(f"/lessons/{made.pk}/again", FORM | {"pages": "prepared"})
    new = Lesson.objects.exclude(pk=made.pk).get()
    assert answer["Location"] == new.studio
    assert (new.title, new.subject, new.teacher, new.status) == ("Thalès, groupe B", "maths", "A. Tazi", "planned")
    assert get(reader, new, key).json() == {"version": 1, "board": [PAGE], "polls": [POLL]}
    assert get(reader, made, key).json()["version"] == 1
    teacher.post(f"/lessons/{made.pk}/again", FORM | {"pages": "none"})
    bare = Lesson.objects.exclude(pk__in=[made.pk, new.pk]).get()
    assert get(reader, bare, key).json() == {"version": 1, "board": [], "polls": [POLL]}


def test_pages_as_a_browser_read_them(teacher: Client, reader: Client, key: Headers, lesson: Make) -> None:
    made = lesson("Thalès")
    end = json.dumps([PAGE])
    teacher.post(f"/lessons/{made.pk}/again", FORM | {"pages": "end", "board": end})
    new = Lesson.objects.exclude(pk=made.pk).get()
    assert get(reader, new, key).json()["board"] == [PAGE]


@pytest.mark.parametrize(
    "told",
    [
        {"pages": "x"},
        {},
        {"pages": "end"},
        {"pages": "end", "board": "[]"},
        {"pages": "end", "board": "{"},
        {"pages": "end", "board": '"x"'},
        {"pages": "end", "board": '[{"track": 1, "payload": "kA=="}]'},
        {"pages": "end", "board": '[{"track": "board", "payload": "gA=="}]'},
        {"pages": "end", "board": '[{"track": "talk", "payload": "kA=="}]'},
        {"pages": "none", "title": ""},
    ],
)
def test_a_mistake_makes_no_lesson(told: dict[str, str], teacher: Client, lesson: Make) -> None:
    made = lesson()
    answer = teacher.post(f"/lessons/{made.pk}/again", FORM | told)
    assert answer.status_code == 422
    assert 'class="mistake"' in answer.content.decode()
    assert Lesson.objects.count() == 1


def test_teachers_find_it(teacher: Client, reader: Client, lesson: Make) -> None:
    made, planned = lesson(), lesson(status="planned")
    home = teacher.get("/").content.decode()
    assert f"/lessons/{made.pk}/again" in home
    assert f"/lessons/{planned.pk}/again" in home
    assert f"/lessons/{made.pk}/again" in teacher.get(made.page).content.decode()
    assert "/again" not in reader.get("/").content.decode()


@pytest.fixture
async def stores() -> AsyncIterator[MemoryStores]:
    stores = MemoryStores()
    house.open_house(stores)
    yield stores
    house.open_house(None)
    await stores.close()


async def test_slides_lie_on_the_new_timeline_too_and_begin_no_lesson(stores: MemoryStores) -> None:
    made = await sync_to_async(services.create)("Thalès")
    old = await stores.open(made.pk, create=True)
    sizes = {}
    for width in (480, 960):
        await old.append([Draft("talk", f"s{width}", 1, 0, 0, 0, b"{}")])
        picture = Draft(f"slides/{width}", "deck.abc.1", 1, 0, 0, KEY, f"picture {width}".encode())
        sizes[str(width)] = (await old.append([picture])).entries[0].seq
    shown = written("board", [16, "b2", 1, "plain", {"sizes": sizes | {"1920": 999}, "type": "image/webp"}])
    await sync_to_async(plan.write)(made, 0, "", [shown], [])
    client = AsyncClient()
    await client.post("/studio/enter", {"key": settings.HALQA_TEACHER_KEY})
    answer = await client.post(f"/lessons/{made.pk}/again", FORM | {"pages": "prepared"})
    assert answer.status_code == 302
    new = await Lesson.objects.exclude(pk=made.pk).aget()
    timeline = await stores.open(new.pk)
    kept = (await sync_to_async(plan.plan_of)(new)).board
    told = ops(kept[0])[0][4]["sizes"]
    assert set(told) == {"480", "960"}
    for width, seq in told.items():
        entry = (await timeline.read(seq - 1, tracks=Tracks.shared((f"slides/{width}",))))[0]
        assert (entry.seq, entry.payload, entry.flags) == (seq, f"picture {width}".encode(), KEY)
    assert (await timeline.summary()).started_at is None
