"""Every step of what goes between organisations, allowed and forbidden, taken with the real use cases by every role."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from shortlist.connecting.procedures import transitions as lamp
from shortlist.connecting.procedures.work import (
    READERS,
    ask_procedure,
    get_procedure,
    move_procedure,
)
from shortlist.connecting.referrals import transitions as way
from shortlist.connecting.referrals.answering.work import move_referral
from shortlist.connecting.referrals.work import (
    SENDERS,
    WHICH,
    Asked,
    get_referral,
    interventions_on,
    send_referral,
)
from shortlist.connecting.tables import Procedure, Referral, ReferralReceiver
from shortlist.differentiating.networks.tables import (
    NetworkSignal,
    NetworkSnapshot,
    SignalStatus,
)
from shortlist.differentiating.signals.candidates import OPEN_GROUP
from shortlist.differentiating.signals.transitions import OPEN
from shortlist.differentiating.signals.work import decide_signal
from shortlist.differentiating.tables import MemberListDecision
from shortlist.errors import Refused
from shortlist.guarding.roles import Actor, Role
from shortlist.navigation import STATE_TABLES
from shortlist.planning.aanpak.work import catalogue_on
from shortlist.showing.states import BEGIN, PROGRAM
from tests.pages.conftest import NOORD, NOW, City
from tests.pages.street import add, street
from tests.pages.test_states import LATER, REASON, SHELF, Case, Driver, forbidden_or_done

RULES = interventions_on(SHELF, NOW.date())
WHERE_TO = "jongerenwerk"
ASKED = Asked(
    age=16, answers={}, contra={}, feit=REASON, oordeel="", expected=REASON, ground="toestemming", ground_reason="",
    siblings="geen zorg", professionals=None, care_level=None, care_level_reason="", adult_in=None,
)  # fmt: skip


def ready(case: Case) -> None:
    """Allow the member list and point out one receiver per role that can be one."""
    by = case.actor(Role.BEHEERDER).id
    allowed = MemberListDecision(
        group_id=case.place.group_id, allowed=True, reason=REASON, recorded_at=NOW, recorded_by=by
    )
    pointed = [
        ReferralReceiver(
            account_id=case.actor(role).id, intervention=WHERE_TO, receives=True, sequence=1, recorded_at=NOW,
            recorded_by=by,
        )
        for role in way.RECEIVERS
    ]  # fmt: skip
    add(case.place, allowed, *pointed)


def send(case: Case, actor: Actor, session: Session) -> UUID:
    person = next(iter(case.place.members.values()))
    return send_referral(
        case.place.group_id, person, WHERE_TO, ASKED, rules=RULES, actor=actor, now=NOW, session=session
    )


def move(referral: UUID, after: str, actor: Actor, session: Session) -> str:
    found = get_referral(referral, actor=actor, now=LATER, session=session)
    move_referral(
        referral, state=after, note=REASON, lead="Fictieve begeleider", result="doel bereikt",
        sequence=len(found.statuses), rules=RULES, actor=actor, now=LATER, session=session,
    )  # fmt: skip
    return get_referral(referral, actor=actor, now=LATER, session=session).state


REFERRAL_WAY = {
    way.SENT: (), way.ACCEPTED: (way.ACCEPTED,), way.REFUSED: (way.REFUSED,), way.WITHDRAWN: (way.WITHDRAWN,),
    way.STARTED: (way.ACCEPTED, way.STARTED), way.FINISHED: (way.ACCEPTED, way.STARTED, way.FINISHED),
}  # fmt: skip


def make_referral(case: Case, state: str) -> UUID:
    ready(case)
    with case.write() as session:
        made = send(case, case.actor(Role.VEILIGHEIDSMANAGER), session)
    for after in REFERRAL_WAY[state]:
        role = Role.VEILIGHEIDSMANAGER if after == way.WITHDRAWN else Role.HULPVERLENER
        with case.write() as session:
            move(made, after, case.actor(role), session)
    return made


def try_referral(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN:
        if after != way.SENT:
            raise Refused("Een verwijzing begint als verzonden.")
        made = send(case, actor, session)
        return get_referral(made, actor=actor, now=NOW, session=session).state
    if actor.has(*SENDERS):  # only who sent it stands on that side, beside the veiligheidsmanager
        session.execute(
            update(Referral).where(col(Referral.id) == made).values(recorded_by=actor.id),
            execution_options=WHICH,
        )
    return move(made, after, actor, session)


PROCEDURE_WAY = {
    lamp.ASKED: (), lamp.TAKEN_UP: (lamp.TAKEN_UP,), lamp.PROMISED: (lamp.TAKEN_UP, lamp.PROMISED),
    lamp.DONE: (lamp.TAKEN_UP, lamp.PROMISED, lamp.DONE), lamp.REFUSED: (lamp.REFUSED,),
    lamp.WITHDRAWN: (lamp.WITHDRAWN,),
}  # fmt: skip


def ask(case: Case, actor: Actor, session: Session) -> UUID:
    return ask_procedure(
        stadsdeel_id=NOORD, group_id=case.place.group_id, place_id=None, subject="lamp", wish=REASON,
        catalogue=catalogue_on(SHELF, NOW.date()), actor=actor, now=NOW, session=session,
    )  # fmt: skip


def tell(procedure: UUID, after: str, actor: Actor, session: Session) -> str:
    found = get_procedure(procedure, actor=actor, session=session)
    move_procedure(
        procedure, state=after, note=REASON, expected_on=LATER.date(), outlook="", sequence=len(found.steps),
        actor=actor, now=LATER, session=session,
    )  # fmt: skip
    return get_procedure(procedure, actor=actor, session=session).state


def make_procedure(case: Case, state: str) -> UUID:
    manager = case.actor(Role.VEILIGHEIDSMANAGER)
    with case.write() as session:
        made = ask(case, manager, session)
    for after in PROCEDURE_WAY[state]:
        with case.write() as session:
            tell(made, after, manager, session)
    return made


def try_procedure(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN:
        if after != lamp.ASKED:
            raise Refused("Een procedure begint als gevraagd.")
        return get_procedure(ask(case, actor, session), actor=actor, session=session).state
    session.execute(update(Procedure).where(col(Procedure.id) == made).values(recorded_by=actor.id))
    return tell(made, after, actor, session)


def make_signal(case: Case, state: str) -> UUID:
    """Put a signal in the tables, as the worker would, and the decision on it as a colleague's."""
    snapshot = NetworkSnapshot(
        stadsdeel_id=NOORD, computed_at=NOW, rules_name="netwerken", rules_from="2010-01-01", input_hash="x",
        n_windows=0,
    )  # fmt: skip
    add(case.place, snapshot)
    row = NetworkSignal(
        stadsdeel_id=NOORD, snapshot_id=snapshot.id, kind=OPEN_GROUP, happened_at=NOW, recorded_at=NOW,
        figures={"overlap": 0.7, "stability": 0.9, "persons": 5.0},
    )  # fmt: skip
    add(case.place, row)
    states = [OPEN] if state == OPEN else [OPEN, state]
    add(case.place, *(
        SignalStatus(signal_id=row.id, sequence=number, state=one, reason=REASON if number > 1 else "", recorded_at=NOW)
        for number, one in enumerate(states, start=1)
    ))  # fmt: skip
    return row.id


