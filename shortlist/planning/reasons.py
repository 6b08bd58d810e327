"""Why an occurrence stayed out of a plan: the shortage or rule that binds, in Dutch.

Asked in this order: is there a team with the power, a window in which it works, a lawful roster that opens the
shift, room for the spacing next to what is planned; what is left is capacity.
"""

from collections.abc import Sequence

from shortlist.planning.instance import Instance
from shortlist.planning.plan import Stop, Unplanned
from shortlist.planning.problem import Problem
from shortlist.planning.working_time import Breach


def unplanned(problem: Problem, instance: Instance, stops: Sequence[Stop]) -> tuple[Unplanned, ...]:
    """Return every occurrence that ``stops`` lacks with its reason; occurrences are numbered after the planned ones."""
    planned: dict[int, list[Stop]] = {}
    for stop in stops:
        planned.setdefault(stop.visit, []).append(stop)
    opened = {(stop.team, stop.shift) for stop in stops}
    missing = []
    for v, visit in enumerate(problem.visits):
        made = len(planned.get(v, ()))
        if made < visit.times:
            code, reason, article = _why(problem, instance, v, planned, opened)
            missing += [
                Unplanned(v, number, code, reason, article) for number in range(made + 1, visit.times + 1)
            ]
    return tuple(missing)


def _why(
    problem: Problem, instance: Instance, v: int, planned: dict[int, list[Stop]], opened: set[tuple[int, int]]
) -> tuple[str, str, str | None]:
    a = instance.arrays
    slots = range(int(a.visit_slots[v]), int(a.visit_slots[v + 1]))
    if not len(slots):
        return _why_never(problem, instance, v)
    free = [s for s in slots if _leaves_room(instance, v, int(a.slot_lo[s]), int(a.slot_hi[s]), planned)]
    if not free:
        kept_out = _kept_out(problem, instance, v, planned)
        return kept_out or ("spacing", _too_close(problem, instance, v, slots, planned), None)
    blocked = [
        breach for s in free if (breach := _roster(instance, int(a.slot_route[s]), opened)) is not None
    ]
    if blocked:
        reason = f"werktijdregel: de dienst waarin het past mag niet, vanwege {blocked[0].text}"
        return "working_time", f"{reason} ({blocked[0].article})", blocked[0].article
    return "capacity", "geen capaciteit: in de vensters zijn alle bevoegde teams bezet", None


def _too_close(
    problem: Problem, instance: Instance, v: int, slots: range, planned: dict[int, list[Stop]]
) -> str:
    """Say what leaves no room for v: its own spacing, visits that it does not go together with, or both."""
    a = instance.arrays
    own = {v: planned.get(v, [])}
    others = {other: stops for other, stops in planned.items() if other != v}
    alone, apart = (
        not any(_leaves_room(instance, v, int(a.slot_lo[s]), int(a.slot_hi[s]), part) for s in slots)
        for part in (own, others)
    )
    gap = f"met {problem.visits[v].gap / 3600:g} uur ertussen"
    if alone:
        return f"tussenruimte: {gap} past er in de vensters geen keer meer bij"
    together = "bezoeken die er niet mee samengaan"
    if apart:
        return f"tussenruimte: elke tijd in de vensters ligt te dicht op {together}"
    return f"tussenruimte: {gap}, en los van {together}, past er in de vensters geen keer meer bij"


def _leaves_room(instance: Instance, v: int, lo: int, hi: int, planned: dict[int, list[Stop]]) -> bool:
    """Say whether some start in [lo, hi] is far enough from the planned occurrences that v must keep away from."""
    a = instance.arrays
    zones = []
    for c in range(int(a.clash_from[v]), int(a.clash_from[v + 1])):
        for stop in planned.get(int(a.clash[c]), ()):
            zones.append(  # noqa: PERF401 — a nested comprehension hides what a zone is
                (stop.start - int(a.clash_first[c]), stop.start + int(a.clash_last[c]))
            )
    for before, after in sorted(zones):
        if lo > hi:
            return False
        if lo <= before:
            return True
        lo = max(lo, after)
    return lo <= hi


def _roster(instance: Instance, route: int, opened: set[tuple[int, int]]) -> Breach | None:
    """Return the rule that keeps a shift closed next to the shifts that are used, if any."""
    here = (instance.team[route], instance.shift[route])
    if here in opened:
        return None
    for keys, breach in instance.sets:
        if route in keys and all(
            (instance.team[other], instance.shift[other]) in opened for other in keys if other != route
        ):
            return breach
    return None


def _why_never(problem: Problem, instance: Instance, v: int) -> tuple[str, str, str | None]:
    visit = problem.visits[v]
    kinds = " of ".join(sorted(visit.kinds))
    able = [t for t, team in enumerate(problem.teams) if team.kind in visit.kinds]
    if not able:
        return "power", f"geen team met de bevoegdheid ({kinds})", None
    if not any(problem.teams[t].deployable for t in able):
        return "power", f"geen team met de bevoegdheid ({kinds}) is voltallig; dit gaat altijd met twee", None
    windows = [w for w in visit.windows if w.start < problem.end and w.end > 0]
    if not windows:
        return "window", "geen venster binnen de horizon", None
    if all(w.end - w.start < visit.service for w in windows):
        return "window", f"elk venster is korter dan het bezoek ({visit.service / 60:g} minuten)", None
    kept_out = _kept_out(problem, instance, v, {})
    if kept_out is not None:
        return kept_out
    return (
        "window",
        f"geen capaciteit in het venster: geen dienst van een bevoegd team ({kinds}) valt er genoeg in samen",
        None,
    )


def _kept_out(
    problem: Problem, instance: Instance, v: int, planned: dict[int, list[Stop]]
) -> tuple[str, str, str | None] | None:
    """Return the closed shift or the ban that keeps v out where spacing to ``planned`` leaves room; None: neither."""
    visit = problem.visits[v]
    banned = any(ban.visit == v for ban in problem.forbidden)
    barred = False
    for route, (t, s) in enumerate(zip(instance.team, instance.shift, strict=True)):
        if not problem.may_serve(t, v):
            continue
        breach = instance.closed.get(route)
        team, hours = problem.teams[t], problem.teams[t].shifts[s]
        first = hours.start + int(problem.travel[team.base, visit.place])
        last = hours.end - int(problem.travel[visit.place, team.base]) - visit.service
        spans = [(max(first, w.start), min(last, w.end - visit.service)) for w in visit.windows]
        if not any(lo <= hi and _leaves_room(instance, v, lo, hi, planned) for lo, hi in spans):
            continue
        if breach is not None:
            return (
                "working_time",
                f"werktijdregel: de dienst waarin het past mag niet, vanwege {breach.text} ({breach.article})",
                breach.article,
            )
        barred = True
    if barred and banned:
        return "forbidden", "verboden: wat verboden is (forbidden) laat geen tijd over", None
    return None
