"""The rules files: all sound, every rule reached by a case, and every fault named with file, line and remedy."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from shortlist.assets import RULES
from shortlist.classifying.case_files import check_cases
from shortlist.classifying.rules_files import load_rules, read_rules_folder
from shortlist.classifying.verdict import classify
from shortlist.errors import BadInput, Broken
from shortlist.storing.dated_yaml import read_file, read_folder

LANDELIJK = "rulesets/landelijk-2010.yaml"
BREAKS = yaml.safe_load(Path(__file__).with_name("broken_rules.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the rules that a test may break."""
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first ``old`` in a file and return the line where it stood."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def faults(folder: Path) -> list[str]:
    rules, problems = read_rules_folder(folder)
    assert (rules is None) == bool(problems)
    return [str(problem) for problem in problems]


def test_every_rule_and_gate_is_reached_by_a_worked_case_and_every_case_comes_out_as_written() -> None:
    rules = load_rules()
    wrong, unreached = check_cases(rules)
    assert wrong == ()
    assert unreached == ()
    assert len(rules.rulesets) == 2


def test_the_published_schemas_are_themselves_sound_and_every_file_names_one() -> None:
    for path in (RULES / "schemas").glob("*.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
    assert read_folder(RULES).problems == ()


def test_the_questionnaire_has_the_items_of_the_contract_and_asks_nothing_that_may_not_be_asked() -> None:
    items = load_rules().questionnaire.items
    assert len(items) == 54
    frequency = {"nooit", "soms", "vaak", "geen_aanwijzing", "onbekend"}
    assert set(items["inbraak"].scale.allowed) == frequency
    assert items["politiecontact"].scale.values == ("niemand", "enkelen", "helft", "meesten")
    assert items["aanspreekbaarheid"].scale.values == ("goed", "matig", "slecht")
    assert all(item.question.endswith("?") for item in items.values())
    asked = " ".join(item.question.lower() for item in items.values())
    for word in ("afkomst", "nationaliteit", "geloof", "gezondheid", "gezin", "schuld", "woont", "etnisch"):
        assert word not in asked


@pytest.mark.parametrize("case", BREAKS)
def test_a_broken_rules_file_is_named_with_file_line_and_remedy(case: str, folder: Path) -> None:
    broken = BREAKS[case]
    file = broken["file"]
    line = change(folder, file, broken["old"], broken["new"])
    if "at" in broken:
        text = (folder / file).read_text(encoding="utf-8")
        line = text[: text.index(broken["at"])].count("\n") + 1
    every = faults(folder)
    found = [fault for fault in every if fault.startswith(f"{file}, regel {line}: ")]
    assert found, (line, every)
    told = " ".join(found)
    for word in broken["words"]:
        assert word in told, told
    assert "Herstel: " in told


def test_a_fault_in_the_rules_stops_the_start_and_names_all_of_them(folder: Path) -> None:
    change(folder, LANDELIJK, "{item: motief, is: gewin}", "{item: motif, is: gewin}")
    change(folder, "duiding.yaml", "{item: angst, is: ja}", "{item: angst, is: heel}")
    with pytest.raises(Broken) as stop:
        load_rules(folder)
    assert [line.split(",")[0] for line in stop.value.message.splitlines()] == ["duiding.yaml", LANDELIJK]


def test_two_versions_of_one_ruleset_in_force_on_one_day_are_refused(folder: Path) -> None:
    second = folder / "rulesets" / "landelijk-nieuw.yaml"
    text = (folder / LANDELIJK).read_text(encoding="utf-8")
    second.write_text(text.replace("valid_from: 2010-01-01", "valid_from: 2015-01-01"), encoding="utf-8")
    (told,) = faults(folder)
    assert told.startswith("rulesets/landelijk-nieuw.yaml, regel ")
    assert "landelijk-2010.yaml geldt dan ook nog" in told
    change(folder, LANDELIJK, "valid_until: null", "valid_until: 2014-12-31")
    rules = load_rules(folder)
    assert [one.valid_from.year for one in rules.rulesets if one.name == "landelijk-2010"] == [2010, 2015]
    assert rules.ruleset("landelijk-2010", date(2012, 1, 1)).valid_from.year == 2010
    assert rules.ruleset("landelijk-2010", date(2020, 1, 1)).valid_from.year == 2015


def test_a_municipality_adds_its_own_ruleset_by_dropping_in_a_file(folder: Path) -> None:
    (folder / "rulesets" / "waterveen-2027.yaml").write_text(
        """
kind: ruleset
name: waterveen-2027
title: Waterveen
valid_from: 2027-01-01
valid_until: null
sources: {raad: {title: Raadsbesluit}}
history: [{on: 2027-01-01, change: eerste}]
classes: [rustig, druk]
rules:
  - id: druk
    class: druk
    text: Lawaai of afval, of een grote groep
    when:
      any:
        - {items: [lawaai, afval, versperren], at_least: soms, count: 2}
        - {item: omvang_max, above: 40}
    because: [{source: raad, locator: artikel 1}]
  - id: rustig
    class: rustig
    text: Anders
    otherwise: true
    because: [{source: raad, locator: artikel 2}]
""",
        encoding="utf-8",
    )
    rules = load_rules(folder)
    own = rules.ruleset("waterveen-2027", date(2027, 6, 1))
    assert classify({"lawaai": "soms", "afval": "vaak"}, own).outcome == "druk"
    assert classify({"omvang_max": 41}, own).outcome == "druk"
    assert classify({"lawaai": "soms", "omvang_max": 12}, own).possible == ("rustig", "druk")
    assert set(classify({"lawaai": "soms", "omvang_max": 12}, own).settle) == {"afval", "versperren"}
    _, unreached = check_cases(rules)
    assert {notice.file for notice in unreached} == {"rulesets/waterveen-2027.yaml"}


def test_a_case_that_comes_out_otherwise_is_named_at_its_line(folder: Path) -> None:
    file = "rulesets/landelijk-2010.cases.yaml"
    line = change(folder, file, "outcome: crimineel", "outcome: hinderlijk")
    wrong, _ = check_cases(load_rules(folder))
    assert [(problem.file, problem.line) for problem in wrong] == [(file, line)]
    assert "een_feit_en_veel_politiecontact" in wrong[0].message


@pytest.mark.parametrize("file", ["questionnaire.yaml", "duiding.yaml", "frequency.yaml", "routing.yaml"])
def test_a_missing_file_is_told_by_name(file: str, folder: Path) -> None:
    (folder / file).unlink()
    assert any(file in fault for fault in faults(folder))


def test_a_name_that_does_not_exist_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(BadInput, match="landelijk-2010"):
        load_rules().ruleset("landelijk-2011", date(2026, 1, 1))


def test_a_folder_that_is_empty_or_absent_is_told(tmp_path: Path) -> None:
    assert "geen regelbestanden" in faults(tmp_path)[0]
    assert "bestaat niet" in faults(tmp_path / "weg")[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"- een\n- lijst\n", "geen velden"),
        (b"a: &a [*a]\n", "verwezen"),
        (b"a: " + b"[" * 100_000, "te diep genest"),
        (b"a:\n" + b"- " * 100_000, "te diep genest"),
        (b"1: een\n", "geen tekst"),
        (b"a: \x00", "YAML"),
    ],
)
def test_a_file_that_is_no_rules_file_at_all_is_told_in_one_line(
    content: bytes, told: str, folder: Path
) -> None:
    (folder / "raar.yaml").write_bytes(content)
    found = [fault for fault in faults(folder) if fault.startswith("raar.yaml, regel ")]
    assert found
    assert told in " ".join(found)


