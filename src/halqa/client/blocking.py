"""The thin blocking face: the same client, driven by an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from halqa.timeline import Draft, Entry, Frame, Notice, Summary

from .client import Client, Followed
from .speaker import Speaker

T = TypeVar("T")


class BlockingClient:
    """`Client` for scripts: no `await`. Use as `with BlockingClient(url, ticket) as client`."""

    def __init__(self, server: str, ticket: str) -> None:
        self._runner = asyncio.Runner()
        self._client = Client(server, ticket)

    def __enter__(self) -> BlockingClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._client.close())
        self._runner.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def say(self, timeline: str, speaker: str, drafts: Sequence[Draft]) -> dict[str, Any]:
        """Say drafts that are already numbered, until they are acknowledged, under their own speaker's name."""
        voice = Speaker(self._client, timeline, speaker)
        return self._run(voice.say(drafts))

    def follow(self, timeline: str, place: Followed | None = None, **wishes: Any) -> Iterator[Frame]:
        """Like `Client.follow`; break off whenever you like."""
        stream = self._client.follow(timeline, place, **wishes)
        try:
            while True:
                try:
                    yield self._run(anext(stream))  # type: ignore[arg-type]
                except StopAsyncIteration:
                    return
        finally:
            self._run(stream.aclose())  # type: ignore[attr-defined]

    def read(self, timeline: str, **question: str | int) -> list[Entry | Notice]:
        """One bounded answer."""
        return self._run(self._client.read(timeline, **question))

    def summary(self, timeline: str) -> Summary:
        """The timeline in figures."""
        return self._run(self._client.summary(timeline))

    def seal(self, timeline: str) -> Summary:
        """End the lesson."""
        return self._run(self._client.seal(timeline))
