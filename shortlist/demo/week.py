"""The weeks of Waterveen: requests for jeugdboa's, last week's and this week's plan, and the reports on them."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from random import Random
from uuid import UUID

from sqlmodel import Session

from shortlist.classifying.rules_files import Rules
from shortlist.demo.groups import AMSTERDAM
from shortlist.demo.work import Waterveen, list_actors, planned_visits, staff_of_visit
from shortlist.deploying.handover.work import pass_on, reports_on_the_way
from shortlist.deploying.reports.work import report_visit
from shortlist.deploying.requests.transitions import APPROVED, RETURNED
from shortlist.deploying.requests.work import approved_groups, decide_request, submit_request, suggested_texts
from shortlist.deploying.shifts.deployments import ENFORCING
from shortlist.deploying.shifts.work import Told, deployments, tell_chief
from shortlist.guarding.roles import Actor, Role
from shortlist.guarding.work import actor_by_login
from shortlist.planning.adjusting.work import lock_visit
from shortlist.planning.preferring.work import choose_times
from shortlist.planning.reviewing.work import decide_week_plan
from shortlist.planning.tables import WeekPlanState
from shortlist.planning.week.times import parse_times
from shortlist.planning.week.work import next_monday, order_week_plan, rules_on, spots_of
from shortlist.planning.working_time_files import load
from shortlist.storing.dated_yaml import Shelf


def ask_for_jeugdboas(
    city: Waterveen, wanted: list[UUID], *, rules: Rules, shelf: Shelf, now: datetime, session: Session
) -> None:
    """Request jeugdboa's for the groups whose plan has them; most are approved, some wait, one was sent back."""
    areas = {band.id: band.area for band in city.bands}
    coordinator = next(w for w in city.staff if w.role is Role.COORDINATOR_VTH)
    for number, group_id in enumerate(wanted):
        at = now - timedelta(days=5, hours=number % 6)
        manager = city.someone(Role.VEILIGHEIDSMANAGER, areas[group_id])
        texts = suggested_texts(group_id, shelf=shelf, actor=manager, now=at, session=session)
        texts = {
            "nuisance": "Bewoners slapen slecht in het weekend en mijden het plein na tienen.",
            "effect": "Overdag rustiger; in de avond nog niet.",
            "expected": "Zichtbaar zijn op de drukke tijden, aanspreken, en bij herhaling verbaliseren.",
            **{name: text for name, text in texts.items() if text.strip()},
        }
        for name in ("features", "measures_taken"):
            texts.setdefault(name, "Zie de groepspagina.")
        request = submit_request(
            group_id, **texts, seen=None, routing=rules.routing, actor=manager, now=at, session=session
        )
        if number % 5 == 4:
            continue
        back = number % 11 == 3
        decide_request(
            request,
            state=RETURNED if back else APPROVED,
            reason="Noem de tijden waarop bewoners er last van hebben." if back else "",
            sequence=1,
            routing=rules.routing,
            actor=city.actor(coordinator),
            now=at + timedelta(days=1),
            session=session,
        )


def prefer_times(
    city: Waterveen, groups: list[UUID], *, shelf: Shelf, now: datetime, session: Session
) -> None:
    """Let the teamleider choose other times for one group, over what observations say."""
    leader = city.actor(next(w for w in city.staff if w.role is Role.TEAMLEIDER))
    parameters = rules_on(shelf, now.astimezone(AMSTERDAM).date()).parameters
    monday = next_monday(now)
    found = spots_of(groups[:1], monday=monday, parameters=parameters, now=now, session=session)
    for group_id, spots in found.items():
        choose_times(
            group_id,
            spots[0].place_id,
            parse_times("wo 19:00-22:00; vr-za 20:00-24:00"),
            reason="Sinds de training op woensdag is verplaatst staan ze er die avond ook, zegt de beheerder.",
            seen=0,
            parameters=parameters,
            actor=leader,
            now=now - timedelta(hours=3),
            session=session,
        )


def lock_by_hand(plans: Mapping[UUID, int], *, leader: Actor, now: datetime, session: Session) -> None:
    """Lock one visit that is still to come in this week's plan: a new version that waits for a decision."""
    for plan_id in plans:
        visits = planned_visits(plan_id, until=now + timedelta(days=7), session=session)
        later = [visit for visit in visits if visit.starts_at > now]
        if later:
            lock_visit(
                plan_id,
                later[-1].visit,
                later[-1].occurrence,
                why="Met de school afgesproken dat dit koppel er dan is.",
                seen=3,
                rules=load,
                actor=leader,
                now=now,
                session=session,
            )
            return


