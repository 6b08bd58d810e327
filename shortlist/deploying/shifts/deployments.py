"""Deployments: which shift of which team goes where, whether the police was told of it and what is reported.

Pure. A deployment is one shift of one team in a plan that holds, with at least one visit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, PROGRAM, State, StateTable, Transition

ENFORCING = "jeugdboa"
"""Kind of team of which the police is told beforehand (Verwey-Jonker 2013, annex IV-D)."""

PLANNED, TOLD, UNTOLD, REPORTED = "gepland", "chef geïnformeerd", "begonnen zonder bericht", "gemeld"
_LEADER, _TEAM = (Role.TEAMLEIDER.value,), (Role.JEUGDBOA.value,)
TABLE = StateTable(
    "inzet",
    "Inzet: een dienst van een koppel jeugdboa’s",
    "Voor elke inzet weet de Operationeel Chef van de politie wie waar wanneer is. Een bericht dat na het begin komt, "
    "geldt niet als vooraf.",
    (
        State(PLANNED, "Staat in een vastgesteld weekplan.", _LEADER, "chef-informeren"),
        State(TOLD, "De Operationeel Chef weet ervan.", _TEAM, "verslag"),
        State(UNTOLD, "De dienst begon zonder dat de chef het wist.", _TEAM, "verslag"),
        State(REPORTED, "Van elk bezoek is er een verslag."),
    ),
    (
        Transition(
            BEGIN, PLANNED, (Role.COORDINATOR_VTH.value, Role.STAFGROEPLID.value), "stelt het plan vast"
        ),
        Transition(PLANNED, TOLD, _LEADER, "informeert de Operationeel Chef"),
        Transition(TOLD, TOLD, _LEADER, "informeert opnieuw, bijvoorbeeld na een wijziging"),
        Transition(PLANNED, UNTOLD, (PROGRAM,), "de dienst begint"),
        Transition(UNTOLD, UNTOLD, _LEADER, "informeert te laat; dat staat erbij"),
        Transition(TOLD, REPORTED, _TEAM, "meldt het laatste bezoek"),
        Transition(UNTOLD, REPORTED, _TEAM, "meldt het laatste bezoek"),
    ),
)


class Visited(Protocol):
    """What is needed of a visit."""

    @property
    def team_id(self) -> UUID: ...  # noqa: D102 — a field of the visit

    @property
    def starts_at(self) -> datetime: ...  # noqa: D102 — a field of the visit

    @property
    def outcome(self) -> str | None: ...  # noqa: D102 — a field of the visit


V = TypeVar("V", bound=Visited)


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody told the Operationeel Chef."""

    told_at: datetime
    told_whom: str
    channel: str
    remark: str
    by: str


@dataclass(frozen=True, slots=True)
class Deployment(Generic[V]):
    """A shift of a team with its visits, in order of time."""

    plan_id: UUID
    shift_id: UUID
    team_id: UUID
    team: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    visits: tuple[V, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def told(self) -> Notice | None:
        """The last notice, early or late."""
        return self.notices[-1] if self.notices else None

    @property
    def told_before(self) -> bool:
        """Whether the chef was told before the shift began."""
        return any(one.told_at <= self.starts_at for one in self.notices)

    @property
    def reported(self) -> int:
        """Visits with a report."""
        return sum(one.outcome is not None for one in self.visits)

    def needs_telling(self, now: datetime) -> bool:
        """Whether the chef still has to be told: it is a team that enforces, and the shift is not over."""
        return self.kind == ENFORCING and not self.notices and now < self.ends_at

    def state(self, now: datetime) -> str:
        """Return where it stands at a moment, in the words of :data:`TABLE`."""
        if self.visits and self.reported == len(self.visits):
            return REPORTED
        if self.told_before:
            return TOLD
        return UNTOLD if now >= self.starts_at else PLANNED


def deployments_of(
    plan_id: UUID,
    problem: Mapping[str, Any],
    visits: Iterable[V],
    notices: Mapping[UUID, Sequence[Notice]],
) -> list[Deployment[V]]:
    """Return the shifts of a plan that have visits, in order of time.

    ``problem`` is the plan as it was put (contracts.md, ``shortlist plan``); ``notices`` are per shift, oldest first.
    """
    mine: dict[UUID, list[V]] = {}
    for visit in visits:
        mine.setdefault(visit.team_id, []).append(visit)
    found = []
    for team in problem["teams"]:
        for shift in team["shifts"]:
            start, end = datetime.fromisoformat(shift["start"]), datetime.fromisoformat(shift["end"])
            inside = [one for one in mine.get(UUID(team["id"]), ()) if start <= one.starts_at < end]
            if not inside or not shift.get("note"):
                continue
            shift_id = UUID(shift["note"])
            found.append(
                Deployment(
                    plan_id,
                    shift_id,
                    UUID(team["id"]),
                    team["name"],
                    team["kind"],
                    start,
                    end,
                    tuple(sorted(inside, key=lambda one: one.starts_at)),
                    tuple(notices.get(shift_id, ())),
                )
            )
    return sorted(found, key=lambda one: (one.starts_at, one.team))
