"""A poor line on one machine: real packets between two network namespaces, at the rate, delay and loss you name.

`profile`, `cuts` and `model` are pure; `namespaces`, `forwarder` and `door` touch the kernel; `Line` is what you use.
"""

from .cuts import NO_CUTS, Cut, Cuts
from .errors import BadCut, BadProfile, LineBroken, LineMistake, LineUnavailable
from .line import Line, Side
from .model import Count, Drop, LineCounters, LineModel, Pipe, WayCounters
from .namespaces import check_machine
from .profile import PRESETS, Direction, LineProfile, Way, parse

__all__ = [
    "NO_CUTS",
    "PRESETS",
    "BadCut",
    "BadProfile",
    "Count",
    "Cut",
    "Cuts",
    "Direction",
    "Drop",
    "Line",
    "LineBroken",
    "LineCounters",
    "LineMistake",
    "LineModel",
    "LineProfile",
    "LineUnavailable",
    "Pipe",
    "Side",
    "Way",
    "WayCounters",
    "check_machine",
    "parse",
]
