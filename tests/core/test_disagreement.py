"""Where people and reading differ more often: found when planted, else not, and abstained when little is known."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shortlist.cli import main
from shortlist.differentiating.fairness.disagreement import COLUMNS, Analysis, Compared, analyse, told
from shortlist.differentiating.fairness.disagreement_files import load_bias_rules, read_compared
from shortlist.errors import BadInput
from tests.core.compared import table

RULES = load_bias_rules()
GOOD = {
    "own_view": "kern", "reading": "meeloper", "place": "plek-1", "hour": 21, "team": "politie",
    "observed_on": "2026-11-02",
}  # fmt: skip
DOCS = Path(__file__).resolve().parents[2] / "docs"


def deviating(found: Analysis) -> list[str]:
    return [mark.value for cluster in found.clusters if cluster.deviates for mark in cluster.marks]


def test_a_planted_difference_at_one_place_is_found_and_named() -> None:
    found = analyse(table(1200, seed=3, planted=0.6), RULES)
    assert "plek-3" in deviating(found)
    said = " ".join(told(found, RULES))
    assert "wijkt af: oordeel en lezing verschillen daar vaker" in said
    assert "plek plek-3" in said
    assert "niet wie gelijk heeft" in said


def test_a_planted_difference_of_one_team_is_found_and_named() -> None:
    assert "politie" in deviating(analyse(table(800, seed=4, planted=0.5, where="politie"), RULES))


def test_without_a_difference_nothing_is_found_more_often_than_the_rules_allow() -> None:
    found = [analyse(table(400, seed=seed), RULES, seed=seed) for seed in range(20)]
    assert sum(bool(deviating(one)) for one in found) <= 2
    assert "Dat bewijst niet dat er geen verschil is" in " ".join(told(found[0], RULES))


def test_the_same_rows_and_seed_give_the_same_answer() -> None:
    rows = table(400, seed=5, planted=0.6)
    assert analyse(rows, RULES) == analyse(rows, RULES)
    assert analyse(rows, RULES).seed == RULES.seed


def test_other_names_for_places_and_teams_change_nothing_but_the_names() -> None:
    rows = table(400, seed=6, planted=0.7)
    renamed = [replace(row, place=f"x{row.place}", team=f"x{row.team}") for row in rows]
    one, other = analyse(rows, RULES), analyse(renamed, RULES)
    assert [cluster.p for cluster in one.clusters] == [cluster.p for cluster in other.clusters]


def test_no_row_is_searched_and_judged_both_and_the_correction_counts_every_judged_part() -> None:
    found = analyse(table(1000, seed=3, planted=0.6), RULES)
    assert found.n_train + found.n_test == found.n_used
    assert sum(cluster.n_test for cluster in found.clusters) + found.not_judged == found.n_test
    for cluster in found.clusters:
        assert cluster.p_corrected == pytest.approx(min(1.0, cluster.p * len(found.clusters)))
        assert cluster.deviates == (cluster.p_corrected < RULES.alpha)


def test_few_rows_and_rows_that_say_nothing_make_it_abstain() -> None:
    found = analyse(table(RULES.minimum_rows - 1, seed=1, planted=0.9), RULES)
    assert found.abstains_because is not None
    assert found.clusters == ()
    silent = [replace(row, reading="onthouding") for row in table(500, seed=1)]
    found = analyse([*silent, *(replace(row, own_view="onbekend") for row in table(50, seed=2))], RULES)
    assert found.n_used == 0
    assert found.left_out == {"geen eigen oordeel": 50, "lezing onthoudt zich": 500}
    assert told(found, RULES)[2].startswith("Onthouding. Er zijn 0 bruikbare rijen")
    alike = [replace(row, reading=row.own_view) for row in table(300, seed=1)]
    assert "steeds gelijk" in str(analyse(alike, RULES).abstains_because)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"own_view": "leider"}, "rij 1: own_view: 'leider' kan niet"),
        ({"reading": "geen oordeel"}, "rij 1: reading: 'geen oordeel' kan niet"),
        ({"place": " "}, "rij 1: place"),
        ({"team": None}, "rij 1: team"),
        ({"hour": 24}, "'24' is geen heel uur"),
        ({"hour": True}, "'True' is geen heel uur"),
        ({"hour": "half tien"}, "geen heel uur"),
        ({"hour": "9" * 5000}, "geen heel uur"),
        ({"observed_on": "gisteren"}, "geen dag als JJJJ-MM-DD"),
        ({"observed_on": 20261102}, "geen dag als JJJJ-MM-DD"),
        ({"member": "m1"}, "de kolom 'member' hoort hier niet: er mag niets over personen in staan"),
    ],
)
def test_bad_rows_are_refused_by_row_and_column(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=re.escape(message)):
        read_compared(json.dumps([GOOD | change]), file="tabel.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "kop: de kolom 'own_view' ontbreekt"),
        ("{", "geen geldige JSON; het gaat mis op regel 1"),
        ("[" * 100_000, "te diep genest"),
        ("[" + "9" * 5000 + "]", "een getal is te lang"),
        ('{"rows": []}', "een lijst van rijen"),
        ("[3]", "rij 1: dit hoort een object"),
        (",".join(COLUMNS) + "\nkern,kern,plein\n", "regel 2: deze regel heeft niet 6 waarden"),
        (",".join(COLUMNS[1:]) + "\n", "de kolom 'own_view' ontbreekt"),
    ],
)
def test_what_is_no_table_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=re.escape(message)):
        read_compared(text, file="tabel")


def as_csv(rows: list[Compared], separator: str = ",") -> str:
    lines = [
        separator.join(
            [row.own_view, row.reading, row.place, str(row.hour), row.team, row.observed_on.isoformat()]
        )
        for row in rows
    ]
    return "\n".join([separator.join(COLUMNS), *lines]) + "\n"


def test_csv_with_commas_or_semicolons_says_the_same_as_json() -> None:
    rows = table(5, seed=1)
    assert read_compared(as_csv(rows), file="x") == rows
    assert read_compared(as_csv(rows, ";"), file="x") == rows


def test_the_command_prints_json_with_the_text_or_the_text_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tabel.csv"
    file.write_text(as_csv(table(120, seed=1)), encoding="utf-8")
    main(["analyse-bias", str(file), "--seed", "7"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["seed"] == 7
    assert answer["abstains_because"] in answer["text"][-1]
    main(["analyse-bias", str(file), "--text"])
    assert capsys.readouterr().out.startswith("120 rijen gelezen")


def test_the_command_leaves_with_2_on_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tabel.csv"
    file.write_text("member,own_view\n", encoding="utf-8")
    with pytest.raises(SystemExit) as leave:
        main(["analyse-bias", str(file)])
    assert leave.value.code == 2
    assert "de kolom 'member' hoort hier niet" in capsys.readouterr().err


@pytest.mark.skipif(not DOCS.is_dir(), reason="de leeswijzer ligt alleen bij de broncode")
def test_the_reading_guide_shows_what_the_command_says_of_its_example() -> None:
    guide = " ".join(
        (DOCS / "leeswijzer-verschillen.md").read_text(encoding="utf-8").replace("> ", "").split()
    )
    rows = read_compared((DOCS / "voorbeeld-verschillen.csv").read_text(encoding="utf-8"), file="voorbeeld")
    for sentence in told(analyse(rows, RULES), RULES):
        assert " ".join(sentence.split()) in guide
