"""Working-time rules hold by article, over clock changes too; forbidden sets of shifts are exact."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from shortlist import assets
from shortlist.errors import BadInput, Broken
from shortlist.planning.commands import plan
from shortlist.planning.working_time import (
    Breach,
    Clock,
    Duty,
    breaches,
    forbidden_sets,
    is_night,
    new_breaches,
    rules_from,
)
from shortlist.planning.working_time_files import load, loader, names
from tests.core.planning_weeks import MONDAY, roster_is_lawful

RULES = load("atw-2025")
CLOCK = Clock(MONDAY.astimezone(UTC))
WEEK = 7 * 86400


def duty(day: int, start: float, hours: float) -> Duty:
    return Duty(int(day * 86400 + start * 3600), int(day * 86400 + (start + hours) * 3600))


def broken(*duties: Duty) -> set[str]:
    return {breach.rule for breach in breaches(duties, CLOCK, RULES, horizon=WEEK)}


@pytest.mark.parametrize(
    ("duties", "rules"),
    [
        ([duty(0, 8, 12)], set()),
        ([duty(0, 8, 12.01)], {"shift_length"}),
        ([duty(0, 18, 10)], set()),
        ([duty(0, 18, 10.01)], {"night_shift"}),
        ([duty(0, 14, 11)], set()),  # one hour of night is no night shift
        ([duty(0, 14, 9), duty(1, 10, 5)], set()),
        ([duty(0, 14, 9), duty(1, 7, 5)], set()),  # eight hours' rest, once
        ([duty(0, 14, 9), duty(1, 6.9, 5)], {"daily_rest"}),
        ([duty(0, 14, 9), duty(1, 7, 5), duty(2, 14, 9), duty(3, 7, 5)], {"daily_rest"}),
        ([duty(0, 20, 6), duty(1, 13, 5)], set()),  # ends at 02:00, not after
        ([duty(0, 20, 6.5), duty(1, 16, 5)], {"rest_after_night"}),
        ([duty(0, 20, 6.5), duty(1, 16.5, 5)], set()),
        ([duty(d, 22, 8) for d in range(3)] + [duty(4, 20, 4)], {"rest_after_nights"}),
        ([duty(d, 22, 8) for d in range(3)] + [duty(5, 8, 4)], set()),
        ([duty(d, 8, 11) for d in range(5)], set()),
        ([duty(d, 8, 12) for d in range(5)] + [duty(5, 8, 1)], {"week_length"}),
        ([duty(d, 18, 6) for d in range(6)], set()),
        ([duty(d, 18, 6) for d in range(7)], {"weekly_rest"}),
    ],
)
def test_each_rule_binds_at_its_limit_and_not_before(duties: list[Duty], rules: set[str]) -> None:
    assert broken(*duties) == rules


def test_every_breach_names_its_article() -> None:
    found = breaches(
        [duty(0, 8, 4), duty(0, 14, 2), *(duty(d, 18, 13) for d in range(7))], CLOCK, RULES, horizon=WEEK
    )
    assert {b.article for b in found} >= {"ATW art. 5:3", "ATW art. 5:5", "ATW art. 5:7", "ATW art. 5:8"}
    assert all(isinstance(b, Breach) and b.text for b in found)


def test_night_hours_are_real_hours_when_the_clock_changes() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    for day, hours in (("2026-03-29", 5), ("2026-10-25", 7)):
        midnight = datetime.fromisoformat(day).replace(tzinfo=zone)
        clock = Clock((midnight - timedelta(days=1)).astimezone(UTC))
        start = clock.seconds(midnight)
        end = clock.seconds(midnight.replace(hour=6))
        assert end - start == hours * 3600
        assert is_night(Duty(start, end), clock, RULES)
        # Rest from 22:00 to 09:00 is ten or twelve hours in such a night: eleven are needed (or once eight).
        before = Duty(clock.seconds(midnight - timedelta(hours=8)), clock.seconds(midnight) - 7200)
        after = Duty(clock.seconds(midnight.replace(hour=9)), clock.seconds(midnight.replace(hour=12)))
        assert after.start - before.end == (hours + 5) * 3600


def test_the_rules_agree_with_a_plain_reading_of_the_articles() -> None:
    rng = random.Random(5)
    seen = {True: 0, False: 0}
    for _ in range(250):
        line, t = [], rng.randint(0, 20) * 1800
        while t < WEEK - 12 * 3600:
            length = rng.choice([4, 6, 8, 8, 8, 12, 12, 13][: rng.choice([5, 8])]) * 3600
            line.append(Duty(t, t + length))
            t += length + rng.choice([7, 8, 10, 11, 13, 14, 16, 24, 40, 60][rng.choice([0, 5]) :]) * 3600
        ours = not breaches(line, CLOCK, RULES, horizon=WEEK)
        pairs = tuple((CLOCK.local(d.start), CLOCK.local(d.end)) for d in line)
        assert ours == roster_is_lawful(pairs), line
        seen[ours] += 1
    assert min(seen.values()) > 40


def test_forbidden_sets_are_exactly_what_a_lawful_choice_avoids() -> None:
    rng = random.Random(8)
    for _ in range(25):
        line = [
            Duty(t := d * 86400 + rng.randint(4, 20) * 3600, t + rng.choice([6, 8, 10]) * 3600, d)
            for d in range(7)
        ]
        line = [d for d in line if not breaches([d], CLOCK, RULES, horizon=WEEK)]
        sets = [set(f.keys) for f in forbidden_sets(line, (), CLOCK, RULES, horizon=WEEK)]
        for mask in range(2 ** len(line)):
            chosen = [d for k, d in enumerate(line) if mask >> k & 1]
            lawful = not breaches(chosen, CLOCK, RULES, horizon=WEEK)
            assert lawful == (not any(s <= {d.key for d in chosen} for s in sets))


def test_what_was_worked_before_counts_and_is_not_blamed_on_the_plan() -> None:
    bad = [duty(0, 14, 9), duty(1, 6, 5)]
    assert not new_breaches(bad, [duty(3, 10, 5)], CLOCK, RULES, horizon=WEEK)
    assert new_breaches(bad, [duty(1, 18, 5)], CLOCK, RULES, horizon=WEEK)
    only = forbidden_sets([Duty(90000, 100000, 4)], [duty(0, 20, 4)], CLOCK, RULES, horizon=WEEK)
    assert [f.keys for f in only] == [(4,)]


def test_unknown_or_broken_rules_files_are_named() -> None:
    assert "atw-2025" in names()
    with pytest.raises(BadInput, match="atw-2025"):
        load("atw")
    with pytest.raises(Broken, match=r"regels\.yaml"):
        rules_from({"rules": {}}, source="regels.yaml")


def test_a_municipality_with_rules_of_its_own_is_held_to_those_also_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (assets.RULES / "working-time-atw-2025.yaml").read_text(encoding="utf-8")
    (tmp_path / "working-time-cao-waterveen.yaml").write_text(
        text.replace("name: atw-2025", "name: cao-waterveen"), encoding="utf-8"
    )
    assert loader(tmp_path)("cao-waterveen").name == "cao-waterveen"
    with pytest.raises(BadInput, match='onbekende werktijdregels "atw-2025"; kies "cao-waterveen"'):
        loader(tmp_path)("atw-2025")
    with pytest.raises(BadInput, match="onbekende werktijdregels"):
        load("cao-waterveen")
    week = {
        "horizon": {"start": "2026-11-23T00:00+01:00", "days": 7}, "travel": {"speed_kmh": 15},
        "places": [{"id": "p", "lon": 5, "lat": 52}], "visits": [], "rules": "cao-waterveen",
        "teams": [{"id": "t", "kind": "politie", "people": ["a"], "base": "p",
                   "shifts": [{"start": "2026-11-24T18:00+01:00", "end": "2026-11-24T22:00+01:00"}]}],
    }  # fmt: skip
    (tmp_path / "week.json").write_text(json.dumps(week), encoding="utf-8")
    monkeypatch.setenv("SHORTLIST_RULES_DIR", str(tmp_path))
    done = CliRunner().invoke(plan, [str(tmp_path / "week.json"), "--iterations", "1"])
    assert done.exit_code == 0, done.output
