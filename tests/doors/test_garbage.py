"""Garbage at every socket of the running server: a clear refusal, never a 5xx, no traceback, and the lesson goes on."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import random
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from halqa.client import Client, Speaker
from halqa.stores import verify
from halqa.timeline import KEY, Draft, Entry, encode_draft
from serving import Server

MOST_GROWTH = 24 << 20
"""Bytes the server may grow by under a storm of garbage: buffers and caches, nothing per request. Measured: 3 MiB."""
GARBAGE = 900
HONEST = 60
"""Entries that are said at least while garbage comes."""
PATIENCE_S = 3.0
"""How long an answer is waited for that need not come."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of it: whatever garbage left behind would meet what comes after."""
    folder = tmp_path_factory.mktemp("garbage")
    server = Server(folder / "house", log=folder / "house.log")
    server.start()
    yield server
    assert server.answers()
    assert server.stop() == 0
    assert "Traceback" not in server.said


@pytest.fixture(scope="module")
def lesson(server: Server) -> str:
    return server.announce("Au milieu des ordures")


@pytest.fixture(scope="module")
def ticket(server: Server, lesson: str) -> str:
    return server.ticket(lesson)


def throw(server: Server, data: bytes) -> bytes:
    """What the server answers to these bytes, until it closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        answer = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
            while piece := connection.recv(1 << 16):
                answer += piece
        return answer


def request(method: str, path: str, headers: str = "", body: bytes = b"", *, length: bool = True) -> bytes:
    told = f"Content-Length: {len(body)}\r\n" if length and (body or method == "POST") else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{told}{headers}\r\n"
    return head.encode("latin-1") + body


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert found, answer[:200]
    return int(found[1])


FRAMES = "Content-Type: application/vnd.halqa.frames\r\n"
JSON = "Content-Type: application/json\r\n"
TRICKS = [
    "..", "%2e%2e", "%2e%2e%2f%2e%2e%2fsecret", "..%5c..", "%00", "a%00b", "%ff%fe", "%ED%A0%80",
    "%D8%AD%D9%84%D9%82%D8%A9", "%F0%9F%92%A5", "a" * 9000, "%25%30%30", "-", "A", "%20", "%0d%0aX:y", "%0a",
    "*", "~root", "nul.txt", ";a=b", "%3f", "%23",
]  # fmt: skip
ROOMS = [
    "/timelines/{}", "/timelines/{}/entries", "/timelines/{}/seal", "/lessons/{}", "/lessons/{}/edit", "/studio/{}",
    "/api/lessons/{}", "/api/lessons/{}/tickets/follow", "/lessons/{}/hls/master.m3u8", "/lessons/LESSON/hls/{}",
    "/lessons/LESSON/hls/{}/index.m3u8", "/lessons/LESSON/hls/audio/{}", "/static/{}", "/static/assets/{}",
    "/language/{}", "/{}",
]  # fmt: skip

NAMES = ("after", "at", "tracks", "video", "rung", "start", "limit", "wait", "page", "q", "next", "ticket", "status")
VALUES = ("", "-1", "9" * 11, "%00", "live", "*", "video/*", "%C2%B2", "a" * 500, "%ED%A0%80", "//evil.example")


def test_tricks_in_the_path_open_no_door(server: Server, lesson: str, ticket: str) -> None:
    secrets = [(server.data / name).read_bytes().strip() for name in ("secret", "teacher-key")]
    bearer = f"Authorization: Bearer {ticket}\r\n"
    for room in ROOMS:
        for trick in TRICKS:
            path = room.replace("LESSON", lesson).format(trick)
            answer = throw(server, request("GET", path, bearer))
            assert not any(secret in answer for secret in secrets), path
            if room.startswith(("/timelines", "/lessons/LESSON/hls")):
                assert status(answer) in (400, 401, 403, 404), path
                assert b"application/problem+json" in answer, path
            else:  # some tricks are nothing but the home page's fragment; a page for teachers sends to the key
                assert status(answer) in (200, 302, 400, 404, 405), path


def test_verbs_that_no_address_knows(server: Server, lesson: str, ticket: str) -> None:
    bearer = f"Authorization: Bearer {ticket}\r\n"
    paths = [
        "/", "/healthz", "/help", f"/lessons/{lesson}", "/studio/leave", "/api/lessons", f"/api/lessons/{lesson}",
        f"/timelines/{lesson}", f"/timelines/{lesson}/entries", f"/lessons/{lesson}/hls/master.m3u8",
        "/static/mark.svg",
    ]  # fmt: skip
    for path in paths:
        for method in ("DELETE", "PUT", "PATCH", "TRACE", "PROPFIND", "OPTIONS"):
            answer = throw(server, request(method, path, bearer))
            refused = (403, 405) if method != "OPTIONS" else (200, 405)
            assert status(answer) in refused, f"{method} {path}"
    for method in ("FOO", "get", "GET/", ""):
        assert status(throw(server, request(method, "/"))) == 400


def test_heads_that_are_no_heads(server: Server, lesson: str) -> None:
    key = f"X-Halqa-Key: {server.key}\r\n"
    heads: dict[str, tuple[bytes, tuple[int, ...]]] = {
        "no HTTP": (b"\x00\x01\x02" * 99, (400,)),
        "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500, (400,)),
        "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400,)),
        "a name that is not ours": (request("GET", "/").replace(b"localhost", b"elsewhere.example"), (400,)),
        "no name": (request("GET", "/").replace(b"localhost", b""), (400,)),
        "a name of noise": (request("GET", "/").replace(b"localhost", b"a b\xff[::"), (400,)),
        "an address in pieces": (request("GET", "http://[::1"), (400,)),
        "letters as they are": (request("GET", "/timelines/\xe9/entries"), (400,)),
        "one endless line": (request("GET", "/", "X: " + "y" * 1_000_000 + "\r\n"), (431,)),
        "an endless address": (request("GET", "/" + "y" * 1_000_000), (431,)),
        "endless lines": (request("GET", "/", "".join(f"X-{n}: y\r\n" for n in range(60_000))), (431,)),
        "endless nothing": (b"\r\n" * 500_000, (431,)),
        "noise in what is known": (
            request(
                "GET",
                "/",
                "Cookie: sessionid=\xff\xfe;;;=;language=\x80\r\nAccept-Language: " + "x-" * 200 + ";q=\xff\r\n"
                "Accept-Encoding: \xff\r\n"
                "If-Modified-Since: \xff\r\nX-Forwarded-For: \xff%::::1\r\nRange: bytes=\xff-\r\n",
            ),
            (200,),
        ),
        "a key of noise": (request("POST", "/api/lessons", f"{JSON}X-Halqa-Key: \xe9\r\n", b'{"title": "x"}'), (401,)),
        "a range beyond": (request("GET", "/static/mark.svg", "Range: bytes=99999999-\r\n"), (416,)),
        "another protocol": (request("GET", "/", "Upgrade: websocket\r\nConnection: Upgrade\r\n"), (200, 400)),
        "an origin elsewhere": (request("POST", "/studio/enter", "Origin: https://evil.example\r\n", b"key=x"), (403,)),
        "two lengths": (request("POST", "/api/lessons", f"{key}Content-Length: 3\r\n", b"12345"), (400,)),
        "a negative length": (request("POST", "/studio/enter", "Content-Length: -5\r\n", b"x", length=False), (400,)),
        "a length beyond numbers": (
            request("POST", "/api/lessons", f"{key}Content-Length: {'9' * 30}\r\n", b"hello", length=False),
            (400,),
        ),
        "a length in other digits": (request("POST", "/", "Content-Length: \xb2\r\n", b"x", length=False), (400,)),
    }  # fmt: skip
    for name, (data, wanted) in heads.items():
        assert status(throw(server, data)) in wanted, name


def test_bodies_that_lie_about_themselves(server: Server, lesson: str, ticket: str) -> None:
    chunked = f"{FRAMES}Transfer-Encoding: chunked\r\n"
    lies: dict[str, tuple[str, bytes]] = {
        "no number": (chunked, b"zz\r\nabc\r\n0\r\n\r\n"),
        "a number beyond numbers": (chunked, b"f" * 20 + b"\r\nabc\r\n"),
        "a negative number": (chunked, b"-3\r\nabc\r\n0\r\n\r\n"),
        "shorter than it is": (chunked, b"2\r\nabcdef\r\n0\r\n\r\n"),
        "chunked and counted": (f"{chunked}Content-Length: 5\r\n", b"0\r\n\r\n"),
        "chunked twice": (f"{FRAMES}Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
        "nothing at all": (chunked, b"0\r\n\r\n"),
        "squeezed": (f"{FRAMES}Content-Encoding: gzip\r\nContent-Length: 5\r\n", b"hello"),
    }
    for path in (f"/timelines/{lesson}/entries", "/api/lessons", "/studio/enter"):
        for name, (headers, body) in lies.items():
            headers += f"Authorization: Bearer {ticket}\r\nX-Halqa-Key: {server.key}\r\n"
            answer = throw(server, request("POST", path, headers, body, length=False))
            assert 400 <= status(answer) < 500, f"{name} at {path}"
    for endless in (b"[" * (9 << 20), iter([b"y" * 65_536] * 40)):
        refused = httpx.post(f"{server.url}/api/lessons", content=endless, trust_env=False)
        assert (refused.status_code, refused.json()["code"]) == (413, "too-large"), "not kept beyond its bound"


def test_json_that_no_lesson_is_made_of(server: Server, lesson: str) -> None:
    headers = f"{JSON}X-Halqa-Key: {server.key}\r\n"
    bodies: dict[bytes, int] = {
        b'{"title": "\\ud800"}': 422,
        b'{"title": "\\u0000"}': 422,
        b'{"title": "x", "teacher": "\\udfff\\u0007"}': 422,
        b'{"title": ["x"]}': 422,
        b'{"title": {"$gt": ""}}': 422,
        b'{"title": "x", "subject": "\\ud800"}': 422,
        b'{"title": 1e999}': 422,
        b'{"title": "' + b"x" * 50_000 + b'"}': 422,
        b"\xff\xfe\x00\x01": 400,
        b"[" * 60_000: 400,
        b'{"a":' * 9_000: 400,
        b"": 422,
        b"null": 422,
        b"9" * 60_000: 400,
    }
    for body, wanted in bodies.items():
        answer = throw(server, request("POST", "/api/lessons", headers, body))
        assert status(answer) == wanted, (body[:60], answer[:400])
        assert b"application/problem+json" in answer
    for body in (b'{"speaker": "\\ud800"}', b'{"speaker": "../x"}', b'{"speaker": 7}'):
        answer = throw(server, request("POST", f"/api/lessons/{lesson}/tickets/say", headers, body))
        assert status(answer) == 422, body
    form = "Content-Type: application/x-www-form-urlencoded\r\nCookie: csrftoken=" + "a" * 32 + "\r\n"
    for body in (b"key=a&" * 5_000, b"key=%00%ff&csrfmiddlewaretoken=" + b"a" * 32, b"csrfmiddlewaretoken=\xff"):
        assert status(throw(server, request("POST", "/studio/enter", form, body))) in (400, 403), body[:40]


def test_tickets_that_were_touched(server: Server, lesson: str, ticket: str) -> None:
    dice = random.Random(7)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = server.ticket(server.announce("Une autre"), "follow")
    nested = base64.urlsafe_b64encode(b"[" * 40_000).decode()
    touched = [nested + ".e30.e30", "\xe9.\xe9.\xe9", ".".join([ticket] * 3), " " + ticket[:40], "%00"]
    for _ in range(60):
        place = dice.randrange(len(ticket) - 1)  # the last letter has bits that mean nothing
        letter = dice.choice(letters.replace(ticket[place], ""))
        touched.append(ticket[:place] + letter + ticket[place + 1 :])
    ours, theirs = ticket.split("."), other.split(".")
    touched += [".".join([ours[0], theirs[1], ours[2]]), ".".join([ours[0], ours[1], theirs[2]])]
    body = encode_draft(Draft("audio", "s.forger", 1, 0, 500, KEY, b"never said"))
    for one in touched:
        answer = throw(
            server, request("POST", f"/timelines/{lesson}/entries", f"{FRAMES}Authorization: Bearer {one}\r\n", body)
        )
        assert status(answer) == 401, one
        assert b'"ticket-forged"' in answer
    elsewhere = request("POST", f"/timelines/{lesson}/entries", f"{FRAMES}Authorization: Bearer {other}\r\n", body)
    assert status(throw(server, elsewhere)) == 403


def nonsense(dice: random.Random, lesson: str, ticket: str) -> bytes:
    """One piece of garbage: noise, a broken request, broken frames, or a whole request of odd parts."""
    bearer = f"Authorization: Bearer {ticket}\r\n"
    frames = [
        encode_draft(Draft(track, "s.noise", n, n * 100, 100, KEY, dice.randbytes(dice.randrange(300))))
        for n in range(1, dice.randrange(2, 6))
        for track in ("audio", "board")
    ]
    dice.shuffle(frames)
    body = bytearray(b"".join(frames))
    match dice.randrange(6):
        case 0:
            return dice.randbytes(dice.randrange(1, 3000)) + b"\r\n\r\n"
        case 1:
            for _ in range(dice.randrange(1, 9)):
                body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
        case 2:
            del body[dice.randrange(len(body)) :]
        case 3:
            place = dice.randrange(len(body))
            body[place:place] = dice.choice((body[:100], dice.randbytes(50), b"\xff" * 8))
        case 4:
            whole = bytearray(request("POST", f"/timelines/{lesson}/entries", FRAMES + bearer, bytes(body)))
            for _ in range(dice.randrange(1, 5)):
                whole[dice.randrange(whole.index(b"\r\n\r\n"))] = dice.randrange(256)
            return bytes(whole)
        case _:
            method = dice.choice(("GET", "POST", "HEAD", "PUT", "OPTIONS"))
            path = dice.choice(ROOMS).replace("LESSON", lesson).format(dice.choice((*TRICKS, lesson)))
            asked = "&".join(f"{dice.choice(NAMES)}={dice.choice(VALUES)}" for _ in range(dice.randrange(4)))
            return request(
                method, f"{path}?{asked}", dice.choice(("", bearer, JSON)), b"{}" if method == "POST" else b""
            )
    return request("POST", f"/timelines/{lesson}/entries", FRAMES + bearer, bytes(body))


async def answer_to(server: Server, data: bytes, patience: float) -> bytes:
    """The beginning of the answer; empty if none came: the server may wait for the rest of what has no end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(data)
        return await asyncio.wait_for(reader.read(1 << 16), patience)
    except (TimeoutError, ConnectionError):
        return b""
    finally:
        writer.transport.abort()


