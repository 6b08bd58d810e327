"""The worker's use case: solve a week plan that was asked for, check it, store it or say why there is none."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.errors import ShortlistError
from shortlist.guarding.audit import record, watch
from shortlist.planning.plan import kept_from, to_json
from shortlist.planning.problem import Problem, parse_problem
from shortlist.planning.spreading import spread
from shortlist.planning.tables import PlannedVisit, WeekPlan, WeekPlanResult, WeekPlanState, WeekPlanStatus
from shortlist.planning.validator import violations
from shortlist.planning.week.times import local_iso
from shortlist.planning.working_time_files import Loader, load
from shortlist.storing import jobs
from shortlist.storing.database import Database

_REPORT_EVERY = 1.0
"""Seconds between two signs of life; the page asks every two."""
_POINTS = 8
"""Moments of the way to a plan that are kept to look at."""
_BROKEN = "Er ging iets mis bij het rekenen. Probeer het opnieuw; blijft het misgaan, meld het dan aan de beheerder."


def solve_week_plan(
    database: Database,
    claim: jobs.Claim,
    *,
    working_time: Loader = load,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Solve the plan of a claimed job and store it as ``concept``, or as ``mislukt`` with the reason.

    A job that comes back after its worker was lost and whose plan was decided meanwhile is left alone. Nothing is
    held open while solving: the database is used before, in short reports, and after.
    """
    plan_id = UUID(claim.payload["plan"])
    with database.reading() as session:
        plan = session.get(WeekPlan, plan_id)
        if plan is None or _state(plan_id, session=session) is not WeekPlanState.BEREKENEN:
            return
        data = plan.problem
        keep = claim.payload.get("keep")
        earlier = _assignments(UUID(keep), session=session) if keep else []
    try:
        problem = parse_problem(data, rules=working_time, source="weekplan")
        result = _solved(database, claim, problem, earlier, clock=clock)
        broken = violations(problem, result)
    except ShortlistError as fault:
        _fail(database, plan_id, fault.message, clock=clock)
        return
    except Exception:
        _fail(database, plan_id, _BROKEN, clock=clock)
        raise
    if broken:
        _fail(database, plan_id, f"Het gevonden plan is afgekeurd door de controle: {broken[0]}", clock=clock)
        return
    with database.writing() as session:
        _store(plan_id, data, result, now=clock(), session=watch(session))


def _solved(
    database: Database,
    claim: jobs.Claim,
    problem: Problem,
    earlier: list[dict[str, Any]],
    *,
    clock: Callable[[], datetime],
) -> dict[str, Any]:
    # Compiles its kernels: only the worker waits for it.
    from shortlist.planning.decomposed import plan_week
    from shortlist.planning.engine import Progress

    asked = False
    last = -_REPORT_EVERY
    trail: list[tuple[float, float, float]] = []

    def report(progress: Progress) -> None:
        nonlocal asked, last
        trail.append((progress.seconds, progress.value, progress.bound))
        if progress.gap <= 0 and progress.value > 0:
            asked = True  # nothing better exists: the bound proves it
        if monotonic() - last < _REPORT_EVERY:
            return
        last = monotonic()
        shown = {
            "seconds": round(progress.seconds, 1),
            "value": progress.value,
            "bound": progress.bound,
            "gap": round(progress.gap, 4),
            "trail": thinned(trail),
        }
        with database.writing() as session:
            asked = jobs.report(claim.id, shown, now=clock(), session=session) or asked

    plan = plan_week(
        problem,
        seconds=float(claim.payload["seconds"]),
        seed=int(claim.payload["seed"]),
        keep=kept_from({"assignments": earlier}, problem) if earlier else None,
        progress=report,
        stop=lambda: asked,
    )
    kept = {(row["visit"], row["team"], row["start"]) for row in earlier}
    made = spread(problem, to_json(plan, problem), seed=int(claim.payload["seed"]), kept=kept)
    return {**made, "trail": thinned([*trail, (plan.seconds, plan.value, plan.bound)])}


