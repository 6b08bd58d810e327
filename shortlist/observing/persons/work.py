"""Who is who now: the one place through which every reading of persons goes."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.guarding.audit import UNLOGGED
from shortlist.observing.persons.identity import Identities
from shortlist.observing.tables import PairVerdict, Person, PersonPairDecision

_IDS_ONLY = {UNLOGGED: "ids of records that are one or two, nothing about anybody"}


def newest_judgement() -> ColumnElement[bool]:
    """Return the condition that nobody judged the row's pair again later."""
    later = aliased(PersonPairDecision)
    return ~exists(
        select(1)
        .where(
            col(later.first_id) == col(PersonPairDecision.first_id),
            col(later.second_id) == col(PersonPairDecision.second_id),
            col(later.sequence) > col(PersonPairDecision.sequence),
        )
        .correlate(PersonPairDecision)
    )


def identities(*, leaving_out: tuple[UUID, UUID] | None = None, session: Session) -> Identities:
    """Return who is who now. Whatever reads presences, memberships or roles of persons goes through this.

    ``leaving_out`` is a pair, the smaller id first, whose own merge is not followed: who they would be without it.
    """
    rows = session.execute(
        select(
            col(PersonPairDecision.first_id),
            col(PersonPairDecision.second_id),
            col(PersonPairDecision.surviving_id),
        ).where(col(PersonPairDecision.verdict) == PairVerdict.DEZELFDE.value, newest_judgement()),
        execution_options=_IDS_ONLY,
    )
    return Identities(
        {
            second if first == into else first: into
            for first, second, into in rows
            if (first, second) != leaving_out
        }
    )


def pseudonyms(persons: Iterable[UUID], *, session: Session) -> dict[UUID, str]:
    """Return the pseudonym of each of these persons; the caller logs the reading."""
    rows = session.execute(
        select(col(Person.id), col(Person.pseudonym)).where(col(Person.id).in_(list(persons)))
    )
    return {row.id: row.pseudonym for row in rows}
