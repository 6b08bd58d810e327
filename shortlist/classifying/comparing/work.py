"""Use cases of comparing: every group's answers as they stood on a day, judged again under two rulesets."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.classifying.drift import Change, Drift, Reading, Weight, compare, sensitivity
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.tables import Assessment
from shortlist.classifying.verdict import Ruleset
from shortlist.errors import Refused
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Stadsdeel
from shortlist.observing.gatherings.work import local_midnight
from shortlist.observing.groups.work import today
from shortlist.observing.tables import GroupState, GroupStatus, Jeugdgroep

COMPARERS = (Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID, Role.COORDINATOR_VTH, Role.PRIVACY_OFFICER)
"""Who may see what a change of rules would do to the city."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A group as it stood on the chosen day."""

    id: UUID
    name: str
    stadsdeel_id: UUID
    stadsdeel: str
    answers: Mapping[str, Any]
    decided: str
    """What people decided then."""
    expired: bool
    """Whether that assessment no longer held on the day."""


@dataclass(frozen=True, slots=True)
class StadsdeelDrift:
    """How many groups of one stadsdeel would come out otherwise."""

    stadsdeel: str
    groups: int
    changed: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A city on a day under two rulesets: counts of everywhere, names only of where the actor works."""

    on: date
    old: Ruleset
    new: Ruleset
    reading: Reading
    drift: Drift[UUID]
    named: tuple[tuple[Judged, Change[UUID]], ...]
    """The groups with another outcome within the actor's stadsdelen, by name."""
    elsewhere: int
    """So many more with another outcome in stadsdelen where the actor does not work."""
    stadsdelen: tuple[StadsdeelDrift, ...]
    weights: tuple[Weight, ...]
    """How much hangs on each part of the new ruleset."""
    unassessed: int
    """Groups that were there on the day without an assessment."""
    expired: int
    """Judged groups whose assessment no longer held on the day."""

    @property
    def changed(self) -> int:
        """How many groups get another outcome."""
        return sum(change.moves for change in self.drift.changes)

    @property
    def ranges(self) -> int:
        """How many stay too little known, with other possible classes."""
        return len(self.drift.changes) - self.changed


def compare_city(
    old: Ruleset,
    new: Ruleset,
    on: date,
    reading: Reading,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> Comparison:
    """Judge every group that was not closed ``on`` a day, on its answers of that day, under two rulesets.

    Raises:
        Refused: the day is still to come.
    """
    require_role(actor, *COMPARERS)
    if on > today(now):
        raise Refused(
            "Deze dag moet nog komen.", fields={"op": f"Kies hoogstens vandaag, {today(now):%d-%m-%Y}."}
        )
    groups, unassessed = city_on(on, session=session)
    sheets = [(group.id, group.answers) for group in groups]
    drift = compare(sheets, old, new, reading)
    by_id = {group.id: group for group in groups}
    moved = [(by_id[change.key], change) for change in drift.changes if change.moves]
    # A privacy officer oversees the rules, not the groups: counts only.
    names = actor.has(*set(COMPARERS) - {Role.PRIVACY_OFFICER})
    named = tuple(pair for pair in moved if names and actor.sees(pair[0].stadsdeel_id))
    total = Counter(group.stadsdeel for group in groups)
    changed = Counter(group.stadsdeel for group, _ in moved)
    return Comparison(
        on=on,
        old=old,
        new=new,
        reading=reading,
        drift=drift,
        named=named,
        elsewhere=len(moved) - len(named),
        stadsdelen=tuple(StadsdeelDrift(name, total[name], changed[name]) for name in sorted(total)),
        weights=sensitivity(sheets, new, reading),
        unassessed=unassessed,
        expired=sum(group.expired for group in groups),
    )


def city_on(on: date, *, session: Session) -> tuple[list[Judged], int]:
    """Return every group as assessed at the end of a day, by name, and how many were there without an assessment.

    Groups that were closed by then are left out. Nothing about persons is read.
    """
    before = local_midnight(on + timedelta(days=1))
    newest = (
        select(
            col(GroupStatus.group_id),
            col(GroupStatus.state),
            func.row_number()
            .over(partition_by=col(GroupStatus.group_id), order_by=col(GroupStatus.recorded_at).desc())
            .label("place"),
        )
        .where(col(GroupStatus.recorded_at) < before)
        .subquery()
    )
    state = select(newest.c.group_id, newest.c.state).where(newest.c.place == 1).subquery()
    open_then = func.coalesce(state.c.state, GroupState.SIGNAAL.value) != GroupState.GESLOTEN.value
    last = (
        select(
            col(Assessment.id),
            func.row_number()
            .over(partition_by=col(Assessment.group_id), order_by=col(Assessment.recorded_at).desc())
            .label("place"),
        )
        .where(col(Assessment.recorded_at) < before)
        .subquery()
    )
    rows = session.execute(
        select(
            col(Jeugdgroep.id),
            col(Jeugdgroep.name),
            col(Jeugdgroep.stadsdeel_id),
            col(Stadsdeel.name).label("stadsdeel"),
            col(Assessment.answers),
            col(Assessment.decided),
            col(Assessment.expires_on),
        )
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .join(Assessment, col(Assessment.group_id) == col(Jeugdgroep.id))
        .join(last, last.c.id == col(Assessment.id))
        .outerjoin(state, state.c.group_id == col(Jeugdgroep.id))
        .where(last.c.place == 1, open_then)
        .order_by(col(Jeugdgroep.name), col(Jeugdgroep.id))
    ).all()
    present = session.execute(
        select(func.count())
        .select_from(Jeugdgroep)
        .outerjoin(state, state.c.group_id == col(Jeugdgroep.id))
        .where(col(Jeugdgroep.recorded_at) < before, open_then)
    ).scalar_one()
    groups = [
        Judged(
            row.id, row.name, row.stadsdeel_id, row.stadsdeel, row.answers, row.decided, on > row.expires_on
        )
        for row in rows
    ]
    return groups, max(0, present - len(groups))


def version_key(ruleset: Ruleset) -> str:
    """Return what names one version of a ruleset in an address."""
    return f"{ruleset.name}@{ruleset.valid_from}"


def chosen_ruleset(key: str, rules: Rules, *, field: str) -> Ruleset:
    """Return the ruleset that a key names; a key that no ruleset has is refused beside its field."""
    for ruleset in rules.rulesets:
        if version_key(ruleset) == key:
            return ruleset
    raise Refused("", fields={field: "Kies een regelset uit de lijst."})
