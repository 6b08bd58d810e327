"""What stands around every page: who is signed in, where one can go, and whether the city is made up."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One entry of the main menu; ``waiting`` counts the work that waits there for this person."""

    label: str
    href: str
    current: bool = False
    waiting: int = 0


@dataclass(frozen=True)
class Person:
    """Who is signed in, as the page header says it: a name and the Dutch words of the roles."""

    name: str
    roles: str = ""


@dataclass(frozen=True)
class Shell:
    """The frame of a page, made by the app for each request and handed to templates as ``shell``."""

    signed_in: Person | None = None
    places: Sequence[Place] = ()
    fictief: bool = False
    home: str = "/"
    sign_in: str = ""
    sign_out: str = ""
    about: str = ""
    product: str = "Shortlist"
    municipality: str = ""
    tokens: str = "css/tokens/standaard.css"
    """The municipality's own colours and fonts: one file under ``static/``."""
