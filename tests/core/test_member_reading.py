"""The reading of members: what it may say, when it is silent, what it refuses, and that nobody is ranked by it."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse  # type: ignore[import-untyped]  # scipy ships no types

from shortlist import assets
from shortlist.cli import main
from shortlist.differentiating.cohesion import cohesion, core_periphery_fit, half_weight_ties
from shortlist.differentiating.effort import gathering_weights, sightings
from shortlist.differentiating.occasion_files import read_observed
from shortlist.differentiating.occasions import Observed, Occasion
from shortlist.differentiating.reading import GroupReading, Reading, as_json, core_chances, read_group
from shortlist.differentiating.reading_files import fingerprint, load_reading_model, load_reading_rules
from shortlist.errors import BadInput, Broken

RULES = load_reading_rules()
MODEL = load_reading_model(RULES)
MONDAY = datetime(2026, 11, 2, 20, tzinfo=UTC)


def seen(
    *present: str, day: int = 0, by: str | None = "a", minutes: float | None = 30.0, **more: Any
) -> Occasion:
    return Occasion(f"nr. {day}", MONDAY + timedelta(days=day), present, "plein", {}, by, minutes, **more)


def group(core: int | None = 2) -> Observed:
    """Return a group of eight: two nearly always there, six now and then; three observers, even effort."""
    others = ["m3", "m4", "m5", "m6", "m7", "m8"]
    occasions = [
        seen(
            "m1",
            "m2",
            *(m for number, m in enumerate(others) if (day + number) % 4 == 0),
            day=day,
            by="abc"[day % 3],
        )
        for day in range(24)
    ]
    return Observed(tuple(occasions), ("m5", "m1", "m3", "m2", "m8", "m7", "m6", "m4"), core)


def read(observed: Observed) -> GroupReading:
    return read_group(observed, RULES, MODEL)


def reading_of(found: GroupReading) -> dict[str, Reading]:
    return {one.member: one.reading for one in found.members}


# What it says ------------------------------------------------------------------------------------------------


def test_who_is_nearly_always_there_is_kern_and_who_is_now_and_then_there_is_meeloper() -> None:
    found = reading_of(read(group()))
    assert found == {f"m{n}": Reading.KERN if n < 3 else Reading.MEELOPER for n in range(1, 9)}


def test_members_stand_in_the_order_in_which_they_came_in() -> None:
    observed = group()
    assert observed.group is not None
    assert [one.member for one in read(observed).members] == list(observed.group)
    nobody_named = replace(observed, group=None)
    assert [one.member for one in read(nobody_named).members] == list(nobody_named.persons)


def test_the_same_input_gives_the_same_answer_to_the_last_digit() -> None:
    assert as_json(read(group()), RULES, MODEL) == as_json(read(group()), RULES, MODEL)


def test_members_seen_at_the_same_gatherings_are_told_exactly_the_same() -> None:
    one, other = (m for m in read(group()).members if m.member in {"m1", "m2"})
    assert replace(one, member="x") == replace(other, member="x")


def test_chances_add_up_to_the_number_of_core_members_that_the_professional_states() -> None:
    observed = group()
    column = {member: number for number, member in enumerate(observed.members)}
    weighted = sightings(observed.occasions, column, RULES.effort)
    for core in (1, 3, 7):
        chances, interval = core_chances(weighted, core, None, blend=5, slope=MODEL.slope, interval=0.9)
        assert chances.sum() == pytest.approx(core, abs=1e-6)
        assert (interval[:, 0] <= interval[:, 1]).all()


def test_every_member_comes_with_evidence_from_the_closed_list_and_a_sentence() -> None:
    observed = group()
    roles = replace(observed.occasions[0], roles_seen={"m1": ("leidt",)})
    found = read(replace(observed, occasions=(roles, *observed.occasions[1:])))
    for one in found.members:
        assert {fact.feature for fact in one.evidence} <= set(RULES.features)
        assert 1 <= len(one.explanation) <= 2
        assert all(text.endswith(".") for text in one.explanation)
    leader = next(one for one in found.members if one.member == "m1")
    assert any(
        fact.feature == "leidt" and fact.value == 1 and fact.share_of_group == 1 for fact in leader.evidence
    )
    assert "1 keer 'leidt'" in leader.explanation[1]


# When it is silent -------------------------------------------------------------------------------------------


def test_without_a_stated_core_every_reading_is_onthouding_without_a_number() -> None:
    for one in read(group(core=None)).members:
        assert one.reading is Reading.ONTHOUDING
        assert one.probability_core is None
        assert "expected_core" in (one.abstains_because or "")


def test_nothing_is_said_about_whoever_was_seen_less_than_three_times() -> None:
    observed = group()
    for times in (0, 1, 2):
        occasions = [
            replace(one, present=tuple(m for m in one.present if m != "m1" or number < times))
            for number, one in enumerate(observed.occasions)
        ]
        found = next(
            one for one in read(replace(observed, occasions=tuple(occasions))).members if one.member == "m1"
        )
        assert (found.reading, found.probability_core, found.interval) == (
            Reading.ONTHOUDING,
            None,
            (0.0, 1.0),
        )
        assert found.n_gatherings == times
        assert found.abstains_because


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda one: replace(one, reporter="a"), "1 bekende waarnemer"),
        (lambda one: replace(one, reporter=None), "geen bekende waarnemers"),
        (lambda one: replace(one, at=MONDAY + timedelta(days=one.at.day // 14)), "2 dagen"),
    ],
    ids=["one observer", "observers not recorded", "two days"],
)
def test_one_observer_or_two_days_are_not_enough(change: Any, why: str) -> None:
    observed = group()
    found = read(replace(observed, occasions=tuple(change(one) for one in observed.occasions)))
    assert {one.reading for one in found.members} == {Reading.ONTHOUDING}
    assert all(why in (one.abstains_because or "") for one in found.members)
    assert {one.probability_core for one in found.members} == {None}


def test_what_one_observer_wrote_down_twice_counts_once_and_is_told() -> None:
    plain = group()
    again = (*plain.occasions, replace(plain.occasions[3], id="nog eens"))
    found = read(replace(plain, occasions=again))
    assert found.members == read(plain).members
    assert "1 waarneming staat er dubbel in" in found.warnings[0]
    by_somebody = replace(plain.occasions[3], id="onbekende", reporter=None)
    two = read(
        replace(plain, occasions=(*plain.occasions, by_somebody, replace(by_somebody, id="en nog een")))
    )
    assert two.n_gatherings == len(plain.occasions) + 2


def test_draws_are_never_told_as_certainty() -> None:
    told = " ".join(" ".join(one.explanation) for one in read(group()).members)
    assert "in meer dan 99% van de keren" in told
    assert "in minder dan 1% van de keren" in told
    assert " 100%" not in told
    assert " 0%" not in told


def test_hearsay_is_no_sighting_and_is_told() -> None:
    observed = group()
    heard = tuple(replace(one, effort_minutes=0.0) for one in observed.occasions[:6])
    found = read(replace(observed, occasions=heard + observed.occasions[6:]))
    assert found.n_gatherings == 18
    assert any("keek niemand zelf" in warning for warning in found.warnings)


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, unique=True), max_size=12), st.integers(1, 3))
def test_every_abstention_has_a_reason_and_every_reading_keeps_the_thresholds(
    gatherings: list[list[str]], core: int
) -> None:
    occasions = tuple(seen(*who, day=day, by="xy"[day % 2]) for day, who in enumerate(gatherings))
    found = read(Observed(occasions, tuple("abcdef"), core))
    for one in found.members:
        assert (one.reading is Reading.ONTHOUDING) == (one.abstains_because is not None)
        if one.reading is not Reading.ONTHOUDING:
            assert one.n_gatherings >= (3 if one.reading is Reading.KERN else 5)
            assert one.n_observers >= 2
            assert one.n_days >= 3
            assert one.probability_core is not None
            assert (
                one.interval[0] <= one.probability_core <= one.interval[1]
                or one.interval[0] == one.interval[1]
            )


# Effort ------------------------------------------------------------------------------------------------------


def test_long_looking_weighs_less_and_never_more_than_five_times_either_way() -> None:
    minutes = [1, 10, 30, 30, 120, 1440]
    weights = gathering_weights([seen("m1", minutes=m) for m in minutes], RULES.effort)
    assert list(weights) == sorted(weights, reverse=True)
    assert weights.min() == pytest.approx(1 / RULES.effort.weight_cap)
    assert weights.max() <= RULES.effort.weight_cap
    assert weights[2] == 1


def test_one_observer_who_notes_a_member_ten_times_on_a_day_counts_once() -> None:
    same_day = [replace(seen("m1", by="a"), at=MONDAY + timedelta(minutes=n)) for n in range(10)]
    assert sightings(same_day, {"m1": 0}, RULES.effort).sum() == pytest.approx(1)
    by_two = [*same_day, seen("m1", by="b")]
    assert sightings(by_two, {"m1": 0}, RULES.effort).sum() == pytest.approx(2)


def test_even_effort_raises_no_warning() -> None:
    assert read(group()).warnings == ()


def test_injected_effort_bias_raises_the_warning() -> None:
    observed = group()
    longer = tuple(
        replace(one, effort_minutes=150.0) if "m3" in one.present else one for one in observed.occasions
    )
    warnings = read(replace(observed, occasions=longer)).warnings
    assert any("ongelijk gekeken" in warning for warning in warnings)
    assert any("m3" in warning for warning in warnings)
    one_observer = (
        tuple(replace(one, reporter="a") for one in observed.occasions[:-4]) + observed.occasions[-4:]
    )
    assert any("Eén waarnemer" in told for told in read(replace(observed, occasions=one_observer)).warnings)
    unknown = tuple(replace(one, effort_minutes=None) for one in observed.occasions)
    assert any("hoelang" in told for told in read(replace(observed, occasions=unknown)).warnings)


@settings(max_examples=15)
@given(st.integers(0, 7), st.floats(4, 10))
def test_whoever_is_watched_longer_raises_the_warning_and_watching_all_longer_changes_nothing(
    who: int, times: float
) -> None:
    observed = group()
    member = sorted(observed.members)[who]
    evenly = tuple(
        replace(one, effort_minutes=(one.effort_minutes or 0) * times) for one in observed.occasions
    )
    assert read(replace(observed, occasions=evenly)).members == read(observed).members
    assert read(replace(observed, occasions=evenly)).warnings == ()
    watched = tuple(
        replace(one, effort_minutes=(one.effort_minutes or 0) * times) if member in one.present else one
        for one in observed.occasions
    )
    shares = sum(member in one.present for one in observed.occasions) / len(observed.occasions)
    warned = read(replace(observed, occasions=watched)).warnings
    # Whoever is nearly always there is watched nearly always: then all were watched longer.
    assert any("ongelijk gekeken" in one for one in warned) or shares > 0.8


# Fairness ----------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.permutations(["Mohammed", "Emma", "Xin Yi", "Daan", "Fatima", "Jan-Willem", "Ömer", "Sky"]))
def test_other_names_never_change_a_reading(names: list[str]) -> None:
    observed = group()
    renamed = dict(zip(sorted(observed.members), names, strict=True))
    other = Observed(
        tuple(replace(one, present=tuple(renamed[m] for m in one.present)) for one in observed.occasions),
        tuple(renamed[m] for m in observed.members),
        observed.expected_core,
    )
    before, after = read(observed), read(other)
    assert [replace(one, member=renamed[one.member]) for one in before.members] == list(after.members)


@pytest.mark.parametrize(
    "field", ["geslacht", "sex", "age", "leeftijd", "postcode", "naam", "origin", "religion"]
)
@pytest.mark.parametrize("where", ["top", "gathering"])
def test_what_is_not_on_the_closed_list_is_refused_by_name(field: str, where: str) -> None:
    gathering: dict[str, Any] = {"at": "2026-11-02T20:00", "present": ["m1"]}
    data: dict[str, Any] = {"gatherings": [gathering]}
    (data if where == "top" else gathering)[field] = "1311"
    with pytest.raises(BadInput, match=f"{field}: dit veld is niet bekend"):
        read_observed(json.dumps(data), file="groep.json", most_present=RULES.most_present)


def test_nothing_in_the_answer_orders_members_by_a_score() -> None:
    observed = group()
    assert observed.group is not None
    for order in (observed.group, observed.group[::-1]):
        answer = as_json(read(replace(observed, group=order)), RULES, MODEL)
        lists = [
            value for value in answer.values() if isinstance(value, list) and value and "member" in value[0]
        ]
        assert [[one["member"] for one in found] for found in lists] == [list(order)]
        assert not any("rank" in key or "score" in key for one in answer["members"] for key in one)


# What is said of the group -----------------------------------------------------------------------------------


def test_a_clique_is_closer_than_loose_pairs_and_a_star_fits_a_core() -> None:
    clique = sparse.csr_array(np.ones((20, 5)))
    pairs = sparse.csr_array(np.kron(np.eye(5), np.ones((4, 2))))
    tight, loose = half_weight_ties(clique, 1.5), half_weight_ties(pairs, 1.5)
    assert (cohesion(tight) or 0) > 0.9 > 0.2 > (cohesion(loose) or 0)
    assert core_periphery_fit(tight) is None
    ideal = np.zeros((8, 8))
    ideal[:2, :] = ideal[:, :2] = 1.0
    np.fill_diagonal(ideal, 0)
    assert core_periphery_fit(ideal) == pytest.approx(1)


# What comes in -----------------------------------------------------------------------------------------------

GOOD = {"at": "2026-11-02T20:00+01:00", "present": ["m1", "m2"], "reporter": "a", "effort_minutes": 20}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"present": ["m1", "m2", "m1"]}, "waarneming nr. 1: present: lid 'm1' staat er twee keer"),
        ({"at": None}, "waarneming nr. 1: at: de tijd ontbreekt"),
        ({"at": "2026-11-02"}, "ontbreekt het uur"),
        ({"at": "gisteren"}, "at: 'gisteren' is geen tijdstip"),
        ({"at": 20261102}, "at: 20261102 is geen tijdstip"),
        ({"at": "0026-11-02T20:00"}, "het jaar 26 kan niet"),
        ({"present": [f"p{n}" for n in range(5000)]}, "5000 leden bij één waarneming is te veel"),
        ({"present": "m1"}, "present: geef een lijst van leden"),
        ({"present": ["m1", ""]}, "present: '' kan niet"),
        ({"present": [1]}, "present: 1 kan niet"),
        ({"effort_minutes": -5}, "effort_minutes: -5 kan niet"),
        ({"effort_minutes": 9000}, "effort_minutes: 9000 kan niet"),
        ({"effort_minutes": True}, "effort_minutes: true is geen aantal minuten"),
        ({"effort_minutes": 10**400}, "kan niet. Geef de minuten dat is gekeken"),
        ({"present": ["m1", "\ud800"]}, "present: '\\ud800' bevat een onzichtbaar teken"),
        ({"place": "plein\0"}, "place: 'plein\\u0000' bevat een onzichtbaar teken"),
        ({"effort_minutes": "veel"}, "effort_minutes: 'veel' is geen aantal minuten"),
        ({"roles_seen": {"m9": ["leidt"]}}, "roles_seen: lid 'm9': staat niet bij 'present'"),
        ({"roles_seen": {"m1": ["dealt"]}}, "roles_seen: lid 'm1': 'dealt' is niet bekend"),
        ({"roles_seen": {"m1": "leidt"}}, "roles_seen: lid 'm1': geef een lijst"),
        ({"reporter": 7}, "reporter: 7 kan niet"),
        ({"presnt": []}, "presnt: dit veld is niet bekend. Bedoelt u 'present'"),
    ],
)  # fmt: skip
def test_bad_gatherings_are_refused_by_name(change: dict[str, Any], message: str) -> None:
    text = json.dumps({"gatherings": [GOOD | change]})
    with pytest.raises(BadInput) as error:
        read_observed(text, file="groep.json", most_present=RULES.most_present)
    assert "groep.json: " in error.value.message
    assert message in error.value.message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"gatherings": [GOOD], "expected_core": 3}, "expected_core: 3 kernleden is meer dan de 2 leden"),
        ({"gatherings": [GOOD], "expected_core": 0}, "expected_core: 0 kan niet"),
        ({"gatherings": [GOOD], "expected_core": 1.5}, "expected_core: 1.5 kan niet"),
        ({"gatherings": [GOOD], "group": ["m1", "m1"]}, "group: lid 'm1' staat er twee keer"),
        ({"gatherings": [GOOD], "group": "m1"}, "group: geef een lijst"),
        ({"gatherings": [GOOD], "group": [], "expected_core": 1}, "group: deze lijst is leeg"),
        (None, "geef een object met 'gatherings'"),
        ({"gatherings": {}}, "gatherings: geef een lijst"),
        ({"gathering": []}, "Bedoelt u dat met 'gathering'"),
        ({"gatherings": [GOOD | {"id": "a"}, GOOD | {"id": "a"}]}, "staat ook bij nr. 1"),
        ({"gatherings": [7]}, "waarneming nr. 1: dit is geen waarneming"),
        ([GOOD], "geef een object met 'gatherings'"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_by_name(data: Any, message: str) -> None:
    with pytest.raises(BadInput) as error:
        read_observed(json.dumps(data), file="groep.json", most_present=RULES.most_present)
    assert message in error.value.message


def test_a_whole_number_may_be_written_with_a_point() -> None:
    text = json.dumps({"gatherings": [GOOD], "expected_core": 2.0})
    assert read_observed(text, file="-", most_present=200).expected_core == 2


def test_an_expected_core_on_the_command_line_may_not_contradict_the_file() -> None:
    text = json.dumps({"gatherings": [GOOD], "expected_core": 1})
    assert read_observed(text, file="-", most_present=200, expected_core=1).expected_core == 1
    with pytest.raises(BadInput, match="het bestand zegt 1 en de opdracht 2"):
        read_observed(text, file="-", most_present=200, expected_core=2)


@pytest.mark.parametrize("text", ['{"gatherings": [', 'gathering,at,member\ng1,"2026,m1\n'])
def test_what_cannot_be_parsed_is_told_in_dutch(text: str) -> None:
    with pytest.raises(BadInput, match=r"het gaat mis op regel \d") as error:
        read_observed(text, file="-", most_present=200)
    assert "Expecting" not in error.value.message
    assert "unexpected" not in error.value.message


@pytest.mark.parametrize(
    "text", ["", "  ", ";", "{", '{"gatherings": [], "gatherings": []}', '{"gatherings": NaN}', "[" * 9000]
)
def test_what_is_neither_json_nor_csv_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_observed(text, file="-", most_present=RULES.most_present)


CSV = (
    "gathering,at,place,member,reporter,effort_minutes\n"
    "g1,2026-11-02T20:00,plein,m1,a,30\ng1,2026-11-02T20:00,plein,m2,a,30\ng2,2026-11-03T20:00,plein,,b,15\n"
)


def test_csv_says_the_same_as_json_also_with_semicolons_or_tabs() -> None:
    data = {
        "gatherings": [
            {"id": "g1", "at": "2026-11-02T20:00", "place": "plein", "present": ["m1", "m2"], "reporter": "a",
             "effort_minutes": 30},
            {"id": "g2", "at": "2026-11-03T20:00", "place": "plein", "present": [], "reporter": "b",
             "effort_minutes": 15},
        ]
    }  # fmt: skip
    expected = read_observed(json.dumps(data), file="-", most_present=200)
    for text in (CSV, CSV.replace(",", ";"), CSV.replace(",", "\t"), CSV.replace("\n", "\r\n")):
        assert read_observed(text, file="-", most_present=200) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            CSV + "g1,2026-11-02T20:00,plein,m2,a,30\n",
            "regel 5: waarneming 'g1': member: lid 'm2' staat er twee keer",
        ),
        (
            CSV + "g1,2026-11-02T21:00,plein,m3,a,30\n",
            "regel 5: waarneming 'g1': at: '2026-11-02T21:00' is anders dan",
        ),
        (CSV + "g3,,plein,m3,a,30\n", "waarneming 'g3': at: de tijd ontbreekt"),
        (CSV + "g3,2026-11-02T20:00,plein,m3,a,-1\n", "effort_minutes: -1.0 kan niet"),
        (CSV + "g3,2026-11-02T20:00\n", "regel 5: 2 kolommen in plaats van 6"),
        (CSV + ",2026-11-02T20:00,plein,m3,a,30\n", "regel 5: gathering: dit is leeg"),
        (CSV + "g3,2026-11-02T20:00,plein,m\x07,a,30\n", "member: 'm\\u0007' bevat een onzichtbaar teken"),
        (CSV.replace("member", "lid", 1), "kopregel: member: deze kolom ontbreekt"),
        (CSV.replace("place", "postcode", 1), "kopregel: postcode: deze kolom is niet bekend"),
    ],
)
def test_bad_csv_is_refused_by_line(text: str, message: str) -> None:
    with pytest.raises(BadInput) as error:
        read_observed(text, file="groep.csv", most_present=200)
    assert message in error.value.message


# The command -------------------------------------------------------------------------------------------------


def as_input(observed: Observed) -> str:
    gatherings = [
        {"at": one.at.isoformat(), "place": one.place, "present": list(one.present), "reporter": one.reporter,
         "effort_minutes": one.effort_minutes}
        for one in observed.occasions
    ]  # fmt: skip
    return json.dumps(
        {"gatherings": gatherings, "group": observed.group, "expected_core": observed.expected_core}
    )


def test_the_command_prints_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "groep.json"
    file.write_text(as_input(group()), encoding="utf-8")
    main(["differentiate", str(file)])
    answer = json.loads(capsys.readouterr().out)
    assert answer["group"].keys() >= {"cohesion", "core_periphery_fit", "n_observers"}
    for one in answer["members"]:
        assert one.keys() >= {
            "member", "reading", "probability_core", "interval", "n_gatherings", "evidence", "abstains_because",
        }  # fmt: skip
    assert {one["reading"] for one in answer["members"]} == {"kern", "meeloper"}


def test_the_command_leaves_with_2_and_names_file_and_member(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "groep.csv"
    file.write_text(CSV + "g1,2026-11-02T20:00,plein,m2,a,30\n", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["differentiate", str(file)])
    assert left.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert str(file) in err
    assert "m2" in err


def test_reading_needs_no_scikit_learn() -> None:
    code = "import sys; sys.argv[1:] = ['differentiate', '-']; from shortlist.cli import main; main(); " + (
        "sys.exit(any(name.split('.')[0] in {'sklearn', 'flask', 'sqlalchemy'} for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=as_input(group()), text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# The model and its card --------------------------------------------------------------------------------------


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    shutil.copytree(assets.MODELS, folder)
    return folder


def test_the_shipped_model_loads_with_its_card() -> None:
    assert MODEL.feature == "times_seen_corrected"
    assert MODEL.slope > 0


def test_a_model_without_its_card_is_not_loaded(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (models / "member-reading.card.md").unlink()
    with pytest.raises(Broken, match="modelkaart ontbreekt"):
        load_reading_model(RULES, models)
    with pytest.raises(SystemExit) as left:
        main(["differentiate", str(models / "member-reading.json"), "--models", str(models)])
    assert left.value.code == 1
    assert "modelkaart" in capsys.readouterr().err


def test_a_card_that_is_about_other_numbers_or_misses_a_section_is_not_valid(models: Path) -> None:
    model, card = models / "member-reading.json", models / "member-reading.card.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("## Waarvoor niet", "## Iets anders"), encoding="utf-8")
    with pytest.raises(Broken, match="Waarvoor niet"):
        load_reading_model(RULES, models)
    card.write_text(text, encoding="utf-8")
    data = json.loads(model.read_text(encoding="utf-8"))
    data["parameters"]["slope"] += 0.1
    model.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(Broken, match="andere getallen"):
        load_reading_model(RULES, models)


@pytest.mark.parametrize("slope", [0, -1, "2", True, None])
def test_a_model_with_an_impossible_slope_is_not_loaded(models: Path, slope: Any) -> None:
    model, card = models / "member-reading.json", models / "member-reading.card.md"
    data = json.loads(model.read_text(encoding="utf-8"))
    before = fingerprint(data)
    data["parameters"]["slope"] = slope
    model.write_text(json.dumps(data), encoding="utf-8")
    card.write_text(card.read_text(encoding="utf-8").replace(before, fingerprint(data)), encoding="utf-8")
    with pytest.raises(Broken, match="slope"):
        load_reading_model(RULES, models)


def test_training_again_gives_the_shipped_model_card_and_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(__file__).resolve().parents[3] / "shared" / "data" / "roles"
    if not data.is_dir():
        pytest.skip("de openbare netwerken staan niet naast de broncode (../shared/data/roles)")
    main(["train", str(data), "--out", str(tmp_path)])
    assert json.loads(capsys.readouterr().out)["parameters"]["slope"] == MODEL.slope
    for name in ("member-reading.json", "member-reading.card.md", "member-reading.data.md"):
        assert (tmp_path / name).read_text(encoding="utf-8") == (assets.MODELS / name).read_text(
            encoding="utf-8"
        )


def test_training_refuses_what_it_cannot_learn_from(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["train", str(tmp_path), "--out", str(tmp_path / "uit")])
    assert left.value.code == 2
    assert not (tmp_path / "uit").exists()
