"""Use cases of figures from elsewhere: taking in reports of residents and police figures, each once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from shortlist.errors import BadInput
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.work import all_stadsdelen
from shortlist.observing.geometry import inside
from shortlist.reporting.sources.figure_files import Fault, Offences, Reported
from shortlist.reporting.tables import PoliceFigure, ResidentReport
from shortlist.showing.words import lijst

IMPORTERS = (Role.VEILIGHEIDSMANAGER, Role.COORDINATOR_VTH, Role.BEHEERDER)
"""Who takes figures in."""


@dataclass(slots=True)
class Taken:
    """What came of a file: rows added, rows known already, and rows left out with the reason."""

    added: int = 0
    known: int = 0
    elsewhere: int = 0
    """Police figures of areas that lie in none of the stadsdelen."""
    faults: list[Fault] = field(default_factory=list)


def take_reports(
    rows: Sequence[Reported], faults: Sequence[Fault], *, actor: Actor, now: datetime, session: Session
) -> Taken:
    """Take in reports; one that is known stays as it was. Only stadsdeel, moment and category are kept."""
    require_role(actor, *IMPORTERS)
    taken = Taken(faults=list(faults))
    parts = [(part.id, part.name, part.boundary) for part in all_stadsdelen(session=session)]
    known = {
        (row[0], row[1])
        for row in session.execute(select(col(ResidentReport.source), col(ResidentReport.source_id)))
    }
    made: list[dict[str, Any]] = []
    for row in rows:
        key = (row.source, row.source_id)
        if key in known:
            taken.known += 1
            continue
        if row.at > now:
            taken.faults.append(Fault(row.row, "de datum ligt in de toekomst"))
            continue
        stadsdeel = _stadsdeel(row, parts)
        if stadsdeel is None:
            taken.faults.append(
                Fault(
                    row.row,
                    "de plek ligt in geen stadsdeel"
                    if row.point
                    else f"stadsdeel {row.stadsdeel!r} bestaat niet",
                )
            )
            continue
        known.add(key)
        made.append(
            {
                "id": uuid4(), "source": row.source, "source_id": row.source_id, "stadsdeel_id": stadsdeel,
                "category": row.category or "onbekend", "reported_at": row.at, "recorded_at": now,
                "recorded_by": actor.id,
            }
        )  # fmt: skip
    _store(ResidentReport, made, taken, "meldingen ingelezen", actor=actor, now=now, session=session)
    return taken


def _stadsdeel(row: Reported, parts: Sequence[tuple[UUID, str, list[list[float]]]]) -> UUID | None:
    for part_id, name, boundary in parts:
        if row.point is None:
            if name.lower() == row.stadsdeel.lower():
                return part_id
        elif inside(*row.point, boundary):
            return part_id
    return None


def take_offences(
    rows: Sequence[Offences],
    faults: Sequence[Fault],
    areas: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> Taken:
    """Take in police figures of the areas that ``areas`` places in a stadsdeel; a changed number gets a successor.

    Raises:
        BadInput: an area is placed in a stadsdeel that does not exist.
    """
    require_role(actor, *IMPORTERS)
    taken = Taken(faults=list(faults))
    parts = all_stadsdelen(session=session)
    names = {part.name.lower(): part.id for part in parts}
    for area, name in areas.items():
        if name.lower() not in names:
            known = lijst([part.name for part in parts], "of")
            raise BadInput(f"stadsdeel {name!r} bestaat niet. Kies uit {known}.", where=(f"gebied {area}",))
    newest: dict[tuple[str, str, str], tuple[int, int]] = {}
    for area, crime, period, sequence, count in session.execute(
        select(
            col(PoliceFigure.area), col(PoliceFigure.crime), col(PoliceFigure.period), col(PoliceFigure.sequence),
            col(PoliceFigure.count),
        ).order_by(col(PoliceFigure.sequence))
    ):  # fmt: skip
        newest[area, crime, period] = (sequence, count)
    made: list[dict[str, Any]] = []
    for row in rows:
        if row.area not in areas:
            taken.elsewhere += 1
            continue
        key = (row.area, row.crime, row.period)
        sequence, before = newest.get(key, (0, -1))
        if before == row.count:
            taken.known += 1
            continue
        newest[key] = (sequence + 1, row.count)
        placed = names[areas[row.area].lower()]
        made.append(
            {
                "id": uuid4(), "area": row.area, "stadsdeel_id": placed, "crime": row.crime, "period": row.period,
                "sequence": sequence + 1, "count": row.count, "recorded_at": now, "recorded_by": actor.id,
            }
        )  # fmt: skip
    _store(PoliceFigure, made, taken, "politiecijfers ingelezen", actor=actor, now=now, session=session)
    return taken


def _store(
    table: Any,
    made: list[dict[str, Any]],
    taken: Taken,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    if made:
        session.execute(insert(table), made)
    taken.added = len(made)
    taken.faults.sort(key=lambda fault: fault.row)
    record(
        session, actor=actor, action=action, object_kind="cijfers", now=now,
        details={"nieuw": taken.added, "bekend": taken.known, "fout": len(taken.faults)},
    )  # fmt: skip


def held(*, session: Session) -> tuple[int, datetime | None, int, str | None]:
    """Return how many reports there are and the newest, how many police figures and the newest period."""
    reports = session.execute(select(func.count()).select_from(ResidentReport)).scalar_one()
    police = session.execute(
        select(func.count(), func.max(col(PoliceFigure.period))).select_from(PoliceFigure)
    ).one()
    newest = session.execute(
        select(col(ResidentReport.reported_at)).order_by(col(ResidentReport.reported_at).desc()).limit(1)
    ).scalar_one_or_none()
    return reports, newest, police[0], police[1]
