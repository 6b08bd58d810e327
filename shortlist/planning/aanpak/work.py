"""Use cases of the plan van aanpak: what is known of a group, writing a version, reading and comparing versions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.classifying.tables import Assessment
from shortlist.errors import Broken, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.groups.work import Group, get_group, latest_state, today
from shortlist.observing.tables import GroupState, Jeugdgroep
from shortlist.planning.aanpak.measures import (
    Catalogue,
    Chosen,
    GroupPicture,
    PlanText,
    catalogue_from,
    differences,
    refusals,
)
from shortlist.planning.tables import PlanMeasure, PlanVanAanpak
from shortlist.prioritising.tables import Priority
from shortlist.prioritising.work import current_priorities
from shortlist.showing.words import CLASSES
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import Shelf, newest_for

WRITERS = frozenset({Role.VEILIGHEIDSMANAGER, Role.JEUGDAGENT, Role.JONGERENWERKER})
"""The JIT."""
READERS = WRITERS | {Role.STAFGROEPLID}
LATEST_EVALUATION = timedelta(days=366)
REMIND = timedelta(days=7)
"""An evaluation is announced this long before its day."""
_KNOWN_CLASSES = frozenset(CLASSES)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a plan, with who wrote it and what changed since the one before."""

    id: UUID
    version: int
    text: PlanText
    recorded_at: datetime
    by: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanDue:
    """A group whose plan asks for work: there is none (``evaluation_on`` None), or its evaluation comes up."""

    group_id: UUID
    name: str
    priority: str
    evaluation_on: date | None


def catalogue_on(shelf: Shelf, on: date) -> Catalogue:
    """Return the measures in force on a day.

    Raises:
        Broken: ``rules/`` has no measures.
    """
    document = newest_for(shelf.of_kind("measures"), on)
    if document is None:
        raise Broken(f"{shelf.folder}: er is geen bestand van de soort 'measures'. Zet measures.yaml terug.")
    return catalogue_from(document.data)


def decided_priorities(on: date, *, session: Session) -> dict[UUID, str]:
    """Return the priority that the Stafgroep set and that holds on a day, per group; groups without one are absent."""
    return {
        group_id: current.priority for group_id, current in current_priorities(on, session=session).items()
    }


def pictures_of(group_ids: Iterable[UUID], *, on: date, session: Session) -> dict[UUID, GroupPicture]:
    """Return what is known of groups: newest assessment and the priority that holds; unknown stays unknown."""
    ids = list(group_ids)
    priorities = decided_priorities(on, session=session)
    rows = session.execute(
        select(
            col(Assessment.group_id),
            col(Assessment.decided),
            col(Assessment.duiding),
            col(Assessment.answers),
        )
        .where(col(Assessment.group_id).in_(ids))
        .order_by(col(Assessment.recorded_at))
    )
    newest = {group_id: (decided, duiding, answers) for group_id, decided, duiding, answers in rows}
    found = {}
    for group_id in ids:
        decided, duiding, answers = newest.get(group_id, (None, {}, {}))
        found[group_id] = GroupPicture(
            decided=decided if decided in _KNOWN_CLASSES else None,
            duiding={theme: str(part.get("level", "onbekend")) for theme, part in (duiding or {}).items()},
            answers=answers or {},
            priority=priorities.get(group_id),
        )
    return found


def current_plans(group_ids: Iterable[UUID] | None = None, *, session: Session) -> dict[UUID, PlanText]:
    """Return the newest version of every plan, per group; all groups when ``group_ids`` is None."""
    newest = (
        select(col(PlanVanAanpak.group_id), func.max(col(PlanVanAanpak.version)).label("version"))
        .group_by(col(PlanVanAanpak.group_id))
        .subquery()
    )
    query = select(PlanVanAanpak).join(
        newest,
        (col(PlanVanAanpak.group_id) == newest.c.group_id) & (col(PlanVanAanpak.version) == newest.c.version),
    )
    if group_ids is not None:
        query = query.where(col(PlanVanAanpak.group_id).in_(list(group_ids)))
    plans = list(session.execute(query).scalars())
    measures = _measures_of([plan.id for plan in plans], session=session)
    return {plan.group_id: _text(plan, measures.get(plan.id, ())) for plan in plans}


def _measures_of(plan_ids: Sequence[UUID], *, session: Session) -> dict[UUID, list[PlanMeasure]]:
    rows = session.execute(
        select(PlanMeasure).where(col(PlanMeasure.plan_id).in_(plan_ids)).order_by(col(PlanMeasure.due_on))
    ).scalars()
    found: dict[UUID, list[PlanMeasure]] = {}
    for row in rows:
        found.setdefault(row.plan_id, []).append(row)
    return found


def _text(plan: PlanVanAanpak, measures: Iterable[PlanMeasure]) -> PlanText:
    return PlanText(
        plan.goal,
        plan.exit_criterion,
        plan.evaluation_on,
        tuple(
            Chosen(row.measure, row.owner, row.due_on, row.visits_per_week, row.reason) for row in measures
        ),
    )


def versions_of(
    group_id: UUID, *, names: Mapping[str, str], actor: Actor, session: Session
) -> tuple[Group, list[Version]]:
    """Return a group and the versions of its plan, newest first, each with what changed since the one before.

    Raises:
        NotFound: no such group within the actor's stadsdelen.
    """
    require_role(actor, *READERS)
    group = get_group(group_id, actor=actor, session=session)
    rows = session.execute(
        select(PlanVanAanpak, col(Account.name))
        .join(Account, col(Account.id) == col(PlanVanAanpak.recorded_by))
        .where(col(PlanVanAanpak.group_id) == group_id)
        .order_by(col(PlanVanAanpak.version))
    ).all()
    measures = _measures_of([row.id for row, _ in rows], session=session)
    versions: list[Version] = []
    for row, by in rows:
        text = _text(row, measures.get(row.id, ()))
        changes = tuple(differences(versions[-1].text, text, names)) if versions else ()
        versions.append(Version(row.id, row.version, text, row.recorded_at, by, changes))
    return group, versions[::-1]


