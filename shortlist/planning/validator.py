"""Check a plan against the rules, independently of the engine that made it.

Shares only ``problem`` (what was asked) and ``working_time`` (the rules of the law) with the engine; reads the plan
as it is printed. Every broken rule is one Dutch sentence; none means lawful.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from shortlist.planning.problem import PAIRED_KINDS, Forbidden, Problem, Visit, local_iso, read_moment
from shortlist.planning.working_time import Duty, new_breaches

_TOLERANCE = 1e-6


class _Made:
    """One assignment of the plan, with its times in seconds."""

    def __init__(self, visit: int, team: int, shift: int, arrive: int, start: int, end: int) -> None:
        self.visit, self.team, self.shift = visit, team, shift
        self.arrive, self.start, self.end = arrive, start, end


def violations(problem: Problem, plan: Mapping[str, Any]) -> list[str]:
    """Return every rule that a printed plan (the contract's JSON object) breaks, in Dutch."""
    broken: list[str] = []
    made = _assignments(problem, plan, broken)
    _check_numbers(problem, plan, broken)
    _check_each(problem, made, broken)
    _check_spacing(problem, made, broken)
    _check_apart(problem, made, broken)
    _check_routes(problem, made, broken)
    _check_locks(problem, made, broken)
    _check_hours(problem, made, broken)
    _check_sums(problem, plan, made, broken)
    return broken


def _name(problem: Problem, item: _Made) -> str:
    return f"{problem.visits[item.visit].id} om {local_iso(problem, item.start)}"


def _assignments(problem: Problem, plan: Mapping[str, Any], broken: list[str]) -> list[_Made]:
    visits = {visit.id: index for index, visit in enumerate(problem.visits)}
    teams = {team.id: index for index, team in enumerate(problem.teams)}
    made: list[_Made] = []
    for number, row in enumerate(plan["assignments"], start=1):
        if row["visit"] not in visits or row["team"] not in teams:
            broken.append(f"toewijzing {number}: onbekend bezoek of team ({row['visit']}, {row['team']}).")
            continue
        try:
            arrive, start, end = (read_moment(problem, row[key]) for key in ("arrive", "start", "end"))
            whole = all(
                datetime.fromisoformat(row[key]).microsecond == 0 for key in ("arrive", "start", "end")
            )
        except ValueError as error:
            broken.append(f"toewijzing {number}: {error}.")
            continue
        if not whole:
            broken.append(f"toewijzing {number}: tijden zijn niet op de seconde.")
        team = teams[row["team"]]
        shifts = [i for i, s in enumerate(problem.teams[team].shifts) if s.start <= start and end <= s.end]
        if not shifts:
            broken.append(
                f"{row['visit']} om {row['start']}: valt buiten de diensten van team {row['team']}."
            )
        made.append(_Made(visits[row["visit"]], team, shifts[0] if shifts else -1, arrive, start, end))
    return made


def _check_numbers(problem: Problem, plan: Mapping[str, Any], broken: list[str]) -> None:
    """Hold the occurrences against 1, 2, …: those that are planned first, then those that stayed out."""
    planned: dict[str, list[object]] = {}
    left: dict[str, list[object]] = {}
    for found, rows in ((planned, plan["assignments"]), (left, plan.get("unplanned", ()))):
        for row in rows:
            found.setdefault(row["visit"], []).append(row.get("occurrence"))
    for visit in problem.visits:
        made, missed = planned.get(visit.id, []), left.get(visit.id, [])
        if not _are_numbers(made, 1) or not _are_numbers(missed, len(made) + 1):
            broken.append(
                f"{visit.id}: occurrence telt niet van 1 tot en met het aantal keren, elk één keer."
            )


def _are_numbers(found: Sequence[object], first: int) -> bool:
    return set(found) == set(range(first, first + len(found)))


def _check_each(problem: Problem, made: Sequence[_Made], broken: list[str]) -> None:
    count = [0] * len(problem.visits)
    bans: dict[int, list[Forbidden]] = {}
    for ban in problem.forbidden:
        bans.setdefault(ban.visit, []).append(ban)
    for item in made:
        visit, team = problem.visits[item.visit], problem.teams[item.team]
        count[item.visit] += 1
        if item.end - item.start != visit.service:
            broken.append(
                f"{_name(problem, item)}: duurt {item.end - item.start} s in plaats van {visit.service} s."
            )
        if item.arrive > item.start:
            broken.append(f"{_name(problem, item)}: begint voor aankomst.")
        if not _in_window(problem, visit, item):
            broken.append(f"{_name(problem, item)}: past niet in één venster.")
        if team.kind not in visit.kinds:
            broken.append(f"{_name(problem, item)}: team {team.id} ({team.kind}) is niet bevoegd.")
        alone = len(team.people) == 1 or (problem.rules is not None and len(team.people) < 2)
        if team.kind in PAIRED_KINDS and alone:
            broken.append(f"{_name(problem, item)}: team {team.id} ({team.kind}) is niet met twee.")
        for ban in bans.get(item.visit, ()):
            hits = ban.team in (None, item.team) and ban.start <= item.start < ban.end
            if hits and not _locked(problem, item):
                broken.append(f"{_name(problem, item)}: is verboden (forbidden).")
    for visit, planned in zip(problem.visits, count, strict=True):
        if planned > visit.times:
            broken.append(f"{visit.id}: {planned} keer gepland, gevraagd {visit.times}.")


def _in_window(problem: Problem, visit: Visit, item: _Made) -> bool:
    return any(
        w.start < problem.end and w.start <= item.start and item.start + visit.service <= w.end
        for w in visit.windows
    )


def _locked(problem: Problem, item: _Made) -> bool:
    return any((k.visit, k.team, k.start) == (item.visit, item.team, item.start) for k in problem.locked)


def _check_spacing(problem: Problem, made: Sequence[_Made], broken: list[str]) -> None:
    by_visit: dict[int, list[_Made]] = {}
    for item in made:
        by_visit.setdefault(item.visit, []).append(item)
    for number, items in by_visit.items():
        visit = problem.visits[number]
        items.sort(key=lambda i: i.start)
        for before, after in pairwise(items):
            rest = after.start - before.start - visit.service
            if rest < visit.gap:
                broken.append(
                    f"{_name(problem, after)}: {rest / 3600:.2f} uur na het vorige bezoek, "
                    f"min_gap_hours is {visit.gap / 3600:g}."
                )


def _check_apart(problem: Problem, made: Sequence[_Made], broken: list[str]) -> None:
    by_visit: dict[int, list[_Made]] = {}
    for item in made:
        by_visit.setdefault(item.visit, []).append(item)
    for apart in problem.apart:
        for one in by_visit.get(apart.one, ()):
            for other in by_visit.get(apart.other, ()):
                first, last = sorted((one, other), key=lambda i: i.start)
                if last.start - first.start - problem.visits[first.visit].service < apart.gap:
                    broken.append(
                        f"{_name(problem, one)} en {_name(problem, other)}: mogen niet samen (not_with)."
                    )


def _check_routes(problem: Problem, made: Sequence[_Made], broken: list[str]) -> None:
    routes: dict[tuple[int, int], list[_Made]] = {}
    for item in made:
        if item.shift >= 0:
            routes.setdefault((item.team, item.shift), []).append(item)
    for (number, shift), items in routes.items():
        team = problem.teams[number]
        hours = team.shifts[shift]
        items.sort(key=lambda i: (i.start, i.end))
        place, free, longest = team.base, hours.start, 0
        for item in items:
            there = problem.visits[item.visit].place
            earliest = free + int(problem.travel[place, there])
            if item.arrive < earliest:
                broken.append(
                    f"{_name(problem, item)}: team {team.id} is er pas om {local_iso(problem, earliest)} (reistijd)."
                )
            longest = max(longest, item.start - earliest)
            place, free = there, item.end
        back = free + int(problem.travel[place, team.base])
        longest = max(longest, hours.end - back)
        if back > hours.end:
            broken.append(f"team {team.id}: om {local_iso(problem, back)} terug, na het einde van de dienst.")
        need = problem.rules.break_seconds(hours.end - hours.start) if problem.rules is not None else 0
        if problem.rules is not None and longest < need:
            rule = problem.rules.rules["break"]
            when = local_iso(problem, hours.start)
            broken.append(f"team {team.id}, dienst van {when}: geen {rule.text} ({rule.article}).")


def _check_locks(problem: Problem, made: Sequence[_Made], broken: list[str]) -> None:
    left = [(item.visit, item.team, item.start) for item in made]
    for lock in problem.locked:
        key = (lock.visit, lock.team, lock.start)
        if key in left:
            left.remove(key)
        else:
            broken.append(
                f"{problem.visits[lock.visit].id}: vastgezet op {local_iso(problem, lock.start)} bij team "
                f"{problem.teams[lock.team].id}, maar verplaatst."
            )


def _check_hours(problem: Problem, made: Sequence[_Made], broken: list[str]) -> None:
    if problem.rules is None:
        return
    duties: dict[str, set[Duty]] = {}
    for item in made:
        if item.shift >= 0:
            team = problem.teams[item.team]
            for person in team.people:
                hours = team.shifts[item.shift]
                duties.setdefault(person, set()).add(Duty(hours.start, hours.end, item.team))
    for person, own in duties.items():
        before = problem.worked.get(person, ())
        broken += [
            f"{person}: {breach.text} ({breach.article}) rond {local_iso(problem, breach.at)}."
            for breach in new_breaches(before, list(own), problem.clock, problem.rules, horizon=problem.end)
        ]


def _check_sums(problem: Problem, plan: Mapping[str, Any], made: Sequence[_Made], broken: list[str]) -> None:
    value = sum(problem.visits[item.visit].value for item in made)
    if "value" in plan and abs(value - float(plan["value"])) > _TOLERANCE * max(1.0, value):
        broken.append(f"value is {plan['value']}, de toewijzingen tellen op tot {value:g}.")
    bound = plan.get("bound")
    if bound is not None and value > float(bound) + _TOLERANCE * max(1.0, value):
        broken.append(f"value {value:g} ligt boven de bewezen grens {bound}.")
    if "unplanned" in plan:
        left = [visit.times for visit in problem.visits]
        for item in made:
            left[item.visit] -= 1
        names = {visit.id: index for index, visit in enumerate(problem.visits)}
        for row in plan["unplanned"]:
            if row["visit"] in names:
                left[names[row["visit"]]] -= 1
        for visit, rest in zip(problem.visits, left, strict=True):
            if rest != 0:
                broken.append(f"{visit.id}: gepland en niet gepland tellen samen niet op tot {visit.times}.")
