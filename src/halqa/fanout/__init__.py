"""Who follows what from which cursor, and what befalls the slow. Pure: no I/O, no clock; time is a parameter."""

from .follower import Follower, Policy
from .ladder import Ladder
from .passage import Passage
from .tail import Tail

__all__ = ["Follower", "Ladder", "Passage", "Policy", "Tail"]
