"""Which rooms the web application has, and which of them a person sees in the menu."""

from collections.abc import Iterator
from dataclasses import dataclass

from shortlist.guarding.door import EVERYBODY, Pages
from shortlist.guarding.pages import pages as guarding
from shortlist.guarding.roles import Actor, Role


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the main menu."""

    label: str
    endpoint: str
    allow: frozenset[Role]


_ITEMS: tuple[NavItem, ...] = (
    NavItem("Mijn werk", "werk.home", EVERYBODY),
)


def rooms() -> Iterator[Pages]:
    """Yield the pages of every room, in the order in which data flows."""
    yield guarding


def items(actor: Actor) -> list[NavItem]:
    """Return the menu of one person."""
    return [item for item in _ITEMS if actor.has(*item.allow)]
