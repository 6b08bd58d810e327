from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist import assets
from shortlist.errors import BadInput
from shortlist.planning.aanpak.measures import Catalogue, Chosen, GroupPicture, PlanText, catalogue_from
from shortlist.planning.problem import parse_problem
from shortlist.planning.week.demand import (
    Choice,
    ChosenTimes,
    Duty,
    GroupWeek,
    HotTime,
    Parameters,
    Spot,
    TeamWeek,
    chosen_from,
    demand_of,
    divide,
    parameters_from,
    problem_of,
)
from shortlist.planning.week.times import Span, parse_times, say_times, stretches
from shortlist.planning.working_time_files import load
from shortlist.storing.dated_yaml import read_folder

MONDAY = date(2026, 11, 30)
VALUES = {"hoog": 100.0, "midden": 40.0, "laag": 15.0, "geen": 0.0}
PLEIN = Spot(UUID(int=11), "Plein", 5.05, 52.05, 8, (HotTime(Span(4, 1200, 1560), 8, 240),))
PARK = Spot(UUID(int=12), "Park", 5.06, 52.05, 1, (HotTime(Span(5, 1200, 1380), 1, 30),))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_from(read_folder(assets.RULES, ("measures",)).of_kind("measures")[0].data)


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return parameters_from(read_folder(assets.RULES, ("week-plan",)).of_kind("week-plan")[0].data)


def plan(*measures: tuple[str, int]) -> PlanText:
    rows = tuple(Chosen(name, "Wie", date(2027, 1, 1), visits, "") for name, visits in measures)
    return PlanText("Doel", "Klaar", date(2027, 1, 1), rows)


def group(decided: str | None = "overlastgevend", priority: str | None = "hoog") -> GroupWeek:
    return GroupWeek(
        UUID(int=1),
        "Groep Kade",
        "Noord",
        False,
        GroupPicture(decided, priority=priority),
        plan(("jeugdboa", 3), ("jongerenwerk", 2), ("jop", 0)),
        (PLEIN, PARK),
        approved=True,
    )


def team(kind: str = "jeugdboa", number: int = 21) -> TeamWeek:
    shift = Duty(
        UUID(int=number), datetime(2026, 12, 4, 17, tzinfo=UTC), datetime(2026, 12, 5, 1, tzinfo=UTC)
    )
    people = ((UUID(int=number + 100), "A"), (UUID(int=number + 200), "B"))
    return TeamWeek(
        UUID(int=number), f"Team {number}", kind, people, Spot(UUID(int=13), "Bureau", 5.0, 52.0), (shift,)
    )


def test_a_measure_with_visits_becomes_wishes_at_the_hotspots_and_hot_times(catalogue: Catalogue) -> None:
    demand = demand_of([group()], catalogue, VALUES, on=MONDAY)
    assert [(w.kind, w.place, w.times_per_week) for w in demand.wishes] == [
        ("jeugdboa", "Plein", 3),
        ("jongerenwerk", "Plein", 2),
    ]
    assert {w.value for w in demand.wishes} == {100.0}


def test_enforcement_keeps_to_the_hot_times_when_these_suffice(catalogue: Catalogue) -> None:
    once = replace(group(), plan=plan(("jeugdboa", 1)))
    [wish] = demand_of([once], catalogue, VALUES, on=MONDAY).wishes
    assert (say_times(wish.spans), wish.note) == ("vr 20:00-02:00", "")


def test_too_few_hot_days_get_the_same_hours_on_a_few_others_with_a_note(catalogue: Catalogue) -> None:
    wish = demand_of([group()], catalogue, VALUES, on=MONDAY).wishes[0]
    assert say_times(wish.spans) == "do-zo 20:00-02:00"
    assert "3 bezoeken" in wish.note


def test_youth_work_may_also_come_at_its_usual_times(catalogue: Catalogue) -> None:
    wish = demand_of([group()], catalogue, VALUES, on=MONDAY).wishes[1]
    assert Span(4, 1200, 1560) in wish.spans
    assert Span(0, 900, 1260) in wish.spans


def test_a_place_without_hot_times_gets_the_usual_times_of_the_measure(catalogue: Catalogue) -> None:
    demand = demand_of(
        [replace(group(), spots=(replace(PLEIN, hot=(), weight=0),))], catalogue, VALUES, on=MONDAY
    )
    assert demand.wishes[0].spans == parse_times("ma-do 18:00-23:30; vr-za 18:00-26:00; zo 15:00-23:30")


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (group(decided="crimineel"), "Het OM heeft de leiding"),
        (group(priority=None), "nog geen prioriteit"),
        (group(priority="geen"), "geen geplande inzet"),
        (replace(group(), plan=None), "nog geen plan van aanpak"),
        (replace(group(), closed=True), "gesloten"),
        (replace(group(), spots=()), "geen plek bekend"),
        (replace(group(), plan=plan(("jeugdboa", 2), ("om-overdracht", 0))), "overgedragen aan het OM"),
        (
            replace(
                group(), picture=GroupPicture("hinderlijk", answers={"leeftijd_oudste": 11}, priority="hoog")
            ),
            "jonger dan 12",
        ),
    ],
)
def test_what_gives_no_visits_by_jeugdboas_is_named_with_its_reason(
    catalogue: Catalogue, found: GroupWeek, reason: str
) -> None:
    demand = demand_of([found], catalogue, VALUES, on=MONDAY)
    assert not any(wish.kind == "jeugdboa" for wish in demand.wishes)
    assert any(reason in left.reason for left in demand.left_out)


