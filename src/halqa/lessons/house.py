"""The timelines of this process, for pages that show what is on them.

The ASGI composition opens them on its event loop and puts them here; Django's async views run on the same loop. A
process without them (a command line, a migration) shows lessons without what only their timelines know.
"""

from __future__ import annotations

from halqa.timeline import Stores, Summary
from halqa.timeline.errors import Mistake

_stores: Stores | None = None


def open_house(stores: Stores | None) -> None:
    """From now on pages look here. None: the house is closed."""
    global _stores
    _stores = stores


async def summary_of(lesson_id: str) -> Summary | None:
    """What is on this lesson's timeline; None if nothing was said yet, or if it cannot be read."""
    if _stores is None:
        return None
    try:
        return await (await _stores.open(lesson_id)).summary()
    except Mistake:
        return None
