"""Where the tests find vectors: the repository's own set, and the large shared one."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
VECTORS = SHARED / "vectors"
OWN = HERE / "vectors"


def vectors(name: str) -> Any:
    """One file of the shared set, parsed."""
    return json.loads((VECTORS / f"{name}.json").read_bytes())


def own(name: str) -> Any:
    """One file of the repository's own set, parsed."""
    return json.loads((OWN / f"{name}.json").read_bytes())
