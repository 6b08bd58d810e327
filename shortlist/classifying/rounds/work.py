"""Rounds of the questionnaire: starting one, where it stands, whose view it asks.

``rules`` is what the composition root loaded once (:func:`load_room_rules`, ``app.extensions["shortlist.rules"]``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.assets import RULES
from shortlist.classifying.assessing import AssessmentTerms
from shortlist.classifying.rules_files import Rules, load_rules
from shortlist.classifying.tables import Assessment, Perspective, PerspectiveClosed, Questionnaire
from shortlist.errors import Broken, NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Organisation, Role, require_role, require_stadsdeel
from shortlist.guarding.tables import Account
from shortlist.observing.groups.work import get_group, today
from shortlist.observing.tables import GroupState, Jeugdgroep
from shortlist.storing.dated_yaml import newest_for

FILLERS = (Role.JEUGDAGENT, Role.JONGERENWERKER)
"""Who fills in the list and decides on the assessment."""
PROFESSIONS = (Perspective.POLITIE, Perspective.JONGERENWERK)
LONGEST_PERIOD = timedelta(days=366)


# --- the rules, loaded once ---


def load_room_rules(folder: Path = RULES) -> Rules:
    """Load the rules for the web application; raises Broken with file and line for every fault."""
    rules = load_rules(folder)
    terms_on(rules, None)
    return rules


def terms_on(rules: Rules, on: date | None) -> AssessmentTerms:
    """Return the terms in force on a day (None: the newest).

    Raises:
        Broken: the rules have no file of this kind.
    """
    document = newest_for(rules.shelf.of_kind("assessment-terms"), on)
    if document is None:
        raise Broken(
            f"{rules.shelf.folder}: er is geen bestand van de soort 'assessment-terms'. "
            "Voeg assessment-terms.yaml toe; neem het meegeleverde bestand als voorbeeld."
        )
    return AssessmentTerms(**document.data["parameters"])


# --- rounds ---


@dataclass(frozen=True, slots=True)
class Closed:
    """That and how a profession's view is in: by whom, when, or why the round goes on without."""

    by: str
    at: datetime
    skipped: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Round:
    """One round of the questionnaire and how far it is."""

    id: UUID
    group_id: UUID
    group_name: str
    period_from: date
    period_until: date
    started_at: datetime
    started_by: str
    closed: Mapping[str, Closed]
    """Perspective → how its view came in; absent while it is being filled in."""
    assessment_id: UUID | None

    @property
    def both_in(self) -> bool:
        """Whether both views are in (or one is, and the other is left out for a reason)."""
        return all(profession in self.closed for profession in PROFESSIONS)

    @property
    def counting(self) -> tuple[str, ...]:
        """The perspectives whose answers count in this round."""
        return tuple(
            profession.value
            for profession in PROFESSIONS
            if profession in self.closed and not self.closed[profession].skipped
        )


def perspective_of(actor: Actor) -> Perspective:
    """Return whose view this actor gives; refuses who is neither police nor youth work."""
    if actor.organisation is Organisation.POLITIE or (
        actor.has(Role.JEUGDAGENT) and actor.organisation is not Organisation.JONGERENWERK
    ):
        return Perspective.POLITIE
    if actor.organisation is Organisation.JONGERENWERK or actor.has(Role.JONGERENWERKER):
        return Perspective.JONGERENWERK
    raise Refused("Alleen politie en jongerenwerk vullen de vragenlijst in. Vraag een van hen.")


