"""Use cases of referrals: send, receive, feed back; who receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.connecting.referrals.interventions import (
    FITS_NOT,
    FOUND,
    Intervention,
    Interventions,
    care_level,
    contra_outcome,
    due_of,
    fit,
    fitting,
    interventions_from,
    turns_adult_soon,
)
from shortlist.connecting.referrals.receiving.work import receives_for, workers_of
from shortlist.connecting.referrals.transitions import (
    RECEIVER,
    RECEIVERS,
    REFUSED,
    RUNNING,
    SENDER,
    SENT,
    WITHDRAWN,
)
from shortlist.connecting.tables import Ground, Referral, ReferralStatus
from shortlist.differentiating.work import member_list_allowed
from shortlist.errors import Broken, NotFound, Refused
from shortlist.guarding.audit import UNLOGGED, record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.persons.work import pseudonyms
from shortlist.observing.tables import Capacity, Gathering, Jeugdgroep, Person, Presence
from shortlist.observing.work import MEMBER_VIEWERS, get_group, identities, standing, today
from shortlist.showing.words import lijst
from shortlist.storing.dated_yaml import Shelf, newest_for

SENDERS = MEMBER_VIEWERS
"""Who may refer: those who may see who belongs to a group."""
READERS = tuple(dict.fromkeys((*SENDERS, *RECEIVERS)))
NO_LIST = (
    "Voor deze groep is niet besloten dat personen mogen worden vastgelegd (stap 2B). Verwijzen op persoon kan dan "
    "niet vanuit dit systeem; bel de ontvanger, of vraag de veiligheidsmanager om dat besluit."
)
WHICH = {UNLOGGED: "which referral stands where, nothing about a person"}


@dataclass(frozen=True, slots=True)
class Status:
    """One state of a referral, or feedback in the same state."""

    sequence: int
    state: str
    note: str
    lead: str
    result: str | None
    due_at: datetime | None
    at: datetime
    by_id: UUID
    by: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A referral with everything that became of it, oldest first."""

    row: Referral
    pseudonym: str
    group: str
    stadsdeel: str
    stadsdeel_id: UUID
    by: str
    statuses: Sequence[Status]
    sides: frozenset[str]
    """On which sides the actor stands."""

    @property
    def id(self) -> UUID:
        """The referral's id."""
        return self.row.id

    @property
    def last(self) -> Status:
        """The newest state."""
        return self.statuses[-1]

    @property
    def state(self) -> str:
        """The newest state's name."""
        return self.last.state

    @property
    def lead(self) -> str:
        """Who has the lead, as last said."""
        return next((one.lead for one in reversed(self.statuses) if one.lead), "")

    def late(self, now: datetime) -> bool:
        """Whether the receiver is past the term."""
        return self.last.due_at is not None and self.last.due_at < now


def interventions_on(shelf: Shelf, on: date) -> Interventions:
    """Return the interventions in force on a day.

    Raises:
        Broken: ``rules/`` has none.
    """
    document = newest_for(shelf.of_kind("interventions"), on)
    if document is None:
        raise Broken(
            "In de regels ontbreekt een bestand met kind: interventions. Zet interventions.yaml terug."
        )
    return interventions_from(document.data)


# --- reading ---


def _query() -> Any:
    return (
        select(
            Referral,
            col(Person.pseudonym),
            col(Jeugdgroep.name),
            col(Stadsdeel.name),
            col(Jeugdgroep.stadsdeel_id),
            col(Account.name),
        )
        .join(Person, col(Person.id) == col(Referral.person_id))
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Referral.group_id))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .join(Account, col(Account.id) == col(Referral.recorded_by))
        .order_by(col(Referral.recorded_at).desc(), col(Referral.id))
    )


def _sides(row: Referral, stadsdeel_id: UUID, desk: frozenset[str], actor: Actor) -> frozenset[str]:
    sides = set()
    if actor.sees(stadsdeel_id):
        if actor.has(Role.VEILIGHEIDSMANAGER) or (row.recorded_by == actor.id and actor.has(*SENDERS)):
            sides.add(SENDER)
        if row.intervention in desk:
            sides.add(RECEIVER)
    return frozenset(sides)


