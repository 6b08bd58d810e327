"""Files with groups and observations: every form is read alike, and every fault names record and field."""

import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from shortlist.errors import BadInput
from shortlist.observing.files import Batch, PersonRecord, read_batch

ITEMS = ("lawaai", "omvang_max")


def read_json(data: Any) -> Batch:
    return read_batch(json.dumps(data).encode(), file="stad.json", items=ITEMS)


def read_csv(text: str, encoding: str = "utf-8") -> Batch:
    return read_batch(text.encode(encoding), file="stad.csv", items=ITEMS)


def sheets(**tables: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in tables.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_the_form_of_differentiate_is_read_as_it_stands() -> None:
    batch = read_json(
        {
            "gatherings": [
                {
                    "at": "2026-11-20T21:30+01:00",
                    "place": "Plein",
                    "present": ["a", "b"],
                    "roles_seen": {"a": ["leidt", "stookt op"]},
                    "reporter": "agent1",
                    "effort_minutes": 12.4,
                }
            ],
            "group": ["a", "b"],
            "expected_core": 1,
        }
    )
    (one,) = batch.gatherings
    assert one.at == datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
    assert one.present == (PersonRecord("a", ("leidt", "stookt op")), PersonRecord("b"))
    assert (one.effort_minutes, one.seen_count, one.source) == (12, 2, "gezien")
    assert batch.members == ("a", "b")


def test_the_form_of_classify_is_read_with_its_extra_fields() -> None:
    (one,) = read_json(
        [
            {
                "id": "g1",
                "year": 2020,
                "said": None,
                "answers": {"lawaai": "vaak"},
                "observed_until": "2026-11-01",
            }
        ]
    ).groups
    assert (one.id, one.answers, one.observed_until) == ("g1", {"lawaai": "vaak"}, date(2026, 11, 1))


def test_a_time_without_offset_is_dutch_local_time() -> None:
    (one,) = read_json({"gatherings": [{"at": "2026-07-01T21:30", "present": []}]}).gatherings
    assert one.at.astimezone(UTC) == datetime(2026, 7, 1, 19, 30, tzinfo=UTC)


def test_nobody_present_is_zero_and_nothing_said_is_unknown() -> None:
    nil, silent = read_json(
        {"gatherings": [{"at": "2026-07-01T21:30", "present": []}, {"at": "2026-07-02T21:30"}]}
    ).gatherings
    assert (nil.seen_count, silent.seen_count) == (0, None)


def test_victims_do_not_count_as_youngsters_of_the_group() -> None:
    (one,) = read_json(
        {
            "gatherings": [
                {"at": "2026-07-01T21:30", "present": ["a", "b"], "capacities": {"b": "slachtoffer"}}
            ]
        }
    ).gatherings
    assert one.seen_count == 1
    assert one.present[1].capacity == "slachtoffer"


CSV = (
    "gathering,at,place,member,reporter,effort_minutes\n"
    "1,2026-11-19T20:00,Plein,a,agent1,20\n"
    "1,2026-11-19T20:00,Plein,b,agent1,20\n"
    "2,2026-11-20T20:00,Plein,,agent1,15\n"
)


def test_rows_of_one_gathering_in_csv_come_together() -> None:
    first, second = read_csv(CSV).gatherings
    assert [one.pseudonym for one in first.present] == ["a", "b"]
    assert (second.present, second.seen_count, second.effort_minutes) == ((), 0, 15)


def test_semicolons_and_the_mark_of_excel_make_no_difference() -> None:
    assert read_csv(CSV.replace(",", ";"), "utf-8-sig") == read_csv(CSV)


def test_a_workbook_holds_groups_and_observations_on_their_own_sheets() -> None:
    content = sheets(
        groepen=[["id", "name", "stadsdeel", "lawaai", "omvang_max"], ["g1", "Groep", "Noord", "vaak", 12]],
        waarnemingen=[
            ["gathering", "at", "place", "member"],
            [1, datetime(2026, 11, 19, 20, 0), "Plein", "a"],  # noqa: DTZ001 — Excel knows no time zones
            [1, datetime(2026, 11, 19, 20, 0), "Plein", "b"],  # noqa: DTZ001 — Excel knows no time zones
            [None, None, None, None],
        ],
        leeg=[],
    )
    batch = read_batch(content, file="stad.xlsx", items=ITEMS)
    assert batch.groups[0].answers == {"lawaai": "vaak", "omvang_max": 12}
    assert batch.gatherings[0].at.astimezone(UTC) == datetime(2026, 11, 19, 19, 0, tzinfo=UTC)
    assert len(batch.gatherings[0].present) == 2


FAULTS = {
    "not JSON": (b"{", "stad.json: dit is geen geldige JSON (bij regel 1"),
    "not UTF-8": (b"\xff\xfe", "geen UTF-8-tekst"),
    "nothing in it": (b"{}", "geen groepen en geen waarnemingen"),
    "a number": (b"3", "geef een lijst van groepen"),
    "a misspelled list": (b'{"gathering": []}', "bovenaan: gathering: dit veld is onbekend. Bedoelt u 'gatherings'?"),
    "a group without id": (b'[{"answers": {}}]', "groep nr. 1: id: dit ontbreekt"),
    "an id twice": (b'[{"id": "g"}, {"id": "g"}]', "groep 'g': id: dit id staat er dubbel in"),
    "a strange day": (b'[{"id": "g", "first_signal_on": "1 mei"}]', "groep 'g': first_signal_on: '1 mei'"),
    "half a point": (b'[{"id": "g", "lon": 5.1}]', "groep 'g': lat: dit ontbreekt"),
    "a name that is a list": (b'[{"id": "g", "name": [1]}]', "groep 'g': name: [1] is geen tekst"),
    "no moment": (b'{"gatherings": [{"present": []}]}', "waarneming nr. 1: at: dit ontbreekt"),
    "a strange moment": (b'{"gatherings": [{"at": "gisteren"}]}', "waarneming nr. 1: at: 'gisteren'"),
    "negative minutes": (
        b'{"gatherings": [{"at": "2026-11-01T20:00", "effort_minutes": -5}]}',
        "waarneming nr. 1: effort_minutes: -5 kan niet",
    ),
    "300 youngsters": (
        b'{"gatherings": [{"at": "2026-11-01T20:00", "seen_count": 300}]}', "seen_count: 300 kan niet",
    ),
    "a person twice": (
        b'{"gatherings": [{"at": "2026-11-01T20:00", "present": ["a", "a"]}]}', "present: 'a' staat er dubbel in",
    ),
    "5,000 persons": (
        json.dumps(
            {"gatherings": [{"at": "2026-11-01T20:00", "present": [f"p{n}" for n in range(5000)],
                             "seen_count": 30, "capacities": {"p1": "getuige"}}]}
        ).encode(),
        "waarneming nr. 1: present: 5000 personen bij één waarneming kan niet; noem er ten hoogste 200.",
    ),
    "a role of nobody": (
        b'{"gatherings": [{"at": "2026-11-01T20:00", "present": [], "roles_seen": {"z": ["leidt"]}}]}',
        "roles_seen: 'z' staat niet bij 'present'",
    ),
    "an unknown role": (
        b'{"gatherings": [{"at": "2026-11-01T20:00", "present": ["a"], "roles_seen": {"a": ["baas"]}}]}',
        "roles_seen: 'baas' bij 'a' kan niet. Kies uit: leidt",
    ),
    "not a number": (
        b'{"gatherings": [{"at": "2026-11-01T20:00", "effort_minutes": NaN}]}', "effort_minutes: nan kan niet",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_names_record_and_field(case: str) -> None:
    content, message = FAULTS[case]
    with pytest.raises(BadInput) as caught:
        read_batch(content, file="stad.json")
    assert message in caught.value.message
    assert caught.value.message.startswith("stad.json: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "de kop heeft geen kolom 'gathering'"),
        (
            "gathering,at,membr\n1,2026-11-19T20:00,a\n",
            "kop: membr: dit veld is onbekend. Bedoelt u 'member'?",
        ),
        (
            CSV + "1,2026-11-19T21:00,Plein,c,agent1,20\n",
            "regel 5: at: '2026-11-19T21:00' is anders dan op regel 2",
        ),
        (CSV + "1,2026-11-19T20:00,Plein,b,agent1,20\n", "regel 5: member: 'b' staat dubbel"),
        (CSV + ",2026-11-19T20:00,Plein,b,agent1,20\n", "regel 5: gathering: dit ontbreekt"),
        (
            "gathering,at,place,member\n" + "".join(f"1,2026-11-19T20:00,Plein,p{n}\n" for n in range(5000)),
            "regel 2: present: 5000 personen bij één waarneming kan niet",
        ),
        (CSV + "4,,Plein,b,agent1,20\n", "regel 5: at: dit ontbreekt"),
        (CSV + "3,2026-11-19T20:00,Plein,b,agent1,20,over\n", "regel 5 heeft meer kolommen dan de kop"),
        (CSV + "3,straks,Plein,b,agent1,20\n", "regel 5: at: 'straks' is geen datum met tijd"),
        ("id,lawaii\ng1,vaak\n", "kop: lawaii: dit veld is onbekend. Bedoelt u 'lawaai'?"),
        ("id\n", "geen groepen en geen waarnemingen"),
    ],
)
def test_a_fault_in_a_table_names_row_and_column(text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_csv(text)
    assert message in caught.value.message


def test_a_workbook_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(BadInput, match=r"stad\.xlsx: dit is geen leesbare Excel-werkmap"):
        read_batch(b"PK\x03\x04 geen werkmap", file="stad.xlsx")


def test_many_faults_are_told_together_but_not_endlessly() -> None:
    with pytest.raises(BadInput) as caught:
        read_json([{} for _ in range(50)])
    lines = caught.value.message.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "stad.json: en nog 30 fouten."


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.dictionaries(
    st.sampled_from(
        ["id", "at", "place", "present", "roles_seen", "capacities", "items", "hearsay", "source", "effort_minutes",
         "lon", "lat", "feit", "name", "answers", "observed_until"]
    ), _JSON, max_size=6,
)  # fmt: skip


@settings(
    suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine draws slowly; this is about words, not speed
@given(st.dictionaries(st.sampled_from(["groups", "gatherings", "group"]), st.lists(_FIELDS, max_size=3)))
def test_whatever_json_comes_in_it_is_read_or_refused_with_words(data: dict[str, Any]) -> None:
    refused = ""
    try:
        read_json(data)
    except BadInput as error:
        refused = error.message
    assert refused == "" or all(line.startswith("stad.json: ") for line in refused.splitlines())
