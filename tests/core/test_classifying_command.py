"""`shortlist classify` and `check-rules` keep their contract: JSON out, Dutch messages, exit codes."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shortlist.assets import RULES
from shortlist.cli import main

Run = Callable[..., tuple[int, str, str]]

GROUPS = [
    {"id": "g1", "answers": {"intimideren": "vaak", "inbraak": "geen_aanwijzing", "alcohol": "soms"}},
    {"id": "g2", "answers": {"inbraak": "vaak", "straatroof": "soms", "alcohol": "nooit", "blowen": "nooit"}},
]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs the command line and gives exit code, output and messages."""

    def call(*arguments: str, stdin: bytes | None = None) -> tuple[int, str, str]:
        if stdin is not None:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code: object = 0
        try:
            main(list(arguments))
        except SystemExit as leave:
            code = leave.code
        out, err = capsys.readouterr()
        return (code if isinstance(code, int) else 0), out, err

    return call


def written(folder: Path, data: Any) -> str:
    path = folder / "groepen.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


def test_every_group_is_judged_under_every_ruleset_in_force_with_all_fields_of_the_contract(
    run: Run, tmp_path: Path
) -> None:
    code, out, err = run("classify", written(tmp_path, GROUPS))
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [(one["id"], one["ruleset"]) for one in found] == [
        ("g1", "landelijk-2010"), ("g1", "almere-2013"), ("g2", "landelijk-2010"), ("g2", "almere-2013"),
    ]  # fmt: skip
    first = found[0]
    assert first["valid_from"] == "2010-01-01"
    assert first["outcome"] == "te weinig bekend"
    assert first["possible"] == ["hinderlijk", "overlastgevend", "crimineel"]
    reason = next(one for one in first["reasons"] if one["criterion"] == "intimideren")
    assert {"rule", "criterion", "answer", "holds", "because"} <= reason.keys()
    assert (reason["rule"], reason["answer"], reason["holds"]) == ("overlastgevend", "vaak", True)
    assert {"source", "locator"} <= reason["because"][0].keys()
    assert first["provisional"]["assumes"] == ["inbraak"]
    assert set(first["settle"]) < set(first["missing"])
    assert list(first["duiding"]) == ["ernst", "risico", "ontwikkeling", "impact"]
    assert {"level", "reasons"} <= first["duiding"]["ernst"].keys()
    assert found[2]["outcome"] == "crimineel"
    assert found[2]["provisional"] == {"outcome": "crimineel", "possible": ["crimineel"], "assumes": []}
    assert found[3]["outcome"] == "hinderlijk"
    assert [one["gate_decides"] for one in found] == [False, False, False, True]
    assert {"change": {"alcohol": "soms"}, "outcome": "crimineel"} in found[3]["flips"]


def test_groups_may_be_wrapped_come_by_standard_input_and_carry_other_fields(run: Run) -> None:
    wrapped = {"about": "x", "groups": [{**GROUPS[1], "place": "Waterveen", "said": None, "year": 2020}]}
    code, out, _ = run("classify", "-", "--ruleset", "almere-2013", stdin=json.dumps(wrapped).encode())
    assert code == 0
    assert [one["ruleset"] for one in json.loads(out)] == ["almere-2013"]


def test_the_date_chooses_the_rulesets_and_a_name_goes_before_the_date(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, GROUPS)
    _, out, _ = run("classify", file, "--on", "2011-05-01")
    assert {one["ruleset"] for one in json.loads(out)} == {"landelijk-2010"}
    _, out, _ = run(
        "classify", file, "--on", "2011-05-01", "--ruleset", "almere-2013", "--ruleset", "almere-2013"
    )
    assert [one["ruleset"] for one in json.loads(out)] == ["almere-2013", "almere-2013"]
    code, out, err = run("classify", file, "--on", "2009-05-01")
    assert (code, out) == (2, "")
    assert "geen regelset in werking" in err


