"""The heart: frames as docs/protocol.md has them, whatever the cut; names and patterns of tracks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from halqa.timeline import (
    EVERYTHING,
    STAMP,
    Body,
    Draft,
    Entry,
    Frame,
    FrameReader,
    Notice,
    Passing,
    Tracks,
    committed,
    decode,
    decode_said,
    encode_draft,
    encode_entry,
    encode_notice,
    encode_passing,
)
from halqa.timeline.errors import BadQuestion, MalformedFrame, Mistake, TooLarge
from halqa.timeline.frames import MAX_FRAME, MAX_PASSING, MAX_PAYLOAD, MAX_U32
from halqa.timeline.tracks import check_speaker, check_timeline, check_track, height, is_media

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"

words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=16)
varieties = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=40)
tracks = st.one_of(words, st.builds("{}/{}".format, words, varieties))
speakers = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-", min_size=1, max_size=32)
u32 = st.integers(0, MAX_U32)
entries = st.builds(
    Entry,
    seq=st.integers(1, MAX_U32),
    track=tracks,
    speaker=speakers,
    number=st.integers(1, MAX_U32),
    t=u32,
    duration=u32,
    flags=st.integers(0, 3),
    payload=st.binary(max_size=300),
)


passing = st.builds(Passing, track=tracks, speaker=speakers, payload=st.binary(max_size=100))


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    t = draw(u32)
    flags = draw(st.integers(0, 7))
    duration = draw(u32 if flags & STAMP else st.integers(0, MAX_U32 - t))
    return Draft(
        track=draw(tracks),
        speaker=draw(speakers),
        number=draw(st.integers(1, MAX_U32)),
        t=t,
        duration=duration,
        flags=flags,
        payload=draw(st.binary(max_size=100)),
    )


notices = st.dictionaries(
    st.text(max_size=8), st.one_of(st.none(), st.booleans(), st.integers(-(1 << 53), 1 << 53), st.text(max_size=20))
)


def encode(said: Frame | Draft) -> bytes:
    match said:
        case Entry():
            return encode_entry(said)
        case Draft():
            return encode_draft(said)
        case Passing():
            return encode_passing(said)
        case _:
            return encode_notice(said)


def samples(kind: str) -> list[tuple[str, bytes]]:
    """The samples of one kind on the protocol's page: what it says, and the bytes."""
    found = re.search(r"```samples\n(.*?)```", PROTOCOL.read_text(), re.DOTALL)
    assert found is not None, "docs/protocol.md has no samples"
    lines = [line for line in found[1].splitlines() if line.startswith(f"{kind} ")]
    pairs = [line.removeprefix(f"{kind} ").rsplit(" = ", 1) for line in lines]
    return [(said.strip(), bytes.fromhex(hexadecimal)) for said, hexadecimal in pairs]


def members(said: str) -> dict[str, str]:
    return dict(member.split("=", 1) for member in said.split(" "))


def mistaken(read: Callable[[], object]) -> Mistake | None:
    """The mistake that reading made, if any."""
    try:
        read()
    except Mistake as mistake:
        return mistake
    return None


class TestThePage:
    """The samples at the end of docs/protocol.md are what this codec says and understands."""

    def test_has_samples_of_every_kind(self) -> None:
        assert all(samples(kind) for kind in ("entry", "draft", "notice", "passing", "skipped", "bad"))

    @pytest.mark.parametrize(("said", "frame"), samples("entry"))
    def test_entries(self, said: str, frame: bytes) -> None:
        m = members(said)
        number, t, duration, flags = (int(m[name]) for name in ("number", "t", "duration", "flags"))
        payload = bytes.fromhex(m["payload"])
        entry = Entry(int(m["seq"]), m["track"], m["speaker"], number, t, duration, flags, payload)
        assert encode_entry(entry) == frame
        assert decode(frame) == entry

    @pytest.mark.parametrize(("said", "frame"), samples("draft"))
    def test_drafts(self, said: str, frame: bytes) -> None:
        m = members(said)
        number, t, duration, flags = (int(m[name]) for name in ("number", "t", "duration", "flags"))
        draft = Draft(m["track"], m["speaker"], number, t, duration, flags, bytes.fromhex(m["payload"]))
        assert encode_draft(draft) == frame
        assert decode_said(frame) == Body([draft])

    @pytest.mark.parametrize(("said", "frame"), samples("passing"))
    def test_passing(self, said: str, frame: bytes) -> None:
        m = members(said)
        passing = Passing(m["track"], m["speaker"], bytes.fromhex(m["payload"]))
        assert encode_passing(passing) == frame
        assert decode(frame) == passing
        assert decode_said(frame) == Body([passing])

    @pytest.mark.parametrize(("said", "frame"), samples("skipped"))
    def test_what_who_follows_skips_cannot_be_said(self, said: str, frame: bytes) -> None:
        good = encode_notice({"notice": "live"})
        assert list(FrameReader().feed(good + frame + good)) == [{"notice": "live"}] * 2, said
        for read in (decode, decode_said):
            with pytest.raises(MalformedFrame):
                read(frame)

    @pytest.mark.parametrize(("said", "frame"), samples("notice"))
    def test_notices(self, said: str, frame: bytes) -> None:
        assert decode(frame) == json.loads(said)
        assert decode(encode_notice(json.loads(said))) == json.loads(said)

    @pytest.mark.parametrize(("said", "frame"), samples("bad"))
    def test_bad_frames(self, said: str, frame: bytes) -> None:
        with pytest.raises(Mistake) as caught:
            list(FrameReader().feed(frame))
        assert caught.value.code == said.split(" ")[0]


