"""Every bad planning file is named in Dutch with record, field and remedy; odd but lawful ones are read."""

import copy
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest

from shortlist.errors import BadInput
from shortlist.planning.problem import Problem, parse_problem
from shortlist.planning.travel import quickest
from shortlist.planning.working_time_files import load


def week() -> dict[str, Any]:
    """Return a small, lawful problem."""
    return {
        "horizon": {"start": "2026-11-23T00:00+01:00", "days": 7},
        "travel": {"speed_kmh": 15, "detour": 1.3},
        "places": [{"id": "p0", "lon": 5.2, "lat": 52.35}, {"id": "p1", "lon": 5.21, "lat": 52.36}],
        "teams": [
            {
                "id": "boa-1",
                "kind": "jeugdboa",
                "people": ["a", "b"],
                "base": "p0",
                "shifts": [{"start": "2026-11-24T18:00+01:00", "end": "2026-11-25T02:00+01:00"}],
            }
        ],
        "visits": [
            {
                "id": "g1-plein",
                "group": "g1",
                "place": "p1",
                "kinds": ["jeugdboa"],
                "service_minutes": 15,
                "value": 40,
                "times_per_week": 2,
                "min_gap_hours": 1,
                "windows": [{"start": "2026-11-24T20:00+01:00", "end": "2026-11-24T23:00+01:00"}],
            }
        ],
        "locked": [],
        "rules": "atw-2025",
    }


def read(data: object) -> Problem:
    return parse_problem(data, rules=load, source="week.json")


def span(start: str, end: str) -> dict[str, str]:
    return {"start": f"{start}+01:00", "end": f"{end}+01:00"}


def lock(visit: str, team: str, start: str) -> dict[str, str]:
    return {"visit": visit, "team": team, "start": f"{start}+01:00"}


