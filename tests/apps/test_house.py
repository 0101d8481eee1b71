"""What the house is told by its environment, and how it says that it is well."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from halqa.site.environment import BadEnvironment, read_environment
from halqa.site.health import health


def test_the_environment_is_read_once_and_has_sane_defaults() -> None:
    told = read_environment({})
    assert told.data == Path("var").absolute()
    assert not told.debug
    assert not told.secure
    assert "localhost" in told.hosts
    assert "*" not in told.hosts
    public = read_environment({"HALQA_URL": "https://halqa.example.ma/", "HALQA_HOSTS": "a, b"})
    assert public.secure
    assert public.url == "https://halqa.example.ma"
    assert public.hosts == ("a", "b", "halqa.example.ma")


def test_servers_for_the_floor() -> None:
    turn = "turn:t.example.ma:3478?transport=udp, turns:[fd00::7]:5349"
    told = read_environment({"HALQA_STUN": "stun:s.example.ma", "HALQA_TURN": turn, "HALQA_TURN_SECRET": "north"})
    assert told.stun == "stun:s.example.ma"
    assert told.turn == ("turn:t.example.ma:3478?transport=udp", "turns:[fd00::7]:5349")
    assert told.turn_secret == "north"


@pytest.mark.parametrize(
    "told",
    [
        {"HALQA_URL": "halqa.ma"},
        {"HALQA_URL": "ftp://x"},
        {"HALQA_DEBUG": "perhaps"},
        {"HALQA_STUN": "s.example.ma"},
        {"HALQA_TURN": "https://t.example.ma", "HALQA_TURN_SECRET": "north"},
        {"HALQA_TURN": "turn:t.example.ma"},
        {"HALQA_TURN_SECRET": "north"},
    ],
)
def test_a_setting_nobody_understands_is_named(told: dict[str, str]) -> None:
    with pytest.raises(BadEnvironment, match=next(iter(told))):
        read_environment(told)


@pytest.mark.parametrize("host", ["testserver", "10.0.3.7", "192.168.1.20:8000", "[fd00::7]:8000"])
def test_the_house_answers_to_its_names_and_to_addresses_in_figures(host: str, reader: Client) -> None:
    assert reader.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "10.0.3.7.evil.example", "1.2.3.4.5", "[::1", "a b"]
)
def test_a_name_that_somebody_else_chose_is_refused(host: str, reader: Client) -> None:
    answer = reader.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "HALQA_HOSTS" in answer.content.decode()


def test_healthy(tmp_path: Path) -> None:
    assert health(tmp_path / "timelines")[0] == 200
    assert list((tmp_path / "timelines").iterdir()) == []


def test_not_healthy(tmp_path: Path) -> None:
    (tmp_path / "timelines").write_text("a file where the folder should be")
    status, told = health(tmp_path / "timelines")
    assert (status, told["status"]) == (503, "cannot-write")


def test_another_name_is_refused_with_a_page(reader: Client) -> None:
    answer = reader.get("/", headers={"host": "evil.example", "accept-language": "fr"})
    assert answer.status_code == 400
    assert "HALQA_HOSTS" in answer.content.decode()


def test_a_broken_page_is_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from halqa.lessons import services

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(services, "find", broken)
    client = Client(raise_request_exception=False)
    answer = client.get("/", headers={"accept-language": "ar"})
    assert answer.status_code == 500
    assert "حدث خلل عندنا" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()


def test_migrations_are_all_written() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@override_settings(HALQA_DEBUG=False)
def test_checks_find_nothing() -> None:
    call_command("check", "--deploy", "--fail-level", "WARNING")
