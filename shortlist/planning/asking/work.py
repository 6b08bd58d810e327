"""Use cases of the question what more capacity would bring: asking, answering (the worker), reading the answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.errors import BadInput, Refused, ShortlistError
from shortlist.guarding.audit import record, watch
from shortlist.guarding.roles import Actor, require_role
from shortlist.planning.adjusting.wording import in_words
from shortlist.planning.adjusting.work import get_standing
from shortlist.planning.asking.capacity import Gain, gain, with_evening, with_pair
from shortlist.planning.plan import kept_from, to_json
from shortlist.planning.problem import parse_problem
from shortlist.planning.tables import PlanAnswer, PlannedVisit, PlanQuestion, QuestionKind, WeekPlanResult
from shortlist.planning.validator import violations
from shortlist.planning.week.times import local_iso
from shortlist.planning.week.work import PLANNERS, WeekRules
from shortlist.planning.working_time_files import Loader, load
from shortlist.showing.words import datum, woord
from shortlist.storing import jobs
from shortlist.storing.database import Database

JOB = "meerwaarde"
"""Kind of the queued work."""
_BROKEN = "Er ging iets mis bij het rekenen. Vraag het opnieuw."


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer: ``gain`` None while it is computed; ``fault`` says why there is none."""

    id: UUID
    what: str
    at: datetime
    gain: Gain | None
    groups: tuple[tuple[str, int], ...]
    fault: str


def ask(
    plan_id: UUID, kind: str, *, team_kind: str, team: str, day: date | None, rules: WeekRules, actor: Actor,
    now: datetime, session: Session,
) -> UUID:  # fmt: skip
    """Queue the question what one pair or one evening more would bring to a plan, and return its id.

    Raises:
        Refused: the extra capacity can't be (no such team, the day is outside the week, a working-time rule).
    """
    require_role(actor, *PLANNERS)
    standing = get_standing(plan_id, session=session)
    problem = standing.draft.problem
    if kind == QuestionKind.KOPPEL.value:
        more, what = with_pair(problem, team_kind), f"één koppel {woord(team_kind)} meer"
        if more is None:
            raise _about(
                "team_kind", "Dit plan heeft geen team van deze soort om de diensten van over te nemen."
            )
    else:
        names = {one["id"]: one["name"] for one in problem["teams"]}
        monday = standing.plan.week_start
        if team not in names:
            raise _about("team", "Dit team staat niet in dit plan. Kies er een uit de lijst.")
        if day is None or not monday <= day < monday + timedelta(days=7):
            raise _about("day", "Kies een dag in de week van dit plan.")
        more, what = with_evening(problem, team, day), f"{names[team]} ook op {datum(day)}"
        if more is None:
            raise _about("day", "Dit team heeft die dag al een dienst.")
    try:
        parse_problem(more, rules=rules.working_time, source="weekplan")
    except BadInput as fault:
        raise Refused(f"Dit kan niet: {in_words(fault.reason, more)}.") from None
    question = PlanQuestion(
        plan_id=plan_id, kind=kind, what=what, problem=more, recorded_at=now, recorded_by=actor.id
    )
    session.add(question)
    session.flush()
    payload = {
        "question": str(question.id),
        "seconds": rules.parameters.seconds,
        "seed": standing.plan.week_start.toordinal(),
    }
    jobs.enqueue(JOB, payload, now=now, session=session, job_id=question.id)
    record(
        session,
        actor=actor,
        action="meerwaarde gevraagd",
        object_kind="weekplan",
        object_id=plan_id,
        now=now,
        details={"vraag": str(question.id)},
    )
    return question.id


def _about(field: str, message: str) -> Refused:
    return Refused(message, fields={field: message})


