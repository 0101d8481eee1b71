"""Attendance: who may report what, what is kept, the teacher's page and the tables."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from halqa.lessons import attendance, services
from halqa.lessons.models import Attendance, Lesson

from .conftest import Clock

Make = Callable[..., Lesson]
KEY = "0123456789abcdef"


def tell(client: Client, lesson: Lesson, name: str = "Collège Al Massira", key: str = KEY, **told: Any) -> Any:
    body = {"name": name, "key": key, **told}
    return client.post(f"/api/lessons/{lesson.pk}/attendance", json.dumps(body), "application/json")


def of(lesson: Lesson) -> Attendance:
    return Attendance.objects.get(lesson=lesson)


# -- reports ------------------------------------------------------------------------------------------------------


def test_reports_are_united_live_and_later_apart(reader: Client, lesson: Make) -> None:
    made = lesson()
    for _ in range(2):
        assert tell(reader, made, live=[[0, 30_000]], later=[[60_000, 70_000]]).status_code == 204
    assert tell(reader, made, live=[[29_000, 40_000], [90_000, 100_000]]).status_code == 204
    row = of(made)
    assert row.live == [[0, 40_000], [90_000, 100_000]]
    assert row.later == [[60_000, 70_000]]
    assert row.last_at >= row.first_at


def test_a_class_is_the_same_by_its_secret_and_has_the_voice_of_its_answers(reader: Client, lesson: Make) -> None:
    made = lesson(status="live")
    asked = {"as": "class", "name": "A", "key": KEY}
    speaker = reader.post(f"/api/lessons/{made.pk}/tickets/answer", asked, "application/json").json()["speaker"]
    tell(reader, made, "A", live=[[0, 5_000]])
    tell(reader, made, "B", live=[[5_000, 9_000]])
    assert (of(made).voice, of(made).name, of(made).live) == (speaker, "B", [[0, 9_000]])
    tell(reader, made, "B", key="f" * 32, live=[[0, 1_000]])
    assert Attendance.objects.filter(lesson=made).count() == 2


@pytest.mark.parametrize(
    "told",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 61},
        {"name": "a\u0000b"},
        {"key": "short"},
        {"key": "not a key of letters"},
        {"key": "x" * 65},
        {"live": [[5, 1]]},
        {"live": [[-1, 5]]},
        {"live": [[0, 125_000 + 60_001]]},
        {"later": [[0, 2**32]]},
        {"live": [[0]]},
        {"live": [[0, "x"]]},
        {"live": [[0, 1.5]]},
        {"live": "x"},
        {"live": [[n * 200, n * 200 + 100] for n in range(501)]},
    ],
)
def test_what_is_reported_is_within_bounds(told: dict[str, Any], reader: Client, lesson: Make) -> None:
    made = lesson()
    refused = tell(reader, made, **{"live": [[0, 1_000]], **told})
    assert refused.status_code == 422, refused.content
    assert refused.json()["code"] in ("bad-question", "attendance-refused")
    assert refused["Content-Type"] == "application/problem+json"
    assert not Attendance.objects.exists()


def test_a_refusal_is_in_the_readers_language(reader: Client, lesson: Make) -> None:
    body = json.dumps({"name": "A", "key": KEY, "live": [[0, 10**9]]})
    path = f"/api/lessons/{lesson().pk}/attendance"
    told = reader.post(path, body, "application/json", headers={"accept-language": "ar"}).json()
    assert (told["field"], told["detail"]) == ("live", "مقطع خارج الدرس.")


def test_what_has_not_begun_or_is_not_there_cannot_be_followed(reader: Client, lesson: Make) -> None:
    assert tell(reader, lesson(status="planned"), live=[[0, 120_000]]).status_code == 422
    hidden = lesson()
    services.hide(hidden)
    assert tell(reader, hidden, live=[[0, 1_000]]).status_code == 404
    hidden.pk = "nowhere"
    assert tell(reader, hidden, live=[[0, 1_000]]).status_code == 404


def test_who_followed_nothing_is_not_kept(reader: Client, lesson: Make) -> None:
    assert tell(reader, lesson(), live=[[4, 4]], later=[]).status_code == 204
    assert not Attendance.objects.exists()


def test_reports_have_a_pace(reader: Client, lesson: Make, clock: Clock) -> None:
    made = lesson()
    answers = [tell(reader, made, live=[[0, 1_000]]) for _ in range(121)]
    assert [one.status_code for one in answers] == [204] * 120 + [429]
    assert (answers[-1].json()["code"], answers[-1]["Retry-After"]) == ("too-many-reports", "1")
    assert tell(Client(REMOTE_ADDR="192.0.2.9"), made, live=[[0, 1_000]]).status_code == 204
    clock.now += 0.5
    assert tell(reader, made, live=[[0, 1_000]]).status_code == 204


def test_newcomers_are_few_and_a_lesson_has_an_end_of_them(
    reader: Client, lesson: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lesson()
    answers = [tell(reader, made, key=f"{n:016}", live=[[0, 1_000]]) for n in range(61)]
    assert [one.status_code for one in answers] == [204] * 60 + [429]
    assert tell(reader, made, key=f"{3:016}", live=[[0, 1_000]]).status_code == 204
    clock.now += 60
    monkeypatch.setattr(attendance, "MOST_CLASSES", 60)
    assert tell(reader, made, key="f" * 16, live=[[0, 1_000]]).status_code == 409


# -- the page -----------------------------------------------------------------------------------------------------


PATHS = ["", ".csv", ".xlsx"]


@pytest.mark.parametrize("path", PATHS)
def test_only_teachers_see_it(path: str, reader: Client, teacher: Client, lesson: Make) -> None:
    made = lesson()
    tell(reader, made, live=[[0, 1_000]])
    answer = reader.get(f"/lessons/{made.pk}/attendance{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/studio/enter?next=")
    assert teacher.get(f"/lessons/{made.pk}/attendance{path}").status_code == 200
    assert teacher.get(f"/lessons/nowhere/attendance{path}").status_code == 404
    services.hide(made)
    assert teacher.get(f"/lessons/{made.pk}/attendance{path}").status_code == 200
    row = of(made).pk
    for act in ("remove", "back"):
        assert reader.post(f"/lessons/{made.pk}/attendance/{row}/{act}").status_code == 302
    assert of(made).removed_at is None


def test_figures_are_the_same_everywhere(reader: Client, teacher: Client, lesson: Make) -> None:
    made = lesson("Les fractions")
    tell(reader, made, "École <b>Atlas</b>", live=[[0, 62_500]], later=[[62_500, 125_000]])
    tell(reader, made, "Zerktouni", key="f" * 16, later=[[0, 20_000]])
    html = teacher.get(f"/lessons/{made.pk}/attendance").content.decode()
    assert "École &lt;b&gt;Atlas&lt;/b&gt;" in html
    assert "<b>Atlas" not in html
    assert '<span class="figures" dir="ltr">1:02</span>' in html
    assert "50 %" in html
    assert 'aria-label="En direct: 0:00–1:02. Plus tard: 1:02–2:05."' in html
    register = attendance.register(made, 125_000)
    assert (register.classes, register.live, register.later, register.live_share) == (2, 1, 2, 25)
    assert [(minute.live, minute.ever) for minute in register.minutes] == [(1, 1), (0, 1), (0, 1)]
    assert register.most is not None
    assert register.most.begins == 0


def test_sorting_and_filtering(reader: Client, teacher: Client, lesson: Make) -> None:
    made = lesson()
    for key, name, live in (("a" * 16, "Zaïd", 9_000), ("b" * 16, "Élan", 90_000), ("c" * 16, "مدرسة النور", 0)):
        tell(reader, made, name, key=key, live=[[0, live]], later=[[0, 1_000]])

    def names(query: str) -> list[str]:
        html = teacher.get(f"/lessons/{made.pk}/attendance?{query}").content.decode()
        return [part.split("</bdi>")[0] for part in html.split('<th scope="row"><bdi>')[1:]]

    assert names("") == ["Élan", "Zaïd", "مدرسة النور"]
    assert names("sort=live") == ["مدرسة النور", "Zaïd", "Élan"]
    assert names("sort=live&down=1") == ["Élan", "Zaïd", "مدرسة النور"]
    assert names("q=elan") == ["Élan"]
    assert names("only=live") == ["Élan", "Zaïd"]
    assert names("q=nobody") == []
    assert names("sort=%27&only=x&removed=x") == ["Élan", "Zaïd", "مدرسة النور"]


def test_empty(teacher: Client, lesson: Make) -> None:
    for status in ("planned", "live", "ended"):
        html = teacher.get(f"/lessons/{lesson(status=status).pk}/attendance").content.decode()
        assert "Aucune classe n’est encore comptée" in html


def test_a_class_taken_out_stays_out_and_can_be_put_back(reader: Client, teacher: Client, lesson: Make) -> None:
    made, other = lesson(), lesson()
    tell(reader, made, live=[[0, 5_000]])
    row = of(made).pk
    assert teacher.post(f"/lessons/{other.pk}/attendance/{row}/remove").status_code == 404
    answer = teacher.post(f"/lessons/{made.pk}/attendance/{row}/remove", follow=True)
    assert "n’est plus comptée" in answer.content.decode()
    assert attendance.register(made, 125_000).classes == 0
    tell(reader, made, live=[[0, 9_000]])
    assert attendance.register(made, 125_000).classes == 0
    teacher.post(f"/lessons/{made.pk}/attendance/{row}/back")
    assert attendance.register(made, 125_000).rows[0].live == [(0, 5_000)]


def test_what_was_taken_out_is_erased(reader: Client, teacher: Client, lesson: Make) -> None:
    made = lesson()
    tell(reader, made, live=[[0, 5_000]])
    row = of(made).pk
    teacher.post(f"/lessons/{made.pk}/attendance/{row}/remove")
    Attendance.objects.update(removed_at=timezone.now() - dt.timedelta(hours=1))
    html = teacher.get(f"/lessons/{made.pk}/attendance?removed={row}").content.decode()
    assert "Massira" not in html
    assert (of(made).name, of(made).live, of(made).later) == ("", [], [])
    assert teacher.post(f"/lessons/{made.pk}/attendance/{row}/back").status_code == 404
    tell(reader, made, live=[[0, 5_000]])
    assert of(made).name == ""


def test_teachers_find_it(reader: Client, teacher: Client, lesson: Make) -> None:
    made = lesson()
    link = f"/lessons/{made.pk}/attendance"
    assert link in teacher.get(made.page).content.decode()
    assert link in teacher.get("/").content.decode()
    assert f'"{link}"' not in reader.get(made.page).content.decode()
    assert link not in reader.get("/").content.decode()
    on_air = lesson(status="live")
    assert f"/lessons/{on_air.pk}/attendance" in teacher.get(on_air.studio).content.decode()


# -- tables -------------------------------------------------------------------------------------------------------


NASTY = '=HYPERLINK("http://x","y")'


@pytest.fixture
def followed(reader: Client, lesson: Make) -> Lesson:
    made = lesson("Les fractions / 1")
    tell(reader, made, NASTY, live=[[0, 62_500]], later=[[70_000, 80_000], [90_000, 100_000]])
    return made


def test_csv_reads_back(teacher: Client, followed: Lesson) -> None:
    answer = teacher.get(f"/lessons/{followed.pk}/attendance.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "Les%20fractions" in answer["Content-Disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in answer.content
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert heading[:4] == ["Classe", "En direct", "En direct, % de la leçon", "Plus tard"]
    assert row[:4] == [f"'{NASTY}", "0:01:02", "50", "0:00:20"]
    assert row[6:] == ["0:00–1:02", "1:10–1:20, 1:30–1:40"]


def test_xlsx_reads_back(teacher: Client, followed: Lesson) -> None:
    body = teacher.get(f"/lessons/{followed.pk}/attendance.xlsx", headers={"accept-language": "ar"}).content
    heading, row = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert heading[0] == "القسم"
    assert row[0] == NASTY
    assert row[1] == dt.timedelta(milliseconds=62_500)
    assert row[2] == 50
    assert isinstance(row[4], dt.datetime)
    sheet = load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    assert sheet.sheet_view.rightToLeft
    assert sheet["A2"].data_type == "s"
    french = teacher.get(f"/lessons/{followed.pk}/attendance.xlsx", headers={"accept-language": "fr"}).content
    sheet = load_workbook(io.BytesIO(french)).active
    assert sheet is not None
    assert not sheet.sheet_view.rightToLeft
