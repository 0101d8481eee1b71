"""The two verbs from Python: `Client` (async), `Speaker` (what was said until it is acknowledged), `BlockingClient`."""

from .blocking import BlockingClient
from .client import Client, Followed, Refused, TicketSource
from .retry import Backoff
from .speaker import Speaker

__all__ = ["Backoff", "BlockingClient", "Client", "Followed", "Refused", "Speaker", "TicketSource"]
