"""What priorities would ask of the teams, and how much of it fits: what planning answers before people decide.

Planning is a later room; ``navigation.py`` hands its answer in.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FitLine:
    """Wanted visits of one priority in the coming week, and how many of them fit."""

    priority: str
    wanted: int
    fits: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How much of the wanted visits fits in the shifts of one week, by a quick count and city-wide."""

    lines: Sequence[FitLine]
    shifts: int
    """Shifts that are in the roster."""

    @property
    def wanted(self) -> int:
        """All wanted visits."""
        return sum(line.wanted for line in self.lines)

    @property
    def fits(self) -> int:
        """How many of them fit."""
        return sum(line.fits for line in self.lines)

    @property
    def share(self) -> float | None:
        """Which part fits; None when nothing is wanted."""
        return self.fits / self.wanted if self.wanted else None
