from datetime import UTC, date, datetime, time, timedelta

import pytest

from shortlist.showing import words
from shortlist.showing.dutch import local_value

WINTER = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 22, 15, tzinfo=UTC)


def test_moments_are_shown_in_dutch_local_time() -> None:
    assert words.datumtijd(WINTER) == "ma 23 nov 2026, 21:30"
    assert words.datumtijd(SUMMER) == "do 2 jul 2026, 00:15"
    assert words.tijd(time(9, 5)) == "09:05"
    assert words.datum_voluit(date(2026, 3, 1)) == "zondag 1 maart 2026"
    assert words.isotijd(WINTER) == "2026-11-23T20:30:00Z"
    assert words.isotijd(date(2026, 3, 1)) == "2026-03-01"
    assert local_value(WINTER) == "2026-11-23T21:30"


def test_a_moment_without_time_zone_is_refused_rather_than_guessed() -> None:
    for say in (words.datumtijd, words.tijd, words.isotijd, local_value):
        with pytest.raises(ValueError, match="time zone"):
            say(datetime(2026, 1, 1, 12, 0))  # noqa: DTZ001 — the naive moment is the point


def test_what_is_missing_is_an_en_dash() -> None:
    said = [words.datum(None), words.datumtijd(None), words.duur(None), words.getal(None), words.woord("")]
    assert said == ["–"] * 5


def test_a_period_names_the_second_day_only_when_it_differs() -> None:
    assert words.periode(WINTER, WINTER + timedelta(hours=1)) == "ma 23 nov 2026, 21:30–22:30"
    assert (
        words.periode(WINTER, WINTER + timedelta(hours=4)) == "ma 23 nov 2026, 21:30 – di 24 nov 2026, 01:30"
    )


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (45, "45 min"), (60, "1 u"), (90, "1 u 30 min"), (-90, "-1 u 30 min"), (59.6, "1 u")],
)
def test_durations_are_hours_and_minutes(minutes: float, said: str) -> None:
    assert words.duur(minutes) == said
    assert words.duur(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (1234567, None, "1.234.567"),
        (1234.5, None, "1.234,5"),
        (100, None, "100"),
        (0.5, 2, "0,50"),
        (-0.001, None, "0"),
        (-12.25, None, "-12,25"),
    ],
)
def test_numbers_have_points_for_thousands_and_a_decimal_comma(
    value: float, decimals: int | None, said: str
) -> None:
    assert words.getal(value, decimals) == said


def test_shares_lists_counts_and_classes_read_as_dutch() -> None:
    assert words.percentage(0.3149) == "31%"
    assert words.percentage(0.3149, 1) == "31,5%"
    assert [words.lijst(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a en b",
        "a, b en c",
    ]
    assert [words.meervoud(n, "groep", "groepen") for n in (0, 1, 1200)] == [
        "geen groepen",
        "1 groep",
        "1.200 groepen",
    ]
    assert words.klassen(["overlastgevend", "hinderlijk"]) == "hinderlijk of overlastgevend"
    assert words.woord("geen_aanwijzing") == "geen aanwijzing"
    assert words.woord("licht_geweld") == "licht geweld"
    assert words.hoofdletter("ijburg") == "IJburg"
