"""What the demo's teachers write while their voice speaks (`demo_clip.py`): ink, text, a formula, pages turned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from halqa.timeline import Draft

from . import board
from .hand import Hand

Slides = Sequence[Mapping[str, Any]]
"""Pictures of pages, as the board shows them."""
A, B, C, M, N = (2500, 1250), (900, 3900), (4900, 3900), (1700, 2575), (3700, 2575)


def thales(starts_at: int = 0, again: int = 0, slides: Slides = ()) -> list[Draft]:
    """Two minutes on Thalès' theorem. `again`: how often it was written before; each time on pages of its own.

    `slides`: two pictures, if there are any; the lesson begins with the first, and the exercise is on the second.
    """
    first, second, before = (f"{again + 1}", f"{again + 1}b", f"{again + 1}a")
    hand = Hand(starts_at, first)
    hand.tell(fact="scene", scene="both")
    if slides:
        _pyramid(hand, before, 3 * again - 0.5, slides[0])
    if again:
        hand.turn(first, 3 * again)
        hand.take_out([f"{again}", f"{again}b", *([f"{again}a"] if slides else [])])
    elif slides:
        hand.turn_back(first)
    hand.tell(fact="chapter", title="Le théorème de Thalès")
    hand.rest(900)
    hand.text(350, 300, 4300, 370, "Le théorème de Thalès", board.BLUE)
    hand.text(4700, 300, 2950, 370, "مبرهنة طاليس", board.BLUE)
    hand.rest(500)
    hand.line((360, 830), (4300, 810), colour=board.RED, width=26)
    hand.rest(2500)
    _triangle(hand)
    parallel, length = f"parallel{again}", f"length{again}"
    _ask(hand, parallel, "truth", "(MN) est parallèle à (BC).")
    _statement(hand, starts_at)
    hand.rest_until(starts_at + 55_000)
    hand.tell(fact="poll-hidden", poll=parallel)
    hand.rest_until(starts_at + 58_000)
    _exercise(hand, second, 3 * again + 1, length, slides[1] if len(slides) > 1 else None)
    hand.rest_until(starts_at + 95_000)
    hand.tell(fact="poll-hidden", poll=length)
    hand.rest_until(starts_at + 96_000)
    hand.tell(fact="chapter", title="Vérifions ensemble")
    hand.turn_back(first)
    hand.rest(1200)
    hand.look(400, 2000, 5000)
    hand.rest(1500)
    hand.letters("6", 2900, 4010, colour=board.GREEN)
    hand.circle(3000, 4140, 230, colour=board.GREEN)
    hand.rest(5000)
    hand.look_at_all()
    return hand.drafts


def thales_for_ever(round_ms: int, slides: Slides = ()) -> Iterator[Draft]:
    """The same lesson again and again, as its clip."""
    again = 0
    while True:
        yield from thales(again * round_ms, again, slides)
        again += 1


def _triangle(hand: Hand) -> None:
    hand.line(A, B)
    hand.line(A, C)
    hand.line(B, C)
    hand.letters("A", A[0] - 110, A[1] - 350)
    hand.letters("B", B[0] - 330, B[1] - 130)
    hand.letters("C", C[0] + 110, C[1] - 130)
    hand.rest(2500)
    hand.line((M[0] - 350, M[1] + 5), (N[0] + 450, N[1] - 5), colour=board.BLUE, width=24)
    hand.letters("M", M[0] - 420, M[1] - 330, colour=board.BLUE)
    hand.letters("N", N[0] + 130, N[1] - 340, colour=board.BLUE)
    hand.rest(1500)
    for x, y in ((2600, 2575), (2600, 3900)):
        hand.line((x, y + 130), (x + 110, y - 130), colour=board.RED, width=18)
        hand.line((x + 120, y + 130), (x + 230, y - 130), colour=board.RED, width=18)
    hand.rest(1800)
    hand.line((M[0], M[1] + 10), (N[0], N[1] - 10), colour=board.SAFFRON, width=150, tool=board.HIGHLIGHTER)
    hand.line((B[0], B[1] + 10), (C[0], C[1] - 10), colour=board.SAFFRON, width=150, tool=board.HIGHLIGHTER)
    hand.rest(1000)


def _statement(hand: Hand, starts_at: int) -> None:
    hand.rest_until(starts_at + 34_000)
    hand.text(5250, 1200, 2700, 190, "(MN) est parallèle à (BC)")
    hand.rest(2500)
    hand.formula(5250, 1700, 300, r"\frac{AM}{AB} = \frac{AN}{AC} = \frac{MN}{BC}")
    hand.point(A, M, B, ms=2600)
    hand.point(A, N, C, ms=2600)
    hand.line((5200, 2520), (7700, 2500), colour=board.RED, width=26)
    hand.rest(1500)
    hand.letters("2", 1420, 1700, colour=board.VIOLET)
    hand.letters("4", 560, 2560, colour=board.VIOLET)
    hand.letters("3", 2900, 2130, colour=board.VIOLET)


def _ask(hand: Hand, poll: str, kind: str, text: str, *choices: str) -> None:
    hand.tell(fact="poll-opened", poll=poll, kind=kind, text=text, choices=list(choices), picture=None)


def _pyramid(hand: Hand, page: str, place: float, slide: Mapping[str, Any]) -> None:
    hand.tell(fact="chapter", title="Mesurer sans grimper")
    hand.turn(page, place, "plain", slide)
    hand.rest(900)
    hand.curve((3180, 1600), (3900, 2050), (5400, 2900), (6800, 3520), colour=board.RED, width=34)
    hand.rest(300)
    hand.circle(3150, 1330, 420, colour=board.RED)
    hand.circle(6500, 3240, 420, colour=board.RED)
    hand.rest(1400)


def _exercise(hand: Hand, page: str, place: int, poll: str, slide: Mapping[str, Any] | None) -> None:
    hand.tell(fact="chapter", title="Exercice")
    hand.turn(page, place, "plain" if slide else "squares", slide)
    hand.tell(fact="scene", scene="board")
    hand.rest(800)
    if slide is None:
        hand.text(500, 300, 7000, 320, "Calculer BC, sachant que AM = 2 cm, AB = 4 cm et MN = 3 cm.")
    _ask(hand, poll, "one", "Combien mesure BC ?", "4 cm", "6 cm", "8 cm")
    hand.rest(4000)
    for text, x, y in (("2", 1200, 1500), ("4", 1200, 2100), ("=", 1800, 1800), ("3", 2500, 1500), ("BC", 2380, 2100)):
        hand.letters(text, x, y, 300)
        if text in "23":
            hand.line((x - 150, y + 450), (x + 430, y + 445))
    hand.rest(3000)
    hand.letters("BC=", 4200, 1800, 300)
    hand.rest(1500)
    hand.formula(5250, 1700, 320, r"\frac{3 \times 4}{2}")
    hand.rest(2500)
    hand.letters("=6", 6350, 1800, 300, colour=board.RED)
    hand.circle(6800, 1950, 330, colour=board.RED)


def circulation(starts_at: int = 0) -> list[Draft]:
    """Four minutes on the circulation of the blood, in Arabic."""
    hand = Hand(starts_at, seed=11)
    hand.tell(fact="scene", scene="both")
    hand.tell(fact="chapter", title="الدورة الدموية")
    hand.rest(800)
    hand.text(3900, 250, 3700, 430, "الدورة الدموية", board.BLUE)
    hand.text(400, 300, 3600, 300, "La circulation sanguine", board.GREY)
    hand.line((7600, 900), (4700, 915), colour=board.RED, width=26)
    hand.rest(3500)
    _heart(hand)
    hand.rest_until(starts_at + 80_000)
    hand.tell(fact="chapter", title="ما يحمله الدم")
    hand.turn("2", 1, "lines")
    hand.tell(fact="scene", scene="board")
    for line, text in enumerate(
        [
            "الدم يحمل الأكسجين من الرئتين إلى الأعضاء.",
            "ويعود بثنائي أكسيد الكربون إلى الرئتين.",
            "القلب مضخة لا تتوقف.",
        ]
    ):
        hand.text(800, 600 + 750 * line, 6700, 330, text)
        hand.rest(3500)
        hand.line((7500, 1060 + 750 * line), (5200, 1065 + 750 * line), colour=board.TURQUOISE)
        hand.rest(6500)
    hand.formula(1200, 3100, 340, r"Q = f \times V")
    hand.text(3700, 3080, 3800, 300, "الصبيب القلبي Q")
    hand.line((1150, 3720), (2800, 3705), colour=board.SAFFRON, width=30)
    hand.rest_until(starts_at + 160_000)
    hand.tell(fact="chapter", title="لنراجع معا")
    hand.turn_back("1")
    hand.tell(fact="scene", scene="both")
    hand.rest(2000)
    hand.point((4000, 2700), (5600, 1700), (6800, 1800), (5200, 2500), ms=5000)
    hand.point((4000, 3000), (2500, 3900), (1200, 3300), (3300, 2600), ms=5000)
    hand.rest(6000)
    hand.circle(4000, 2750, 900, colour=board.GREEN)
    return hand.drafts


def _heart(hand: Hand) -> None:
    red, blue = board.RED, board.BLUE
    hand.curve((4000, 2350), (3500, 2000), (3150, 2450), (3400, 3000), (4000, 3500), colour=blue, width=34)
    hand.curve((4000, 2350), (4500, 2000), (4850, 2450), (4600, 3000), (4000, 3500), colour=red, width=34)
    hand.curve((4000, 2360), (3980, 2900), (4000, 3480), width=18)
    hand.text(3550, 2620, 900, 260, "القلب")
    hand.rest(5000)
    for x in (6300, 7050):
        hand.curve((x, 1300), (x - 320, 1700), (x - 260, 2200), (x, 2300), (x + 230, 2000), (x + 120, 1500), (x, 1300))
        for y in (1650, 1900):
            hand.curve((x - 160, y + 60), (x - 20, y - 30), (x + 100, y + 50), width=14)
    hand.text(6000, 2400, 1500, 240, "الرئتان")
    hand.line((7400, 2740), (6600, 2745), colour=blue, width=18)
    hand.rest(4000)
    hand.circle(1400, 3300, 620)
    hand.text(650, 3980, 1700, 240, "أعضاء الجسم")
    hand.line((2250, 4320), (1000, 4325), colour=red, width=18)
    hand.rest(4000)
    for path, colour in (
        (((3500, 2080), (4200, 1350), (5900, 1500)), blue),
        (((5950, 2150), (5400, 2500), (4800, 2400)), red),
        (((4400, 3250), (3200, 4150), (2000, 3650)), red),
        (((1500, 2650), (2100, 2200), (3150, 2400)), blue),
    ):
        hand.curve(*path, colour=colour, width=28)
        (x, y), (px, py) = path[-1], path[-2]
        back_x, back_y = (px - x) // 7, (py - y) // 7
        hand.line(
            (x + back_x - back_y, y + back_y + back_x),
            (x, y),
            (x + back_x + back_y, y + back_y - back_x),
            colour=colour,
            width=28,
        )
        hand.rest(3500)
