"""Use cases of slow procedures: ask, tell how it stands, follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.connecting.procedures.transitions import (
    ASKED,
    ASKER,
    HANDLER,
    HANDLERS,
    RUNNING,
    SUBJECTS,
    who_may,
)
from shortlist.connecting.tables import Procedure, ProcedureFollower, ProcedureStatus
from shortlist.connecting.work import note_seen, seen_upto
from shortlist.errors import Forbidden, NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import STREET, Actor, Role, require_role, require_stadsdeel
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.tables import Jeugdgroep, Place
from shortlist.observing.work import get_group, today
from shortlist.planning.aanpak.measures import Catalogue
from shortlist.storing.database import flush_or_refuse

READERS = STREET
"""Everybody who works with groups may see how it stands, and wait for it."""
LATEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Step:
    """One state, or news in the same state."""

    sequence: int
    state: str
    note: str
    expected_on: date | None
    outlook: str
    at: datetime
    by_id: UUID
    by: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A procedure with everything that became of it, oldest first."""

    id: UUID
    stadsdeel_id: UUID
    stadsdeel: str
    group_id: UUID | None
    group: str | None
    place: str | None
    subject: str
    wish: str
    by_id: UUID
    by: str
    at: datetime
    steps: Sequence[Step]
    followers: Sequence[str]
    follows: bool
    """Whether the actor waits for it."""
    sides: frozenset[str]

    @property
    def last(self) -> Step:
        """The newest state."""
        return self.steps[-1]

    @property
    def state(self) -> str:
        """The newest state's name."""
        return self.last.state

    @property
    def expected_on(self) -> date | None:
        """When it is expected, while it runs."""
        return self.last.expected_on if self.state in RUNNING else None

    def late(self, on: date) -> bool:
        """Whether it should have been there."""
        return self.expected_on is not None and self.expected_on < on


def usual_days(subject: str, catalogue: Catalogue) -> int | None:
    """Return how many days the catalogue of measures says it usually takes; None when it says nothing."""
    measure = catalogue.get(subject)
    return 7 * sum(step.weeks for step in measure.procedure) if measure and measure.procedure else None


def _followers(ids: Sequence[UUID], *, session: Session) -> dict[UUID, dict[UUID, str]]:
    """Return per procedure the accounts that wait for it now, with their names."""
    found: dict[UUID, dict[UUID, str]] = {}
    for procedure_id, account_id, name, follows in session.execute(
        select(
            col(ProcedureFollower.procedure_id),
            col(ProcedureFollower.account_id),
            col(Account.name),
            col(ProcedureFollower.follows),
        )
        .join(Account, col(Account.id) == col(ProcedureFollower.account_id))
        .where(col(ProcedureFollower.procedure_id).in_(ids))
        .order_by(col(ProcedureFollower.sequence))
    ):
        own = found.setdefault(procedure_id, {})
        if follows:
            own[account_id] = name
        else:
            own.pop(account_id, None)
    return found


def _read(condition: Any, *, actor: Actor, session: Session) -> list[Asked]:
    query = (
        select(Procedure, col(Stadsdeel.name), col(Jeugdgroep.name), col(Place.name), col(Account.name))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Procedure.stadsdeel_id))
        .outerjoin(Jeugdgroep, col(Jeugdgroep.id) == col(Procedure.group_id))
        .outerjoin(Place, col(Place.id) == col(Procedure.place_id))
        .join(Account, col(Account.id) == col(Procedure.recorded_by))
        .order_by(col(Procedure.recorded_at).desc(), col(Procedure.id))
    )
    if condition is not None:
        query = query.where(condition)
    if not actor.citywide:
        query = query.where(col(Procedure.stadsdeel_id).in_(actor.stadsdelen))
    rows = session.execute(query).all()
    ids = [row[0].id for row in rows]
    steps: dict[UUID, list[Step]] = {}
    for status, name in session.execute(
        select(ProcedureStatus, col(Account.name))
        .join(Account, col(Account.id) == col(ProcedureStatus.recorded_by))
        .where(col(ProcedureStatus.procedure_id).in_(ids))
        .order_by(col(ProcedureStatus.sequence))
    ):
        steps.setdefault(status.procedure_id, []).append(
            Step(
                status.sequence,
                status.state,
                status.note,
                status.expected_on,
                status.outlook,
                status.recorded_at,
                status.recorded_by,
                name,
            )
        )
    waiting = _followers(ids, session=session)
    found = []
    for row, stadsdeel, group, place, by in rows:
        own = waiting.get(row.id, {})
        sides = {ASKER} if row.recorded_by == actor.id or actor.has(Role.VEILIGHEIDSMANAGER) else set()
        sides |= {HANDLER} if actor.has(*HANDLERS) else set()
        found.append(
            Asked(
                row.id,
                row.stadsdeel_id,
                stadsdeel,
                row.group_id,
                group,
                place,
                row.subject,
                row.wish,
                row.recorded_by,
                by,
                row.recorded_at,
                tuple(steps[row.id]),
                tuple(sorted(own.values())),
                actor.id in own,
                frozenset(sides),
            )
        )
    return found


