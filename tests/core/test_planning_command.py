"""``shortlist plan`` keeps its contract: JSON out, messages on standard error, exit 0 or 2."""

import json
from pathlib import Path
from typing import Any

import pytest

from shortlist.cli import main
from tests.core.planning_weeks import small_week


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        main(["plan", *arguments])
        code: Any = 0
    except SystemExit as leave:
        code = leave.code or 0
    said = capsys.readouterr()
    return int(code), said.out, said.err


def test_a_week_comes_out_as_the_contract_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "week.json"
    file.write_text(json.dumps(small_week(2)), encoding="utf-8")
    code, out, _ = run(capsys, str(file), "--iterations", "100", "--seed", "5")
    plan = json.loads(out)
    assert code == 0
    needed = {"assignments", "routes", "unplanned", "value", "bound", "gap", "seconds", "seed", "violations"}
    assert needed <= plan.keys()
    assert plan["seed"] == 5
    assert plan["violations"] == []
    assert {"visit", "occurrence", "team", "arrive", "start", "end"} <= plan["assignments"][0].keys()
    again = tmp_path / "plan.json"
    again.write_text(out, encoding="utf-8")
    code, out, err = run(
        capsys, str(file), "--iterations", "100", "--keep", str(again), "--pretty", "--progress"
    )
    assert code == 0
    assert json.loads(out)["kept"] == len(plan["assignments"])
    assert out.startswith('{\n  "assignments"')
    assert "grens" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "geen geldige JSON"),
        ('{"horizon": 1, "horizon": 2}', "twee keer"),
        ("[" * 100_000, "diep"),
        ("{}", "horizon: ontbreekt"),
        ("", "is leeg"),
        ('{"horizon": ' + "9" * 5000 + "}", "te veel cijfers"),
        ('{"horizon": "\\ud800"}', "half teken"),
    ],
)
def test_a_bad_file_leaves_with_2_and_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "kapot.json"
    file.write_text(text, encoding="utf-8")
    code, out, err = run(capsys, str(file))
    assert code == 2
    assert out == ""
    assert "kapot.json" in err
    assert said in err


def test_a_missing_file_and_a_bad_earlier_plan_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, str(tmp_path / "weg.json"))
    assert code == 2
    assert "weg.json: bestaat niet" in err
    week, plan = tmp_path / "week.json", tmp_path / "plan.json"
    week.write_text(json.dumps(small_week(2)), encoding="utf-8")
    plan.write_text('{"assignments": [{"visit": "v0", "team": "t0", "start": "gisteren"}]}', encoding="utf-8")
    code, _, err = run(capsys, str(week), "--keep", str(plan))
    assert code == 2
    assert "plan.json: toewijzing nr. 1: start" in err


def test_a_file_as_windows_saves_it_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "week.json"
    file.write_text("\ufeff" + json.dumps(small_week(2)), encoding="utf-8")
    code, out, _ = run(capsys, str(file), "--iterations", "10")
    assert code == 0
    assert json.loads(out)["violations"] == []


def test_an_earlier_plan_of_another_week_is_refused_and_one_that_is_partly_asked_for_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    week, plan = tmp_path / "week.json", tmp_path / "plan.json"
    week.write_text(json.dumps(small_week(2)), encoding="utf-8")
    foreign = {"visit": "elders", "team": "t0", "start": "2026-11-23T20:00+01:00"}
    plan.write_text(json.dumps({"assignments": [foreign]}), encoding="utf-8")
    code, out, err = run(capsys, str(week), "--iterations", "10", "--keep", str(plan))
    assert (code, out) == (2, "")
    assert "plan.json: hoort bij een andere vraag" in err
    plan.write_text(json.dumps({"assignments": [foreign, {**foreign, "visit": "v0"}]}), encoding="utf-8")
    code, _, err = run(capsys, str(week), "--iterations", "10", "--keep", str(plan))
    assert code == 0
    assert "1 van de 2 bezoeken van plan.json" in err


def test_seconds_that_are_no_number_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "week.json"
    file.write_text(json.dumps(small_week(2)), encoding="utf-8")
    for seconds in ("nan", "0", "-1", "inf", "veel"):
        code, out, err = run(capsys, str(file), "--seconds", seconds)
        assert (code, out) == (2, "")
        assert "--seconds" in err
