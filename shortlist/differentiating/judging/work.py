"""Use cases of telling persons apart: judging that two are one (which merges them) or two (which undoes it)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.differentiating.duplicates.pairing import in_order
from shortlist.errors import NotFound, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.tables import (
    Gathering,
    GroupPairDecision,
    LinkKind,
    PairVerdict,
    Person,
    PersonPairDecision,
    Presence,
)
from shortlist.observing.work import (
    MEMBER_VIEWERS,
    get_group,
    identities,
    link_groups,
    newest_judgement,
    standing,
    today,
)
from shortlist.storing.database import flush_or_refuse

_IDS_ONLY = {UNLOGGED: "ids of records that are one or two, nothing about anybody"}
TOO_LATE = "Een collega heeft dit paar intussen beoordeeld. Bekijk dat oordeel en verstuur opnieuw als u het wijzigt."


@dataclass(frozen=True, slots=True)
class Judged:
    """What somebody judged of a pair."""

    first_id: UUID
    second_id: UUID
    sequence: int
    verdict: PairVerdict
    surviving_id: UUID | None
    reason: str
    at: datetime
    by: str


def told_apart(*, session: Session) -> frozenset[tuple[UUID, UUID]]:
    """Return the pairs of records that somebody judged to be two persons, in the order in which they are stored."""
    rows = session.execute(
        select(col(PersonPairDecision.first_id), col(PersonPairDecision.second_id)).where(
            col(PersonPairDecision.verdict) == PairVerdict.VERSCHILLEND.value, newest_judgement()
        ),
        execution_options=_IDS_ONLY,
    )
    return frozenset((first, second) for first, second in rows)


def persons_judged(*, session: Session) -> list[Judged]:
    """List the newest judgement of every pair of persons, by time; the caller logs and keeps to rights."""
    return _judged(PersonPairDecision, newest_judgement(), session=session)


def judged_of(one: UUID, other: UUID, *, session: Session) -> list[Judged]:
    """List everything that was judged of a pair, newest first; the caller logs the reading."""
    first, second = in_order(one, other)
    return _judged(
        PersonPairDecision,
        (col(PersonPairDecision.first_id) == first) & (col(PersonPairDecision.second_id) == second),
        session=session,
    )[::-1]


def _judged(
    table: type[PersonPairDecision] | type[GroupPairDecision],
    chosen: ColumnElement[bool],
    *,
    session: Session,
) -> list[Judged]:
    rows = session.execute(
        select(table, col(Account.name))
        .join(Account, col(Account.id) == col(table.recorded_by))
        .where(chosen)
        .order_by(col(table.recorded_at), col(table.sequence), col(table.id))
    )
    return [
        Judged(
            row.first_id,
            row.second_id,
            row.sequence,
            PairVerdict(row.verdict),
            row.surviving_id if isinstance(row, PersonPairDecision) else None,
            row.reason,
            row.recorded_at,
            name,
        )
        for row, name in rows
    ]


def judge_persons(
    one: UUID,
    other: UUID,
    verdict: PairVerdict,
    *,
    surviving: UUID | None = None,
    reason: str,
    seen: int,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Record that two persons are one, are two, or that it is not clear; whatever was judged before is replaced.

    ``dezelfde`` merges them under ``surviving``; judging otherwise later undoes it and gives back exactly what was
    there. ``seen`` is the number of judgements of this pair that the actor saw. The caller has checked that the actor
    may see both.

    Raises:
        Refused: a colleague was first; they are one already (a circle); one of them goes on under another
            pseudonym; they were seen together; or it contradicts what was judged of their other pseudonyms.
        NotFound: one of them does not exist.
    """
    require_role(actor, *MEMBER_VIEWERS)
    first, second = in_order(one, other)
    names = _locked_names(first, second, session=session)
    earlier = judged_of(first, second, session=session)
    record(
        session,
        actor=actor,
        action=f"personen beoordeeld: {verdict}",
        object_kind="persoon",
        object_id=first,
        now=now,
        details={"andere persoon": str(second)},
    )
    if len(earlier) != seen:
        raise Refused(TOO_LATE)
    if not reason.strip():
        message = "Schrijf in een zin waaruit dit blijkt."
        raise Refused(message, fields={"reason": message})
    merged = bool(earlier) and earlier[0].verdict is PairVerdict.DEZELFDE
    if verdict is PairVerdict.DEZELFDE:
        if surviving not in (first, second):
            message = "Kies onder welke schuilnaam deze persoon verdergaat."
            raise Refused(message, fields={"surviving": message})
        _require_mergeable(first, second, names, session=session)
    elif not merged:
        _require_apart(first, second, names, session=session)
    session.add(
        PersonPairDecision(
            first_id=first,
            second_id=second,
            sequence=seen + 1,
            verdict=verdict.value,
            surviving_id=surviving if verdict is PairVerdict.DEZELFDE else None,
            reason=reason.strip(),
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(session, TOO_LATE)


def _locked_names(first: UUID, second: UUID, *, session: Session) -> dict[UUID, str]:
    """Return the pseudonyms of a pair, and make others who judge one of the two wait their turn.

    A merge joins two persons who go on as themselves, so whoever could close a circle waits for one of these rows.
    """
    if first == second:
        raise Refused("Dit is twee keer dezelfde schuilnaam. Kies twee verschillende.")
    rows = session.execute(
        select(Person).where(col(Person.id).in_([first, second])).order_by(col(Person.id)).with_for_update(),
        execution_options={UNLOGGED: "the judgement that follows is logged"},
    ).scalars()
    names = {row.id: row.pseudonym for row in rows}
    if len(names) < 2:
        raise NotFound("Niet gevonden, of niet in een stadsdeel waar u werkt.")
    return names


def _name(person: UUID, *, session: Session) -> str:
    return session.get_one(Person, person).pseudonym


def _require_mergeable(first: UUID, second: UUID, names: dict[UUID, str], *, session: Session) -> None:
    known = identities(session=session)
    if known.same(first, second):
        under = _name(known.of(first), session=session)
        raise Refused(
            f"'{names[first]}' en '{names[second]}' zijn al samengevoegd, onder '{under}'. "
            "Nog eens samenvoegen zou een kring geven."
        )
    for person, other in ((first, second), (second, first)):
        survivor = known.of(person)
        if survivor != person:
            raise Refused(
                f"'{names[person]}' is al samengevoegd onder '{_name(survivor, session=session)}'. "
                f"Vergelijk '{_name(survivor, session=session)}' met '{names[other]}'."
            )
    ones, others = known.all_of(first), known.all_of(second)
    for one, other in told_apart(session=session):
        if {one, other} != {first, second} and (
            (one in ones and other in others) or (one in others and other in ones)
        ):
            raise Refused(
                f"Van '{_name(one, session=session)}' en '{_name(other, session=session)}' is vastgelegd dat het twee "
                "personen zijn, en die horen hierbij. Herzie eerst dat oordeel."
            )
    moment = seen_together(ones, others, session=session)
    if moment is not None:
        raise Refused(
            f"'{names[first]}' en '{names[second]}' staan samen in een waarneming van {moment:%d-%m-%Y}: daar zijn het "
            "twee personen. Verbeter eerst die waarneming als dat niet klopt."
        )


def _require_apart(first: UUID, second: UUID, names: dict[UUID, str], *, session: Session) -> None:
    known = identities(session=session)
    if known.same(first, second):
        raise Refused(
            f"'{names[first]}' en '{names[second]}' zijn langs een andere schuilnaam samengevoegd, onder "
            f"'{_name(known.of(first), session=session)}'. Maak eerst dat ongedaan."
        )


def seen_together(ones: Iterable[UUID], others: Iterable[UUID], *, session: Session) -> datetime | None:
    """Return when somebody of ``ones`` was last noted beside somebody of ``others`` in one observation."""
    beside = aliased(Presence)
    moment: datetime | None = session.execute(
        select(col(Gathering.started_at))
        .join(Presence, col(Presence.gathering_id) == col(Gathering.id))
        .join(beside, col(beside.gathering_id) == col(Gathering.id))
        .where(col(Presence.person_id).in_(list(ones)), col(beside.person_id).in_(list(others)), standing())
        .order_by(col(Gathering.started_at).desc())
        .limit(1)
    ).scalar_one_or_none()
    return moment


# --- groups ---


def groups_judged(*, session: Session) -> list[Judged]:
    """List the newest judgement of every pair of groups that were not merged, by time."""
    later = aliased(GroupPairDecision)
    newer = exists(
        select(1)
        .where(
            col(later.first_id) == col(GroupPairDecision.first_id),
            col(later.second_id) == col(GroupPairDecision.second_id),
            col(later.sequence) > col(GroupPairDecision.sequence),
        )
        .correlate(GroupPairDecision)
    )
    return _judged(GroupPairDecision, ~newer, session=session)


def groups_judged_of(one: UUID, other: UUID, *, session: Session) -> list[Judged]:
    """List everything that was judged of a pair of groups, newest first."""
    first, second = in_order(one, other)
    return _judged(
        GroupPairDecision,
        (col(GroupPairDecision.first_id) == first) & (col(GroupPairDecision.second_id) == second),
        session=session,
    )[::-1]


def judge_groups(
    one: UUID,
    other: UUID,
    verdict: PairVerdict,
    *,
    surviving: UUID | None = None,
    reason: str,
    seen: int,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Record that two groups are one, are two, or that it is not clear.

    ``dezelfde`` links the other to ``surviving`` as merged (``observing.work.link_groups``), which closes it;
    ``observing.work.undo_link`` undoes that.

    Raises:
        Refused: a colleague was first, or whatever ``link_groups`` refuses, a circle among them.
        NotFound: one of them lies outside the actor's stadsdelen.
    """
    require_role(actor, *MEMBER_VIEWERS)
    first, second = in_order(one, other)
    for group in (first, second):
        get_group(group, actor=actor, session=session)
    if len(groups_judged_of(first, second, session=session)) != seen:
        raise Refused(TOO_LATE)
    if not reason.strip():
        message = "Schrijf in een zin waaruit dit blijkt."
        raise Refused(message, fields={"reason": message})
    if verdict is PairVerdict.DEZELFDE:
        if surviving not in (first, second):
            message = "Kies onder welke naam deze groep verdergaat."
            raise Refused(message, fields={"surviving": message})
        link_groups(
            first if surviving == second else second,
            surviving,
            LinkKind.SAMENGEGAAN,
            on_date=today(now),
            reason=reason,
            actor=actor,
            now=now,
            session=session,
        )
        return
    record(
        session,
        actor=actor,
        action=f"groepen beoordeeld: {verdict}",
        object_kind="jeugdgroep",
        object_id=first,
        now=now,
        details={"andere groep": str(second)},
    )
    session.add(
        GroupPairDecision(
            first_id=first,
            second_id=second,
            sequence=seen + 1,
            verdict=verdict.value,
            reason=reason.strip(),
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(session, TOO_LATE)
