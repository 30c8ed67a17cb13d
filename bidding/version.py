"""The version of this house: in its packages, its interfaces and entry 0 of every log.

The one place where it is written; `pyproject.toml` reads it from here.
"""

from typing import Final

VERSION: Final = "0.2.0"