def test_a_closed_ruleset_is_used_only_by_name(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    path = folder / "rulesets" / "almere-2013.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("valid_until: null", "valid_until: 2014-12-31"), encoding="utf-8")
    file = written(tmp_path, GROUPS[:1])
    _, out, _ = run("classify", file, "--rules", str(folder))
    assert [one["ruleset"] for one in json.loads(out)] == ["landelijk-2010"]
    _, out, _ = run("classify", file, "--rules", str(folder), "--on", "2014-12-31")
    assert [one["ruleset"] for one in json.loads(out)] == ["landelijk-2010", "almere-2013"]
    _, out, _ = run("classify", file, "--rules", str(folder), "--ruleset", "almere-2013")
    assert [one["ruleset"] for one in json.loads(out)] == ["almere-2013"]


def test_pretty_is_the_same_content_with_lines_and_brief_leaves_out_reasons(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, GROUPS)
    _, plain, _ = run("classify", file)
    _, pretty, _ = run("classify", file, "--pretty")
    _, brief, _ = run("classify", file, "--brief")
    assert json.loads(plain) == json.loads(pretty)
    assert plain.count("\n") == 1
    assert pretty.count("\n") > 100
    assert "reasons" not in json.loads(brief)[0]


def test_the_previous_assessment_counts_in_the_duiding(run: Run, tmp_path: Path) -> None:
    group = {"id": "g", "answers": {"vernieling": "vaak"}, "previous": {"vernieling": "soms"}}
    _, out, _ = run("classify", written(tmp_path, [group]))
    assert json.loads(out)[0]["duiding"]["ontwikkeling"]["level"] == "hoog"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([{"id": "g1", "answers": {"alchohol": "soms"}}], ("groep 'g1'", "alchohol", "'alcohol'")),
        ([{"id": "g1", "answers": {"alcohol": "altijd"}}], ("groep 'g1'", "alcohol", "nooit, soms, vaak")),
        ([{"id": "g1", "answers": {"alcohol": None}}], ("groep 'g1'", "alcohol", "null")),
        ([{"id": "g1", "answers": {"alcohol": True}}], ("alcohol", "True")),
        ([{"id": "g1", "answers": {"alcohol": ["soms"]}}], ("alcohol", "kan niet")),
        (
            [{"id": "g1", "answers": {"motief": "geen_aanwijzing"}}],
            ("motief", "kick, gemengd, gewin, onbekend"),
        ),
        ([{"id": "g1", "answers": {"omvang_max": 201}}], ("omvang_max", "0 tot en met 200")),
        ([{"id": "g1", "answers": {"omvang_max": 12.5}}], ("omvang_max", "geheel getal")),
        ([{"id": "g1", "answers": {"omvang_max": True}}], ("omvang_max", "geheel getal")),
        ([{"id": "g1", "answers": {"omvang_max": "12"}}], ("omvang_max", "geheel getal")),
        (
            [{"id": "g1", "answers": {"leeftijd_jongste": 19, "leeftijd_oudste": 12}}],
            ("leeftijd_jongste", "12"),
        ),
        ([{"id": "g1", "answers": {"omvang_min": 19, "omvang_max": 12}}], ("omvang_min", "omvang_max")),
        ([{"id": "g1", "answers": {"kern_omvang": 19, "omvang_max": 12}}], ("kern_omvang", "omvang_max")),
        ([{"id": "g1", "answers": {}}, {"id": "g1", "answers": {}}], ("groep 'g1'", "nr. 1", "nr. 2")),
        ([{"id": "g1", "anwsers": {}}], ("groep 'g1'", "answers", "'anwsers'")),
        ([{"answers": {}}], ("nr. 1", "id")),
        ([{"id": 7, "answers": {}}], ("nr. 1", "id")),
        ([{"id": " ", "answers": {}}], ("id", "niet-lege")),
        ([{"id": "g1", "answers": []}], ("groep 'g1'", "answers", "object")),
        ([{"id": "g1", "answers": {}, "previous": {"x": 1}}], ("groep 'g1'", "previous", "x")),
        ([{"id": "g1", "answers": {}, "observed_until": "gisteren"}], ("observed_until", "JJJJ-MM-DD")),
        ([{"id": "g1", "answers": {}, "observed_until": 2020}], ("observed_until", "JJJJ-MM-DD")),
        ([{"id": "g1", "answers": {}, "observed_until": "2999-01-01"}], ("observed_until", "toekomst")),
        (["g1"], ("nr. 1", "object")),
        ({"groepen": []}, ("groups",)),
        ({"groups": {}}, ("lijst",)),
        ("{", ("JSON", "regel 1")),
        ("", ("JSON",)),
        ("[NaN]", ("NaN",)),
        ("[" * 100_000, ("genest",)),
        ('[{"id": "g1", "answers": {"alcohol": "soms", "alcohol": "vaak"}}]', ("alcohol", "dubbel")),
        ("7", ("lijst",)),
        ('[{"id": "g1", "answers": {"omvang_max": ' + "9" * 5000 + "}}]", ("te lang",)),
        ('[{"id": "g1", "answers": {"omvang_max": 1e999}}]', ("omvang_max", "geheel getal")),
        ('[{"id": "\\ud800", "answers": {}}]', ("nr. 1", "id", "leesbare")),
    ],
)
def test_bad_input_names_file_record_and_field_and_leaves_with_two(
    data: Any, words: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    code, out, err = run("classify", written(tmp_path, data))
    assert (code, out) == (2, "")
    for word in ("groepen.json: ", *words):
        assert word in err


def test_every_fault_in_a_file_is_told_at_once(run: Run, tmp_path: Path) -> None:
    groups = [{"id": f"g{n}", "answers": {"alcohol": "x", "blowen": "y"}} for n in range(15)]
    _, _, err = run("classify", written(tmp_path, groups))
    assert len(err.splitlines()) == 21
    assert "nog 10 fouten" in err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("classify",), "BESTAND"),
        (("classify", "weg.json"), "bestaat niet"),
        (("classify", "."), "niet te lezen"),
        (("classify", "-", "--on", "20260101"), "JJJJ-MM-DD"),
        (("classify", "-", "--ruleset", "almere"), "almere-2013"),
    ],
)
def test_bad_arguments_are_told_in_dutch_and_leave_with_two(
    arguments: tuple[str, ...], word: str, run: Run
) -> None:
    code, out, err = run(*arguments, stdin=b"[]")
    assert (code, out) == (2, "")
    assert word in err


