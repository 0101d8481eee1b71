"""Doors: the real gateway behind a real server and real sockets."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
