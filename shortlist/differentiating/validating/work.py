"""Use case of validating: the readings of the whole city beside what people said who had not seen them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.classifying.agreement import Agreed, AgreementRules, agree_in_clusters
from shortlist.differentiating.reading import Reading
from shortlist.differentiating.switching.work import READERS, reading_document
from shortlist.differentiating.tables import MemberRole, MemberRoleKind
from shortlist.differentiating.validating.calibration import (
    Calibration,
    CrossTable,
    Judged,
    ValidationRules,
    calibrate,
    cross_table,
    validation_rules,
)
from shortlist.differentiating.viewing.tables import Own, OwnView, ViewPair
from shortlist.guarding.audit import UNLOGGED
from shortlist.guarding.roles import Actor, require_role
from shortlist.observing.work import identities
from shortlist.storing.dated_yaml import Shelf

_CITY = {UNLOGGED: "aantallen over de hele stad, kleine aantallen weggelaten"}
_SAID = {Own.KERN.value, Own.MEELOPER.value}
_SCALE = (Own.MEELOPER.value, Own.KERN.value)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A pair of own view and reading, given blind."""

    group_id: UUID
    person_id: UUID
    own: str
    reading: str
    chance: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Validation:
    """How well the reading agrees with people, over the whole city."""

    rules: ValidationRules
    n_pairs: int | None
    """Pairs of a blind own view and a reading, to be told in round numbers; None = too few to tell."""
    n_groups: int | None
    silent: float | None
    """Share of the pairs in which the reading abstained; None = too few."""
    agreed: Agreed | None
    """Agreement where both chose between kern and meeloper; None = too few pairs or groups."""
    table: CrossTable
    by_view: Calibration
    """Against the own view of that moment."""
    by_role: Calibration
    """Against the role that somebody set later without having seen a reading of the group."""


def validation_rules_on(shelf: Shelf, on: date) -> ValidationRules:
    """Return the rules of validation in force on a day.

    Raises:
        Broken: no ``member-reading`` file was sound.
    """
    return validation_rules(reading_document(shelf, on).data)


def validate_reading(
    rules: ValidationRules, agreement: AgreementRules, *, actor: Actor, session: Session
) -> Validation:
    """Return agreement and calibration over all blind views of the city; says nothing about any person or group."""
    require_role(actor, *READERS)
    pairs = _blind_pairs(session=session)
    enough = len(pairs) >= rules.least_pairs
    groups: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for pair in pairs:
        groups[pair.group_id].append((pair.own, pair.reading))
    silent = sum(pair.reading == Reading.ONTHOUDING.value for pair in pairs)
    return Validation(
        rules=rules,
        n_pairs=len(pairs) if enough else None,
        n_groups=len(groups) if enough else None,
        silent=silent / len(pairs) if enough else None,
        agreed=agree_in_clusters(list(groups.values()), _SCALE, agreement, seed=1960)
        if enough and len(groups) >= rules.least_groups
        else None,
        table=cross_table(
            ((pair.own, pair.reading) for pair in pairs) if enough else (), list(Own), list(Reading), rules
        ),
        by_view=calibrate(
            [
                Judged(pair.chance, pair.own == Own.KERN.value)
                for pair in pairs
                if pair.chance is not None and pair.own in _SAID
            ],
            rules,
        ),
        by_role=calibrate(_against_later_roles(pairs, rules, session=session), rules),
    )


def _blind_pairs(*, session: Session) -> list[_Seen]:
    known = identities(session=session)
    rows = session.execute(
        select(
            col(OwnView.group_id),
            col(ViewPair.person_id),
            col(ViewPair.own),
            col(ViewPair.reading),
            col(ViewPair.probability_core),
            col(OwnView.recorded_at),
        )
        .join(ViewPair, col(ViewPair.own_view_id) == col(OwnView.id))
        .where(col(OwnView.blind))
        .order_by(col(OwnView.recorded_at), col(OwnView.id), col(ViewPair.person_id)),
        execution_options=_CITY,
    )
    return [_Seen(group_id, known.of(person), *rest) for group_id, person, *rest in rows]


def _against_later_roles(pairs: Sequence[_Seen], rules: ValidationRules, *, session: Session) -> list[Judged]:
    """Judge each member's first reading by the first role set after it by somebody who had seen none of the group."""
    first_seen: dict[tuple[UUID, UUID], datetime] = {}
    for group_id, account, at in session.execute(
        select(col(OwnView.group_id), col(OwnView.recorded_by), col(OwnView.recorded_at)),
        execution_options=_CITY,
    ):
        known = first_seen.get((group_id, account))
        first_seen[group_id, account] = min(at, known) if known else at
    who = identities(session=session)
    later: dict[tuple[UUID, UUID], list[tuple[datetime, str]]] = defaultdict(list)
    for group_id, person_id, role, by, at in session.execute(
        select(
            col(MemberRole.group_id),
            col(MemberRole.person_id),
            col(MemberRole.role),
            col(MemberRole.recorded_by),
            col(MemberRole.recorded_at),
        ).order_by(col(MemberRole.recorded_at), col(MemberRole.id)),
        execution_options=_CITY,
    ):
        seen = first_seen.get((group_id, by))
        if role != MemberRoleKind.ONBEKEND.value and (seen is None or at < seen):
            later[group_id, who.of(person_id)].append((at, role))
    judged, done = [], set()
    for pair in pairs:
        key = (pair.group_id, pair.person_id)
        if pair.chance is None or key in done:
            continue
        done.add(key)
        until = pair.at + timedelta(weeks=rules.weeks)
        found = next((role for at, role in later.get(key, ()) if pair.at < at <= until), None)
        if found is not None:
            judged.append(Judged(pair.chance, found == MemberRoleKind.KERN.value))
    return judged
