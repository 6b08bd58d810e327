"""Use cases of concerns and matches. Nothing is kept about what the concern is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.classifying.assessing import months_later
from shortlist.connecting.matching.pairs import Stated, matches
from shortlist.connecting.referrals.interventions import Interventions
from shortlist.connecting.tables import Concern
from shortlist.connecting.work import note_seen, seen_upto
from shortlist.errors import NotFound
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, AccountRole
from shortlist.observing.tables import Person
from shortlist.observing.work import MEMBER_VIEWERS, identities, today
from shortlist.showing.words import lijst, woord
from shortlist.storing.database import flush_or_refuse

CONCERNED = (*MEMBER_VIEWERS, Role.HULPVERLENER)
"""Who can say that they have a concern about a youngster whom they know from the record."""
_WHICH = {UNLOGGED: "who has a concern; the reading of names is logged with the page"}


@dataclass(frozen=True, slots=True)
class OwnConcern:
    """A concern of the actor's own."""

    person_id: UUID
    pseudonym: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class Match:
    """A colleague who has a concern about the same youngster."""

    person_id: UUID
    pseudonym: str
    subject_id: UUID
    other: str
    function: str
    organisation: str
    talked: bool
    """The actor noted that they spoke."""


def _stated(person_ids: Sequence[UUID] | None, *, session: Session) -> list[Stated]:
    who = identities(session=session)
    query = select(Concern).order_by(col(Concern.recorded_at), col(Concern.sequence))
    if person_ids is not None:
        query = query.where(col(Concern.person_id).in_(who.all_of_each(person_ids)))
    newest: dict[tuple[UUID, UUID], Stated] = {}
    for row in session.execute(query, execution_options=_WHICH).scalars():
        key = (who.of(row.person_id), row.recorded_by)
        first = newest[key].first_id if key in newest else row.id
        newest[key] = Stated(key[0], row.recorded_by, first, row.holds, row.expires_on)
    return list(newest.values())


def state_concern(
    person_id: UUID, *, holds: bool, rules: Interventions, actor: Actor, now: datetime, session: Session
) -> None:
    """Say that the actor has a concern about a youngster, or no longer; the caller checked that they know them."""
    require_role(actor, *CONCERNED)
    last = session.execute(
        select(func.max(col(Concern.sequence))).where(
            col(Concern.person_id) == person_id, col(Concern.recorded_by) == actor.id
        ),
        execution_options=_WHICH,
    ).scalar_one()
    session.add(
        Concern(
            person_id=person_id,
            sequence=(last or 0) + 1,
            holds=holds,
            expires_on=months_later(today(now), rules.concern_months),
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(session, "Dit is op hetzelfde moment al vastgelegd. Ververs de pagina.")
    record(
        session, actor=actor, action="zorg gemeld" if holds else "zorg ingetrokken", object_kind="persoon",
        object_id=person_id, now=now,
    )  # fmt: skip


def end_concern(
    person_id: UUID, *, rules: Interventions, actor: Actor, now: datetime, session: Session
) -> None:
    """End the actor's own concern about a youngster.

    Raises:
        NotFound: there is none.
    """
    require_role(actor, *CONCERNED)
    own = [one for one in _stated([person_id], session=session) if one.account_id == actor.id]
    if not any(one.lives(today(now)) for one in own):
        raise NotFound("U hebt geen lopende zorgmelding over deze jongere.")
    state_concern(person_id, holds=False, rules=rules, actor=actor, now=now, session=session)


def own_concerns(*, actor: Actor, now: datetime, session: Session) -> tuple[list[OwnConcern], list[Match]]:
    """Return the actor's living concerns and the colleagues who share one, alphabetically; the reading is logged."""
    require_role(actor, *CONCERNED)
    on = today(now)
    stated = _stated(None, session=session)
    own = {one.person_id: one for one in stated if one.account_id == actor.id and one.lives(on)}
    names = {
        row[0]: row[1]
        for row in session.execute(
            select(col(Person.id), col(Person.pseudonym)).where(col(Person.id).in_(own))
        )
    }
    record(
        session, actor=actor, action="eigen zorgmeldingen gelezen", object_kind="persoon", now=now,
        details={"aantal": len(own)},
    )  # fmt: skip
    pairs = matches(stated, actor.id, on)
    people = _colleagues([other.account_id for _, other in pairs], session=session)
    seen = seen_upto([other.first_id for _, other in pairs], actor=actor, session=session)
    return (
        sorted(
            (OwnConcern(one.person_id, names[one.person_id], one.expires_on) for one in own.values()),
            key=lambda one: one.pseudonym.lower(),
        ),
        sorted(
            (
                Match(
                    other.person_id,
                    names[other.person_id],
                    other.first_id,
                    *people[other.account_id],
                    other.first_id in seen,
                )
                for _, other in pairs
            ),
            key=lambda one: (one.pseudonym.lower(), one.other.lower()),
        ),
    )


def _colleagues(account_ids: Sequence[UUID], *, session: Session) -> dict[UUID, tuple[str, str, str]]:
    """Return account → (name, functions, organisation)."""
    found: dict[UUID, tuple[str, list[str], str]] = {}
    for account_id, name, organisation, role in session.execute(
        select(col(Account.id), col(Account.name), col(Account.organisation), col(AccountRole.role))
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .where(col(Account.id).in_(account_ids))
        .order_by(col(AccountRole.role))
    ):
        found.setdefault(account_id, (name, [], organisation))[1].append(woord(role))
    return {key: (name, lijst(roles), organisation) for key, (name, roles, organisation) in found.items()}


def note_talked(subject_id: UUID, *, actor: Actor, now: datetime, session: Session) -> None:
    """Note that the actor spoke with the colleague of a match, so that the reminder stops.

    Raises:
        NotFound: there is no such match for this actor.
    """
    require_role(actor, *CONCERNED)
    pairs = matches(_stated(None, session=session), actor.id, today(now))
    if not any(other.first_id == subject_id for _, other in pairs):
        raise NotFound("Deze match is er niet (meer).")
    note_seen(subject_id, 1, actor=actor, now=now, session=session)
    record(
        session,
        actor=actor,
        action="contact gehad na match",
        object_kind="match",
        object_id=subject_id,
        now=now,
    )


def count_new_matches(*, actor: Actor, now: datetime, session: Session) -> int:
    """Count the matches about which the actor did not talk yet."""
    if not actor.has(*CONCERNED):
        return 0
    pairs = matches(_stated(None, session=session), actor.id, today(now))
    seen = seen_upto([other.first_id for _, other in pairs], actor=actor, session=session)
    return sum(other.first_id not in seen for _, other in pairs)