def try_signal(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN:
        raise Refused("Een signaal komt van het rekenproces: tests/pages/test_networks.py.")
    last = session.execute(
        select(func.max(col(SignalStatus.sequence))).where(col(SignalStatus.signal_id) == made)
    ).scalar_one()
    decide_signal(
        made, decision=after, reason=REASON, sequence=last, on_date=NOW.date(), name="Groep Nieuw", actor=actor,
        now=LATER, session=session,
    )  # fmt: skip
    return after


DRIVERS = {
    "verwijzing": Driver(make_referral, try_referral),
    "procedure": Driver(make_procedure, try_procedure),
    "netwerksignaal": Driver(make_signal, try_signal),
}
TABLES = {one.key: one for one in STATE_TABLES if one.key in DRIVERS}


@pytest.mark.parametrize("key", ["verwijzing", "procedure"])
def test_each_beginning_is_made_by_the_roles_of_the_table_and_no_other(key: str, city: City) -> None:
    case = Case(street(city))
    ready(case)
    for state in TABLES[key].states:
        for role in Role:
            forbidden_or_done(case, TABLES[key], None, BEGIN, state.name, role, DRIVERS[key])


@pytest.mark.parametrize(
    ("key", "before"), [(key, state.name) for key, table in TABLES.items() for state in table.states]
)
def test_from_each_state_each_role_takes_the_steps_of_the_table_and_no_other(
    key: str, before: str, city: City
) -> None:
    table, driver = TABLES[key], DRIVERS[key]
    case = Case(street(city))
    made = driver.make(case, before)
    for state in table.states:
        if table.who(before, state.name) == (PROGRAM,):
            continue  # only the worker takes it: tests/pages/test_networks.py
        for role in Role:
            forbidden_or_done(case, table, made, before, state.name, role, driver)


def test_a_colleague_of_the_sender_or_a_receiver_of_something_else_takes_no_step(city: City) -> None:
    case = Case(street(city))
    made = make_referral(case, way.SENT)
    for role, after in ((Role.JEUGDAGENT, way.WITHDRAWN), (Role.HULPVERLENER, way.ACCEPTED)):
        stranger = replace(case.actor(role), id=UUID(int=99))
        with case.write(keep=False) as session, pytest.raises(Exception, match="geen verwijzer of ontvanger"):
            move(made, after, stranger, session)


def test_the_tables_name_the_roles_that_the_use_cases_ask_for() -> None:
    assert set(way.SENDERS) == set(SENDERS)
    assert set(TABLES["verwijzing"].who(BEGIN, way.SENT)) == set(SENDERS)
    assert set(TABLES["verwijzing"].who(way.SENT, way.ACCEPTED)) == set(way.RECEIVERS)
    assert set(TABLES["procedure"].who(BEGIN, lamp.ASKED)) == set(READERS)
    assert set(TABLES["procedure"].who(lamp.ASKED, lamp.TAKEN_UP)) == set(lamp.HANDLERS)
