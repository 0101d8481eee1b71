"""Where timelines live. Behind the interface nobody knows that there is a file."""

from .folder import SqliteStores
from .memory import MemoryStores
from .verify import Finding, Verification, verify

__all__ = ["Finding", "MemoryStores", "SqliteStores", "Verification", "verify"]