def asked_of(plan_id: UUID, *, actor: Actor, session: Session) -> list[Asked]:
    """Return the questions about a plan with their answers, newest first."""
    require_role(actor, *PLANNERS)
    result = session.get(WeekPlanResult, plan_id)
    planned = len(
        list(session.execute(select(col(PlannedVisit.id)).where(col(PlannedVisit.plan_id) == plan_id)))
    )
    rows = session.execute(
        select(PlanQuestion, PlanAnswer)
        .outerjoin(PlanAnswer, col(PlanAnswer.question_id) == col(PlanQuestion.id))
        .where(col(PlanQuestion.plan_id) == plan_id)
        .order_by(col(PlanQuestion.recorded_at).desc(), col(PlanQuestion.id))
    )
    found = []
    for question, answer in rows:
        found_gain = None
        if answer is not None and answer.value is not None and result is not None:
            found_gain = gain(result.value, planned, answer.value, answer.visits, answer.bound or 0.0)
        groups = tuple((str(name), int(more)) for name, more in answer.groups) if answer else ()
        found.append(
            Asked(
                question.id,
                question.what,
                question.recorded_at,
                found_gain,
                groups,
                answer.fault if answer else "",
            )
        )
    return found


def answer_question(
    database: Database,
    claim: jobs.Claim,
    *,
    working_time: Loader = load,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Compute the answer to a claimed question and store it; a question that has one is left alone."""
    question_id = UUID(claim.payload["question"])
    with database.reading() as session:
        question = session.get(PlanQuestion, question_id)
        if question is None or session.get(PlanAnswer, question_id) is not None:
            return
        data, plan_id = question.problem, question.plan_id
        before = [
            {"visit": row.visit, "team": str(row.team_id), "start": local_iso(row.starts_at)}
            for row in session.execute(
                select(PlannedVisit).where(col(PlannedVisit.plan_id) == plan_id)
            ).scalars()
        ]
    try:
        answer = _answered(database, claim, data, before, working_time=working_time, clock=clock)
    except ShortlistError as fault:
        answer = PlanAnswer(question_id=question_id, fault=fault.message[:2000], recorded_at=clock())
    except Exception:
        _keep(database, PlanAnswer(question_id=question_id, fault=_BROKEN, recorded_at=clock()), plan_id)
        raise
    _keep(database, answer, plan_id)


def _answered(
    database: Database,
    claim: jobs.Claim,
    data: dict[str, Any],
    before: list[dict[str, Any]],
    *,
    working_time: Loader,
    clock: Callable[[], datetime],
) -> PlanAnswer:
    # Compiles its kernels: only the worker waits for it.
    from shortlist.planning.decomposed import plan_week
    from shortlist.planning.engine import Progress

    problem = parse_problem(data, rules=working_time, source="weekplan")
    last = -1.0
    proven = False

    def report(progress: Progress) -> None:
        nonlocal last, proven
        # Nothing better exists: the bound proves it.
        proven = progress.gap <= 0 and progress.value > 0
        if progress.seconds - last >= 1.0:
            last = progress.seconds
            with database.writing() as session:
                jobs.report(claim.id, {"seconds": round(last, 1)}, now=clock(), session=session)

    plan = plan_week(
        problem,
        seconds=float(claim.payload["seconds"]),
        seed=int(claim.payload["seed"]),
        keep=kept_from({"assignments": before}, problem),
        progress=report,
        stop=lambda: proven,
    )
    result = to_json(plan, problem)
    broken = violations(problem, result)
    if broken:
        raise Refused(f"Het gevonden plan is afgekeurd door de controle: {in_words(broken[0], data)}")
    names = {visit["id"]: visit["name"] for visit in data["visits"]}
    more: dict[str, int] = {}
    for rows, sign in ((result["assignments"], 1), (before, -1)):
        for row in rows:
            more[names[row["visit"]]] = more.get(names[row["visit"]], 0) + sign
    return PlanAnswer(
        question_id=UUID(claim.payload["question"]),
        value=float(result["value"]),
        bound=float(result["bound"]),
        visits=len(result["assignments"]),
        groups=[[name, count] for name, count in sorted(more.items()) if count > 0],
        recorded_at=clock(),
    )


def _keep(database: Database, answer: PlanAnswer, plan_id: UUID) -> None:
    with database.writing() as session:
        watch(session)
        session.add(answer)
        record(
            session,
            actor=None,
            action="meerwaarde berekend",
            object_kind="weekplan",
            object_id=plan_id,
            now=answer.recorded_at,
            result="geweigerd" if answer.fault else "gelukt",
            origin="rekenproces",
            details={"vraag": str(answer.question_id)},
        )