def test_words_that_older_yaml_takes_for_booleans_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("on: no\nyes: off\nja: true\ndag: 2026-11-23\n", encoding="utf-8")
    document, problems = read_file(path)
    assert problems == []
    assert document is not None
    assert document.data == {"on": "no", "yes": "off", "ja": True, "dag": "2026-11-23"}


def test_a_folder_without_schemas_is_held_against_those_that_ship(folder: Path) -> None:
    shutil.rmtree(folder / "schemas")
    assert faults(folder) == []
    change(folder, LANDELIJK, "classes: ", "klassen: ")
    assert any("klassen" in fault for fault in faults(folder))


def test_the_duiding_in_force_on_the_day_is_used(folder: Path) -> None:
    text = (folder / "duiding.yaml").read_text(encoding="utf-8")
    newer = text.replace("valid_from: 2010-01-01", "valid_from: 2030-01-01")
    newer = newer.replace("title: Duiding in vier thema's", "title: Nieuwe duiding")
    (folder / "duiding-2030.yaml").write_text(newer, encoding="utf-8")
    change(folder, "duiding.yaml", "valid_until: null", "valid_until: 2029-12-31")
    assert load_rules(folder, date(2026, 1, 1)).duiding.title == "Duiding in vier thema's"
    assert load_rules(folder, date(2031, 1, 1)).duiding.title == "Nieuwe duiding"
    assert load_rules(folder).duiding.title == "Nieuwe duiding"
    assert load_rules(folder, date(2001, 1, 1)).duiding.title == "Duiding in vier thema's"