def read_referrals(condition: Any, *, actor: Actor, session: Session) -> list[Sent]:
    """Return the referrals, newest first, on whose sides the actor stands; the caller logs the reading."""
    query = _query() if condition is None else _query().where(condition)
    desk = receives_for(actor, session=session)
    rows = [
        (row, rest, sides)
        for row, *rest in session.execute(query, execution_options=WHICH).all()
        if (sides := _sides(row, rest[3], desk, actor))
    ]
    statuses: dict[UUID, list[Status]] = {}
    for status, name in session.execute(
        select(ReferralStatus, col(Account.name))
        .join(Account, col(Account.id) == col(ReferralStatus.recorded_by))
        .where(col(ReferralStatus.referral_id).in_([row.id for row, _, _ in rows]))
        .order_by(col(ReferralStatus.sequence)),
        execution_options=WHICH,
    ):
        statuses.setdefault(status.referral_id, []).append(
            Status(
                status.sequence,
                status.state,
                status.note,
                status.lead,
                status.result,
                status.due_at,
                status.recorded_at,
                status.recorded_by,
                name,
            )
        )
    return [
        Sent(row, rest[0], rest[1], rest[2], rest[3], rest[4], tuple(statuses[row.id]), sides)
        for row, rest, sides in rows
    ]


def visible_referrals(*, actor: Actor, now: datetime, session: Session) -> list[Sent]:
    """List the referrals that the actor sent, answers for or receives, newest first; the reading is logged."""
    require_role(actor, *READERS)
    found = read_referrals(None, actor=actor, session=session)
    record(
        session, actor=actor, action="verwijzingen gelezen", object_kind="verwijzing", now=now,
        details={"aantal": len(found)},
    )  # fmt: skip
    return found


def get_referral(referral_id: UUID, *, actor: Actor, now: datetime, session: Session) -> Sent:
    """Return one referral; the reading is logged.

    Raises:
        NotFound: it does not exist or the actor stands on neither side; told alike on purpose.
    """
    require_role(actor, *READERS)
    found = read_referrals(col(Referral.id) == referral_id, actor=actor, session=session)
    if not found:
        raise NotFound("Deze verwijzing is er niet, of u bent geen verwijzer of ontvanger ervan.")
    record(
        session,
        actor=actor,
        action="verwijzing gelezen",
        object_kind="verwijzing",
        object_id=referral_id,
        now=now,
    )
    return found[0]


def newest_states(*, session: Session) -> dict[UUID, tuple[UUID, str, str, datetime]]:
    """Return per referral (who it is now, intervention, newest state, when); for lists of work, not for pages."""
    who = identities(session=session)
    found: dict[UUID, tuple[UUID, str, str, datetime]] = {}
    for referral_id, person_id, intervention, state, at in session.execute(
        select(
            col(Referral.id),
            col(Referral.person_id),
            col(Referral.intervention),
            col(ReferralStatus.state),
            col(ReferralStatus.recorded_at),
        )
        .join(ReferralStatus, col(ReferralStatus.referral_id) == col(Referral.id))
        .order_by(col(ReferralStatus.sequence)),
        execution_options=WHICH,
    ):
        found[referral_id] = (who.of(person_id), intervention, state, at)
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """How many referrals of a group stand in which state; nothing about persons."""

    running: int
    ended: int
    late: int


def counts_of_group(group_id: UUID, *, now: datetime, session: Session) -> Counted:
    """Count the referrals of a group."""
    newest: dict[UUID, tuple[str, datetime | None]] = {}
    for referral_id, state, due in session.execute(
        select(col(ReferralStatus.referral_id), col(ReferralStatus.state), col(ReferralStatus.due_at))
        .join(Referral, col(Referral.id) == col(ReferralStatus.referral_id))
        .where(col(Referral.group_id) == group_id)
        .order_by(col(ReferralStatus.sequence)),
        execution_options=WHICH,
    ):
        newest[referral_id] = (state, due)
    running = [due for state, due in newest.values() if state in RUNNING]
    return Counted(
        len(running), len(newest) - len(running), sum(due is not None and due < now for due in running)
    )


@dataclass(frozen=True, slots=True)
class Youngster:
    """Somebody who can be referred from a group, by pseudonym."""

    person_id: UUID
    pseudonym: str
    running: tuple[str, ...]
    """Interventions to which a referral is running."""