def start_round(
    group_id: UUID,
    period_from: date,
    period_until: date,
    *,
    terms: AssessmentTerms,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Start a round over a period and return its id; refused while another round of the group is open."""
    require_role(actor, *FILLERS)
    perspective_of(actor)
    group = get_group(group_id, actor=actor, session=session)
    hold_group(group_id, session=session)
    if group.state is GroupState.GESLOTEN:
        raise Refused(f"{group.name} is gesloten. Open de groep eerst opnieuw, met een reden.")
    day = today(now)
    if period_until > day:
        raise Refused("", fields={"period_until": f"Deze dag moet nog komen. Kies hoogstens {day:%d-%m-%Y}."})
    if period_from > period_until:
        raise Refused("", fields={"period_from": "De eerste dag ligt na de laatste. Keer de twee om."})
    if period_until - period_from > LONGEST_PERIOD:
        raise Refused(
            "", fields={"period_from": "De periode is langer dan een jaar. Kies een latere eerste dag."}
        )
    if period_from < date(2000, 1, 1):
        raise Refused("", fields={"period_from": "Deze dag ligt vóór 2000. Kies een latere dag."})
    if open_round(group_id, terms=terms, now=now, session=session) is not None:
        raise Refused(
            f"Er loopt al een vragenlijst voor {group.name}. Ga daarmee verder vanaf de groepspagina."
        )
    made = Questionnaire(
        group_id=group_id,
        period_from=period_from,
        period_until=period_until,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(made)
    record(
        session,
        actor=actor,
        action="vragenlijst begonnen",
        object_kind="vragenlijst",
        object_id=made.id,
        now=now,
        details={"groep": str(group_id)},
    )
    return made.id


def open_round(group_id: UUID, *, terms: AssessmentTerms, now: datetime, session: Session) -> UUID | None:
    """Return the newest round of a group when it has no assessment yet and is not too old to go on with."""
    row = session.execute(
        select(col(Questionnaire.id), col(Questionnaire.recorded_at), col(Assessment.id))
        .outerjoin(Assessment, col(Assessment.questionnaire_id) == col(Questionnaire.id))
        .where(col(Questionnaire.group_id) == group_id)
        .order_by(col(Questionnaire.recorded_at).desc())
        .limit(1)
    ).first()
    if row is None or row[2] is not None or row[1] < now - timedelta(days=terms.round_open_days):
        return None
    found: UUID = row[0]
    return found


def get_round(questionnaire_id: UUID, *, actor: Actor, session: Session, lock: bool = False) -> Round:
    """Return a round within the actor's stadsdelen; ``lock`` holds it until the transaction ends."""
    query = (
        select(Questionnaire, Jeugdgroep, col(Account.name), col(Assessment.id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Questionnaire.group_id))
        .join(Account, col(Account.id) == col(Questionnaire.recorded_by))
        .outerjoin(Assessment, col(Assessment.questionnaire_id) == col(Questionnaire.id))
        .where(col(Questionnaire.id) == questionnaire_id)
    )
    row = session.execute(query.with_for_update(of=Questionnaire) if lock else query).first()
    if row is None:
        raise NotFound("Deze vragenlijst bestaat niet, of hoort bij een stadsdeel waar u niet werkt.")
    sheet, group, starter, assessment_id = row
    require_stadsdeel(actor, group.stadsdeel_id)
    return Round(
        id=sheet.id,
        group_id=group.id,
        group_name=group.name,
        period_from=sheet.period_from,
        period_until=sheet.period_until,
        started_at=sheet.recorded_at,
        started_by=starter,
        closed=closed_in([sheet.id], session=session).get(sheet.id, {}),
        assessment_id=assessment_id,
    )


def hold_group(group_id: UUID, *, session: Session) -> None:
    """Let whoever starts a round or decides for a group take turns until the transaction ends."""
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())


def closed_in(rounds: Iterable[UUID], *, session: Session) -> dict[UUID, dict[str, Closed]]:
    """Return per round which views are in, and how."""
    rows = session.execute(
        select(PerspectiveClosed, col(Account.name))
        .join(Account, col(Account.id) == col(PerspectiveClosed.recorded_by))
        .where(col(PerspectiveClosed.questionnaire_id).in_(list(rounds)))
    )
    found: dict[UUID, dict[str, Closed]] = {}
    for row, name in rows:
        found.setdefault(row.questionnaire_id, {})[row.perspective] = Closed(
            name, row.recorded_at, row.skipped, row.reason
        )
    return found
