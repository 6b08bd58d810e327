"""Pieces that a later room hands to an earlier page: a panel on the group page, an entry on "Mijn werk".

The composition root (``navigation.py``) knows which room hands in what, so that rooms stay in line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """A section of the group page."""

    title: str
    template: str
    """Template of the body only; it gets ``context`` under its own names."""
    order: int
    """10 duiding, 20 facts, 30 members, 40 priority, 50 plan van aanpak, 60 deployment."""
    context: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    """Address of the page with everything about it."""
    link_label: str = ""


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """Something that waits for this person."""

    label: str
    """What to do, as an imperative sentence: ``Beoordeel de aanvraag voor Groep Kade``."""
    href: str
    why: str = ""
    """Why it waits, one short clause."""
    due: date | None = None
    urgent: bool = False
