"""Every step of the state tables, allowed and forbidden, taken with the real use cases by every role."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from shortlist import assets
from shortlist.classifying.work import load_room_rules
from shortlist.deploying.handover.steps import READ, REPORTED, WITH_JIT, WITH_MANAGER, state_of
from shortlist.deploying.handover.work import pass_on, seen_by
from shortlist.deploying.reports.work import report_visit
from shortlist.deploying.requests.work import decide_request, get_request, submit_request
from shortlist.deploying.shifts import deployments as inzet
from shortlist.deploying.shifts.work import Told, deployments, tell_chief
from shortlist.deploying.tables import DeploymentReport
from shortlist.errors import Forbidden, NotFound, Refused
from shortlist.guarding.audit import watch
from shortlist.guarding.roles import Actor, Role
from shortlist.navigation import STATE_TABLES
from shortlist.observing.tables import GroupState, GroupStatus
from shortlist.observing.work import change_state, create_group, get_group
from shortlist.planning.reviewing.work import decide_week_plan
from shortlist.planning.tables import TeamMember, WeekPlan, WeekPlanState, WeekPlanStatus
from shortlist.prioritising import priorities
from shortlist.prioritising.board import LAPSED, REVIEWED, RUNNING, WITHDRAWN
from shortlist.prioritising.current.work import urgent_decisions
from shortlist.prioritising.meeting import work as meeting
from shortlist.prioritising.prosecution import work as prosecution
from shortlist.prioritising.urgent.work import decide_urgent, withdraw_urgent
from shortlist.prioritising.work import priority_rules_on, profile, propose_priority
from shortlist.showing.states import BEGIN, PROGRAM, StateTable
from shortlist.storing.dated_yaml import read_folder
from tests.pages.conftest import NOORD, NOW, City
from tests.pages.shifts import plan
from tests.pages.street import Street, add, assess, street

RULES = load_room_rules(assets.RULES)
SHELF = read_folder(assets.RULES)
PRIORITY = priority_rules_on(SHELF, NOW.date())
STAFGROEP = meeting.stafgroep_rules_on(SHELF, NOW.date())
PRESENT = {one.id: f"Fictief {one.id}" for one in STAFGROEP.functions}
REASON = "Een reden die lang genoeg is om te bewaren."
LATER = NOW + timedelta(hours=1)
PARTS: dict[str, Any] = dict.fromkeys(
    ("nuisance", "features", "measures_taken", "effect", "expected"), REASON
)
BACKDOORS = (Refused, Forbidden, NotFound)


class Undo(Exception):
    """Leaves a transaction without keeping anything."""


@dataclass
class Case:
    """A street on which objects are made and steps are tried."""

    place: Street

    def actor(self, role: Role | str) -> Actor:
        return self.place.city.actor(str(role))

    @contextmanager
    def write(self, *, keep: bool = True) -> Iterator[Session]:
        try:
            with self.place.database.writing() as session:
                watch(session)
                yield session
                if not keep:
                    raise Undo
        except Undo:
            pass

    def call(
        self, use_case: Callable[..., Any], *args: Any, role: Role | str, now: datetime = NOW, **more: Any
    ) -> Any:
        with self.write() as session:
            return use_case(*args, **more, actor=self.actor(role), now=now, session=session)


Make = Callable[[Case, str], Any]
"""Bring an object into a state; return what ``attempt`` needs to find it."""
Attempt = Callable[[Case, Any, str, str, Actor, Session], str]
"""Try a step (state, next) as somebody; return the state it came to."""


@dataclass(frozen=True)
class Driver:
    make: Make
    attempt: Attempt


# --- requests ---


def make_request(case: Case, state: str) -> UUID:
    request: UUID = case.call(
        submit_request,
        case.place.group_id,
        **PARTS,
        seen=None,
        routing=RULES.routing,
        role=Role.VEILIGHEIDSMANAGER,
    )
    if state != "ingediend":
        who = Role.VEILIGHEIDSMANAGER if state == "ingetrokken" else Role.COORDINATOR_VTH
        case.call(
            decide_request, request, state=state, reason=REASON, sequence=1, routing=RULES.routing, role=who
        )
    return request


def try_request(case: Case, request: UUID, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN:
        if after != "ingediend":
            raise Refused("Een aanvraag begint als ingediend.")
        made = submit_request(
            case.place.group_id,
            **PARTS,
            seen=None,
            routing=RULES.routing,
            actor=actor,
            now=LATER,
            session=session,
        )
        return get_request(made, actor=actor, session=session).state
    found = get_request(request, actor=case.actor(Role.TEAMLEIDER), session=session)
    decide_request(
        request, state=after, reason=REASON, sequence=len(found.statuses), routing=RULES.routing, actor=actor,
        now=LATER, session=session,
    )  # fmt: skip
    return get_request(request, actor=actor, session=session).state


# --- proposals, meetings, the OM, spoed ---


def open_meeting(case: Case) -> UUID:
    made: UUID = case.call(meeting.open_meeting, NOORD, PRESENT, rules=STAFGROEP, role=Role.STAFGROEPLID)
    return made


def propose(case: Case, actor: Actor, session: Session, seen: UUID | None = None) -> UUID:
    return propose_priority(
        case.place.group_id, priority="hoog", reason=REASON, seen=seen, rules=PRIORITY, actor=actor, now=NOW,
        session=session,
    )  # fmt: skip


def decide(
    meeting_id: UUID, proposal: UUID, kind: str, actor: Actor, session: Session, now: datetime = NOW
) -> None:
    meeting.decide_in_meeting(
        meeting_id, proposal, kind=kind, reason=REASON, rules=PRIORITY, stafgroep=STAFGROEP, actor=actor, now=now,
        session=session,
    )  # fmt: skip


def make_proposal(case: Case, state: str) -> tuple[UUID, UUID]:
    meeting_id = open_meeting(case)
    with case.write() as session:
        proposal = propose(case, case.actor(Role.VEILIGHEIDSMANAGER), session)
    if state != priorities.OPEN:
        with case.write() as session:
            decide(meeting_id, proposal, state, case.actor(Role.STAFGROEPLID), session)
    return meeting_id, proposal


def try_proposal(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN:
        if after != priorities.OPEN:
            raise Refused("Een voorstel begint open.")
        propose(case, actor, session)
        return priorities.OPEN
    meeting_id, proposal = made
    if state == priorities.TO_TRIANGLE:
        meeting.decide_by_triangle(
            proposal, decided_on=NOW.date(), kind=after, reason=REASON, rules=PRIORITY, actor=actor, now=LATER,
            session=session,
        )  # fmt: skip
    else:
        decide(meeting_id, proposal, after, actor, session, LATER)
    return after


def make_meeting(case: Case, state: str) -> UUID:
    made = open_meeting(case)
    if state == priorities.MEETING_CLOSED:
        case.call(meeting.close_meeting, made, remarks="", role=Role.STAFGROEPLID)
    return made


def try_meeting(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN or (state, after) == (priorities.MEETING_RUNS, priorities.MEETING_RUNS):
        if after != priorities.MEETING_RUNS:
            raise Refused("Een vergadering begint open.")
        meeting.open_meeting(NOORD, PRESENT, rules=STAFGROEP, actor=actor, now=LATER, session=session)
    elif after == priorities.MEETING_RUNS:
        meeting.set_presence(made, PRESENT, seen=1, rules=STAFGROEP, actor=actor, now=LATER, session=session)
    else:
        meeting.close_meeting(made, remarks="", actor=actor, now=LATER, session=session)
    return after


def transfer(case: Case, actor: Actor, session: Session, seen: int) -> None:
    prosecution.transfer_group(
        case.place.group_id, sent_to="Parket Fictief", reason=REASON, seen=seen, rules=PRIORITY, actor=actor, now=NOW,
        session=session,
    )  # fmt: skip


def make_prosecution(case: Case, state: str) -> None:
    assess(case.place, "crimineel")
    if state == priorities.TRANSFERRED:
        with case.write() as session:
            transfer(case, case.actor(Role.VEILIGHEIDSMANAGER), session, 0)


def try_prosecution(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if after != priorities.TRANSFERRED:
        raise Refused("Alleen een duiding maakt een groep crimineel; zie test_classifying_outcome.")
    transfer(case, actor, session, 1 if state == priorities.TRANSFERRED else 0)
    found = prosecution.case_of(case.place.group_id, rules=PRIORITY, actor=actor, now=NOW, session=session)
    return str(found.state)


AFTER_URGENT = NOW + timedelta(days=40)


def make_urgent(case: Case, state: str) -> datetime:
    case.call(
        decide_urgent,
        case.place.group_id,
        reason=REASON,
        picture=REASON,
        rules=PRIORITY,
        role=Role.VEILIGHEIDSMANAGER,
    )
    if state == WITHDRAWN:
        case.call(withdraw_urgent, case.place.group_id, reason=REASON, role=Role.VEILIGHEIDSMANAGER)
    if state == REVIEWED:
        meeting_id = open_meeting(case)
        with case.write() as session:
            proposal = propose(case, case.actor(Role.VEILIGHEIDSMANAGER), session)
        with case.write() as session:
            decide(meeting_id, proposal, priorities.SET, case.actor(Role.STAFGROEPLID), session, LATER)
        with case.write() as session:
            meeting.close_meeting(
                meeting_id, remarks="", actor=case.actor(Role.STAFGROEPLID), now=LATER, session=session
            )
    return AFTER_URGENT if state == LAPSED else LATER + timedelta(minutes=5)


def try_urgent(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    group = case.place.group_id
    if after == RUNNING:
        decide_urgent(
            group,
            reason=REASON,
            picture=REASON,
            rules=PRIORITY,
            actor=actor,
            now=made or NOW,
            session=session,
        )
        if state != BEGIN:
            raise Refused("Dit is een nieuw spoedbesluit.")
        return RUNNING
    if state == BEGIN or after == LAPSED:
        raise Refused("Dat doet niemand met de hand.")
    if after == WITHDRAWN:
        withdraw_urgent(group, reason=REASON, actor=actor, now=made, session=session)
    else:
        _, history = profile(group, actor=case.actor(Role.VEILIGHEIDSMANAGER), now=made, session=session)
        meeting_id = meeting.open_meeting(
            NOORD, PRESENT, rules=STAFGROEP, actor=case.actor(Role.STAFGROEPLID), now=made, session=session
        )
        proposal = propose(
            case, case.actor(Role.VEILIGHEIDSMANAGER), session, history[0].id if history else None
        )
        decide(meeting_id, proposal, priorities.SET, actor, session, made)
    last = urgent_decisions(session=session, group_ids=[group])[-1]
    found = last.state(made.date())
    if state != RUNNING:
        raise Refused(f"Het blijft {found}.")
    return found


# --- week plans, deployments, reports, groups ---


def make_week_plan(case: Case, state: str) -> UUID:
    by = case.actor(Role.TEAMLEIDER).id
    row = WeekPlan(week_start=date(2026, 11, 30), version=1, problem={"visits": [], "places": [], "teams": []},
                   recorded_at=NOW, recorded_by=by)  # fmt: skip
    add(case.place, row)
    way = {"wordt berekend": [], "concept": ["concept"], "mislukt": ["mislukt"]}.get(
        state, ["concept", state]
    )
    add(
        case.place,
        *(
            WeekPlanStatus(
                plan_id=row.id, sequence=number, state=one, reason="x", recorded_at=NOW, recorded_by=by
            )
            for number, one in enumerate(["wordt berekend", *way], start=1)
        ),
    )
    return row.id


def try_week_plan(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN:
        raise Refused("Het vragen van een plan staat in test_week_plan.")
    last = session.execute(select(WeekPlanStatus).where(col(WeekPlanStatus.plan_id) == made)).scalars().all()
    decide_week_plan(
        made,
        WeekPlanState(after),
        reason=REASON,
        seen=len(last),
        approved=frozenset(),
        actor=actor,
        now=LATER,
        session=session,
    )
    return after


def deployment(session: Session) -> inzet.Deployment[Any]:
    return deployments(NOW.date() - timedelta(days=1), session=session)[0]


def tell(session: Session, actor: Actor, now: datetime) -> None:
    one = deployment(session)
    told = Told(now - timedelta(minutes=5), "OC Fictief", "telefoon")
    tell_chief([(one.plan_id, one.shift_id)], told, actor=actor, now=now, session=session)


def report(visit: UUID, actor: Actor, now: datetime, session: Session) -> None:
    report_visit(
        visit, outcome="niemand aangetroffen", started_at=now - timedelta(minutes=20), minutes=15, seen_count=None,
        feit="", oordeel="", gedrag=(), under_twelve=False, seen=0, correction_reason="", actor=actor, now=now,
        session=session,
    )  # fmt: skip


def make_deployment(case: Case, state: str) -> tuple[UUID, datetime]:
    visit = plan(case.place, hours_ago=-3)
    before, after = NOW, NOW + timedelta(hours=4)
    if state == inzet.TOLD:
        with case.write() as session:
            tell(session, case.actor(Role.TEAMLEIDER), before)
    if state == inzet.REPORTED:
        with case.write() as session:
            report(visit, case.actor(Role.JEUGDBOA), after, session)
    return visit, before if state == inzet.PLANNED else after


def try_deployment(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN or after == inzet.PLANNED:
        raise Refused("Een inzet begint met een vastgesteld weekplan.")
    visit, now = made
    if after == inzet.REPORTED:
        report(visit, actor, now, session)
    else:
        tell(session, actor, now)
    return deployment(session).state(now)


def make_report(case: Case, state: str) -> UUID:
    visit = plan(case.place)
    with case.write() as session:
        report(visit, case.actor(Role.JEUGDBOA), NOW, session)
    with case.place.database.reading() as session:
        made: UUID = session.execute(
            select(col(DeploymentReport.id)), execution_options={"not_personal": "an id"}
        ).scalar_one()
    for role, reached in (
        (Role.COORDINATOR_VTH, WITH_MANAGER),
        (Role.VEILIGHEIDSMANAGER, WITH_JIT),
        (Role.JEUGDAGENT, READ),
    ):
        if state == REPORTED:
            break
        case.call(pass_on, [made], role=role)
        if reached == state:
            break
    return made


def try_report(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN:
        if after != REPORTED:
            raise Refused("Een verslag begint als gemeld.")
        report(plan_of(session), actor, NOW, session)
        return REPORTED
    colleague = replace(actor, id=case.place.city.actor(f"{next(iter(actor.roles)).value}-zuid").id)
    pass_on([made], actor=colleague, now=LATER, session=session)
    return state_of(seen_by([made], session=session).get(made, []))


def plan_of(session: Session) -> UUID:
    visit: UUID = deployment(session).visits[0].id
    return visit


def make_group(case: Case, state: str) -> UUID:
    made: UUID = case.call(
        create_group, "Groep Stand", NOORD, first_signal_on=date(2026, 11, 1), role=Role.JEUGDAGENT
    )
    if state != "signaal":
        by = case.actor(Role.JEUGDAGENT).id
        at = NOW + timedelta(minutes=1)
        add(case.place, GroupStatus(group_id=made, state=state, reason="x", recorded_at=at, recorded_by=by))
    return made


def try_group(case: Case, made: Any, state: str, after: str, actor: Actor, session: Session) -> str:
    if state == BEGIN:
        if after != "signaal":
            raise Refused("Een groep begint als signaal.")
        made = create_group(
            "Groep Nieuw", NOORD, first_signal_on=date(2026, 11, 1), actor=actor, now=LATER, session=session
        )
    else:
        change_state(made, GroupState(after), reason=REASON, actor=actor, now=LATER, session=session)
    return get_group(made, actor=actor, session=session).state.value


DRIVERS = {
    "aanvraag": Driver(make_request, try_request),
    "voorstel": Driver(make_proposal, try_proposal),
    "vergadering": Driver(make_meeting, try_meeting),
    "om-overdracht": Driver(make_prosecution, try_prosecution),
    "spoed": Driver(make_urgent, try_urgent),
    "weekplan": Driver(make_week_plan, try_week_plan),
    "inzet": Driver(make_deployment, try_deployment),
    "verslag": Driver(make_report, try_report),
    "groep": Driver(make_group, try_group),
}
ELSEWHERE = {
    "jit-punt": "tests/pages/test_jit_agenda.py",
    "plan-van-aanpak": "tests/pages/test_aanpak.py",
    "netwerksignaal": "tests/pages/test_states_between.py",
    "verwijzing": "tests/pages/test_states_between.py",
    "procedure": "tests/pages/test_states_between.py",
}
"""Objects whose steps have a test of their own, so far."""
BEGUN_ELSEWHERE = {
    ("om-overdracht", priorities.CRIMINAL),
    ("weekplan", "wordt berekend"),
    ("inzet", inzet.PLANNED),
}
"""Beginnings that are another object's step, with tests there."""