def test_rules_that_relate_too_many_items_at_once_are_refused_and_do_not_stop_the_machine(
    folder: Path,
) -> None:
    items = [item.id for item in load_rules().questionnaire.items.values() if item.scale.no_sign]
    pairs = list(zip(items[:14], items[14:28], strict=True))
    same = ", ".join(
        f"{{all: [{{item: {a}, is: {word}}}, {{item: {b}, is: {word}}}]}}"
        for a, b in pairs
        for word in ("nooit", "soms", "vaak")
    )
    change(
        folder,
        LANDELIJK,
        "rules:\n",
        "rules:\n"
        "  - id: eerst\n    class: crimineel\n    text: eerst\n"
        f"    when: {{items: [{', '.join(items[:28])}], at_least: vaak, count: 28}}\n"
        "    because: [{source: reconstructie, locator: proef}]\n"
        "  - id: paren\n    class: crimineel\n    text: paren\n"
        f"    when: {{at_least: 14, of: [{same}]}}\n"
        "    because: [{source: reconstructie, locator: proef}]\n",
    )
    (told,) = faults(folder)
    assert told.startswith(LANDELIJK)
    assert "te veel vragen" in told


def test_cases_hold_for_the_version_they_lie_beside_and_other_cases_for_every_version(folder: Path) -> None:
    old, new = folder / "rulesets" / "almere-2013.yaml", folder / "rulesets" / "almere-2030.yaml"
    text = old.read_text(encoding="utf-8")
    wider = text.replace("items: [alcohol, blowen]", "items: [alcohol, blowen, lachgas]")
    assert wider != text
    new.write_text(wider.replace("valid_from: 2013-01-01", "valid_from: 2030-01-01"), encoding="utf-8")
    old.write_text(text.replace("valid_until: null", "valid_until: 2029-12-31"), encoding="utf-8")
    wrong, unreached = check_cases(load_rules(folder))
    assert wrong == ()
    assert {one.file for one in unreached} == {"rulesets/almere-2030.yaml"}
    cases = folder / "rulesets" / "almere-2013.cases.yaml"
    cases.rename(folder / "rulesets" / "almere.cases.yaml")
    wrong, unreached = check_cases(load_rules(folder))
    assert any("'alleen_de_poort_is_onbekend'" in str(one) for one in wrong)
    assert unreached == ()


def test_a_case_for_a_theme_or_rule_that_does_not_exist_is_told(folder: Path) -> None:
    file = "duiding.cases.yaml"
    first = change(folder, file, "levels: {ernst: hoog, impact: hoog}", "levels: {ernts: hoog, impact: hoog}")
    second = change(folder, file, "rules: {ernst: ernst_midden}", "rules: {impact: impact_laag}")
    wrong, _ = check_cases(load_rules(folder))
    assert [problem.line for problem in wrong] == [first, second]
