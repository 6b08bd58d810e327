"""Figures of the planning engine: public orienteering instances, generated weeks, the validator, the first start.

Only ratios inside one run decide; the figures themselves are printed (``-s``) and copied to docs/figures.md.
"""

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import mean

import pytest

from shortlist.planning.engine import solve
from shortlist.planning.problem import parse_problem
from shortlist.planning.working_time_files import load
from tests.bench import planned_weeks, toptw
from tests.core.test_planning_engine import compare_checks

pytestmark = pytest.mark.bench
CPU = float(os.environ.get("SHORTLIST_TOPTW_CPU", "10"))
ONLY = set(filter(None, os.environ.get("SHORTLIST_TOPTW_ONLY", "").split(",")))
"""Names of instances, to measure the set in parts."""
SEED = 101
"""Not one of the seeds that the search's settings were chosen with."""


@pytest.mark.skipif(not toptw.FOLDER.is_dir(), reason="../shared/data/toptw ontbreekt")
@pytest.mark.skipif(
    find_spec("ortools") is None, reason="ortools is niet geïnstalleerd (alleen voor deze meting)"
)
def test_public_orienteering_instances_are_solved_better_than_by_plain_solvers() -> None:
    gaps: dict[str, list[float]] = {"shortlist": [], "pyvrp": [], "or-tools": []}
    for (name, routes), known in toptw.best_known().items():
        if ONLY and name not in ONLY:
            continue
        instance = toptw.read(name, routes)
        problem = parse_problem(toptw.problem(instance), rules=load)
        begun = time.process_time()
        plan = solve(problem, seconds=CPU, seed=SEED, stopwatch=time.process_time)
        spent = time.process_time() - begun
        order = [[s.visit + 1 for s in sorted(r.stops, key=lambda s: s.start)] for r in plan.routes]
        values = {
            "shortlist": toptw.value_of(instance, order),
            "pyvrp": toptw.by_pyvrp(instance, CPU),
            "or-tools": toptw.by_or_tools(instance, CPU),
        }
        for solver, value in values.items():
            gaps[solver].append((known - value) / known)
        print(name, routes, "best known", known, values, f"bound {plan.bound:g} cpu {spent:.1f}", flush=True)
        assert plan.bound >= known, "a proven bound below a value that is known to exist"
    for solver, found in gaps.items():
        print(f"{solver}: mean {mean(found):.2%} worst {max(found):.2%} over {len(found)}")
    assert mean(gaps["shortlist"]) < mean(gaps["pyvrp"])
    assert mean(gaps["shortlist"]) < mean(gaps["or-tools"])


@pytest.mark.parametrize(("groups", "teams", "seconds", "seeds"), [(60, 10, 20, 10), (600, 100, 120, 1)])
def test_generated_weeks_come_near_their_proven_bound(
    groups: int, teams: int, seconds: int, seeds: int
) -> None:
    found = []
    for seed in range(500, 500 + seeds):
        problem = parse_problem(planned_weeks.week(groups, teams, seed), rules=load)
        # Two cores for so many seconds, counted in processor time because other work shares the machine.
        begun = time.monotonic()
        plan = solve(problem, seconds=2 * seconds, seed=SEED, stopwatch=time.process_time)
        found.append(plan.gap)
        wanted = sum(v.times for v in problem.visits)
        print(
            f"{groups}/{teams} seed {seed}: {len(plan.stops)} of {wanted} visits, value {plan.value:g} bound "
            f"{plan.bound:g} gap {plan.gap:.2%} wall {time.monotonic() - begun:.0f} s",
            flush=True,
        )
        first = plan.trail[0]
        assert plan.value >= first[1]
        assert plan.bound <= first[2]
    print(f"{groups}/{teams}: mean gap {mean(found):.2%} worst {max(found):.2%} over {seeds}")


def test_the_validator_agrees_with_a_plain_check_on_ten_thousand_changed_plans() -> None:
    seen = compare_checks(10_000, seed=77)
    print("lawful", seen[True], "unlawful", seen[False])
    assert min(seen.values()) > 1000


def test_the_first_start_compiles_once_and_later_ones_do_not(tmp_path: Path) -> None:
    spent = []
    for _ in range(2):
        before = os.times()
        subprocess.run(
            [sys.executable, "-c", "import shortlist.planning.engine"],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            check=True,
        )
        after = os.times()
        spent.append(after.children_user - before.children_user)
    print(f"cpu seconds to load the kernels: cold {spent[0]:.1f}, warm {spent[1]:.1f}")
    assert spent[1] < 0.5 * spent[0]