def test_every_object_of_the_page_is_driven_here_or_in_a_test_of_its_own() -> None:
    assert {one.key for one in STATE_TABLES} == {*DRIVERS, *ELSEWHERE}
    for file in ELSEWHERE.values():
        assert (Path(__file__).parents[2] / file).is_file()


def forbidden_or_done(
    case: Case,
    table: StateTable,
    made: Any,
    before: str,
    after: str,
    role: Role,
    driver: Driver | None = None,
) -> None:
    """Take one step as one role and hold what happens against the table."""
    driver = driver or DRIVERS[table.key]
    allowed = role.value in table.who(before, after)
    reached = ""
    try:
        with case.write(keep=False) as session:
            reached = driver.attempt(case, made, before, after, case.actor(role), session)
    except BACKDOORS:
        reached = ""
    told = f"{table.key}: {before or 'begin'} → {after} by {role.value}"
    if allowed:
        assert reached == after, f"{told} is in the table but was refused"
    else:
        assert reached in ("", before) or table.allows(before, reached), f"{told} went to {reached}"
        assert reached != after or role.value in table.who(before, reached), (
            f"{told} is not in the table but was done"
        )


@pytest.mark.parametrize("key", DRIVERS)
def test_each_step_is_allowed_or_forbidden_to_each_role_as_the_table_says(key: str, city: City) -> None:
    """The states one after another, each on a street of its own; every step in it is undone before the next."""
    table = next(one for one in STATE_TABLES if one.key == key)
    names = [state.name for state in table.states]
    case = Case(street(city))
    if key == "verslag":
        plan(case.place)
        with case.write() as session:
            team = deployment(session).team_id
        others = (Role.JONGERENWERKER, Role.JEUGDAGENT)
        add(case.place, *(TeamMember(team_id=team, account_id=case.actor(role).id) for role in others))
    for after in names:
        if (key, after) not in BEGUN_ELSEWHERE:
            for role in Role:
                forbidden_or_done(case, table, None, BEGIN, after, role)