def referable(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> list[Youngster]:
    """List, alphabetically, who was seen as betrokkene with this group in 26 weeks; empty without step 2B."""
    require_role(actor, *SENDERS)
    get_group(group_id, actor=actor, session=session)
    record(
        session, actor=actor, action="te verwijzen jongeren gelezen", object_kind="jeugdgroep",
        object_id=group_id, now=now,
    )  # fmt: skip
    if not member_list_allowed(group_id, session=session):
        return []
    who = identities(session=session)
    present = session.execute(
        select(col(Presence.person_id))
        .join(Gathering, col(Gathering.id) == col(Presence.gathering_id))
        .where(
            col(Gathering.group_id) == group_id,
            col(Gathering.started_at) > now - timedelta(weeks=26),
            col(Presence.capacity) == Capacity.BETROKKENE.value,
            standing(),
        )
        .distinct()
    ).scalars()
    names = pseudonyms({who.of(person_id) for person_id in present}, session=session)
    running: dict[UUID, list[str]] = {}
    for person_id, intervention, state, _ in newest_states(session=session).values():
        if state in RUNNING:
            running.setdefault(person_id, []).append(intervention)
    return [
        Youngster(person_id, pseudonym, tuple(sorted(running.get(person_id, ()))))
        for person_id, pseudonym in sorted(names.items(), key=lambda one: one[1].lower())
    ]


def get_youngster(
    group_id: UUID, person_id: UUID, *, actor: Actor, now: datetime, session: Session
) -> Youngster:
    """Return one youngster who can be referred from this group.

    Raises:
        Refused: step 2B was not decided for the group.
        NotFound: never seen there as betrokkene in 26 weeks.
    """
    found = referable(group_id, actor=actor, now=now, session=session)
    if not member_list_allowed(group_id, session=session):
        raise Refused(NO_LIST)
    now_known_as = identities(session=session).of(person_id)
    for one in found:
        if one.person_id == now_known_as:
            return one
    raise NotFound("Deze jongere is het laatste halfjaar niet als betrokkene bij deze groep gezien.")


# --- sending ---


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sender fills in. ``age`` and both sets of answers are used and forgotten."""

    age: int
    answers: Mapping[str, str]
    contra: Mapping[str, str]
    feit: str
    oordeel: str
    expected: str
    ground: str
    ground_reason: str
    siblings: str
    professionals: int | None
    care_level: int | None
    care_level_reason: str
    adult_in: date | None


def send_referral(
    group_id: UUID,
    person_id: UUID,
    intervention_id: str,
    asked: Asked,
    *,
    rules: Interventions,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Send a referral and return its id. Of age, criteria and contra-indications only the outcome is kept.

    Raises:
        Refused: under 12; not the target group; a contra-indication; no ground; one is running already; or nobody
            receives for this intervention. Nothing is stored then.
    """
    require_role(actor, *SENDERS)
    intervention = rules.get(intervention_id)
    if intervention is None:
        raise NotFound("Deze interventie bestaat niet (meer).")
    get_group(group_id, actor=actor, session=session)
    session.execute(select(col(Jeugdgroep.id)).where(col(Jeugdgroep.id) == group_id).with_for_update())
    youngster = get_youngster(group_id, person_id, actor=actor, now=now, session=session)
    person_id = youngster.person_id
    kept = _judge(intervention, asked, rules, today(now))
    session.execute(
        select(col(Person.id)).where(col(Person.id) == person_id).with_for_update(), execution_options=WHICH
    )
    if intervention_id in youngster.running:
        raise Refused(
            f"Er loopt al een verwijzing van {youngster.pseudonym} naar {intervention.name}. Overleg met uw collega's "
            "in de wijk voordat u iets nieuws begint."
        )
    if not workers_of(session=session).get(intervention_id):
        raise Refused(
            f"Niemand ontvangt op dit moment verwijzingen voor {intervention.name}. Vraag de beheerder om een "
            "ontvanger aan te wijzen, en bel intussen."
        )
    row = Referral(
        person_id=person_id,
        group_id=group_id,
        intervention=intervention_id,
        previous_id=_ended_before(person_id, intervention_id, session=session),
        recorded_at=now,
        recorded_by=actor.id,
        **kept,
    )
    session.add(row)
    session.flush()
    session.add(
        ReferralStatus(
            referral_id=row.id,
            sequence=1,
            state=SENT,
            due_at=due_of(intervention, SENT, sent_at=now, now=now),
            recorded_at=now,
            recorded_by=actor.id,
        )
    )
    record(
        session, actor=actor, action="verwijzing verzonden", object_kind="verwijzing", object_id=row.id, now=now,
        details={"interventie": intervention_id, "tegenaanwijzingen": row.contra, "persoon": str(person_id)},
    )  # fmt: skip
    return row.id


def _judge(intervention: Intervention, asked: Asked, rules: Interventions, on: date) -> dict[str, Any]:
    """Return the columns to keep, or refuse with a message beside each field."""
    faults: dict[str, str] = {}
    if asked.age < rules.care_below:
        faults["age"] = rules.care_text
    ask = [one for one in intervention.questions if one.until_age is None or asked.age <= one.until_age]
    choose = "Kies ja, nee of weet ik niet."
    faults |= {f"answers.{one.id}": choose for one in ask if one.id not in asked.answers}
    faults |= {f"contra.{one.id}": choose for one in intervention.contra if one.id not in asked.contra}
    found = fit(intervention, asked.age, asked.answers)
    if not faults and found.outcome == FITS_NOT:
        others = [
            one.name
            for one, judged in fitting(rules, asked.age, asked.answers)
            if judged.outcome != FITS_NOT and one.id != intervention.id
        ]
        faults["age"] = (
            f"{intervention.name} is hier niet voor bedoeld: {'; '.join(found.against)}. "
            f"Kijk of dit past: {lijst(others, 'of')}."
        )
    outcome = contra_outcome(intervention, asked.contra)
    if not faults and outcome == FOUND:
        first = next(one.id for one in intervention.contra if asked.contra.get(one.id) == "ja")
        faults[f"contra.{first}"] = (
            f"Hiermee kan {intervention.name} niet. Kies een andere weg of overleg met de ontvanger. Dit antwoord is "
            "niet bewaard."
        )
    if asked.ground == Ground.ZONDER and len(asked.ground_reason.strip()) < 10:
        faults["ground_reason"] = (
            "Schrijf waarom het zonder toestemming kan en moet, in ten minste 10 tekens."
        )
    level = asked.care_level
    if intervention.triage == "zorg" and asked.professionals is None:
        faults["professionals"] = (
            "Hoeveel professionals zijn er om de jongere heen? Schat als u het niet weet."
        )
    elif asked.professionals is not None:
        proposed = care_level(rules, asked.professionals).level
        level = level or proposed
        if level != proposed and len(asked.care_level_reason.strip()) < 10:
            faults["care_level_reason"] = (
                f"Bij {asked.professionals} professionals hoort niveau {proposed}. "
                f"Schrijf waarom niveau {level} nodig is."
            )
    if faults:
        raise Refused("Deze verwijzing kan zo niet. Niets is opgeslagen.", fields=faults)
    adult_in = asked.adult_in
    if adult_in is not None and (
        asked.age != rules.adult_age - 1 or not turns_adult_soon(adult_in, on, rules)
    ):
        adult_in = None  # kept only when it soon matters
    return {
        "feit": asked.feit,
        "oordeel": asked.oordeel,
        "expected": asked.expected,
        "fit": found.outcome,
        "contra": outcome,
        "ground": asked.ground,
        "ground_reason": asked.ground_reason,
        "consent_of": rules.consent_of(asked.age).who,
        "siblings": asked.siblings,
        "professionals": asked.professionals,
        "care_level": level if asked.professionals is not None else None,
        "care_level_reason": asked.care_level_reason,
        "adult_in": adult_in,
    }


def _ended_before(person_id: UUID, intervention_id: str, *, session: Session) -> UUID | None:
    """Return the newest referral of the same kind that was refused or withdrawn and has no successor."""
    later = aliased(Referral)
    rows = session.execute(
        select(col(Referral.id), col(Referral.recorded_at)).where(
            col(Referral.person_id).in_(identities(session=session).all_of(person_id)),
            col(Referral.intervention) == intervention_id,
            ~exists(select(1).where(col(later.previous_id) == col(Referral.id)).correlate(Referral)),
        ),
        execution_options=WHICH,
    ).all()
    states = newest_states(session=session)
    ended = [(at, one) for one, at in rows if states[one][2] in {REFUSED, WITHDRAWN}]
    return max(ended, key=lambda pair: pair[0])[1] if ended else None
