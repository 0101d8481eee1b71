"""The pages about schools, rooms and screens: what they show, what they take, and who does not get in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from halqa.schools import pairing, services
from halqa.schools.models import Pairing, Room, School, Wall
from halqa.schools.services import PlaceRefused
from halqa.schools.templatetags.schools import ago

FORM = {
    "latin": "Collège Ibn Khaldoun",
    "arabic": "إعدادية ابن خلدون",
    "kind": "college",
    "gresa": "12345A",
    "town": "Benguerir",
}
LANGUAGES = ["fr", "ar", "en", "zgh"]


def make(latin: str = "Lycée Salam", **told: str) -> School:
    return services.create(**{"latin": latin, "kind": "lycee", "town": "Skhour", **told})


def wall_in(room: Room) -> Wall:
    return services.pair(services.new_pairing(room)[0], "192.0.2.1")[0]


def read(client: Client, path: str, status: int = 200, language: str = "fr") -> str:
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


# -- who may ------------------------------------------------------------------------------------------------------


def pages_of(room: Room, wall: Wall) -> list[str]:
    page = room.school.page
    return ["/schools", "/schools/new", page, f"{page}/edit", f"{page}/rooms/{room.pk}/pairing"]


def acts_of(room: Room, wall: Wall) -> list[str]:
    page = room.school.page
    acts = [f"{page}/rooms", *(f"{page}/rooms/{room.pk}/{act}" for act in ("rename", "remove", "back"))]
    return [*acts, *(f"{page}/walls/{wall.pk}/{act}" for act in ("rename", "revoke"))]


def everything() -> list[Any]:
    return [list(table.objects.order_by("pk").values()) for table in (School, Room, Wall, Pairing)]


def test_only_teachers_come_in(reader: Client) -> None:
    room = services.add_room(make(), "Salle 1")
    wall = wall_in(room)
    before = everything()
    for path in pages_of(room, wall):
        answer = reader.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/studio/enter?next=%2Fschools")
    for path in [*pages_of(room, wall), *acts_of(room, wall)]:
        assert reader.post(path, {**FORM, "name": "x"}).status_code in (302, 405)
    assert everything() == before


def test_changes_are_posted_with_their_token(teacher: Client) -> None:
    room = services.add_room(make(), "Salle 1")
    wall = wall_in(room)
    before = everything()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = teacher.cookies["sessionid"].value
    for path in acts_of(room, wall):
        assert teacher.get(path).status_code == 405
        assert strict.post(path, {"name": "x"}).status_code == 403
    for path in pages_of(room, wall)[1:]:
        assert strict.post(path, FORM).status_code in (403, 405)
    assert teacher.post("/schools", FORM).status_code == 405
    assert everything() == before


def test_the_menu_of_teachers_leads_there(teacher: Client, reader: Client) -> None:
    assert '<a href="/schools">Établissements et écrans</a>' in read(teacher, "/")
    assert "/schools" not in read(reader, "/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_whole_in_every_language(language: str, teacher: Client) -> None:
    room = services.add_room(make(arabic="ثانوية السلام"), "Salle 1")
    wall = wall_in(room)
    direction = "rtl" if language == "ar" else "ltr"
    for path in pages_of(room, wall):
        html = read(teacher, path, language=language)
        assert f'<html lang="{language}" dir="{direction}">' in html
        assert not re.search(r'(?:href|src|action)="(?:https?:)?//', html)
        assert not re.search(r"<style|<script(?![^>]*src=)| style=| on\w+=", html)
        assert "%(" not in html
    says = {"fr": "Ajouter un écran", "ar": "إضافة شاشة", "en": "Add a screen", "zgh": "Ajouter un écran"}[language]
    html = read(teacher, room.school.page, language=language)
    assert says in html
    assert f"<h1><bdi>{'ثانوية السلام' if language == 'ar' else 'Lycée Salam'}</bdi></h1>" in html


# -- the list -----------------------------------------------------------------------------------------------------


def test_the_first_one_is_asked_for(teacher: Client) -> None:
    html = read(teacher, "/schools")
    assert "Aucun établissement n’est encore inscrit" in html
    assert html.count('href="/schools/new"') == 1
    assert 'type="search"' not in html


def test_the_list_counts_rooms_and_screens(teacher: Client) -> None:
    school = make("Collège Ibn Khaldoun", arabic="إعدادية ابن خلدون", gresa="12345A")
    rooms = [services.add_room(school, f"Salle {number}") for number in range(4)]
    walls = [wall_in(room) for room in (rooms[0], rooms[0], rooms[1], rooms[3])]
    services.revoke(walls[0])
    services.remove(rooms[3])
    make("Zagora")
    html = read(teacher, "/schools")
    assert re.findall(r"<h2><a href=\"[^\"]+\"><bdi>(.*?)</bdi>", html) == ["Collège Ibn Khaldoun", "Zagora"]
    counts = re.findall(r'<p class="counts">(.*?)</p>', html)
    assert [re.findall(r">(\d+ \w+)<", one.replace("é", "e")) for one in counts] == [
        ["3 salles", "2 ecrans"],
        ["0 salle", "0 ecran"],
    ]
    assert "12345A" in html


def test_beyond_a_dozen_one_searches(teacher: Client) -> None:
    for number in range(12):
        make(f"Lycée {number}")
    assert 'type="search"' not in read(teacher, "/schools")
    make("Collège Élan", arabic="إعدادية الأمل", town="Sidi Bou Othmane")
    assert 'type="search"' in read(teacher, "/schools")
    for asked in ("elan", "امل", "COLLEGE othmane", "sidi élan"):
        html = read(teacher, f"/schools?q={asked}")
        assert re.findall(r"<h2><a href=\"[^\"]+\"><bdi>(.*?)</bdi>", html) == ["Collège Élan"], asked
    html = read(teacher, '/schools?q="><script>')
    assert "Aucun établissement n’a ces mots" in html
    assert '"><script>' not in html


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40, "²", "2"])
def test_pages_of_the_list_that_nobody_has(page: str, teacher: Client) -> None:
    make()
    assert "Lycée Salam" in read(teacher, f"/schools?page={page}")


def test_long_lists_have_pages(teacher: Client) -> None:
    School.objects.bulk_create(
        School(latin=f"Lycée {n:03}", kind="lycee", town="x", search_key=f"lycee {n:03}") for n in range(130)
    )
    assert read(teacher, "/schools").count("<h2>") == 60
    html = read(teacher, "/schools?page=3&q=lycee")
    assert (html.count("<h2>"), "Page 3 sur 3" in html, "130 établissements" in html) == (10, True, True)
    assert 'href="?q=lycee&amp;page=2"' in html


def test_the_list_asks_little_of_the_database(teacher: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read(teacher, "/schools?q=lycee")
        return len(queries)

    make("Lycée 0")
    few = asked()
    for number in range(1, 30):
        school = make(f"Lycée {number}")
        room = services.add_room(school, "Salle")
        Wall.objects.create(room=room, number=1, secret_hash=str(number))
    assert asked() == few <= 4


def test_a_school_asks_little_of_the_database(teacher: Client) -> None:
    school = make()
    for number in range(20):
        room = services.add_room(school, f"Salle {number}")
        Wall.objects.create(room=room, number=1, secret_hash=str(number))
    with CaptureQueriesContext(connection) as queries:
        read(teacher, school.page)
    assert len(queries) <= 4


# -- writing a school ---------------------------------------------------------------------------------------------


def test_a_school_is_added_and_corrected(teacher: Client) -> None:
    answer = teacher.post("/schools/new", {**FORM, "latin": "  Collège   Ibn Khaldoun ", "gresa": " 12345a"})
    school = School.objects.get()
    assert answer["Location"] == school.page
    assert (school.latin, school.arabic, school.gresa) == ("Collège Ibn Khaldoun", "إعدادية ابن خلدون", "12345A")
    html = read(teacher, f"{school.page}/edit")
    assert 'value="12345A"' in html
    assert re.search(r'value="college"[^>]*checked', html)
    assert teacher.post(f"{school.page}/edit", {**FORM, "latin": "", "kind": "lycee"})["Location"] == school.page
    school.refresh_from_db()
    assert (school.latin, school.kind, school.gresa, school.name) == ("", "lycee", "12345A", "إعدادية ابن خلدون")
    assert services.find("khaldoun").total == 0
    assert services.find("خلدون").total == 1


@pytest.mark.parametrize(
    ("told", "field", "says"),
    [
        ({"latin": "", "arabic": " "}, "latin", "Donnez un nom"),
        ({"latin": "إعدادية"}, "latin", "lettres latines"),
        ({"arabic": "Collège"}, "arabic", "lettres arabes"),
        ({"latin": "x" * 121}, "latin", "120 caractères"),
        ({"latin": "a\x00b"}, "latin", "signes"),
        ({"arabic": "ا" * 121}, "arabic", "120 caractères"),
        ({"arabic": "ا\x07"}, "arabic", "signes"),
        ({"kind": ""}, "kind", "type"),
        ({"kind": "university"}, "kind", "type"),
        ({"gresa": "1234A"}, "gresa", "cinq chiffres"),
        ({"gresa": "123456"}, "gresa", "cinq chiffres"),
        ({"gresa": "12345é"}, "gresa", "cinq chiffres"),
        ({"gresa": "9" * 5000}, "gresa", "cinq chiffres"),
        ({"town": "  "}, "town", "ville"),
        ({"town": "x" * 81}, "town", "80 caractères"),
        ({"town": "a\x1bb"}, "town", "signes"),
    ],
)
def test_a_mistake_is_told_beside_its_field(told: dict[str, str], field: str, says: str, teacher: Client) -> None:
    answer = teacher.post("/schools/new", {**FORM, **told})
    html = answer.content.decode()
    assert answer.status_code == 422
    mistake = re.search(rf'id="id_{field}_error">.*?</svg>(.*?)</p>', html, re.DOTALL)
    assert mistake is not None
    assert says in mistake[1]
    assert html.count('class="mistake"') == 1
    assert not School.objects.exists()
    if field != "town":
        assert 'value="Benguerir"' in html, "what was right stays written"
    school = make()
    assert teacher.post(f"{school.page}/edit", {**FORM, **told}).status_code == 422
    assert School.objects.get().latin == "Lycée Salam"


def test_mistakes_are_in_the_readers_language(teacher: Client) -> None:
    answer = teacher.post("/schools/new", {**FORM, "gresa": "x"}, headers={"accept-language": "ar"})
    assert "خمسة أرقام وحرف" in answer.content.decode()
    assert teacher.post("/schools/new", {}).status_code == 422


def test_a_code_belongs_to_one_school(teacher: Client) -> None:
    first = make("A", gresa="12345A")
    second = make("B", gresa="٥٤٣٢١ b")
    assert second.gresa == "54321B"
    assert [make("C").gresa, make("D").gresa] == ["", ""], "places without a code are many"
    answer = teacher.post(f"{second.page}/edit", {**FORM, "gresa": "12345A"})
    assert answer.status_code == 422
    assert "«\u00a0A\u00a0» a déjà ce code" in answer.content.decode()
    assert teacher.post(f"{first.page}/edit", FORM).status_code == 302, "its own code is no mistake"


def test_two_that_write_the_same_code_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make("A", gresa="12345A")
    look = School.objects.filter
    looks = iter([School.objects.none])  # the first look comes before the other one has written
    monkeypatch.setattr(School.objects, "filter", lambda **by: next(looks, lambda: look(**by))())
    with pytest.raises(PlaceRefused) as refused:
        make("B", gresa="12345A")
    assert list(refused.value.reasons) == ["gresa"]


# -- rooms --------------------------------------------------------------------------------------------------------


def names(html: str) -> list[str]:
    return re.findall(r'-name"><bdi>(.*?)</bdi></h2>', html)


def test_rooms_are_added_and_renamed(teacher: Client) -> None:
    school = make()
    assert "n’a pas encore de salle" in read(teacher, school.page)
    for name in ("Salle 10", "Salle 2", " Bibliothèque  <b> "):
        answer = teacher.post(f"{school.page}/rooms", {"name": name})
        assert answer["Location"] == f"{school.page}#room-{Room.objects.latest('pk').pk}"
    assert names(read(teacher, school.page)) == ["Bibliothèque &lt;b&gt;", "Salle 2", "Salle 10"]
    room = Room.objects.get(name="Salle 10")
    teacher.post(f"{school.page}/rooms/{room.pk}/rename", {"name": "Salle 1"})
    assert names(read(teacher, school.page)) == ["Bibliothèque &lt;b&gt;", "Salle 1", "Salle 2"]
    other = make("Autre")
    assert teacher.post(f"{other.page}/rooms", {"name": "Salle 1"}).status_code == 302, "unique in its school alone"


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "Donnez un nom"), ("Salle 1", "déjà une salle"), ("x" * 61, "60 caractères"), ("a\x00", "signes")],
)
def test_a_rooms_name_is_refused_beside_its_field(name: str, says: str, teacher: Client) -> None:
    school = make()
    services.add_room(school, "Salle 1")
    room = services.add_room(school, "Salle 2")
    for path, field in (
        (f"{school.page}/rooms", "new-room"),
        (f"{school.page}/rooms/{room.pk}/rename", f"room-{room.pk}"),
    ):
        answer = teacher.post(path, {"name": name})
        html = answer.content.decode()
        assert answer.status_code == 422
        mistake = re.search(rf'id="{field}-mistake">.*?</svg>(.*?)</p>', html, re.DOTALL)
        assert mistake is not None
        assert says in mistake[1]
        assert names(html) == ["Salle 1", "Salle 2"]
    assert teacher.post(f"{school.page}/rooms").status_code == 422


def test_a_school_has_an_end_of_rooms(monkeypatch: pytest.MonkeyPatch, teacher: Client) -> None:
    monkeypatch.setattr(services, "MOST_ROOMS", 2)
    school = make()
    answers = [teacher.post(f"{school.page}/rooms", {"name": f"Salle {n}"}).status_code for n in range(3)]
    assert answers == [302, 302, 422]


def test_a_room_that_was_removed_is_put_back(teacher: Client) -> None:
    school = make()
    room = services.add_room(school, "Salle 1")
    wall_in(room)
    gone = teacher.post(f"{school.page}/rooms/{room.pk}/remove")["Location"]
    html = read(teacher, gone)
    assert names(html) == []
    assert f'action="{school.page}/rooms/{room.pk}/back"' in html
    assert f'{room.pk}/back"' not in read(teacher, school.page), "undoing is offered right after"
    for _ in range(2):
        assert teacher.post(f"{school.page}/rooms/{room.pk}/back").status_code == 302
    html = read(teacher, school.page)
    assert names(html) == ["Salle 1"]
    assert "Écran 1" in html


def test_a_name_that_was_taken_meanwhile(teacher: Client) -> None:
    school = make()
    room = services.add_room(school, "Salle 1")
    services.remove(room)
    again = services.add_room(school, "Salle 1")
    answer = teacher.post(f"{school.page}/rooms/{room.pk}/back")
    assert answer.status_code == 422
    assert "déjà une salle" in answer.content.decode()
    services.rename_room(again, "Salle 2")
    assert teacher.post(f"{school.page}/rooms/{room.pk}/back").status_code == 302


# -- what is not there --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0", "999", "9" * 18, "9" * 30, "9" * 4000])
def test_what_is_not_there(number: str, teacher: Client) -> None:
    school = make()
    elsewhere = services.add_room(make("Autre"), "Salle")
    wall = wall_in(elsewhere)
    page = f"/schools/{number}"
    for path in (page, f"{page}/edit", f"{page}/rooms/1/pairing", f"{school.page}/rooms/{number}/pairing"):
        assert "Ce lieu n’est pas ici" in read(teacher, path, 404)
    for path in (f"{page}/rooms", *(f"{school.page}/rooms/{number}/{act}" for act in ("rename", "remove", "back"))):
        assert teacher.post(path, {"name": "x"}).status_code == 404
    for at in (number, str(wall.pk)):
        for act in ("rename", "revoke"):
            assert teacher.post(f"{school.page}/walls/{at}/{act}", {"name": "x"}).status_code == 404
    for act in ("rename", "remove", "back", "pairing"):
        assert teacher.post(f"{school.page}/rooms/{elsewhere.pk}/{act}", {"name": "x"}).status_code == 404
    assert read(teacher, f"{school.page}?removed={number}&unpaired={number}")
    assert read(teacher, f"{school.page}?removed=²&unpaired=x")
    assert services.access_wall(elsewhere.school, wall.pk)


def test_what_is_not_there_is_said_in_arabic_too(teacher: Client) -> None:
    assert "هذا المكان غير موجود هنا" in read(teacher, "/schools/999", 404, "ar")


# -- screens ------------------------------------------------------------------------------------------------------


def digits(html: str) -> str:
    found = re.search(r'class="digits" dir="ltr">(\d{3})\u2009(\d{3})<', html)
    return found[1] + found[2] if found else ""


def test_six_digits_are_shown_until_the_screen_is_paired(teacher: Client) -> None:
    room = services.add_room(make(), "Salle 1")
    path = f"{room.school.page}/rooms/{room.pk}/pairing"
    html = read(teacher, path)
    assert (digits(html), "data-waiting" in html) == ("", False)
    answer = teacher.post(path)
    assert answer["Location"] == path
    html = read(teacher, path)
    code = digits(html)
    assert len(code) == 6
    assert "data-waiting" in html
    assert "http://testserver/wall" in html
    assert f"{timezone.localtime(Pairing.objects.get().until):%H:%M}" in html
    assert teacher.get(path)["Cache-Control"] == "no-store"
    assert [digits(read(teacher, path)) for _ in range(3)] == [code] * 3, "a reload makes no other code"
    teacher.post(path)
    other = digits(read(teacher, path))
    assert other != code
    wall, _ = services.pair(other, "192.0.2.1")
    html = read(teacher, path)
    assert "<bdi>Écran 1</bdi>" in html
    assert (digits(html), "data-waiting" in html) == ("", False)
    services.revoke(wall)
    assert "est relié" not in read(teacher, path)


def test_digits_that_have_run_out(teacher: Client) -> None:
    room = services.add_room(make(), "Salle 1")
    path = f"{room.school.page}/rooms/{room.pk}/pairing"
    teacher.post(path)
    Pairing.objects.update(until=timezone.now())
    html = read(teacher, path)
    assert "Ces chiffres ont expiré" in html
    assert digits(html) == ""


def test_as_many_as_possible(teacher: Client) -> None:
    school = make()
    rooms = [services.add_room(school, f"Salle {n}") for n in range(pairing.MOST_OPEN + 1)]
    paths = [f"{school.page}/rooms/{room.pk}/pairing" for room in rooms]
    answers = [teacher.post(path) for path in paths]
    assert [answer.status_code for answer in answers] == [302] * pairing.MOST_OPEN + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 600
    assert "tous établissements confondus" in answers[-1].content.decode()


def test_screens_are_listed_renamed_and_unpaired_at_once(teacher: Client) -> None:
    room = services.add_room(make(), "Salle 1")
    wall, token = services.pair(services.new_pairing(room)[0], "192.0.2.1")
    Wall.objects.update(seen_at=timezone.now() - dt.timedelta(minutes=3, seconds=5))
    page = room.school.page
    html = read(teacher, page)
    assert "<bdi>Écran 1</bdi>" in html
    assert "vu il y a 3 min" in html
    assert "ne s’annule pas" in html
    assert teacher.post(f"{page}/walls/{wall.pk}/rename", {"name": " Au fond"})["Location"] == f"{page}#room-{room.pk}"
    assert "<bdi>Au fond</bdi>" in read(teacher, page)
    refused = teacher.post(f"{page}/walls/{wall.pk}/rename", {"name": "x" * 61})
    assert refused.status_code == 422
    assert f'id="wall-{wall.pk}-mistake"' in refused.content.decode()
    gone = teacher.post(f"{page}/walls/{wall.pk}/revoke")["Location"]
    assert services.wall_of(token) is None
    html = read(teacher, gone)
    assert "« <bdi>Au fond</bdi> » est délié".replace("« ", "«\u00a0").replace(" »", "\u00a0»") in html
    assert "Aucun écran n’est relié" in html
    assert teacher.post(f"{page}/walls/{wall.pk}/revoke").status_code == 404


@pytest.mark.parametrize(
    ("past", "says"),
    [
        ({"seconds": -90}, {"fr": "vu à l’instant", "ar": "ظهرت الآن"}),
        ({"seconds": 119}, {"fr": "vu à l’instant"}),
        ({"minutes": 3}, {"fr": "vu il y a 3 min", "ar": "ظهرت قبل 3 دقائق", "en": "seen 3 minutes ago"}),
        ({"minutes": 59}, {"ar": "ظهرت قبل 59 دقيقة"}),
        ({"hours": 2}, {"fr": "vu il y a 2 h", "ar": "ظهرت قبل ساعتين"}),
        ({"days": 1, "hours": 1}, {"fr": "vu il y a 1 jour", "ar": "ظهرت قبل يوم", "en": "seen 1 day ago"}),
        ({"days": 400}, {"fr": "vu il y a 400 jours", "ar": "ظهرت قبل 400 يوم"}),
    ],
)
def test_how_long_ago(past: dict[str, float], says: dict[str, str]) -> None:
    for language, sentence in says.items():
        with translation.override(language):
            assert ago(timezone.now() - dt.timedelta(**past)) == sentence
    assert ago(None) == "pas encore vu"


# -- the tables keep themselves true ------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [{"latin": "", "arabic": ""}, {"gresa": "12345A"}])
def test_the_database_refuses_what_cannot_be(told: dict[str, str], make_row: Callable[..., None]) -> None:
    from django.db import IntegrityError

    make_row(gresa="12345A")
    with pytest.raises(IntegrityError):
        make_row(**told)


@pytest.fixture
def make_row() -> Callable[..., None]:
    def row(**told: str) -> None:
        School.objects.create(**{"latin": "A", "kind": "other", "town": "x", **told})

    return row