@pytest.mark.parametrize(
    ("key", "before"),
    [(one.key, state.name) for one in STATE_TABLES if one.key in DRIVERS for state in one.states],
)
def test_from_each_state_each_role_takes_the_steps_of_the_table_and_no_other(
    key: str, before: str, city: City
) -> None:
    table = next(one for one in STATE_TABLES if one.key == key)
    case = Case(street(city))
    made = DRIVERS[key].make(case, before)
    for state in table.states:
        if table.who(before, state.name) == (PROGRAM,):
            continue  # nobody takes it: the people below must be refused it, and time or the worker does it
        for role in Role:
            forbidden_or_done(case, table, made, before, state.name, role)


def test_the_calendar_takes_its_own_steps(city: City) -> None:
    case = Case(street(city))
    make_urgent(case, RUNNING)
    plan(case.place, hours_ago=-3)
    with case.place.database.reading() as session:
        (urgent,) = urgent_decisions(session=session, group_ids=[case.place.group_id])
        assert urgent.state(NOW.date()) == RUNNING
        assert urgent.state(AFTER_URGENT.date()) == LAPSED
        one = deployment(session)
        assert one.state(NOW) == inzet.PLANNED
        assert one.state(NOW + timedelta(hours=4)) == inzet.UNTOLD


def test_the_page_shows_every_table_with_owner_term_and_steps_to_everybody(client: Any, city: City) -> None:
    client.sign_in("jeugdboa")
    html = client.get("/standen").get_data(as_text=True)
    for table in STATE_TABLES:
        assert f'id="{table.key}"' in html
        assert all(one.what in html for one in table.transitions)
    assert "3 dagen" in html
    assert "coördinator VTH" in html
