"""Reports in Signalen's format and CSV, police figures in the format of CBS: what is read, what is named as wrong."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.errors import BadInput
from shortlist.reporting.quarterly.quarter import Quarter, Target, back, months_of, progress, quarter_of
from shortlist.reporting.sources.figure_files import read_areas, read_offences, read_reports


def signal(**changes: object) -> dict[str, object]:
    return {
        "id": 4440,
        "text": "Hier staat een naam",
        "reporter": {"email": "iemand@voorbeeld.invalid"},
        "created_at": "2026-02-06T08:50:15.634692+01:00",
        "incident_date_start": "2026-02-05T22:00:00+01:00",
        "category": {"main_slug": "overlast", "sub_slug": "jongerenoverlast"},
        "location": {"geometrie": {"type": "Point", "coordinates": [5.05, 52.05]}, "address_text": "Kade 1"},
        **changes,
    }


def test_a_page_of_signalen_gives_moment_category_and_point_and_nothing_else() -> None:
    data = json.dumps({"count": 1, "results": [signal()]}).encode()
    ((one,), faults) = read_reports(data, file="signalen.json")
    assert faults == []
    assert (one.source, one.source_id, one.category, one.point) == (
        "signalen", "4440", "jongerenoverlast", (5.05, 52.05),
    )  # fmt: skip
    assert one.at == datetime(2026, 2, 5, 21, tzinfo=UTC)
    assert "naam" not in repr(one)
    assert "Kade" not in repr(one)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"location": {"geometrie": {"type": "Point", "coordinates": [52.05, 5.05]}}},
            "lengtegraad, breedtegraad",
        ),
        ({"location": {"geometrie": None}}, "geen punt"),
        ({"incident_date_start": "gisteren"}, "'gisteren' is niet te lezen"),
        ({"id": None}, "ontbreekt"),
        ({"category": "overlast"}, "ontbreekt"),
    ],
)
def test_a_signal_that_does_not_fit_is_named_by_its_place(changes: dict[str, object], said: str) -> None:
    data = json.dumps([signal(), signal(**changes), signal(id=3)]).encode()
    found, faults = read_reports(data, file="signalen.json")
    assert [one.row for one in found] == [1, 3]
    assert [fault.row for fault in faults] == [2]
    assert said in faults[0].message


def test_reports_in_csv_name_a_stadsdeel_or_a_point() -> None:
    data = (
        b"\xef\xbb\xbfnummer;datum;rubriek;stadsdeel;lon;lat\r\nA1;2026-03-01;jeugdoverlast;Noord;;\r\n"
        b"A2;2026-03-02;jeugdoverlast;;5,05;52,05\r\nA3;onzin;x;Noord;;\r\n"
    )
    found, faults = read_reports(data, file="m.csv")
    assert [(one.source_id, one.stadsdeel, one.point) for one in found] == [
        ("A1", "Noord", None), ("A2", "", (5.05, 52.05)),
    ]  # fmt: skip
    assert [fault.row for fault in faults] == [4]


CBS = (
    '"ID";"SoortMisdrijf";"WijkenEnBuurten";"Perioden";"GeregistreerdeMisdrijven_1"\n'
    '1;"2.2.1 ";"BU00340101";"2026MM03";      12\n'
    '2;"2.2.1 ";"GM0034    ";"2026MM03";     340\n'
    '3;"2.2.1 ";"BU00340102";"2026MM03";       .\n'
    '4;"2.2.1 ";"BU00340102";"2026KW01";       1\n'
    '5;"2.2.1 ";"BU00340102";"2026MM04";      -3\n'
    '6;"0.0.0 ";"WK003401  ";"2025JJ00";     512\n'
)


def test_the_bulk_file_of_cbs_is_read_with_its_padding_and_its_faults_are_named() -> None:
    found, faults = read_offences(CBS.encode(), file="47022NED.csv")
    assert [(one.area, one.crime, one.period, one.count) for one in found] == [
        ("BU00340101", "2.2.1", "2026MM03", 12), ("WK003401", "0.0.0", "2025JJ00", 512),
    ]  # fmt: skip
    assert [(fault.row, fault.message.split()[1]) for fault in faults] == [(5, "periode"), (6, "aantal")]
    assert read_areas(b"gebied,stadsdeel\nBU00340101, Noord\n", file="g.csv") == {"BU00340101": "Noord"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "geen geldige JSON"), (b'{"count": 1}', "'results'"), (b"\xff\xfe", "UTF-8"),
        (b"a;b\n1;2\n", "de kolom datum, nummer, rubriek ontbreekt"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_at_all_says_why(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_reports(data, file="m")


@given(st.dates(date(2011, 1, 1), date(2090, 1, 1)))
def test_every_day_lies_in_one_quarter_and_quarters_follow_each_other(day: date) -> None:
    quarter = quarter_of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.after.first == quarter.last + timedelta(days=1)
    assert quarter.after.before == quarter
    assert back(quarter, 5)[0] == Quarter(quarter.year - 1, quarter.number)
    assert f"{day.year}MM{day.month:02}" in months_of(quarter)


def test_a_target_compares_the_same_quarters_and_hides_small_numbers() -> None:
    target = Target("t", "resident_reports", "10% minder", -10, 2025, 2026, ())
    found = progress(target, [60, 40], [50, 40], below=5)
    assert found.change_percent == -10
    assert "tot nu toe" in found.said
    assert "nog niet" in progress(target, [60, 40], [51, 40], below=5).said
    assert progress(target, [0], [50], below=5).change_percent is None
    assert progress(target, [60], [4], below=5).now is None


HEAD = b"nummer,datum,rubriek,stadsdeel\n"
GOOD = b"1,2026-03-01,jeugdoverlast,Noord\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b" \n", "dit bestand is leeg"),
        (HEAD + b'"1,2026-03-01,x,Noord\n', "regel 2: dit is geen leesbare CSV"),
        (HEAD + b"a" * 200_000 + b",2026-03-01,x,Noord\n", "regel 2: dit is geen leesbare CSV"),
        (b"nummer,datum,rubriek," + b"a" * 200_000 + b"\n" + GOOD, "regel 1: dit is geen leesbare CSV"),
        (b"nummer,datum,Datum,rubriek\n", "de kolom datum staat er twee keer in"),
        (b"[" * 100_000, "geen geldige JSON"),
        (b'[{"id":' + b"9" * 5_000 + b"}]", "geen geldige JSON"),
    ],
)
def test_a_hostile_file_is_refused_with_its_line_and_never_breaks(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_reports(data, file="m.csv")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"1\n", "het stadsdeel ontbreekt"),
        (b"1,2026-03-01,x,Noord,en,nog,iets\n", "meer velden"),
        (b"1\0,2026-03-01,x,Noord\n", "niet te tonen"),
        (b"1" * 61 + b",2026-03-01,x,Noord\n", "langer dan 60 tekens"),
        (b"1,9999-12-31T23:59:59-14:00,x,Noord\n", "het jaar 9999"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_its_line_in_the_file(row: bytes, said: str) -> None:
    found, faults = read_reports(HEAD + GOOD + b"\n" + row, file="m.csv")
    assert [one.row for one in found] == [2]
    assert [fault.row for fault in faults] == [4], "an empty line counts as a line"
    assert said in faults[0].message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": ["a"]}, "id is geen tekst"),
        ({"id": "a\0"}, "niet te tonen"),
        ({"id": "\ud800"}, "niet te tonen"),
        ({"category": {"sub_slug": {"a": 1}}}, "sub_slug is geen tekst"),
        ({"location": {"geometrie": {"type": "Point", "coordinates": [10**400, 52]}}}, "lengte- en breedtegraad"),
        ({"location": {"geometrie": {"type": "Point", "coordinates": {"5": 1, "52": 2}}}}, "lengte- en breedtegraad"),
    ],
)  # fmt: skip
def test_a_hostile_signal_is_named_and_the_rest_is_read(changes: dict[str, object], said: str) -> None:
    found, faults = read_reports(json.dumps([signal(**changes), signal()]).encode(), file="s.json")
    assert [one.row for one in found] == [2]
    assert said in faults[0].message


@pytest.mark.parametrize(
    "text",
    [
        "nummer;datum;rubriek;stadsdeel\r1;2026-03-01;x;Noord\r",
        "Nummer, Datum ,RUBRIEK,stadsdeel\n1,2026-03-01,x,Noord\n",
        "nummer\tdatum\trubriek\tstadsdeel\n1\t2026-03-01\tx\tNoord\n",
    ],
)
def test_other_line_ends_capitals_spaces_and_tabs_are_read_all_the_same(text: str) -> None:
    ((one,), faults) = read_reports(text.encode(), file="m.csv")
    assert (one.source_id, one.stadsdeel, faults) == ("1", "Noord", [])


@pytest.mark.parametrize("count", ["²", "٣", "3,0", "1000001", "9" * 5_000])
def test_a_count_that_is_no_whole_number_is_named_in_dutch(count: str) -> None:
    row = f'1;"2.2.1 ";"BU00340101";"2026MM03";{count}\n'
    found, faults = read_offences((CBS.split("\n", 1)[0] + "\n" + row).encode(), file="c.csv")
    assert found == []
    assert "geen geheel getal" in faults[0].message


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Noord,Noord", "geen code van een buurt"), ("BU00340101,", "geen stadsdeel"),
        ("BU00340101,Noord\nbu00340101,Zuid", "eerder bij Noord"),
    ],
)  # fmt: skip
def test_an_area_is_placed_once_in_one_stadsdeel(row: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_areas(f"gebied,stadsdeel\n{row}\n".encode(), file="g.csv")


@given(st.binary(max_size=300), st.sampled_from([b"", HEAD, b"[", b'{"results":['] ))  # fmt: skip
def test_whatever_a_file_holds_it_is_read_or_refused_in_dutch(tail: bytes, head: bytes) -> None:
    for read in (read_reports, read_offences):
        with suppress(BadInput):
            _, faults = read(head + tail, file="f")
            assert all(fault.message for fault in faults)
