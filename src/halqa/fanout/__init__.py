"""Who follows what from which cursor, and what befalls the slow. Pure: no I/O, no clock; time is a parameter."""

from .follower import Follower, Policy
from .ladder import Ladder
from .tail import Tail

__all__ = ["Follower", "Ladder", "Policy", "Tail"]