class TestFrames:
    @given(entries)
    def test_an_entry_comes_back_as_it_was_said(self, entry: Entry) -> None:
        assert decode(encode_entry(entry)) == entry

    @given(notices)
    def test_a_notice_comes_back_as_it_was_told(self, notice: Notice) -> None:
        assert decode(encode_notice(notice)) == notice

    @given(passing)
    def test_what_passes_comes_as_it_was_said(self, said: Passing) -> None:
        assert decode(encode_passing(said)) == said

    @given(st.lists(st.one_of(drafts(), passing), min_size=1, max_size=5))
    def test_a_body_comes_back_as_it_was_said(self, said: list[Draft | Passing]) -> None:
        body = decode_said(b"".join(map(encode, said)))
        assert body.frames == said
        assert [said[body.place(index)] for index in range(len(body.drafts))] == body.drafts
        assert [one for one in said if one not in body.drafts] == body.passing

    @given(st.lists(st.one_of(entries, notices, passing), max_size=8), st.data())
    def test_any_cut_of_the_stream_gives_the_same_frames(self, said: list[Frame], data: st.DataObject) -> None:
        stream = b"".join(map(encode, said))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
        reader, heard = FrameReader(), list[Frame]()
        for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            heard += reader.feed(stream[begin:end])
        assert heard == said
        assert reader.pending == 0

    @given(st.lists(entries, min_size=1, max_size=3))
    def test_byte_by_byte(self, said: list[Entry]) -> None:
        reader = FrameReader()
        stream = b"".join(map(encode_entry, said))
        assert [heard for byte in stream for heard in reader.feed(bytes([byte]))] == said

    @given(st.binary(max_size=400))
    @example(b"\x00\x00\x00\x00")
    @example(b"\x00\x00\x00\x06\x02\x00\x00\x00\xff\xff")
    @example(b"\xff\xff\xff\xff")
    def test_garbage_is_a_mistake_and_nothing_else(self, garbage: bytes) -> None:
        for read in (lambda: list(FrameReader().feed(garbage)), lambda: decode(garbage), lambda: decode_said(garbage)):
            mistake = mistaken(read)
            assert mistake is None or (mistake.code in {"malformed-frame", "too-large"} and str(mistake))

    @given(drafts(), st.data())
    def test_a_bent_frame_is_a_mistake_or_another_entry(self, draft: Draft, data: st.DataObject) -> None:
        frame = bytearray(encode_draft(draft))
        for _ in range(data.draw(st.integers(1, 4))):
            frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
        try:
            said = decode_said(bytes(frame))
        except Mistake:
            return
        assert b"".join(map(encode, said.frames)) == frame

    @given(drafts(), st.data())
    def test_a_body_cut_short_names_the_frame(self, draft: Draft, data: st.DataObject) -> None:
        frame = encode_draft(draft)
        short = frame[: data.draw(st.integers(1, len(frame) - 1))]
        with pytest.raises(MalformedFrame) as caught:
            decode_said(frame + short)
        assert caught.value.details["frame"] == 1

    def test_the_largest_payload_fits_and_one_byte_more_does_not(self) -> None:
        longest = Draft("a" * 16 + "/" + "b" * 40, "s" * 32, MAX_U32, 0, 0, 0, bytes(MAX_PAYLOAD))
        frame = encode_draft(longest)
        assert len(frame) - 4 <= MAX_FRAME
        assert decode_said(frame).drafts == [longest]
        with pytest.raises(TooLarge):
            decode_said(encode_draft(Draft("a", "s", 1, 0, 0, 0, bytes(MAX_PAYLOAD + 1))))
        tip = Passing("board", "s", bytes(MAX_PASSING))
        assert decode(encode_passing(tip)) == tip
        with pytest.raises(TooLarge):
            decode(encode_passing(Passing("board", "s", bytes(MAX_PASSING + 1))))

    def test_a_length_beyond_the_bound_is_refused_before_its_bytes_are_kept(self) -> None:
        reader = FrameReader()
        with pytest.raises(TooLarge):
            list(reader.feed((MAX_FRAME + 1).to_bytes(4, "big")))

    @pytest.mark.parametrize(
        "frame",
        [
            pytest.param(encode_entry(Entry(1, "audio", "s", 1, 0, 0, 0, b"")), id="with a seq"),
            pytest.param(encode_draft(Draft("audio", "s", 0, 0, 0, 0, b"")), id="numbered 0"),
            pytest.param(encode_draft(Draft("audio", "s", 1, MAX_U32, 1, 0, b"")), id="ending after 2^32 ms"),
            pytest.param(encode_notice({"notice": "live"}), id="a notice"),
            pytest.param(b"\x00\x00\x00\x04\x09\x00\x00\x00", id="a kind that does not exist"),
            pytest.param(b"", id="nothing"),
        ],
    )
    def test_what_cannot_be_said(self, frame: bytes) -> None:
        good = encode_draft(Draft("audio", "s", 1, 0, 0, 0, b""))
        with pytest.raises(MalformedFrame) as caught:
            decode_said(good + frame if frame else b"")
        assert caught.value.details["frame"] == (1 if frame else 0)

    def test_a_stamped_draft_may_say_any_moment_and_the_stamp_is_not_kept(self) -> None:
        draft = Draft("talk", "s", 1, MAX_U32, 5, STAMP | 1, b"x")
        assert decode_said(encode_draft(draft)).drafts == [draft]
        assert committed(7, draft, 40) == Entry(7, "talk", "s", 1, 40, 5, 1, b"x")

    def test_a_draft_becomes_an_entry_at_its_place(self) -> None:
        draft = Draft("audio", "s", 3, 10, 5, 1, b"x")
        entry = committed(7, draft)
        assert entry == Entry(7, "audio", "s", 3, 10, 5, 1, b"x")
        assert (entry.end, entry.key, entry.init) == (15, True, False)


