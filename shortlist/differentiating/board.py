"""The member board of a group as the page shows it: cards in three columns, alphabetical, with dated facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shortlist.differentiating.roles import Evidence, Standing
from shortlist.observing.members.entries import Entry

UNKNOWN = "onbekend"
"""The column of whoever has no role that holds."""


@dataclass(frozen=True, slots=True)
class ListDecision:
    """One decision about the member list of a group."""

    allowed: bool
    reason: str
    behaviour: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class RoleSet:
    """A role as somebody set it."""

    id: UUID
    role: str
    influence: str
    certainty: str
    reason: str
    at: datetime
    by: str
    review_on: date
    expires_on: date
    standing: Standing
    supersedes_id: UUID | None = None
    n_basis: int = 0
    set_for: str = ""
    """The pseudonym for which it was set."""


@dataclass(frozen=True, slots=True)
class Card:
    """One member on the board."""

    person_id: UUID
    pseudonym: str
    entries: tuple[Entry, ...]
    """The memberships that hold; more than one when somebody was entered under two pseudonyms."""
    evidence: Evidence
    roles: tuple[RoleSet, ...] = ()
    """The role that stands, newest first when there is one under each of two pseudonyms; also when lapsed."""

    @property
    def role(self) -> RoleSet | None:
        """The role that counts: the newest one."""
        return self.roles[0] if self.roles else None

    @property
    def member_since(self) -> date:
        """Since when this person belongs to the group."""
        return self.entries[0].valid_from

    @property
    def also_entered_as(self) -> tuple[str, ...]:
        """Other pseudonyms under which this member was entered."""
        return tuple(one.pseudonym for one in self.entries if one.pseudonym != self.pseudonym)

    @property
    def column(self) -> str:
        """Where the card lies: the role that holds, else ``onbekend``."""
        if self.role is None or self.role.standing is Standing.VERVALLEN:
            return UNKNOWN
        return self.role.role

    @property
    def positive(self) -> bool:
        """Whether the member is seen positively: influence set by a person, or seen calming others down."""
        return self.evidence.positive or self.influence == "positief"

    @property
    def influence(self) -> str:
        """The influence of the role that holds, else ``onbekend``."""
        if self.role is None or self.role.standing is Standing.VERVALLEN:
            return UNKNOWN
        return self.role.influence


@dataclass(frozen=True, slots=True)
class Board:
    """The members of a group on a day, alphabetical within each column; never by any score."""

    group_id: UUID
    group: str
    allowed: bool
    columns: Mapping[str, tuple[Card, ...]]
    since: date
    """First day of the period whose facts are shown."""
    n_gatherings: int
    """Observations of the group with own eyes in that period."""
    effort_minutes: int
    candidates: tuple[tuple[UUID, str], ...] = ()
    """Who was seen as betrokkene and is no member: id and pseudonym, alphabetical."""


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Everything about one member of one group."""

    group_id: UUID
    group: str
    card: Card
    history: tuple[RoleSet, ...]
    """All roles that were set, newest first."""
    n_gatherings: int
    effort_minutes: int
    """How long was looked in that period, as far as known."""
    since: date


@dataclass(frozen=True, slots=True)
class RolesDue:
    """Roles of one group that ask for review."""

    group_id: UUID
    group: str
    n: int
    first_expiry: date
