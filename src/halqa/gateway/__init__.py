"""The only room with sockets: `say` and `follow` over ASGI. Never imports Django."""

from .app import Gateway
from .limits import Limits

__all__ = ["Gateway", "Limits"]