def order_weeks(city: Waterveen, *, shelf: Shelf, now: datetime, session: Session) -> None:
    """Let the teamleider ask for last week's and this week's plan; a worker makes them."""
    leader = next(w for w in city.staff if w.role is Role.TEAMLEIDER)
    today = now.astimezone(AMSTERDAM).date()
    monday = today - timedelta(days=today.weekday())
    rules = rules_on(shelf, today)
    approved = approved_groups(session=session)
    for week in (monday - timedelta(days=7), monday):
        asked = datetime.combine(week - timedelta(days=3), now.timetz())
        order_week_plan(
            week, rules=rules, approved=approved, actor=city.actor(leader), now=asked, session=session
        )


def finish_weeks(plans: Mapping[UUID, int], *, coordinator: Actor, now: datetime, session: Session) -> int:
    """Approve the computed plans (plan → newest step) and report on most visits that are over; return how many."""
    random = Random(7)  # noqa: S311 — made-up reports must be the same each time
    reported = 0
    approved = approved_groups(session=session)
    for plan_id, step in plans.items():
        decide_week_plan(
            plan_id,
            WeekPlanState.VASTGESTELD,
            reason="",
            seen=step,
            approved=approved,
            actor=coordinator,
            now=now,
            session=session,
        )
        for visit in planned_visits(plan_id, until=now - timedelta(hours=1), session=session):
            if random.random() < 0.12:
                continue
            _report(visit.id, visit.starts_at, now=now, random=random, session=session)
            reported += 1
    return reported


def tell_chief_of_shifts(*, now: datetime, session: Session) -> None:
    """Let the teamleider tell the Operationeel Chef of each evening's shifts; now and then one was forgotten."""
    leader = actor_by_login("teamleider", origin="demostad", session=session)
    started = [
        one
        for one in deployments(now.astimezone(AMSTERDAM).date() - timedelta(days=8), session=session)
        if one.kind == ENFORCING and one.starts_at <= now
    ]
    for number, (_, evening) in enumerate(groupby(started, key=lambda one: one.starts_at.date())):
        shifts = list(evening)
        at = shifts[0].starts_at - timedelta(hours=2)
        told = Told(at, f"OC van dienst (fictief) {4400 + number}", "telefoon")
        keys = [(one.plan_id, one.shift_id) for one in shifts[number % 4 == 3 :]]
        if keys:
            tell_chief(keys, told, actor=leader, now=at, session=session)


def pass_reports_on(*, now: datetime, session: Session) -> None:
    """Let coordinator, veiligheidsmanagers and JITs see the reports, each some days later; the newest still wait."""
    people = list_actors(origin="demostad", session=session)
    for days, role in ((1, Role.COORDINATOR_VTH), (2, Role.VEILIGHEIDSMANAGER), (4, Role.JONGERENWERKER)):
        for actor in (one for one in people if one.has(role)):
            found = reports_on_the_way(actor=actor, now=now, session=session)
            for day in sorted({one.reported.report.at.astimezone(AMSTERDAM).date() for one in found}):
                at = datetime.combine(day + timedelta(days=days), time(9, 15), AMSTERDAM).astimezone(UTC)
                mine = [
                    one.report_id
                    for one in found
                    if one.next not in (None, one.state)
                    and one.reported.report.at.astimezone(AMSTERDAM).date() == day
                ]
                if mine and at < now:
                    pass_on(mine, actor=actor, now=at, session=session)


def _report(visit_id: UUID, starts_at: datetime, *, now: datetime, random: Random, session: Session) -> None:
    outcome = random.choices(
        ("groep bereikt", "gesprek gevoerd", "niemand aangetroffen", "overlast verplaatst", "incident"),
        (45, 15, 28, 8, 4),
    )[0]
    there = outcome in {"groep bereikt", "gesprek gevoerd", "incident"}
    facts = {
        "groep bereikt": "Gesproken met de groep. Afspraken over geluid en afval herhaald.",
        "gesprek gevoerd": "Lang gesproken over een eigen plek; drie jongeren willen meedenken met jongerenwerk.",
        "niemand aangetroffen": "",
        "overlast verplaatst": "Hier niemand; volgens een winkelier staan ze nu bij de halte.",
        "incident": "Scooter gecontroleerd na gevaarlijk rijden; bekeuring gegeven.",
    }
    behaviour = [item for item in ("rondhangen", "lawaai", "afval") if there and random.random() < 0.5]
    report_visit(
        visit_id,
        outcome=outcome,
        started_at=starts_at + timedelta(minutes=random.choice((0, 2, 5, 8))),
        minutes=random.choice((10, 15, 15, 20)),
        seen_count=random.randrange(3, 12) if there else 0,
        feit=facts[outcome],
        oordeel="",
        gedrag=behaviour,
        under_twelve=False,
        seen=0,
        correction_reason="",
        actor=staff_of_visit(visit_id, session=session),
        now=min(starts_at + timedelta(minutes=40), now),
        session=session,
    )
