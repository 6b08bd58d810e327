"""Refuse locked visits that break a rule: they never move, so the file has to be mended first."""

from typing import TYPE_CHECKING

from shortlist.errors import BadInput
from shortlist.planning.working_time import Duty, new_breaches

if TYPE_CHECKING:
    from shortlist.planning.problem import Lock, Problem


def check_locks(problem: "Problem", source: str) -> None:
    """Refuse locked visits that break a rule, alone or together, naming the rule."""
    placed = sorted(problem.locked, key=lambda lock: lock.start)
    for lock in placed:
        visit, team = problem.visits[lock.visit], problem.teams[lock.team]
        where = (source, f"vastgezet {visit.id}")
        kinds = ", ".join(sorted(visit.kinds))
        if team.kind not in visit.kinds:
            raise BadInput(
                f"team {team.id} ({team.kind}) is niet bevoegd; kies een team van soort {kinds}",
                where=(*where, "team"),
            )
        if not team.deployable:
            raise BadInput(
                f"team {team.id}: {team.kind} gaat altijd met twee; vul het team aan of kies een ander",
                where=(*where, "team"),
            )
        if not any(w.start <= lock.start and lock.start + visit.service <= w.end for w in visit.windows):
            raise BadInput(
                f"{_time(problem, lock.start)} past met {visit.service / 60:g} minuten niet in een venster; "
                "kies een tijd in een venster",
                where=(*where, "start"),
            )
        for ban in problem.forbidden:
            if (
                ban.visit == lock.visit
                and ban.team in (None, lock.team)
                and ban.start <= lock.start < ban.end
            ):
                raise BadInput("ook verboden in forbidden; schrap een van de twee", where=where)
        count = sum(other.visit == lock.visit for other in placed)
        if count > visit.times:
            raise BadInput(
                f"{count} keer vastgezet, maar times_per_week is {visit.times}; verhoog dat of schrap een slot",
                where=where,
            )
    _check_lock_spacing(problem, placed, source)
    _check_lock_routes(problem, placed, source)
    _check_lock_hours(problem, placed, source)


def _time(problem: "Problem", second: int) -> str:
    return problem.clock.local(second).isoformat(timespec="minutes")


def _check_lock_spacing(problem: "Problem", placed: list["Lock"], source: str) -> None:
    gaps = {(apart.one, apart.other): apart.gap for apart in problem.apart}
    gaps |= {(apart.other, apart.one): apart.gap for apart in problem.apart}
    for number, lock in enumerate(placed):
        visit = problem.visits[lock.visit]
        for later in placed[number + 1 :]:
            rest = later.start - lock.start - visit.service
            where = (source, f"vastgezet {problem.visits[later.visit].id}", "start")
            if later.visit == lock.visit and rest < visit.gap:
                raise BadInput(
                    f"te kort na {_time(problem, lock.start)}: min_gap_hours is {visit.gap / 3600:g}; zet er een later",
                    where=where,
                )
            if rest < gaps.get((lock.visit, later.visit), rest):
                raise BadInput(
                    f"te dicht op {visit.id} (not_with); zet er een op een ander moment", where=where
                )


def _check_lock_routes(problem: "Problem", placed: list["Lock"], source: str) -> None:
    routes: dict[tuple[int, int], list[Lock]] = {}
    for lock in placed:
        routes.setdefault((lock.team, lock.shift), []).append(lock)
    for (team, shift), locks in routes.items():
        base, hours = problem.teams[team].base, problem.teams[team].shifts[shift]
        place, free, slack = base, hours.start, 0
        for lock in locks:
            visit = problem.visits[lock.visit]
            where = (source, f"vastgezet {visit.id}", "start")
            arrive = free + int(problem.travel[place, visit.place])
            if arrive > lock.start:
                raise BadInput(
                    f"team {problem.teams[team].id} kan er pas om {_time(problem, arrive)} zijn; "
                    "zet het later of bij een ander team",
                    where=where,
                )
            slack = max(slack, lock.start - arrive)
            place, free = visit.place, lock.start + visit.service
        back = free + int(problem.travel[place, base])
        where = (source, f"vastgezet {problem.visits[locks[-1].visit].id}", "start")
        if back > hours.end:
            raise BadInput(
                f"team {problem.teams[team].id} is dan niet voor het einde van de dienst terug; zet het vroeger",
                where=where,
            )
        rest = problem.rules.break_seconds(hours.end - hours.start) if problem.rules else 0
        if problem.rules and max(slack, hours.end - back) < rest:
            rule = problem.rules.rules["break"]
            raise BadInput(
                f"laat team {problem.teams[team].id} geen {rule.text} ({rule.article}); maak ruimte",
                where=where,
            )


def _check_lock_hours(problem: "Problem", placed: list["Lock"], source: str) -> None:
    if problem.rules is None:
        return
    duties: dict[str, set[Duty]] = {}
    for lock in placed:
        team = problem.teams[lock.team]
        shift = team.shifts[lock.shift]
        for person in team.people:
            duties.setdefault(person, set()).add(Duty(shift.start, shift.end, lock.team))
    for person, worked in duties.items():
        before = problem.worked.get(person, ())
        for breach in new_breaches(before, list(worked), problem.clock, problem.rules, horizon=problem.end):
            late = [k for k in placed if problem.teams[k.team].shifts[k.shift].end > breach.at]
            raise BadInput(
                f"de vastgezette diensten van {person} breken {breach.text} ({breach.article}); haal een slot weg",
                where=(source, f"vastgezet {problem.visits[(late or placed)[0].visit].id}"),
            )
