"""The data that comes with Arrimage: examples of partners, families of platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PARTNERS: Final = Path(__file__).parent / "partners"
PLATFORMS: Final = Path(__file__).parent / "platforms"
