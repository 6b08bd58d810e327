"""Use cases of changing a made plan by hand. A change is a new version of the plan, or it is refused with the rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.errors import BadInput, NotFound, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, require_role
from shortlist.planning.adjusting import changes
from shortlist.planning.adjusting.changes import Draft, Hours, Made, begin, shifts_of_problem
from shortlist.planning.adjusting.wording import in_words, names_of, say
from shortlist.planning.fitting import Verdict, ask_all
from shortlist.planning.itinerary import stops_of
from shortlist.planning.problem import Problem, local_iso, parse_problem
from shortlist.planning.solving.work import add_result
from shortlist.planning.tables import (
    ChangeKind,
    PlannedVisit,
    WeekPlan,
    WeekPlanChange,
    WeekPlanResult,
    WeekPlanState,
    WeekPlanStatus,
)
from shortlist.planning.week.times import DAY, ZONE, moment
from shortlist.planning.week.work import PLANNERS, add_version
from shortlist.planning.working_time_files import Loader
from shortlist.showing.words import datum, datumtijd, periode, tijd

CHANGEABLE = frozenset({WeekPlanState.CONCEPT, WeekPlanState.VASTGESTELD, WeekPlanState.TERUG})
"""States of a plan that was computed: people may go on from it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A computed plan as it can be changed: its row, newest step and state, and a draft of it."""

    plan: WeekPlan
    sequence: int
    state: WeekPlanState
    draft: Draft
    newer: int | None
    """Version that already goes on from this one and was not sent back; None: none does."""

    @property
    def changeable(self) -> bool:
        """Whether people may go on from it."""
        return self.state in CHANGEABLE and self.newer is None


@dataclass(frozen=True, slots=True)
class VisitPicture:
    """One wanted visit of a plan and where it stands now (``made`` None: it is not planned)."""

    id: str
    occurrence: int
    group: str
    place: str
    measure: str
    made: Made | None
    locked: bool
    shift: str
    """Id of the shift that it stands in; empty when it is not planned."""
    windows: tuple[str, ...]
    """The times that are asked for, in words."""


@dataclass(frozen=True, slots=True)
class ShiftAnswer:
    """Whether a visit fits in one shift (and when), or why not."""

    shift: str
    team: str
    starts_at: datetime
    ends_at: datetime
    start: datetime | None
    fits: bool
    able: bool
    """Whether the team may make this visit at all."""
    text: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A lock or ban of a plan, in words; ``number`` is its place among the locks or bans."""

    number: int
    text: str


def get_standing(plan_id: UUID, *, session: Session) -> Standing:
    """Return a plan that was computed.

    Raises:
        NotFound: no such plan.
        Refused: it was not computed (yet).
    """
    plan = session.get(WeekPlan, plan_id)
    if plan is None:
        raise NotFound("Dit weekplan bestaat niet.")
    step = _last_step(plan_id, session=session)
    result = session.get(WeekPlanResult, plan_id)
    if result is None:
        raise Refused(f"Dit plan is ‘{step.state}’: er zijn nog geen bezoeken om te veranderen.")
    made = [
        Made(row.visit, str(row.team_id), row.starts_at)
        for row in session.execute(
            select(PlannedVisit)
            .where(col(PlannedVisit.plan_id) == plan_id)
            .order_by(col(PlannedVisit.starts_at))
        ).scalars()
    ]
    # The columns are the truth of value and bound; the JSON has them too.
    told = {**result.result, "value": result.value, "bound": result.bound}
    state = WeekPlanState(step.state)
    return Standing(
        plan, step.sequence, state, begin(plan.problem, made, told), _newer(plan_id, session=session)
    )


def _last_step(plan_id: UUID, *, session: Session) -> WeekPlanStatus:
    step: WeekPlanStatus = session.execute(
        select(WeekPlanStatus)
        .where(col(WeekPlanStatus.plan_id) == plan_id)
        .order_by(col(WeekPlanStatus.sequence).desc())
        .limit(1)
    ).scalar_one()
    return step


def _newer(plan_id: UUID, *, session: Session) -> int | None:
    rows = session.execute(
        select(col(WeekPlan.id), col(WeekPlan.version))
        .join(WeekPlanChange, col(WeekPlanChange.plan_id) == col(WeekPlan.id))
        .where(col(WeekPlanChange.based_on_id) == plan_id)
        .order_by(col(WeekPlan.version).desc())
    ).all()
    over = {WeekPlanState.TERUG.value, WeekPlanState.MISLUKT.value}
    return next((row.version for row in rows if _last_step(row.id, session=session).state not in over), None)


