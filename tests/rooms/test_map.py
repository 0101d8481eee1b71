"""The map of the house in docs/architecture.md is true: nobody imports a room that the map does not allow."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "src" / "halqa"
FREE_OF_DJANGO = ("timeline", "stores", "fanout", "tickets", "gateway", "client", "media", "line", "spelling")


def the_map() -> dict[str, set[str]]:
    page = (ROOT / "docs" / "architecture.md").read_text()
    block = page.split("```rooms\n")[1].split("\n```")[0]
    return {name: set(rest.split()) for name, _, rest in (line.partition(":") for line in block.splitlines())}


def imports(path: Path) -> set[str]:
    """The full names of every module that a file imports, relative ones made absolute."""
    package = ["halqa", *path.relative_to(HOUSE).parent.parts]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{name}.{alias.name}" for alias in node.names} | {name}
    return found


def rooms() -> list[str]:
    return sorted(path.name for path in HOUSE.iterdir() if (path / "__init__.py").exists())


def test_every_room_is_on_the_map_and_every_name_on_the_map_is_a_room() -> None:
    assert set(rooms()) == set(the_map())


def test_the_map_has_no_circle() -> None:
    left = the_map()
    while left:
        free = [room for room, needs in left.items() if not needs & left.keys()]
        assert free, f"these import each other in a circle: {sorted(left)}"
        for room in free:
            del left[room]


@pytest.mark.parametrize("room", rooms())
def test_a_room_imports_only_what_the_map_allows(room: str) -> None:
    allowed = the_map()[room] | {room}
    for path in sorted((HOUSE / room).rglob("*.py")):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "halqa" and len(parts) > 1 and parts[1] in the_map():
                assert parts[1] in allowed, f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("room", FREE_OF_DJANGO)
def test_what_carries_a_lesson_knows_no_django(room: str) -> None:
    for path in sorted((HOUSE / room).rglob("*.py")):
        assert not {name for name in imports(path) if name.split(".")[0] in ("django", "ninja")}, path


def test_the_heart_needs_only_the_standard_library_and_msgspec() -> None:
    import sys

    for path in (HOUSE / "timeline").rglob("*.py"):
        outside = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names)
        assert outside <= {"halqa", "msgspec"}, path


WEB = {
    "wire": set[str](),
    "ui": set[str](),
    "board": {"wire"},
    "follow": {"wire", "board"},
    "stage": {"wire"},
    "talk": {"wire", "ui", "board"},
    "say": {"wire", "ui", "talk"},
    "write": {"board", "say", "wire"},
    "answer": {"talk", "ui"},
    "floor": {"talk", "wire"},
    "captions": {"wire"},
    "slate": {"write", "say", "talk", "wire", "ui", "board"},
    "pupil": {"answer", "slate", "say", "talk", "wire", "ui"},
    "studio": {
        "album",
        "answer",
        "captions",
        "floor",
        "slate",
        "write",
        "say",
        "talk",
        "follow",
        "wire",
        "ui",
        "board",
    },
    "classroom": {
        "answer",
        "captions",
        "floor",
        "slate",
        "say",
        "talk",
        "follow",
        "stage",
        "wire",
        "ui",
        "board",
    },
    "album": {"follow", "wire", "ui", "board"},
    "again": {"follow", "wire", "ui", "board"},
    "register": set[str](),
    "wall": {"ui"},
    "schools": set[str](),
}


def test_every_room_of_the_browser_is_on_the_map() -> None:
    rooms = {path.name for path in (ROOT / "web").iterdir() if path.is_dir()}
    assert rooms - {"pages", "words"} == set(WEB)


@pytest.mark.parametrize("room", sorted(WEB))
def test_the_same_in_the_browser(room: str) -> None:
    for path in sorted((ROOT / "web" / room).rglob("*.ts")):
        for wanted in re.findall(r'from "\.\./([a-z]+)/', path.read_text()):
            assert wanted in WEB[room] | {room}, f"{path.relative_to(ROOT)} imports {wanted}"
