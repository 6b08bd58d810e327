"""Requests and reports without a database: the table of transitions, the prefilled text, what fits an outcome."""

from datetime import date
from itertools import product

import pytest

from shortlist.deploying.reports.outcomes import (
    INCIDENT,
    MOVED,
    NOBODY,
    NOBODY_SEEN,
    NOT_THERE,
    OUTCOMES,
    REACHED,
    faults,
    fill,
)
from shortlist.deploying.requests.features import Known, features_text
from shortlist.deploying.requests.transitions import (
    APPROVED,
    RETURNED,
    SUBMITTED,
    TABLE,
    WITHDRAWN,
    choices,
    who_may,
)
from shortlist.deploying.tables import RequestState, VisitOutcome
from shortlist.guarding.roles import Role

ALLOWED = {
    (SUBMITTED, APPROVED): Role.COORDINATOR_VTH,
    (SUBMITTED, RETURNED): Role.COORDINATOR_VTH,
    (SUBMITTED, WITHDRAWN): Role.VEILIGHEIDSMANAGER,
    (RETURNED, WITHDRAWN): Role.VEILIGHEIDSMANAGER,
    (APPROVED, WITHDRAWN): Role.VEILIGHEIDSMANAGER,
}

STATES = [state.name for state in TABLE.states]


@pytest.mark.parametrize(("state", "following"), list(product(STATES, STATES)))
def test_each_transition_of_a_request_is_allowed_to_one_role_or_to_nobody(state: str, following: str) -> None:
    assert who_may(state, following) is ALLOWED.get((state, following))


def test_the_states_and_outcomes_are_those_of_the_tables() -> None:
    assert set(STATES) == {str(state) for state in RequestState}
    assert set(OUTCOMES) == {str(outcome) for outcome in VisitOutcome}


def test_a_role_is_offered_only_what_it_may_do() -> None:
    assert choices(SUBMITTED, frozenset({Role.COORDINATOR_VTH})) == [APPROVED, RETURNED]
    assert choices(SUBMITTED, frozenset({Role.VEILIGHEIDSMANAGER})) == [WITHDRAWN]
    assert choices(SUBMITTED, frozenset({Role.TEAMLEIDER})) == []
    assert choices(WITHDRAWN, frozenset(Role)) == []


def known(**changes: object) -> Known:
    start: dict[str, object] = {
        "places": ["Plein Kade"], "visits": 5, "seen": 3, "minutes": 150, "reports": 2,
        "answers": {"omvang_min": 6, "omvang_max": 12, "leeftijd_jongste": 15, "leeftijd_oudste": 15},
        "duiding": {"ernst": {"level": "midden", "reasons": ["Vernieling op 3 dagen."]}, "impact": {"level": "hoog"}},
        "decided": "overlastgevend", "assessed_on": date(2026, 11, 20),
    }  # fmt: skip
    return Known(**{**start, **changes})  # type: ignore[arg-type]  # the values are those of the fields above


def test_the_features_begin_with_facts_and_end_with_the_class() -> None:
    lines = features_text(known()).splitlines()
    assert lines[0] == "Plek: Plein Kade."
    assert lines[1] == (
        "Laatste 4 weken: 3 keer gezien bij 5 keer kijken (2 u 30 min), 2 meldingen of van horen zeggen."
    )
    assert "Omvang: 6 tot 12 jongeren." in lines
    assert "Leeftijd: 15 jaar." in lines
    assert "- ernst: midden – Vernieling op 3 dagen." in lines
    assert "- ontwikkeling: onbekend" in lines
    assert lines[-1] == "Klasse: overlastgevend."


def test_what_nobody_knows_is_left_out_or_said_so() -> None:
    text = features_text(
        known(places=[], answers={"omvang_min": "onbekend"}, duiding={}, decided=None, assessed_on=None)
    )
    assert text.startswith("Plek: geen vaste plek.")
    assert "Omvang" not in text
    assert text.endswith("De groep is nog niet geduid.")


@pytest.mark.parametrize(
    ("outcome", "minutes", "seen", "feit", "wrong"),
    [
        (REACHED, 15, 6, "Zes jongeren, rustig.", set()),
        (REACHED, 15, None, "Zes jongeren, rustig.", {"seen_count"}),
        (REACHED, None, 6, "Zes jongeren, rustig.", {"minutes"}),
        (REACHED, 15, 6, "", {"feit"}),
        (NOBODY, 10, None, "", set()),
        (NOBODY, 10, 3, "", {"seen_count"}),
        (NOBODY, None, 0, "", {"minutes"}),
        (MOVED, 10, 0, "Nu bij het station.", set()),
        (INCIDENT, 40, 8, "", {"feit"}),
        (INCIDENT, 721, 8, "Vechtpartij.", {"minutes"}),
        (INCIDENT, 40, 300, "Vechtpartij.", {"seen_count"}),
        (NOT_THERE, 15, None, "Spoedmelding elders.", set()),
        (NOT_THERE, 15, 4, "Spoedmelding elders.", {"seen_count"}),
        (NOT_THERE, None, None, "", {"feit"}),
    ],
)
def test_a_report_stands_only_when_its_parts_fit_together(
    outcome: str, minutes: int | None, seen: int | None, feit: str, wrong: set[str]
) -> None:
    assert set(faults(outcome, fill(outcome, minutes, seen, feit))) == wrong


def test_a_nil_return_needs_nothing_but_its_outcome_and_minutes() -> None:
    filled = fill(NOBODY, 12, None, "")
    assert (filled.minutes, filled.seen_count, filled.feit) == (12, 0, NOBODY_SEEN)
    assert fill(NOT_THERE, 15, None, "Ziek.").minutes == 0