def visible_procedures(*, actor: Actor, session: Session) -> list[Asked]:
    """List the procedures in the actor's stadsdelen, newest first."""
    require_role(actor, *READERS)
    return _read(None, actor=actor, session=session)


def running_procedures(*, actor: Actor, session: Session) -> list[Asked]:
    """List what still runs in the actor's stadsdelen; nothing for who does not work with groups."""
    found = _read(None, actor=actor, session=session) if actor.has(*READERS) else []
    return [one for one in found if one.state in RUNNING]


def procedures_of(group_id: UUID, *, actor: Actor, session: Session) -> list[Asked]:
    """List the procedures about a group, newest first."""
    require_role(actor, *READERS)
    return _read(col(Procedure.group_id) == group_id, actor=actor, session=session)


def get_procedure(procedure_id: UUID, *, actor: Actor, session: Session) -> Asked:
    """Return one procedure.

    Raises:
        NotFound: it does not exist or lies outside the actor's stadsdelen; told alike on purpose.
    """
    require_role(actor, *READERS)
    found = _read(col(Procedure.id) == procedure_id, actor=actor, session=session)
    if not found:
        raise NotFound("Deze procedure is er niet, of hoort bij een stadsdeel waar u niet werkt.")
    return found[0]


def ask_procedure(
    *,
    stadsdeel_id: UUID,
    group_id: UUID | None,
    place_id: UUID | None,
    subject: str,
    wish: str,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Ask for something that takes time, and return its id; who asks follows it from the start.

    Raises:
        NotFound: the stadsdeel or group is not the actor's.
        Refused: group or place lies in another stadsdeel.
    """
    require_role(actor, *READERS)
    require_stadsdeel(actor, stadsdeel_id)
    if session.get(Stadsdeel, stadsdeel_id) is None:
        raise NotFound("Dit stadsdeel bestaat niet.")
    if subject not in SUBJECTS:
        raise Refused("Kies wat u vraagt.", fields={"subject": "Kies uit de lijst."})
    if (
        group_id is not None
        and get_group(group_id, actor=actor, session=session).stadsdeel_id != stadsdeel_id
    ):
        raise Refused(
            "Deze vraag kan zo niet.",
            fields={"group": "Deze groep hoort bij een ander stadsdeel. Kies een groep uit dit stadsdeel."},
        )
    place = session.get(Place, place_id) if place_id else None
    if place_id is not None and (place is None or place.stadsdeel_id != stadsdeel_id):
        raise Refused(
            "Deze vraag kan zo niet.",
            fields={"place": "Deze plek ligt in een ander stadsdeel. Kies een plek uit dit stadsdeel."},
        )
    row = Procedure(
        stadsdeel_id=stadsdeel_id,
        group_id=group_id,
        place_id=place_id,
        subject=subject,
        wish=wish,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    session.flush()
    days = usual_days(subject, catalogue)
    session.add(
        ProcedureStatus(
            procedure_id=row.id,
            sequence=1,
            state=ASKED,
            expected_on=today(now) + timedelta(days=days) if days else None,
            outlook="Gewone duur volgens de lijst van maatregelen; nog niet bevestigd." if days else "",
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    session.add(
        ProcedureFollower(procedure_id=row.id, account_id=actor.id, sequence=1, follows=True, recorded_at=now)
    )
    record(
        session, actor=actor, action="trage procedure gevraagd", object_kind="procedure", object_id=row.id, now=now,
        details={"onderwerp": subject},
    )  # fmt: skip
    return row.id


def move_procedure(
    procedure_id: UUID,
    *,
    state: str,
    note: str,
    expected_on: date | None,
    outlook: str,
    sequence: int,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Take a procedure to its next state, or tell news in the same one; who waits sees it at once.

    Raises:
        Refused: somebody was earlier, the table forbids it, or news without words or date.
    """
    session.execute(select(col(Procedure.id)).where(col(Procedure.id) == procedure_id).with_for_update())
    found = get_procedure(procedure_id, actor=actor, session=session)
    side = who_may(found.state, state)
    if len(found.steps) != sequence or side is None:
        raise Refused(
            f"Deze procedure is al {found.state} (door {found.last.by}). Er is niets opgeslagen; kijk wat er nu staat."
        )
    if side not in found.sides:
        raise Forbidden(f"Alleen de {side} kan dit doen.")
    faults = {}
    if len(note.strip()) < 5:
        faults["note"] = "Schrijf in een zin hoe het staat; wie wacht leest dit."
    if state in RUNNING:
        if expected_on is None:
            faults["expected_on"] = (
                "Noem een verwachte datum, ook als hij onzeker is. Een schatting is beter dan stilte."
            )
        elif not today(now) <= expected_on <= today(now) + LATEST:
            faults["expected_on"] = "Kies een dag vanaf vandaag, binnen vijf jaar."
    if faults:
        raise Refused("Dit is nog niet compleet.", fields=faults)
    session.add(
        ProcedureStatus(
            procedure_id=procedure_id,
            sequence=sequence + 1,
            state=state,
            note=note,
            expected_on=expected_on if state in RUNNING else None,
            outlook=outlook,
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    flush_or_refuse(session, "Iemand anders legde op hetzelfde moment iets vast. Ververs de pagina.")
    record(
        session, actor=actor, action=f"trage procedure: {state}", object_kind="procedure", object_id=procedure_id,
        now=now,
    )  # fmt: skip


def follow_procedure(
    procedure_id: UUID, *, follows: bool, actor: Actor, now: datetime, session: Session
) -> None:
    """Start or stop waiting for a procedure."""
    found = get_procedure(procedure_id, actor=actor, session=session)
    if found.follows == follows:
        raise Refused("Dat was al zo. Ververs de pagina.")
    last = session.execute(
        select(func.max(col(ProcedureFollower.sequence))).where(
            col(ProcedureFollower.procedure_id) == procedure_id,
            col(ProcedureFollower.account_id) == actor.id,
        )
    ).scalar_one()
    session.add(
        ProcedureFollower(
            procedure_id=procedure_id,
            account_id=actor.id,
            sequence=(last or 0) + 1,
            follows=follows,
            recorded_at=now,
        )
    )
    note_seen(procedure_id, len(found.steps), actor=actor, now=now, session=session)
    record(
        session, actor=actor, action="volgt procedure" if follows else "volgt procedure niet meer",
        object_kind="procedure", object_id=procedure_id, now=now,
    )  # fmt: skip


def mark_read(procedure_id: UUID, *, sequence: int, actor: Actor, now: datetime, session: Session) -> None:
    """Note that the actor has read the news, so that the reminder stops."""
    found = get_procedure(procedure_id, actor=actor, session=session)
    if not 1 <= sequence <= len(found.steps):
        raise Refused("Dit bericht bestaat niet. Ververs de pagina.")
    note_seen(procedure_id, sequence, actor=actor, now=now, session=session)
    record(
        session, actor=actor, action="nieuws over procedure gelezen", object_kind="procedure",
        object_id=procedure_id, now=now,
    )  # fmt: skip


def unread(found: Sequence[Asked], *, actor: Actor, session: Session) -> set[UUID]:
    """Return which of these the actor waits for and has unread news of, told by somebody else."""
    seen = seen_upto([one.id for one in found], actor=actor, session=session)
    return {
        one.id
        for one in found
        if one.follows
        and any(step.by_id != actor.id and step.sequence > seen.get(one.id, 0) for step in one.steps)
    }


@dataclass(frozen=True, slots=True)
class Waits:
    """A procedure that waits for the actor: ``kind`` is ``nieuws``, ``nieuw`` or ``te laat``."""

    asked: Asked
    kind: str


def procedures_waiting(*, actor: Actor, now: datetime, session: Session) -> list[Waits]:
    """List unread news (who waits), new requests and passed dates (who handles)."""
    if not actor.has(*READERS):
        return []
    found = _read(None, actor=actor, session=session)
    news = unread(found, actor=actor, session=session)
    waits = [Waits(one, "nieuws") for one in found if one.id in news]
    for one in found:
        if HANDLER in one.sides:
            if one.late(today(now)):
                waits.append(Waits(one, "te laat"))
            elif one.state == ASKED and len(one.steps) == 1:
                waits.append(Waits(one, "nieuw"))
    return waits
