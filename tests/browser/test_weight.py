"""The bidder's room stays light on a phone, and loads nothing of the offices' desks."""

import gzip
import json
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[2] / "bidding" / "web" / "static"
LIMIT = 120_000


def files_of(page: str) -> set[str]:
    """Every script and sheet that the page loads before it shows anything."""
    manifest: dict[str, Any] = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    seen: set[str] = set()
    found: set[str] = set()
    waiting = [page]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = manifest[name]
        found |= {chunk["file"], *chunk.get("css", [])}
        waiting += [*chunk.get("imports", []), *chunk.get("dynamicImports", [])]
    return found


def test_room_weighs_less_than_120_kb_on_the_wire() -> None:
    weight = sum(len(gzip.compress((STATIC / file).read_bytes())) for file in files_of("room.html"))
    assert 10_000 < weight < LIMIT


def test_room_loads_nothing_of_the_staff() -> None:
    scripts = [
        (STATIC / f).read_text(encoding="utf-8") for f in files_of("room.html") if f.endswith(".js")
    ]
    assert not any("/api/drafts" in script for script in scripts)
    staff = [
        (STATIC / f).read_text(encoding="utf-8")
        for f in files_of("staff.html")
        if f.endswith(".js")
    ]
    assert any("/api/drafts" in script for script in staff)