def thinned(trail: Sequence[tuple[float, float, float]], most: int = _POINTS) -> list[list[float]]:
    """Return at most so many points (seconds, value, bound) of a trail: where it moved, the first and the last."""
    moved = [
        point
        for k, point in enumerate(trail)
        if not k or k == len(trail) - 1 or point[1:] != trail[k - 1][1:]
    ]
    count = min(most, len(moved))
    picks = sorted({round(k * (len(moved) - 1) / max(1, count - 1)) for k in range(count)})
    return [[round(moved[k][0], 1), moved[k][1], moved[k][2]] for k in picks]


def _state(plan_id: UUID, *, session: Session) -> WeekPlanState:
    state = session.execute(
        select(col(WeekPlanStatus.state))
        .where(col(WeekPlanStatus.plan_id) == plan_id)
        .order_by(col(WeekPlanStatus.sequence).desc())
        .limit(1)
    ).scalar_one()
    return WeekPlanState(state)


def _assignments(plan_id: UUID, *, session: Session) -> list[dict[str, Any]]:
    rows = session.execute(select(PlannedVisit).where(col(PlannedVisit.plan_id) == plan_id)).scalars()
    return [{"visit": row.visit, "team": str(row.team_id), "start": local_iso(row.starts_at)} for row in rows]


def _next_status(
    plan_id: UUID, state: WeekPlanState, reason: str, *, now: datetime, session: Session
) -> WeekPlanStatus:
    last = session.execute(
        select(func.max(col(WeekPlanStatus.sequence))).where(col(WeekPlanStatus.plan_id) == plan_id)
    ).scalar_one()
    return WeekPlanStatus(
        plan_id=plan_id, sequence=(last or 0) + 1, state=state.value, reason=reason[:4000], recorded_at=now
    )


def add_result(
    plan_id: UUID, data: Mapping[str, Any], result: Mapping[str, Any], *, now: datetime, session: Session
) -> None:
    """Store the visits and the sums of a plan; ``data`` is its problem, ``result`` has the contract's form."""
    visits = {visit["id"]: visit for visit in data["visits"]}
    for made in result["assignments"]:
        visit = visits[made["visit"]]
        session.add(
            PlannedVisit(
                plan_id=plan_id,
                visit=made["visit"],
                occurrence=made["occurrence"],
                group_id=UUID(visit["group"]),
                place_id=UUID(visit["place"]),
                team_id=UUID(made["team"]),
                arrives_at=datetime.fromisoformat(made["arrive"]),
                starts_at=datetime.fromisoformat(made["start"]),
                ends_at=datetime.fromisoformat(made["end"]),
            )
        )
    session.add(
        WeekPlanResult(
            plan_id=plan_id,
            result={key: part for key, part in result.items() if key != "assignments"},
            value=float(result["value"]),
            bound=float(result["bound"]),
            gap=float(result["gap"]),
            recorded_at=now,
        )
    )


def _store(
    plan_id: UUID, data: dict[str, Any], result: dict[str, Any], *, now: datetime, session: Session
) -> None:
    add_result(plan_id, data, result, now=now, session=session)
    session.add(_next_status(plan_id, WeekPlanState.CONCEPT, "", now=now, session=session))
    record(
        session,
        actor=None,
        action="weekplan berekend",
        object_kind="weekplan",
        object_id=plan_id,
        now=now,
        origin="rekenproces",
        details={"bezoeken": len(result["assignments"]), "niet gepland": len(result["unplanned"])},
    )


def _fail(database: Database, plan_id: UUID, reason: str, *, clock: Callable[[], datetime]) -> None:
    now = clock()
    with database.writing() as session:
        watch(session)
        session.add(_next_status(plan_id, WeekPlanState.MISLUKT, reason, now=now, session=session))
        record(
            session,
            actor=None,
            action="weekplan mislukt",
            object_kind="weekplan",
            object_id=plan_id,
            now=now,
            result="geweigerd",
            origin="rekenproces",
        )
