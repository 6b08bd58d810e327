"""Interventions as rules: who fits, what is kept of the questions, terms, levels of care; the table of states."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist import assets
from shortlist.connecting.gaps.falling import REASONS, Known, Tried, reasons
from shortlist.connecting.referrals.interventions import (
    FITS,
    FITS_NOT,
    FOUND,
    NONE_FOUND,
    NOT_ALL_KNOWN,
    OPEN,
    Intervention,
    Interventions,
    capacity_left,
    care_level,
    contra_outcome,
    due_of,
    fit,
    interventions_from,
    next_evaluation,
    triage,
    turns_adult_soon,
)
from shortlist.connecting.referrals.transitions import (
    RECEIVER,
    SENDER,
    STATES,
    TRANSITIONS,
    choices,
    who_may,
)
from shortlist.storing.dated_yaml import read_folder

SHELF = read_folder(assets.RULES, ("interventions",))
RULES: Interventions = interventions_from(SHELF.of_kind("interventions")[0].data)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def the(name: str) -> Intervention:
    found = RULES.get(name)
    assert found
    return found


def test_every_pair_of_states_is_either_in_the_table_or_forbidden() -> None:
    allowed = {
        ("verzonden", "geaccepteerd"), ("verzonden", "geweigerd"), ("verzonden", "ingetrokken"),
        ("geaccepteerd", "geaccepteerd"), ("geaccepteerd", "gestart"), ("geaccepteerd", "geweigerd"),
        ("geaccepteerd", "ingetrokken"), ("gestart", "gestart"), ("gestart", "afgerond"), ("gestart", "ingetrokken"),
    }  # fmt: skip
    assert set(TRANSITIONS) == allowed
    for pair in product(STATES, repeat=2):
        assert (who_may(*pair) is not None) == (pair in allowed), pair
    for (_, following), side in TRANSITIONS.items():
        assert side == (SENDER if following == "ingetrokken" else RECEIVER)
    assert choices("gestart", frozenset({RECEIVER})) == ["gestart", "afgerond"]
    assert choices("afgerond", frozenset({SENDER, RECEIVER})) == []


def test_np_is_answered_and_started_within_48_hours_and_ev_evaluates_after_three_weeks() -> None:
    np = the("nieuwe-perspectieven")
    assert due_of(np, "geaccepteerd", sent_at=NOW, now=NOW + timedelta(hours=20)) == NOW + timedelta(hours=48)
    assert np.caseload == 4
    ev = the("erger-voorkomen")
    assert next_evaluation(ev, NOW, NOW) == NOW + timedelta(weeks=3)
    assert next_evaluation(ev, NOW, NOW + timedelta(weeks=3)) == NOW + timedelta(weeks=17)
    late = NOW + timedelta(weeks=40)
    assert next_evaluation(ev, NOW, late) > late
    assert due_of(np, "afgerond", sent_at=NOW, now=NOW) is None


@pytest.mark.parametrize(
    ("name", "age", "answers", "outcome"),
    [
        ("erger-voorkomen", 15, {"first_offence": "ja", "life_domains": "ja", "carer": "ja"}, FITS),
        ("erger-voorkomen", 18, {"first_offence": "ja", "life_domains": "ja", "carer": "ja"}, FITS_NOT),
        ("erger-voorkomen", 15, {"first_offence": "nee", "girl_risk": "ja", "life_domains": "ja", "carer": "ja"}, FITS),
        ("erger-voorkomen", 13, {"first_offence": "nee", "girl_risk": "nee", "young_risk": "ja", "life_domains": "ja",
                                 "carer": "ja"}, FITS),
        ("erger-voorkomen", 14, {"first_offence": "nee", "girl_risk": "nee", "young_risk": "ja", "life_domains": "ja",
                                 "carer": "ja"}, FITS_NOT),
        ("erger-voorkomen", 15, {"first_offence": "ja", "life_domains": "ja", "carer": "onbekend"}, OPEN),
        ("nieuwe-perspectieven", 14, {"light_offences": "ja", "life_domains": "ja"}, FITS),
        ("nieuwe-perspectieven", 16, {"light_offences": "ja", "life_domains": "ja", "authorities": "nee",
                                      "girl_risk": "nee"}, FITS_NOT),
        ("veiligheidshuis", 16, {"high_impact": "nee", "complex": "nee"}, FITS_NOT),
        ("jongerenwerk", 16, {}, FITS),
    ],
)  # fmt: skip
def test_the_target_groups_are_those_of_the_report(
    name: str, age: int, answers: dict[str, str], outcome: str
) -> None:
    assert fit(the(name), age, answers).outcome == outcome


ANSWERS = st.sampled_from(("ja", "nee", "onbekend"))


@given(st.sampled_from(RULES.interventions), st.integers(12, 25), st.data())
def test_learning_more_never_overturns_what_was_known(
    intervention: Intervention, age: int, data: st.DataObject
) -> None:
    first = {one.id: data.draw(ANSWERS) for one in intervention.questions}
    more = {
        key: value if value != "onbekend" else data.draw(st.sampled_from(("ja", "nee")))
        for key, value in first.items()
    }
    before, after = fit(intervention, age, first).outcome, fit(intervention, age, more).outcome
    assert before in (OPEN, after)
    assert after != OPEN


@given(st.sampled_from([one for one in RULES.interventions if one.contra]), st.data())
def test_of_the_contra_indications_only_an_outcome_is_left(
    intervention: Intervention, data: st.DataObject
) -> None:
    answers = {one.id: data.draw(ANSWERS) for one in intervention.contra}
    said = set(answers.values())
    wanted = FOUND if "ja" in said else NOT_ALL_KNOWN if "onbekend" in said else NONE_FOUND
    assert contra_outcome(intervention, answers) == wanted


def test_what_was_not_asked_is_unknown_and_not_no() -> None:
    assert contra_outcome(the("erger-voorkomen"), {}) == NOT_ALL_KNOWN
    assert fit(the("erger-voorkomen"), 15, {}).outcome == OPEN


@pytest.mark.parametrize(("professionals", "level"), [(0, 1), (2, 1), (3, 2), (4, 3), (9, 3)])
def test_the_level_of_care_follows_the_number_of_professionals(professionals: int, level: int) -> None:
    assert care_level(RULES, professionals).level == level


def test_triage_points_to_the_veiligheidshuis_only_when_care_alone_is_known_not_to_do() -> None:
    def outcome(**answers: str) -> str | None:
        found = triage(RULES, answers)
        return found.outcome if found else None

    assert outcome(high_impact="ja", care_alone="nee") == "veiligheidshuis"
    assert outcome(high_impact="ja", care_alone="onbekend") is None
    assert outcome(high_impact="ja", care_alone="ja") == "zorg"
    assert outcome(worries="ja", high_impact="nee") == "zorg"
    assert outcome() is None


def test_consent_is_asked_of_whom_the_law_names() -> None:
    assert [RULES.consent_of(age).who for age in (12, 15, 16, 22)] == [
        "beiden",
        "beiden",
        "jongere",
        "jongere",
    ]


def test_a_caseload_has_room_until_it_is_full_and_without_a_limit_always() -> None:
    assert [capacity_left(the("nieuwe-perspectieven"), n) for n in (0, 3, 4, 6)] == [4, 1, 0, 0]
    assert capacity_left(the("zorgpiramide"), 100) is None


def test_every_intervention_names_its_source() -> None:
    assert SHELF.problems == ()
    assert all(any("Verwey-Jonker" in source for source in one.sources) for one in RULES.interventions)


# --- the gap list ---

ON = date(2026, 11, 23)


def tried(
    intervention: str,
    state: str,
    *,
    days_ago: int = 5,
    late: bool = False,
    result: str | None = None,
    adult_in: date | None = None,
) -> Tried:
    return Tried(intervention, state, result, ON - timedelta(days=days_ago), late, adult_in)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (Known(True, "overlastgevend"), ()),
        (Known(True, "crimineel"), ("te_zwaar",)),
        (Known(False, None), ("zonder_groep",)),
        (Known(True, None, (tried("veiligheidshuis", "geweigerd"),)), ("te_licht",)),
        (Known(True, None, (tried("zorgpiramide", "geweigerd"),)), ("afgeketst",)),
        (Known(True, None, (tried("zorgpiramide", "afgerond", result="voortijdig gestopt"),)), ("afgeketst",)),
        (Known(True, None, (tried("zorgpiramide", "afgerond", result="doel bereikt"),)), ()),
        (Known(True, None, (tried("veiligheidshuis", "geweigerd"), tried("zorgpiramide", "gestart"))), ()),
        (Known(True, None, (tried("zorgpiramide", "geweigerd", days_ago=9), tried("zorgpiramide", "gestart"))), ()),
        (Known(True, None, (tried("zorgpiramide", "verzonden", late=True),)), ("blijft_liggen",)),
        (Known(True, None, (tried("zorgpiramide", "gestart", adult_in=date(2027, 3, 1)),)), ("wordt_18",)),
        (Known(True, None, (tried("zorgpiramide", "gestart", adult_in=date(2027, 9, 1)),)), ()),
    ],
)  # fmt: skip
def test_the_gap_list_has_a_reason_for_everyone_on_it(known: Known, why: tuple[str, ...]) -> None:
    assert reasons(known, RULES, ON) == why


@given(
    st.booleans(),
    st.sampled_from((None, "hinderlijk", "crimineel")),
    st.lists(
        st.builds(
            tried, st.sampled_from([one.id for one in RULES.interventions]), st.sampled_from(STATES),
            days_ago=st.integers(0, 90),
        ),
        max_size=5,
    ),
)  # fmt: skip
def test_nobody_without_help_stays_unseen_after_a_refusal(
    member: bool, group_class: str | None, all_tried: list[Tried]
) -> None:
    found = reasons(Known(member, group_class, all_tried), RULES, ON)
    assert list(found) == [code for code in REASONS if code in found]
    newest = {one.intervention: one for one in sorted(all_tried, key=lambda one: one.on)}
    helped = any(one.state in {"verzonden", "geaccepteerd", "gestart"} for one in newest.values())
    refused = any(one.state in {"geweigerd", "ingetrokken"} for one in newest.values())
    if refused and not helped:
        assert {"te_licht", "afgeketst"} & set(found)


def test_turning_adult_counts_calendar_months() -> None:
    assert turns_adult_soon(date(2027, 5, 1), ON, RULES)
    assert not turns_adult_soon(date(2027, 6, 1), ON, RULES)