def write_plan(
    group_id: UUID,
    text: PlanText,
    *,
    based_on: int,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Append a version of a group's plan and return its id. ``based_on``: the version the writer saw, 0 for none.

    Raises:
        Refused: a rule stands in the way, or somebody else wrote a version meanwhile.
    """
    require_role(actor, *WRITERS)
    group = get_group(group_id, actor=actor, session=session)
    if group.state is GroupState.GESLOTEN:
        raise Refused("Deze groep is gesloten. Open de groep eerst weer, met een reden.")
    picture = pictures_of([group_id], on=today(now), session=session)[group_id]
    _require_sound(text, catalogue, picture, on=today(now))
    newest = session.execute(
        select(col(PlanVanAanpak.id), col(PlanVanAanpak.version))
        .where(col(PlanVanAanpak.group_id) == group_id)
        .order_by(col(PlanVanAanpak.version).desc())
        .limit(1)
    ).first()
    if (newest.version if newest else 0) != based_on:
        raise Refused(_MEANWHILE)
    plan = PlanVanAanpak(
        group_id=group_id,
        version=based_on + 1,
        goal=text.goal,
        exit_criterion=text.exit_criterion,
        evaluation_on=text.evaluation_on,
        supersedes_id=newest.id if newest else None,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(plan)
    flush_or_refuse(session, _MEANWHILE)
    for chosen in text.measures:
        measure = catalogue.get(chosen.measure)
        session.add(
            PlanMeasure(
                plan_id=plan.id,
                measure=chosen.measure,
                track=measure.track if measure else "groep",
                owner=chosen.owner,
                due_on=chosen.due_on,
                visits_per_week=chosen.visits_per_week,
                reason=chosen.reason,
            )
        )
    record(
        session,
        actor=actor,
        action="plan van aanpak vastgelegd",
        object_kind="plan van aanpak",
        object_id=plan.id,
        now=now,
        details={"groep": str(group_id), "versie": plan.version, "maatregelen": len(text.measures)},
    )
    return plan.id


_MEANWHILE = (
    "Iemand anders heeft intussen een nieuwe versie van dit plan bewaard. Open het plan in een ander venster, "
    "neem over wat nodig is en begin dan opnieuw vanaf die versie."
)


def _require_sound(text: PlanText, catalogue: Catalogue, picture: GroupPicture, *, on: date) -> None:
    """Raise Refused with a message per field; fields of measures count in the order of the catalogue."""
    wrong: dict[str, str] = {}
    if text.evaluation_on <= on:
        wrong["evaluation_on"] = "Kies een dag na vandaag: dan bespreekt u of het doel is bereikt."
    elif text.evaluation_on > on + LATEST_EVALUATION:
        wrong["evaluation_on"] = "Dit is meer dan een jaar vooruit. Kies een eerdere dag."
    if not text.measures:
        wrong["measures"] = "Kies ten minste één maatregel."
    rows = {measure.id: number for number, measure in enumerate(catalogue.measures)}
    ids = [chosen.measure for chosen in text.measures]
    for chosen in text.measures:
        measure = catalogue.get(chosen.measure)
        if measure is None:
            raise Refused(f"De maatregel ‘{chosen.measure}’ bestaat niet (meer). Kies uit de lijst.")
        row = f"measures.{rows[measure.id]}"
        against = refusals(measure, picture, ids)
        if against:
            wrong[f"{row}.chosen"] = f"{against[0]} Haal deze maatregel weg."
        if measure.deployment is None and chosen.visits_per_week:
            wrong[f"{row}.visits_per_week"] = "Bij deze maatregel horen geen bezoeken. Vul 0 in."
        if measure.deployment is not None and not 1 <= chosen.visits_per_week <= 21:
            wrong[f"{row}.visits_per_week"] = (
                "Vul 1 tot en met 21 bezoeken per week in, of kies de maatregel niet."
            )
        if chosen.due_on < on:
            wrong[f"{row}.due_on"] = "Deze dag is voorbij. Kies vandaag of later."
    if wrong:
        raise Refused("Het plan kan zo niet worden bewaard.", fields=wrong)


def plans_due(*, actor: Actor, on: date, session: Session) -> list[PlanDue]:
    """List the prioritised groups in the actor's stadsdelen without a plan or with an evaluation that comes up."""
    require_role(actor, *READERS)
    wanted = {
        group_id: priority
        for group_id, priority in decided_priorities(on, session=session).items()
        if priority != Priority.GEEN.value
    }
    if not wanted:
        return []
    rows = session.execute(
        select(col(Jeugdgroep.id), col(Jeugdgroep.name), col(Jeugdgroep.stadsdeel_id), latest_state())
        .where(col(Jeugdgroep.id).in_(wanted))
        .order_by(col(Jeugdgroep.name))
    ).all()
    plans = current_plans(wanted, session=session)
    due = []
    for group_id, name, stadsdeel_id, state in rows:
        if not actor.sees(stadsdeel_id) or state == GroupState.GESLOTEN.value:
            continue
        plan = plans.get(group_id)
        if plan is None:
            due.append(PlanDue(group_id, name, wanted[group_id], None))
        elif plan.evaluation_on <= on + REMIND:
            due.append(PlanDue(group_id, name, wanted[group_id], plan.evaluation_on))
    return due