class TestTracks:
    @given(tracks)
    def test_a_track_is_in_itself_its_kind_and_everything_unless_private(self, track: str) -> None:
        assert track in Tracks([track])
        assert track in Tracks([f"{track.split('/')[0]}/*"]) or "/" not in track
        assert (track in EVERYTHING) == (not track.startswith("private/"))

    def test_patterns(self) -> None:
        wanted = Tracks(["audio", "video/*", "private/7f3k"])
        assert [t for t in ("audio", "audio/x", "video/90", "video", "private/7f3k", "private/x") if t in wanted] == [
            "audio",
            "video/90",
            "private/7f3k",
        ]
        assert Tracks(["a", "b", "a"]).patterns == ("a", "b")
        assert Tracks.shared(("a", "b")) is Tracks.shared(("a", "b"))

    @pytest.mark.parametrize("pattern", ["", "/", "**", "a/", "*/a", "A", "a/*b", "a//b", "a/b/c", "a\n"])
    def test_what_is_no_pattern(self, pattern: str) -> None:
        with pytest.raises(BadQuestion):
            Tracks([pattern])

    @pytest.mark.parametrize("name", ["", "-a", "A", "a/b", "..", "a.b", "a" * 65, "a\n", "a\x00", "é"])
    def test_what_names_no_timeline(self, name: str) -> None:
        with pytest.raises(BadQuestion):
            check_timeline(name)

    @pytest.mark.parametrize("name", ["", "Audio", "a/", "a/B", "a/b/c", "a" * 17, "a/" + "b" * 41, "a\n"])
    def test_what_names_no_track(self, name: str) -> None:
        with pytest.raises(MalformedFrame):
            check_track(name)

    @pytest.mark.parametrize("name", ["", "a b", "a/b", "é", "a" * 33, "a\n"])
    def test_what_names_no_speaker(self, name: str) -> None:
        with pytest.raises(MalformedFrame):
            check_speaker(name)

    def test_which_tracks_are_pictures_and_sound(self) -> None:
        assert [is_media(t) for t in ("audio", "video/90", "board", "audio/fr")] == [True, True, False, False]
        assert [height(t) for t in ("video/720", "video/x", "audio")] == [720, 0, 0]
