"""
Debian's own Firefox and WebKitGTK, driven by what they speak themselves: WebDriver BiDi over a websocket, and WebDriver
over HTTP. Playwright drives builds of its own only.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx
from websockets.sync.client import ClientConnection, connect

from desk import PATIENCE_S, running
from serving import free_port, until

FIREFOX = "/usr/bin/firefox-esr"
WEBKIT_DRIVER = "/usr/bin/WebKitWebDriver"
WIDTH, HEIGHT = 1366, 768
KEYS = {"Home": "\ue011"}
"""Keys that are no letter, as both protocols name them."""


class Window(Protocol):
    """One window of a real browser."""

    def goto(self, url: str) -> None: ...

    def evaluate(self, expression: str, /) -> Any:
        """The value of an expression, through JSON."""

    def click(self, selector: str) -> None:
        """As a hand does it: to the page it is a reader's."""

    def press(self, key: str) -> None:
        """The same with a key."""

    def errors(self) -> list[str]:
        """Errors of the pages shown so far that nobody caught."""


class Firefox:
    """https://www.w3.org/TR/webdriver-bidi/"""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._commands = 0
        self._errors: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask("browsingContext.setViewport", context=self.tab, viewport={"width": WIDTH, "height": HEIGHT})

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._commands += 1
        self._socket.send(json.dumps({"id": self._commands, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.recv(PATIENCE_S))
            if said.get("method") == "log.entryAdded":
                self._note(said["params"])
            if said.get("id") == self._commands:
                assert said["type"] == "success", said
                return dict(said["result"])

    def _note(self, entry: Mapping[str, Any]) -> None:
        if entry["type"] == "javascript" and entry["level"] == "error":
            self._errors.append(entry["text"])

    def goto(self, url: str) -> None:
        self.ask("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def evaluate(self, expression: str, /) -> Any:
        script = f"JSON.stringify({expression})"
        answer = self.ask("script.evaluate", expression=script, target={"context": self.tab}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    def click(self, selector: str) -> None:
        box = self.evaluate(f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()")
        middle = {"x": round(box["x"] + box["width"] / 2), "y": round(box["y"] + box["height"] / 2)}
        hand = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act("pointer", [{"type": "pointerMove", **middle}, *hand])

    def press(self, key: str) -> None:
        self._act("key", strokes(key))

    def _act(self, kind: str, actions: list[dict[str, Any]]) -> None:
        self.ask("input.performActions", context=self.tab, actions=[{"type": kind, "id": kind, "actions": actions}])

    def errors(self) -> list[str]:
        self.evaluate("null")  # What was noted before this is answered has come by then.
        return self._errors


class WebKit:
    """https://www.w3.org/TR/webdriver2/"""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._session = "/session/" + self.ask("POST", "/session", {"capabilities": {}})["sessionId"]
        self._errors: list[str] = []
        size = {"width": WIDTH, "height": HEIGHT}
        self.order("window/rect", **size)
        frame = HEIGHT - int(self.evaluate("innerHeight"))
        self.order("window/rect", width=WIDTH, height=HEIGHT + frame)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self._http.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]

    def order(self, what: str, **body: Any) -> Any:
        return self.ask("POST", f"{self._session}/{what}", body)

    def goto(self, url: str) -> None:
        self._errors = self.errors()
        self.order("url", url=url)
        # It tells nobody of errors; those before this line show in that the page does not work.
        self.order(
            "execute/sync",
            script="""window.uncaught = [];
            addEventListener("error", (event) => window.uncaught.push(event.message));
            addEventListener("unhandledrejection", (event) => window.uncaught.push(String(event.reason)));""",
            args=[],
        )

    def evaluate(self, expression: str, /) -> Any:
        return self.order("execute/sync", script=f"return {expression}", args=[])

    def click(self, selector: str) -> None:
        found = self.order("element", using="css selector", value=selector)
        self.order(f"element/{next(iter(found.values()))}/click")

    def press(self, key: str) -> None:
        self.order("actions", actions=[{"type": "key", "id": "key", "actions": strokes(key)}])

    def errors(self) -> list[str]:
        return [*self._errors, *self.evaluate("window.uncaught ?? []")]

    def close(self) -> None:
        self.ask("DELETE", self._session)


def strokes(key: str) -> list[dict[str, Any]]:
    return [{"type": kind, "value": KEYS.get(key, key)} for kind in ("keyDown", "keyUp")]


@contextlib.contextmanager
def firefox(folder: Path, desk: Mapping[str, str]) -> Iterator[Firefox]:
    """Firefox with a profile of its own."""
    profile, log = folder / "profile", folder / "firefox.log"
    profile.mkdir()
    # Its maker's settings service is not asked for anything.
    (profile / "user.js").write_text('user_pref("services.settings.server", "data:,#remote-settings-dummy/v1");\n')
    command = [FIREFOX, "--headless", "--remote-debugging-port", "0", "--profile", str(profile)]
    with running(command, log, desk):
        listens = re.compile(r"WebDriver BiDi listening on (\S+)")
        until(lambda: listens.search(log.read_text()), PATIENCE_S)
        where = listens.findall(log.read_text())[0]
        with connect(f"{where}/session", max_size=None, proxy=None) as socket:
            yield Firefox(socket)


@contextlib.contextmanager
def webkit(folder: Path, desk: Mapping[str, str]) -> Iterator[WebKit]:
    """WebKitGTK's own small browser."""
    url = f"http://127.0.0.1:{(port := free_port())}"

    def answers() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{url}/status", trust_env=False).status_code == 200
        return False

    with running([WEBKIT_DRIVER, f"--port={port}"], folder / "webkit.log", desk):
        until(answers, PATIENCE_S)
        with httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE_S) as http:
            window = WebKit(http)
            yield window
            window.close()