def test_text_in_another_encoding_is_refused_and_a_byte_order_mark_is_not(run: Run) -> None:
    code, _, err = run("classify", "-", stdin='[{"id": "é", "answers": {}}]'.encode("latin-1"))
    assert code == 2
    assert "standaardinvoer" in err
    assert "UTF-8" in err
    assert run("classify", "-", stdin=b"\xef\xbb\xbf[]")[:2] == (0, "[]\n")


def test_check_rules_says_that_all_is_well_or_names_every_fault_and_leaves_with_two(
    run: Run, tmp_path: Path
) -> None:
    code, out, err = run("check-rules")
    assert (code, err) == (0, "")
    assert "rulesets/almere-2013.yaml" in out
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    for file in ("rulesets/almere-2013.yaml", "duiding.yaml"):
        path = folder / file
        path.write_text(path.read_text(encoding="utf-8").replace("soms}", "somz}", 1), encoding="utf-8")
    code, out, err = run("check-rules", str(folder))
    assert (code, out) == (2, "")
    assert "duiding.yaml, regel " in err
    assert "rulesets/almere-2013.yaml, regel " in err
    assert "2 fouten" in err
    code, _, err = run("classify", "-", "--rules", str(folder), stdin=b"[]")
    assert code == 1
    assert "duiding.yaml, regel " in err


def test_a_ruleset_without_cases_is_noticed_but_may_be_used(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    (folder / "rulesets" / "almere-2013.cases.yaml").unlink()
    code, _, err = run("check-rules", str(folder))
    assert code == 0
    assert err.count("Let op: rulesets/almere-2013.yaml") == 5