def test_the_week_is_a_problem_that_the_engine_takes(catalogue: Catalogue, parameters: Parameters) -> None:
    demand = demand_of([group()], catalogue, VALUES, on=MONDAY)
    data = problem_of(demand, [team(), team("jongerenwerk", 22)], MONDAY, parameters)
    problem = parse_problem(data, rules=load)
    assert problem.end == 7 * 24 * 3600
    assert [visit.times for visit in problem.visits] == [3, 2]
    assert len(problem.apart) == 1
    assert problem.floors[0].visits == 2


def test_one_kind_of_team_does_not_visit_a_group_twice_within_its_spacing_at_two_places(
    catalogue: Catalogue, parameters: Parameters
) -> None:
    often = replace(group(), plan=plan(("jeugdboa", 9)))
    demand = demand_of([often], catalogue, VALUES, on=MONDAY)
    assert [wish.place for wish in demand.wishes] == ["Plein", "Park"]
    data = problem_of(demand, [team()], MONDAY, parameters)
    assert data["not_with"] == [{"visits": [wish.id for wish in demand.wishes], "gap_hours": 18.0}]


def test_the_planner_can_change_and_take_out_wishes(catalogue: Catalogue) -> None:
    demand = demand_of([group()], catalogue, VALUES, on=MONDAY)
    kept = chosen_from(demand, {demand.wishes[0].id: Choice(1, parse_times("ma 10:00-12:00"))})
    assert [(w.times_per_week, say_times(w.spans)) for w in kept.wishes] == [(1, "ma 10:00-12:00")]


@given(st.integers(0, 21), st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_dividing_visits_over_places_loses_none(total: int, weights: list[int]) -> None:
    assert sum(divide(total, weights)) == total


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 719)).map(
            lambda t: Span(t[0], t[1], t[1] + t[2])
        ),
        max_size=6,
    )
)
def test_times_are_written_as_they_are_read(spans: list[Span]) -> None:
    assert parse_times(say_times(spans)) == tuple(sorted(set(spans)))


@pytest.mark.parametrize(
    "text", ["vrijdag 20:00-22:00", "vr 20-22", "vr 25:00-26:00", "vr 20:61-22:00", "vr 18:00-18:00"]
)
def test_a_time_that_cannot_be_read_is_quoted_with_an_example(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_times(f"ma 10:00-12:00; {text}")
    assert f"‘{text}’" in caught.value.message


def test_a_night_over_the_end_of_summer_time_lasts_an_hour_longer() -> None:
    [(start, end)] = stretches(parse_times("za 22:00-04:00"), date(2026, 10, 19))
    assert (end - start).total_seconds() == 7 * 3600


def test_a_sunday_night_is_cut_at_the_end_of_the_week_and_comes_back_on_monday() -> None:
    found = stretches(parse_times("zo 22:00-02:00"), MONDAY)
    assert [(s.hour, e.hour) for s, e in found] == [(23, 1), (21, 23)]


def test_jeugdboas_go_only_where_a_request_was_approved(catalogue: Catalogue) -> None:
    demand = demand_of([replace(group(), approved=False)], catalogue, VALUES, on=MONDAY)
    assert {wish.kind for wish in demand.wishes} == {"jongerenwerk"}
    assert any("geen goedgekeurde aanvraag" in left.reason for left in demand.left_out)


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({}, {"jeugdboa"}),
        ({"approved": False}, {"politie"}),
        ({"picture": GroupPicture("crimineel", priority="hoog")}, {"politie"}),
        ({"picture": GroupPicture(None, answers={"leeftijd_oudste": 11}, priority="hoog")}, {"politie"}),
        ({"urgent_until": None}, set()),
    ],
)
def test_spoed_without_a_plan_van_aanpak_gets_the_first_measure_that_may_be_used(
    catalogue: Catalogue, parameters: Parameters, change: dict[str, Any], kinds: set[str]
) -> None:
    found = replace(
        group(),
        plan=None,
        urgent_until=date(2026, 12, 6),
    )
    found = replace(found, **change)
    demand = demand_of([found], catalogue, VALUES, on=MONDAY, urgent=parameters.urgent_measures)
    assert {wish.kind for wish in demand.wishes} == kinds
    assert all(wish.urgent and wish.value == VALUES["hoog"] for wish in demand.wishes)
    assert bool(demand.left_out) is not bool(kinds)


def test_chosen_times_go_before_what_was_observed(catalogue: Catalogue) -> None:
    chosen = ChosenTimes(parse_times("wo 16:00-19:00"), "Vakantie", "Fictieve teamleider")
    found = replace(group(), spots=(replace(PLEIN, chosen=chosen),))
    demand = demand_of([found], catalogue, VALUES, on=MONDAY)
    assert {say_times(wish.spans) for wish in demand.wishes} == {"wo 16:00-19:00"}
    assert all("Gekozen door Fictieve teamleider: Vakantie" in wish.note for wish in demand.wishes)


def test_every_measure_that_the_rules_name_for_spoed_is_in_the_catalogue(
    catalogue: Catalogue, parameters: Parameters
) -> None:
    for name in parameters.urgent_measures:
        measure = catalogue.get(name)
        assert measure is not None
        assert measure.deployment is not None