def detour(one: list[str], other: list[str], minutes: object) -> dict[str, object]:
    return {"one": one, "other": other, "minutes": minutes}


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the week with one field changed; ``path`` uses dots and numbers; value ``...`` takes it out."""
    data = copy.deepcopy(week())
    *steps, last = [int(s) if s.isdigit() else s for s in path.split(".")]
    here: Any = data
    for step in steps:
        here = here[step]
    if value is ...:
        del here[last]
    elif isinstance(here, list) and last == len(here):
        here.append(value)
    else:
        here[last] = value
    return data


def test_a_lawful_week_is_read() -> None:
    problem = read(week())
    assert problem.end == 7 * 86400
    assert problem.visits[0].service == 900
    assert problem.teams[0].shifts[0].start == 86400 + 18 * 3600
    assert problem.may_serve(0, 0)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("visits.0.service_minutes", -5, ["week.json", "bezoek g1-plein", "service_minutes", "negatief"]),
        ("visits.0.service_minutes", float("nan"), ["service_minutes", "getal"]),
        ("visits.0.service_minutes", True, ["service_minutes", "getal"]),
        ("visits.0.value", -1, ["value", "negatief"]),
        ("visits.0.value", "veel", ["value", "getal"]),
        ("visits.0.times_per_week", 1.5, ["times_per_week", "geheel getal"]),
        ("visits.0.times_per_week", 0, ["times_per_week", "ten minste 1"]),
        ("visits.0.place", "p9", ["bezoek g1-plein", "place", 'onbekende plaats "p9"', "controleer"]),
        ("visits.0.kinds", [], ["kinds", "leeg"]),
        ("visits.0.kinds", ["jeugdboa", 3], ["kinds", "teksten"]),
        ("visits.0.windows.0.end", "2026-11-24T19:00+01:00", ["venster nr. 1", "end", "eindigt niet na het begin"]),
        ("visits.0.windows.0.start", "2026-11-24T20:00", ["start", "tijdzone"]),
        ("visits.0.windows.0.start", "dinsdag", ["start", "geen tijdstip"]),
        ("visits.0.windows", ..., ["windows", "ontbreekt"]),
        ("visits.0.servce_minutes", 3, ["servce_minutes", 'bedoelt u "service_minutes"?']),
        ("teams.0.base", "p7", ["team boa-1", "base", "onbekende plaats"]),
        ("teams.0.people", [], ["team boa-1", "people", "niemand"]),
        ("teams.0.people", ["a", "a"], ["people", "twee keer"]),
        ("teams.0.shifts.0.end", "2026-11-25T08:00+01:00", ["dienst nr. 1", "14 uur", "ATW art. 5:7"]),
        ("teams.0.shifts.0.start", "2026-11-24T15:00+01:00", ["11 uur", "nachtdienst", "ATW art. 5:8"]),
        ("teams.0.shifts.0.end", "2026-11-24T17:00+01:00", ["dienst", "eindigt niet na het begin"]),
        ("teams.0.shifts.0", span("2026-12-24T18:00", "2026-12-24T20:00"), ["buiten de horizon"]),
        ("teams.0.shifts.1", span("2026-11-25T01:00", "2026-11-25T03:00"), ["overlappen"]),
        ("teams.0.shifts", [], ["geen capaciteit", "teams"]),
        ("teams", [], ["geen capaciteit"]),
        ("horizon.days", 0, ["horizon", "days", "ten minste 1"]),
        ("horizon.start", "2026-11-23", ["horizon", "start", "tijdzone"]),
        ("travel.speed_kmh", 0, ["travel", "speed_kmh", "ten minste"]),
        ("travel", ..., ["travel", "ontbreekt"]),
        ("places.0.lat", 152, ["plaats p0", "lat", "te groot"]),
        ("places.2", {"id": "p0", "lon": 5, "lat": 52}, ["p0", "twee keer"]),
        ("rules", "atw-1999", ["rules", "onbekende werktijdregels", "atw-2025"]),
        ("locked.0", lock("g9", "boa-1", "2026-11-24T20:00"), ["vastgezet g9", "onbekend bezoek"]),
        ("locked.0", lock("g1-plein", "x", "2026-11-24T20:00"), ["team", "onbekend team"]),
        ("locked.0", lock("g1-plein", "boa-1", "2026-11-24T19:00"), ["vastgezet g1-plein", "venster"]),
        ("locked.0", lock("g1-plein", "boa-1", "2026-11-26T20:00"), ["buiten de diensten"]),
        ("floors", [{"area": "Oost", "visits": 1}], ["ondergrens Oost", "area"]),
        ("not_with", [{"visits": ["g1-plein"]}], ["visits", "twee verschillende"]),
        ("detours", [detour(["p0"], ["p1"], -5)], ["omweg nr. 1", "minutes", "mag niet negatief"]),
        ("detours", [detour(["p0"], ["p1"], "lang")], ["omweg nr. 1", "minutes", "verwacht een getal"]),
        ("detours", [detour(["p0"], ["p1"], 5000)], ["minutes", "5000 is te groot", "1440"]),
        ("detours", [detour(["p0"], ["p7"], 5)], ["omweg nr. 1", "other", 'onbekende plaats "p7"']),
        ("detours", [detour([], ["p1"], 5)], ["one", "leeg"]),
        ("detours", [detour(["p0", "p1"], ["p1"], 5)], ["other", '"p1" ligt aan beide kanten']),
        ("detours", [{"one": ["p0"], "other": ["p1"]}], ["minutes", "ontbreekt"]),
        ("detours", {"one": ["p0"]}, ["detours", "lijst"]),
        ("visits", {"id": "x"}, ["visits", "lijst"]),
        ("visits.0.value", int("9" * 400), ["value", "400 cijfers", "te groot"]),
        ("visits.0.times_per_week", 1_000_000, ["1000000 is te groot", "100"]),
        ("visits.0.windows.0.start", "2026-11-24", ["tijdzone", "2026-11-24T00:00+01:00"]),
        ("horizon.start", "9999-12-30T00:00+01:00", ["horizon", "start", "buiten de kalender"]),
    ],
)  # fmt: skip
def test_a_bad_field_is_named_with_its_place_and_a_remedy(path: str, value: object, said: list[str]) -> None:
    with pytest.raises(BadInput) as error:
        read(changed(path, value))
    for part in said:
        assert part in error.value.message
    assert error.value.message.startswith("week.json")


@pytest.mark.parametrize("data", [None, [], 3, "week", {}])
def test_something_that_is_no_problem_at_all_is_refused(data: object) -> None:
    with pytest.raises(BadInput):
        read(data)


def test_locked_visits_that_break_a_rule_together_are_named() -> None:
    close = [
        {"visit": "g1-plein", "team": "boa-1", "start": f"2026-11-24T20:{m}+01:00"} for m in ("10", "40")
    ]
    with pytest.raises(BadInput, match="min_gap_hours is 1"):
        read({**week(), "locked": close})
    early = {**week(), "teams": [{**week()["teams"][0], "shifts": [
        {"start": "2026-11-24T20:00+01:00", "end": "2026-11-24T21:00+01:00"}]}]}  # fmt: skip
    with pytest.raises(BadInput, match="kan er pas om"):
        read({**early, "locked": [{"visit": "g1-plein", "team": "boa-1", "start": "2026-11-24T20:01+01:00"}]})
    with pytest.raises(BadInput, match="terug"):
        read({**early, "locked": [{"visit": "g1-plein", "team": "boa-1", "start": "2026-11-24T20:44+01:00"}]})


def test_a_jeugdboa_on_their_own_is_not_deployed_and_said_so() -> None:
    problem = read(changed("teams.0.people", ["a"]))
    assert not problem.teams[0].deployable
    assert "altijd met twee" in problem.warnings[0]


def test_a_matrix_wins_over_coordinates_and_is_checked() -> None:
    data = week() | {"matrix": {"places": ["p0", "p1"], "seconds": [[0, 59.2], [61, 0]]}}
    assert read(data).travel.tolist() == [[0, 60], [61, 0]]
    for seconds, said in (
        ([[0, 1]], "rijen"),
        ([[0, 1], [1]], "rij 2"),
        ([[0, -1], [1, 0]], "geen reistijd"),
        ([["a", 1], [1, 0]], "getal"),
    ):
        with pytest.raises(BadInput, match=said):
            read(data | {"matrix": {"places": ["p0", "p1"], "seconds": seconds}})


def test_benchmark_teams_without_named_people_need_no_working_time_rules() -> None:
    data = changed("teams.0.people", ...)
    data["rules"] = None
    assert read(data).teams[0].deployable
    data["rules"] = "atw-2025"
    with pytest.raises(BadInput, match="people: ontbreekt"):
        read(data)


@pytest.mark.parametrize(
    ("start", "hours"), [("2026-03-23T00:00+01:00", 167), ("2026-10-19T00:00+02:00", 169)]
)
def test_a_week_with_a_clock_change_has_an_hour_less_or_more(start: str, hours: int) -> None:
    data = week() | {"horizon": {"start": start, "days": 7}, "visits": []}
    day = start[:8] + str(int(start[8:10]) + 1)
    data["teams"][0]["shifts"] = [{"start": f"{day}T18:00{start[-6:]}", "end": f"{day}T22:00{start[-6:]}"}]
    assert read(data).end == hours * 3600


def test_fractions_of_minutes_become_whole_seconds_rounded_up() -> None:
    assert read(changed("visits.0.service_minutes", 7.5)).visits[0].service == 450
    assert read(changed("visits.0.service_minutes", 1 / 7)).visits[0].service == 9


@pytest.mark.parametrize("by_matrix", [False, True])
def test_a_detour_takes_so_many_minutes_longer_both_ways_and_nowhere_else(by_matrix: bool) -> None:
    data = week()
    data["places"].append({"id": "p2", "lon": 5.22, "lat": 52.34})
    if by_matrix:
        data["matrix"] = {"places": ["p0", "p1", "p2"], "seconds": [[0, 10, 20], [30, 0, 40], [50, 60, 0]]}
    before = read(data).travel
    data["detours"] = [detour(["p0"], ["p1"], 12.5), detour(["p1"], ["p0"], 1)]
    problem = read(data)
    assert (problem.travel - before).tolist() == [[0, 810, 0], [810, 0, 0], [0, 0, 0]]
    assert not problem.crow


def test_the_quickest_way_is_the_best_of_all_orders_of_stops() -> None:
    never = 10**9
    for seed in range(30):
        rng = np.random.default_rng(seed)
        travel = rng.integers(1, 100, (5, 5))
        np.fill_diagonal(travel, 0)
        stay = rng.choice([0, 5, 40, never], 5)
        out, home = quickest(travel, stay, np.array([0, 3]))
        for row, base in enumerate((0, 3)):
            for place in range(5):
                ways = [[base, *stops, place] for size in range(5) for stops in permutations(range(5), size)]
                there = min(sum(travel[a, b] for a, b in pairwise(w)) + sum(stay[w[1:-1]]) for w in ways)
                back = min(sum(travel[b, a] for a, b in pairwise(w)) + sum(stay[w[1:-1]]) for w in ways)
                assert (out[row, place], home[row, place]) == (there, back)
