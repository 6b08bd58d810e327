"""Routes to begin the column generation of a large week with: those of its parts, each bounded by itself.

Prices that come from the routes of one plan alone say little about other routes, and a large week needs many rounds
to find out. Parts of some sixty groups settle within a second each; their best routes together price the whole well.
"""

from collections.abc import Callable

from shortlist.planning.bound import Master, tighten
from shortlist.planning.crossing import routes_of
from shortlist.planning.instance import build
from shortlist.planning.parts import split, sub_problem
from shortlist.planning.problem import Problem
from shortlist.planning.searcher import Searcher

_MOST_VISITS = 75
_CHUNKS, _STEPS = 20, 500
_ROUNDS = 25
_ROUTES = 40
"""Routes taken over per kind of shift."""
_LABELS = 300_000


def add_part_routes(problem: Problem, master: Master, *, seed: int, stop: Callable[[], bool]) -> int:
    """Add the best routes of the problem's parts to ``master``; return how many were new."""
    number = master.instance.numbers()
    added = 0
    for turn, part in enumerate(split(problem, most=_MOST_VISITS)):
        small = build(sub_problem(problem, part.visits, part.teams))
        if stop():
            break
        if not len(small.arrays.slot_visit):
            continue
        search = Searcher(small, seed=seed + turn)
        for chunk in range(_CHUNKS):
            search.step(_STEPS, chunk / _CHUNKS)
        own = Master(small, labels=_LABELS)
        own.add_slots(search.best_routes() + search.remembered(1000))
        tighten(own, stop=stop, most_rounds=_ROUNDS, enough=lambda: 0.0)
        found = master.keys_of(
            (number[part.teams[small.team[local]], small.shift[local]], stops)
            for local, stops in routes_of(own, part, most=_ROUTES)
        )
        added += master.add(found)
    return added