async def throw_many(server: Server, garbage: list[bytes], dice: random.Random) -> int:
    """Throw all of it, some without waiting for an answer. Returns how many were answered; never with a 5xx."""
    gate = asyncio.Semaphore(100)

    async def one(data: bytes, patience: float) -> bool:
        async with gate:
            answer = await answer_to(server, data, patience)
        assert not answer or status(answer) < 500, data[:500]
        return answer != b""

    patience = [PATIENCE_S if dice.random() < 0.8 else 0.0 for _ in garbage]
    return sum(await asyncio.gather(*map(one, garbage, patience)))


async def test_a_storm_of_garbage_while_a_lesson_is_taught(server: Server, lesson: str, ticket: str) -> None:
    dice = random.Random(2026)
    # What every server keeps after its first few hundred requests is not growth.
    await throw_many(server, [nonsense(dice, lesson, ticket) for _ in range(GARBAGE // 3)], dice)
    before = server.memory
    heard: list[Entry] = []

    async def hear(classroom: Client) -> None:
        async for item in classroom.follow(lesson, tracks="captions/fr"):
            if isinstance(item, Entry) and item.speaker == "s.honest":
                heard.append(item)

    async with Client(server.url, ticket) as studio, Client(server.url, server.ticket(lesson, "follow")) as classroom:
        hearing = asyncio.create_task(hear(classroom))
        garbage = [nonsense(dice, lesson, ticket) for _ in range(GARBAGE)]
        storm = asyncio.create_task(throw_many(server, garbage, dice))
        speaker = Speaker(studio, lesson, "s.honest")
        said = 0
        while said < HONEST or not storm.done():
            # On a track that garbage does not know: chance may have said there that it is late already.
            await speaker.say([Draft("captions/fr", "", 0, said * 500, 500, KEY, b"voice" * 100)])
            said += 1
        answered = await storm
        assert answered > GARBAGE // 3, "it was a storm of answers"
        await studio.seal(lesson)
        await hearing
    assert [entry.number for entry in heard] == list(range(1, said + 1))
    assert server.memory - before < MOST_GROWTH
    assert verify(Path(server.data, "timelines", f"{lesson}.timeline")).whole
