"""The smallest change: what is past or locked stays, what fell out is gone, and nearly everything else stays."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortlist.errors import BadInput
from shortlist.planning.adjusting.changes import Draft, Made, begin, finished, put_in, take_out
from shortlist.planning.engine import solve
from shortlist.planning.fitting import Verdict, ask_all
from shortlist.planning.itinerary import stops_of
from shortlist.planning.plan import kept_from, to_json
from shortlist.planning.problem import parse_problem
from shortlist.planning.replanning.changed_week import Event, changed_problem
from shortlist.planning.replanning.differences import compare, untouched
from shortlist.planning.replanning.roads import closed_roads, detour_minutes, road_between
from shortlist.planning.validator import violations
from shortlist.planning.week.demand import asked_together
from shortlist.planning.working_time_files import load
from tests.bench.planned_weeks import week as planned_week

WEDNESDAY = datetime.fromisoformat("2026-11-25T12:00:00+01:00")


def stored(groups: int, teams: int, seed: int) -> dict[str, Any]:
    """Return a made-up week as the product stores it: named teams and visits, shifts with an id."""
    data = planned_week(groups, teams, seed)
    for team in data["teams"]:
        team["name"] = team["id"]
        for number, shift in enumerate(team["shifts"]):
            shift["note"] = f"{team['id']}/{number}"
    for place in data["places"]:
        place["name"] = place["id"]
    for visit in data["visits"]:
        visit |= {"name": visit["group"], "note": "hoog;jeugdboa;Jeugdboa’s", "area": "Noord"}
    data["worked"] = []
    return data


def solved(
    data: dict[str, Any], keep: list[dict[str, Any]] | None = None, steps: int = 3000
) -> dict[str, Any]:
    problem = parse_problem(data, rules=load)
    kept = kept_from({"assignments": keep}, problem) if keep else None
    return to_json(solve(problem, iterations=steps, seed=1, keep=kept), problem)


def made_of(result: dict[str, Any]) -> list[Made]:
    return [
        Made(row["visit"], row["team"], datetime.fromisoformat(row["start"])) for row in result["assignments"]
    ]


def changed(
    old: dict[str, Any], made: list[Made], event: Event, fresh: dict[str, Any], **more: Any
) -> dict[str, Any]:
    return changed_problem(old, made, fresh, event, now=WEDNESDAY, apart_hours=2.0, floor_share=0.4, **more)


@pytest.fixture(scope="module")
def before() -> tuple[dict[str, Any], dict[str, Any]]:
    data = stored(30, 5, 4)
    return data, solved(data)


def test_a_sick_pair_and_a_new_spoed_group_leave_nine_of_ten_other_visits_where_they_were(
    before: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old, result = before
    made = made_of(result)
    evening = next(
        shift["note"]
        for team in old["teams"]
        for shift in team["shifts"]
        if datetime.fromisoformat(shift["start"]) > WEDNESDAY
    )
    visit = old["visits"][0]
    urgent = {**visit, "id": "nieuw", "group": "nieuw", "name": "Nieuw", "value": 100, "times_per_week": 2}
    fresh = {**old, "visits": [*old["visits"], urgent]}
    event = Event(frozenset({evening}))
    new = changed(old, made, event, fresh)
    answer = solved(new, result["assignments"])
    steps = compare(old, made, new, made_of(answer), event, frozenset({"nieuw"}))
    free, stay = untouched(steps, WEDNESDAY)
    assert free >= 20
    assert stay >= 0.9 * free, f"{stay} van {free}"
    past = {(one.visit, one.team, one.start) for one in made if one.start <= WEDNESDAY}
    assert past <= {(one.visit, one.team, one.start) for one in made_of(answer)}
    assert {step.why for step in steps if step.visit == "nieuw"} == {"nieuwe groep in de vraag"}
    assert any(step.why == "de dienst valt uit" for step in steps)
    assert not violations(parse_problem(new, rules=load), answer)


def test_nothing_new_is_planned_in_the_past_and_a_closed_place_gets_no_more_visits(
    before: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old, result = before
    made = made_of(result)
    later = [one for one in made if one.start > WEDNESDAY]
    place = next(visit["place"] for visit in old["visits"] if visit["id"] == later[0].visit)
    new = changed(old, made, Event(places=frozenset({place})), old)
    answer = made_of(solved(new, result["assignments"], steps=400))
    past = {(one.visit, one.team, one.start) for one in made if one.start <= WEDNESDAY}
    assert {(one.visit, one.team, one.start) for one in answer if one.start <= WEDNESDAY} == past
    closed = {visit["id"] for visit in old["visits"] if visit["place"] == place}
    assert not [one for one in answer if one.visit in closed and one.start > WEDNESDAY]


def test_a_lock_to_come_stays_and_one_in_a_shift_that_falls_out_goes(
    before: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old, result = before
    made = made_of(result)
    later = [one for one in made if one.start > WEDNESDAY]
    first, last = later[0], later[-1]
    locks = [{"visit": one.visit, "team": one.team, "start": one.start.isoformat()} for one in (first, last)]
    own = next(
        shift["note"]
        for team in old["teams"]
        for shift in team["shifts"]
        if team["id"] == first.team
        and datetime.fromisoformat(shift["start"]) <= first.start < datetime.fromisoformat(shift["end"])
    )
    new = changed({**old, "locked": locks}, made, Event(frozenset({own})), old)
    kept = {(lock["visit"], lock["team"], datetime.fromisoformat(lock["start"])) for lock in new["locked"]}
    assert (last.visit, last.team, last.start) in kept
    assert (first.visit, first.team, first.start) not in kept
    parse_problem(new, rules=load)


def test_a_closed_group_keeps_what_was_done_and_nothing_more(
    before: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old, result = before
    made = made_of(result)
    group = next(visit["group"] for visit in old["visits"])
    new = changed(old, made, Event(), old, closed_groups=[group])
    done = sum(one.visit == f"v{group[1:]}" and one.start <= WEDNESDAY for one in made)
    assert sum(visit["times_per_week"] for visit in new["visits"] if visit["group"] == group) == done


@given(seed=st.integers(0, 10_000), number=st.integers(0, 50), after=st.integers(0, 30))
@settings(max_examples=25, deadline=None)
def test_every_answer_that_says_it_fits_makes_a_lawful_plan(seed: int, number: int, after: int) -> None:
    """Also: each change by hand keeps sums, bound and what stayed out right; the validator counts them."""
    data = stored(8, 2, seed)
    result = solved(data, steps=60)
    problem = parse_problem(data, rules=load)
    draft: Draft = begin(data, made_of(result), result)
    if not draft.made:
        return
    made = draft.made[number % len(draft.made)]
    without = take_out(draft, made)
    assert not violations(problem, finished(without, problem))
    index = next(v for v, visit in enumerate(problem.visits) if visit.id == made.visit)
    rows = [{"visit": m.visit, "team": m.team, "start": m.start.isoformat()} for m in without.made]
    fits = [
        answer
        for answer in ask_all(problem, stops_of(problem, {"assignments": rows}), index)
        if answer.verdict is Verdict.FITS
    ]
    for answer in fits[after % len(fits) : after % len(fits) + 2] if fits else ():
        assert answer.start is not None
        start = problem.clock.local(answer.start)
        tried = put_in(without, Made(made.visit, problem.teams[answer.key[0]].id, start))
        assert not violations(problem, finished(tried, problem))


def test_a_shift_says_who_must_give_way(before: tuple[dict[str, Any], dict[str, Any]]) -> None:
    data, result = before
    problem = parse_problem(data, rules=load)
    stops = stops_of(problem, result)
    out = {row["visit"] for row in result["unplanned"]}
    room = [
        answer
        for number, visit in enumerate(problem.visits)
        if visit.id in out
        for answer in ask_all(problem, stops, number)
        if answer.verdict is Verdict.ROOM and answer.other is not None
    ]
    assert room
    for answer in room:
        assert answer.other is not None
        assert (answer.other.team, answer.other.shift) == answer.key


def test_a_closed_bridge_keeps_teams_on_their_own_side_until_it_opens_again(
    before: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old, result = before
    made = made_of(result)
    areas = {place["id"]: "Oost" if place["lon"] > 5.2 else "West" for place in old["places"]}
    bridge = road_between("West", "Oost")
    new = changed(old, made, Event(closed=frozenset({bridge})), old, areas=areas)
    answer = made_of(solved(new, result["assignments"]))
    base = {team["id"]: areas[team["base"]] for team in old["teams"]}
    side = {visit["id"]: areas[visit["place"]] for visit in old["visits"]}
    later = [one for one in answer if one.start > WEDNESDAY]
    assert later
    assert all(base[one.team] == side[one.visit] for one in later)
    assert any(base[one.team] != side[one.visit] for one in made if one.start > WEDNESDAY), (
        "the bridge was used"
    )
    past = {(one.visit, one.team, one.start) for one in made if one.start <= WEDNESDAY}
    assert past <= {(one.visit, one.team, one.start) for one in answer}
    steps = compare(old, made, new, answer)
    assert any(step.why == "de weg erheen is dicht voor dit team" for step in steps)
    assert closed_roads(new) == {bridge}
    again = changed(new, answer, Event(opened=frozenset({bridge})), old, areas=areas)
    assert closed_roads(again) == frozenset()


@pytest.mark.parametrize("minutes", [20.0, 200.0])
def test_a_way_round_is_longer_for_what_is_to_come_and_leaves_what_was_ridden(
    before: tuple[dict[str, Any], dict[str, Any]], minutes: float
) -> None:
    old, result = before
    made = made_of(result)
    areas = {place["id"]: "Oost" if place["lon"] > 5.2 else "West" for place in old["places"]}
    bridge = road_between("West", "Oost")
    new = changed(old, made, Event(slowed=frozenset({(bridge, minutes)})), old, areas=areas)
    problem = parse_problem(new, rules=load)
    answer = solved(new, result["assignments"])
    assert violations(problem, answer) == []
    past = {(one.visit, one.team, one.start) for one in made if one.start <= WEDNESDAY}
    assert past <= {(one.visit, one.team, one.start) for one in made_of(answer)}

    straight = parse_problem({**new, "detours": []}, rules=load).travel
    number = {name: index for index, name in enumerate(problem.places)}
    kept = {
        frozenset((one, other))
        for one in problem.places
        for other in problem.places
        if areas[one] != areas[other]
        and problem.travel[number[one], number[other]] == straight[number[one], number[other]]
    }
    slower = problem.travel - straight
    assert set(slower.ravel().tolist()) == {0, 60 * minutes}
    assert (slower == slower.T).all()
    assert kept, "teams crossed the bridge before"
    whole = {
        side: [p for p in problem.places if areas[p] == area]
        for side, area in (("one", "West"), ("other", "Oost"))
    }
    if minutes > 60:
        with pytest.raises(BadInput, match="kan er pas om"):
            parse_problem({**new, "detours": [{**whole, "minutes": minutes}]}, rules=load)
    crossed = 0
    for route in answer["routes"]:
        base = next(team["base"] for team in new["teams"] if team["id"] == route["team"])
        place = {visit["id"]: visit["place"] for visit in new["visits"]}
        way = [(base, None), *((place[s["visit"]], s["start"]) for s in route["stops"]), (base, None)]
        later = [start is not None and datetime.fromisoformat(start) > WEDNESDAY for _, start in way]
        for k in range(len(way) - 1):
            if later[k] or later[k + 1]:
                crossed += areas[way[k][0]] != areas[way[k + 1][0]]
                assert frozenset((way[k][0], way[k + 1][0])) not in kept, (
                    "a way that counts as if nothing happened"
                )

    assert crossed or minutes > 60, "twenty minutes are worth it for some"

    shut = changed(old, made, Event(closed=frozenset({bridge})), old, areas=areas)
    barred = [{(ban["visit"], ban["team"]) for ban in problem["forbidden"]} for problem in (shut, new)]
    assert barred[0] - barred[1], "some of the other side can be reached at any time"
    assert closed_roads(new) == {bridge}
    assert detour_minutes(new) == {bridge: minutes}


def test_a_way_round_stays_until_the_way_opens_or_closes_altogether(
    before: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old, result = before
    areas = {place["id"]: "Oost" if place["lon"] > 5.2 else "West" for place in old["places"]}
    bridge = road_between("West", "Oost")
    new = changed(old, made_of(result), Event(slowed=frozenset({(bridge, 15.0)})), old, areas=areas)
    answer = solved(new, result["assignments"])
    made = made_of(answer)
    still = changed(new, made, Event(), old, areas=areas)
    assert still["detours"] == new["detours"]
    assert violations(parse_problem(still, rules=load), answer) == [], "the plan that holds can stay as it is"
    longer = changed(new, made, Event(slowed=frozenset({(bridge, 30.0)})), old, areas=areas)
    assert detour_minutes(longer) == {bridge: 30.0}
    opened = changed(new, made, Event(opened=frozenset({bridge})), old, areas=areas)
    assert (opened["detours"], opened["forbidden"]) == ([], [])
    shut = changed(new, made, Event(closed=frozenset({bridge})), old, areas=areas)
    straight = changed(old, made_of(result), Event(closed=frozenset({bridge})), old, areas=areas)
    assert shut["detours"] == []
    assert shut["forbidden"] == straight["forbidden"]
    for problem in (still, longer, opened, shut):
        parse_problem(problem, rules=load)


def test_youth_work_that_may_come_with_enforcement_still_may_when_the_week_is_planned_again() -> None:
    old = stored(4, 2, 1)
    one = old["visits"][0]
    old["visits"] = [one, {**one, "id": "jw", "kinds": ["jongerenwerk"]}]
    asked = {**old, "not_with": []}
    apart = {**old, "not_with": [{"visits": [one["id"], "jw"], "gap_hours": 2}]}
    assert asked_together(asked) == {one["group"]}
    assert changed(asked, [], Event(), asked)["not_with"] == []
    assert len(changed(apart, [], Event(), apart)["not_with"]) == 1


def test_one_of_two_equal_visits_is_taken_out() -> None:
    # Without service and spacing one team makes both at the same second.
    made = Made("v", "t", WEDNESDAY)
    draft = Draft({}, (made, made), {})
    assert take_out(draft, made).made == (made,)
    assert take_out(take_out(draft, made), made).made == ()