def visit_picture(
    plan_id: UUID, visit: str, occurrence: int, *, actor: Actor, session: Session
) -> tuple[Standing, VisitPicture, Mapping[str, Hours]]:
    """Return a plan, one of its wanted visits and the shifts of the plan by id.

    Raises:
        NotFound: no such plan, or it does not ask for this visit so often.
    """
    require_role(actor, *PLANNERS)
    standing = get_standing(plan_id, session=session)
    problem = standing.draft.problem
    found = next((one for one in problem["visits"] if one["id"] == visit), None)
    if found is None or not 1 <= occurrence <= found["times_per_week"]:
        raise NotFound("Dit bezoek staat niet in dit weekplan.")
    made = _made(standing.draft, visit, occurrence)
    shifts = shifts_of_problem(problem)
    places = {place["id"]: place["name"] for place in problem["places"]}
    here = next((key for key, hours in shifts.items() if made and _inside(made, hours)), "")
    picture = VisitPicture(
        visit,
        occurrence,
        found["name"],
        places[found["place"]],
        str(found["note"]).split(";", 2)[2],
        made,
        made is not None and changes.is_locked(problem, made),
        here,
        tuple(
            f"{datum(start)} {tijd(start)}–{tijd(end)}"
            for start, end in sorted(
                (datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
                for one in found["windows"]
            )
        ),
    )
    return standing, picture, shifts


def _made(draft: Draft, visit: str, occurrence: int) -> Made | None:
    """Return the planned visit with this number: they are numbered in order of time."""
    own = sorted((one for one in draft.made if one.visit == visit), key=lambda one: (one.start, one.team))
    return own[occurrence - 1] if occurrence <= len(own) else None


def _inside(made: Made, hours: Hours) -> bool:
    return made.team == hours.team and hours.start <= made.start < hours.end


def names_of_both(plan_id: UUID, change: tuple[WeekPlanChange, int], *, session: Session) -> dict[str, str]:
    """Return what visits and teams are called, in a version and in the one that it goes on from."""
    found: dict[str, str] = {}
    for one in (change[0].based_on_id, plan_id):
        plan = session.get(WeekPlan, one)
        found |= names_of(plan.problem) if plan else {}
    return found


def locked_visits(standing: Standing, *, now: datetime) -> frozenset[str]:
    """Return the planned visits to come that are locked, as visit and occurrence joined by a hash sign."""
    draft = standing.draft
    found = set()
    for visit in draft.problem["visits"]:
        for occurrence in range(1, visit["times_per_week"] + 1):
            made = _made(draft, visit["id"], occurrence)
            if made is not None and made.start > now and changes.is_locked(draft.problem, made):
                found.add(f"{visit['id']}#{occurrence}")
    return frozenset(found)


def team_names(standing: Standing) -> dict[str, str]:
    """Return the names of the plan's teams."""
    return {team["id"]: team["name"] for team in standing.draft.problem["teams"]}


def moment_in_shift(plan_id: UUID, shift: str, at: time | None, *, session: Session) -> datetime | None:
    """Return the moment at which a Dutch clock time falls in or after a shift's first day; None without a time.

    A time before the shift's start is meant after midnight.
    """
    hours = shifts_of_problem(get_standing(plan_id, session=session).draft.problem).get(shift)
    if hours is None or at is None:
        return None
    day = hours.start.astimezone(ZONE).date()
    found = moment(day, at.hour * 60 + at.minute)
    return found if found >= hours.start else moment(day, DAY + at.hour * 60 + at.minute)


def why_not(
    standing: Standing, visit: str, occurrence: int, *, rules: Loader, now: datetime
) -> list[ShiftAnswer]:
    """Return for every shift that is not over whether a wanted visit fits there, and why not; what fits comes first."""
    made = _made(standing.draft, visit, occurrence)
    draft = changes.take_out(standing.draft, made) if made else standing.draft
    problem = _parsed(draft.problem, rules)
    rows = [{"visit": one.visit, "team": one.team, "start": one.start.isoformat()} for one in draft.made]
    number = next(v for v, one in enumerate(problem.visits) if one.id == visit)
    shifts = {(hours.team, hours.start): key for key, hours in shifts_of_problem(draft.problem).items()}
    found = []
    for answer in ask_all(problem, stops_of(problem, {"assignments": rows}), number):
        team = problem.teams[answer.key[0]]
        hours = team.shifts[answer.key[1]]
        begin_at, end = problem.clock.local(hours.start), problem.clock.local(hours.end)
        if end <= now:
            continue
        start = problem.clock.local(answer.start) if answer.start is not None else None
        over = start is not None and start <= now
        found.append(
            ShiftAnswer(
                shift=shifts[team.id, begin_at],
                team=team_names(standing)[team.id],
                starts_at=begin_at,
                ends_at=end,
                start=start,
                fits=answer.verdict is Verdict.FITS and not over,
                able=answer.verdict not in {Verdict.POWER, Verdict.PAIR},
                text="De dienst is al begonnen; de tijd die paste is voorbij."
                if over
                else say(answer, problem, draft.problem, number),
            )
        )
    return sorted(found, key=lambda one: not one.fits)


def fixed_of(problem: Mapping[str, Any], *, now: datetime) -> tuple[list[Fixed], list[Fixed]]:
    """Return the locks of visits to come and the bans by hand of a plan in words.

    What is past is locked without saying; a ban with a note follows from a shift that fell out or a closed way.
    """
    names = names_of(problem)
    locks = [
        Fixed(
            number,
            f"{names[one['visit']]}: {datumtijd(datetime.fromisoformat(one['start']))}, {names[one['team']]}",
        )
        for number, one in enumerate(problem.get("locked", ()))
        if datetime.fromisoformat(one["start"]) > now
    ]
    bans = []
    for number, ban in enumerate(problem.get("forbidden", ())):
        if ban.get("note"):
            continue
        team = names[ban["team"]] if ban.get("team") else "geen enkel team"
        when = (
            f"tussen {periode(datetime.fromisoformat(ban['start']), datetime.fromisoformat(ban['end']))}"
            if ban.get("start") and ban.get("end")
            else "deze week"
        )
        bans.append(Fixed(number, f"{names[ban['visit']]}: niet door {team}, {when}"))
    return locks, bans


# --- the changes ---


def move_visit(
    plan_id: UUID, visit: str, occurrence: int, *, shift: str, at: datetime | None, fix: bool, why: str, seen: int,
    rules: Loader, actor: Actor, now: datetime, session: Session,
) -> UUID:  # fmt: skip
    """Put a visit in a shift at a moment (None: where it fits) and return the new version; ``fix`` locks it there.

    Raises:
        Refused: a rule stands in the way (named), it is past, or somebody else was earlier.
    """
    standing, picture, shifts = visit_picture(plan_id, visit, occurrence, actor=actor, session=session)
    hours = shifts.get(shift)
    if hours is None:
        raise _about("shift", "Deze dienst staat niet in dit weekplan. Kies er een uit de lijst.")
    _require_not_past(picture.made, now)
    draft = standing.draft
    if picture.made is not None:
        draft = changes.take_out(draft, picture.made)
    problem = _parsed(draft.problem, rules)
    start = at or _best_start(problem, draft, visit, hours)
    if not hours.start <= start < hours.end:
        raise _about("time", f"Deze tijd valt niet in de dienst ({periode(hours.start, hours.end)}).")
    if start <= now:
        raise _about("time", "Deze tijd is al voorbij. Kies een tijd die nog komt.")
    made = Made(visit, hours.team, start)
    draft = changes.put_in(draft, made)
    if fix:
        draft = changes.lock(draft, made, iso=local_iso(problem, problem.clock.seconds(start)))
    team = names_of(draft.problem)[hours.team]
    what = f"{picture.group} ({picture.place}) {'verplaatst naar' if picture.made else 'ingepland op'} "
    what += f"{datumtijd(start)}, {team}" + (" en vastgezet." if fix else ".")
    return _keep(
        standing, draft, what=what, why=why, seen=seen, rules=rules, actor=actor, now=now, session=session
    )


def lock_visit(
    plan_id: UUID, visit: str, occurrence: int, *, why: str, seen: int, rules: Loader, actor: Actor, now: datetime,
    session: Session,
) -> UUID:  # fmt: skip
    """Fix a planned visit on its team and time, also when the plan is computed again."""

    def change(draft: Draft, made: Made, problem: Problem) -> Draft:
        return changes.lock(draft, made, iso=local_iso(problem, problem.clock.seconds(made.start)))

    return _change_made(
        plan_id, visit, occurrence, change, "vastgezet", why=why, seen=seen, rules=rules, actor=actor, now=now,
        session=session,
    )  # fmt: skip


def release_visit(
    plan_id: UUID, visit: str, occurrence: int, *, why: str, seen: int, rules: Loader, actor: Actor, now: datetime,
    session: Session,
) -> UUID:  # fmt: skip
    """Let a locked visit go."""
    return _change_made(
        plan_id, visit, occurrence, lambda draft, made, _: changes.release(draft, made), "losgemaakt", why=why,
        seen=seen, rules=rules, actor=actor, now=now, session=session,
    )  # fmt: skip


def remove_visit(
    plan_id: UUID, visit: str, occurrence: int, *, why: str, seen: int, rules: Loader, actor: Actor, now: datetime,
    session: Session,
) -> UUID:  # fmt: skip
    """Take a planned visit out of the plan."""

    def change(draft: Draft, made: Made, _: Problem) -> Draft:
        _require_not_past(made, now)
        return changes.take_out(draft, made)

    return _change_made(
        plan_id, visit, occurrence, change, "uit het plan gehaald", why=why, seen=seen, rules=rules, actor=actor,
        now=now, session=session,
    )  # fmt: skip


def forbid_visit(
    plan_id: UUID, visit: str, occurrence: int, *, shift: str, scope: str, why: str, seen: int, rules: Loader,
    actor: Actor, now: datetime, session: Session,
) -> UUID:  # fmt: skip
    """Forbid a visit in a shift (``dienst``), for the team of that shift (``team``) or for all teams (``allen``)."""
    standing, picture, shifts = visit_picture(plan_id, visit, occurrence, actor=actor, session=session)
    hours = shifts.get(shift or picture.shift)
    if scope != "allen" and hours is None:
        raise _about("shift", "Kies de dienst waarvoor dit verbod geldt.")
    draft = standing.draft
    team = hours.team if hours is not None and scope != "allen" else None
    span = (max(hours.start, now), hours.end) if hours is not None and scope == "dienst" else None
    if span is not None and span[0] >= span[1]:
        raise _about("shift", "Deze dienst is al voorbij.")
    if span is None and any(one.start <= now for one in draft.made):
        span = (now, max(one.end for one in shifts.values()))  # what was done stays
    draft = changes.forbid(draft, visit, team=team, span=span)
    who = names_of(draft.problem)[team] if team else "alle teams"
    what = f"{picture.group} ({picture.place}) verboden voor {who}"
    what += f", {periode(hours.start, hours.end)}." if hours is not None and scope == "dienst" else "."
    return _keep(
        standing, draft, what=what, why=why, seen=seen, rules=rules, actor=actor, now=now, session=session
    )


def lift_ban(
    plan_id: UUID,
    number: int,
    *,
    why: str,
    seen: int,
    rules: Loader,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Lift a ban of a plan."""
    require_role(actor, *PLANNERS)
    standing = get_standing(plan_id, session=session)
    _, bans = fixed_of(standing.draft.problem, now=now)
    ban = next((one for one in bans if one.number == number), None)
    if ban is None:
        raise NotFound("Dit verbod staat niet (meer) in dit weekplan.")
    return _keep(
        standing, changes.allow(standing.draft, number), what=f"Verbod opgeheven: {ban.text}.", why=why,
        seen=seen, rules=rules, actor=actor, now=now, session=session,
    )  # fmt: skip


def _about(field: str, message: str) -> Refused:
    return Refused(message, fields={field: message})


def _require_not_past(made: Made | None, now: datetime) -> None:
    if made is not None and made.start <= now:
        raise Refused("Dit bezoek is al begonnen of voorbij en blijft staan.")


def _change_made(
    plan_id: UUID, visit: str, occurrence: int, change: Callable[[Draft, Made, Problem], Draft], done: str, *,
    why: str, seen: int, rules: Loader, actor: Actor, now: datetime, session: Session,
) -> UUID:  # fmt: skip
    standing, picture, _ = visit_picture(plan_id, visit, occurrence, actor=actor, session=session)
    if picture.made is None:
        raise Refused(
            "Dit bezoek is niet gepland; er is dus niets om vast te zetten, los te maken of weg te halen."
        )
    draft = change(standing.draft, picture.made, _parsed(standing.draft.problem, rules))
    team = names_of(draft.problem)[picture.made.team]
    what = f"{picture.group} ({picture.place}), {datumtijd(picture.made.start)}, {team}: {done}."
    return _keep(
        standing, draft, what=what, why=why, seen=seen, rules=rules, actor=actor, now=now, session=session
    )


def _parsed(data: Mapping[str, Any], rules: Loader) -> Problem:
    try:
        return parse_problem(data, rules=rules, source="weekplan")
    except BadInput as fault:
        raise Refused(f"Dit kan niet: {in_words(fault.reason, data)}.") from None


def _best_start(problem: Problem, draft: Draft, visit: str, hours: Hours) -> datetime:
    """Return where a visit fits in a shift between the others as they stand.

    Raises:
        Refused: it fits nowhere in that shift.
    """
    rows = [{"visit": one.visit, "team": one.team, "start": one.start.isoformat()} for one in draft.made]
    number = next(v for v, one in enumerate(problem.visits) if one.id == visit)
    for answer in ask_all(problem, stops_of(problem, {"assignments": rows}), number):
        team = problem.teams[answer.key[0]]
        begin_at = problem.clock.local(team.shifts[answer.key[1]].start)
        if team.id == hours.team and begin_at == hours.start:
            if answer.verdict is Verdict.FITS and answer.start is not None:
                return problem.clock.local(answer.start)
            raise _about(
                "shift",
                "Dit bezoek past niet in deze dienst. Hierboven staat per dienst wat er in de weg staat.",
            )
    raise _about("shift", "Deze dienst staat niet in dit weekplan. Kies er een uit de lijst.")


def _keep(
    standing: Standing, draft: Draft, *, what: str, why: str, seen: int, rules: Loader, actor: Actor, now: datetime,
    session: Session,
) -> UUID:  # fmt: skip
    """Judge a changed plan and keep it as the next version; the concept that it came from is replaced by it."""
    if standing.newer is not None:
        raise Refused(
            f"Versie {standing.newer} gaat al verder op dit plan. Pas die versie aan; hier is niets veranderd."
        )
    if standing.state not in CHANGEABLE:
        raise Refused(f"Dit plan is ‘{standing.state.value}’ en kan niet met de hand worden veranderd.")
    if standing.sequence != seen:
        raise Refused(
            f"Iemand anders heeft intussen over dit plan beslist: het is nu ‘{standing.state.value}’. Open het opnieuw."
        )
    problem = _parsed(draft.problem, rules)
    loose = changes.outside_shifts(problem, draft.made)
    if loose:
        raise Refused(
            f"Dit kan niet: {in_words(loose[0].visit, draft.problem)} valt buiten de diensten van het team."
        )
    result = changes.finished(draft, problem)
    broken = changes.faults(problem, result)
    if broken:
        raise Refused(f"Dit kan niet: {in_words(broken[0], draft.problem)}")
    plan = add_version(
        standing.plan.week_start, draft.problem, WeekPlanState.CONCEPT, reason=f"{what} {why}", actor=actor, now=now,
        session=session,
    )  # fmt: skip
    add_result(plan.id, draft.problem, result, now=now, session=session)
    note_change(
        plan, standing, ChangeKind.HAND, what=what, why=why, details={}, actor=actor, now=now, session=session
    )
    record(
        session,
        actor=actor,
        action="weekplan met de hand gewijzigd",
        object_kind="weekplan",
        object_id=plan.id,
        now=now,
        details={"vorige": str(standing.plan.id), "versie": plan.version},
    )
    return plan.id


def note_change(
    plan: WeekPlan, standing: Standing, kind: ChangeKind, *, what: str, why: str, details: Mapping[str, Any],
    actor: Actor, now: datetime, session: Session,
) -> None:  # fmt: skip
    """Write down where a version came from; a concept that it came from no longer waits for a decision."""
    session.add(
        WeekPlanChange(
            plan_id=plan.id,
            based_on_id=standing.plan.id,
            kind=kind.value,
            what=what[:4000],
            why=why,
            details=dict(details),
        )
    )
    if standing.state is WeekPlanState.CONCEPT:
        session.add(
            WeekPlanStatus(
                plan_id=standing.plan.id,
                sequence=standing.sequence + 1,
                state=WeekPlanState.TERUG.value,
                reason=f"Vervangen door versie {plan.version}.",
                recorded_at=now,
                recorded_by=actor.id,
            )
        )
    session.flush()


def change_of(plan_id: UUID, *, session: Session) -> tuple[WeekPlanChange, int] | None:
    """Return where a version came from and the number of the version it changed; None for one that came from none."""
    row = session.execute(
        select(WeekPlanChange, col(WeekPlan.version))
        .join(WeekPlan, col(WeekPlan.id) == col(WeekPlanChange.based_on_id))
        .where(col(WeekPlanChange.plan_id) == plan_id)
    ).first()
    return (row[0], row[1]) if row else None
