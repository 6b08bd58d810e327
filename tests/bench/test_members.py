"""How well the reading of members does: on organisations it did not learn from, and on made-up streets.

Run with ``pytest -m bench -s tests/bench/test_members.py`` to see the tables of docs/figures.md.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]  # scikit-learn ships no types

from shortlist.differentiating.effort import sightings
from shortlist.differentiating.occasions import Observed, Occasion
from shortlist.differentiating.reading import Reading, core_chances, read_group
from shortlist.differentiating.reading_files import load_reading_model, load_reading_rules
from shortlist.differentiating.role_data_files import read_organisations
from shortlist.differentiating.training import train
from tests.bench.street_observation import START, KnownGroup, Street, observe

pytestmark = pytest.mark.bench

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "roles"
RULES = load_reading_rules()
MODEL = load_reading_model(RULES)


@dataclass(frozen=True, slots=True)
class Row:
    """What was reached at one number of sightings per member."""

    auc: float
    auc_times_seen: float
    coverage: float
    n_kern: int
    kern_precision: float
    kern_recall: float
    n_meeloper: int
    core_among_meeloper: float


def measure(street: Street, times: int, groups: int = 60) -> Row:
    """Return averages over made-up groups; AUC is over all members, whether or not a reading is given."""
    generator = np.random.default_rng([20261123, times])
    auc, raw, said, core_members = [], [], [], 0
    members = 0
    for _ in range(groups):
        known = observe(street, times, generator)
        one, other = ranking(known)
        auc.append(one)
        raw.append(other)
        core_members += len(known.core)
        members += len(known.observed.members)
        found = read_group(known.observed, RULES, MODEL).members
        said += [
            (one.reading, one.member in known.core) for one in found if one.reading is not Reading.ONTHOUDING
        ]
    kern = [core for reading, core in said if reading is Reading.KERN]
    rest = [core for reading, core in said if reading is Reading.MEELOPER]
    return Row(
        float(np.mean(auc)),
        float(np.mean(raw)),
        len(said) / members,
        len(kern),
        sum(kern) / max(1, len(kern)),
        sum(kern) / core_members,
        len(rest),
        sum(rest) / max(1, len(rest)),
    )


def ranking(known: KnownGroup) -> tuple[float, float]:
    """Return the AUC of the chance of core, and that of the bare count."""
    observed = known.observed
    column = {member: number for number, member in enumerate(observed.members)}
    weighted = sightings(observed.occasions, column, RULES.effort)
    chances, _ = core_chances(
        weighted,
        observed.expected_core or 1,
        None,
        blend=RULES.blend,
        slope=MODEL.slope,
        interval=RULES.interval,
    )
    truth = [member in known.core for member in observed.members]
    counts = [sum(member in one.present for one in observed.occasions) for member in observed.members]
    return float(roc_auc_score(truth, chances)), float(roc_auc_score(truth, counts))


def show(name: str, rows: dict[int, Row]) -> None:
    print(f"\n{name}\n  keer    AUC  AUC telling  dekking  kern (juist, gevonden)  meeloper (toch kern)")
    for times, row in rows.items():
        print(
            f"  {times:>4}  {row.auc:.3f}  {row.auc_times_seen:>11.3f}  {row.coverage:>7.0%}  "
            f"{row.n_kern:>4} ({row.kern_precision:.2f}, {row.kern_recall:.2f})  "
            f"{row.n_meeloper:>12} ({row.core_among_meeloper:.3f})"
        )


def test_left_out_organisations_are_read_no_worse_than_by_times_seen() -> None:
    if not DATA.is_dir():
        pytest.skip("de openbare netwerken staan niet naast de broncode (../shared/data/roles)")
    judged = train(read_organisations(DATA), RULES, seed=20261123).judged
    print()
    for one in judged:
        low, high = one.auc_interval
        print(
            f"{one.name:<20} n={one.n:<4} kern={one.n_core:<3} AUC {one.auc:.3f} ({low:.3f}-{high:.3f})  "
            f"telling {one.auc_times_seen:.3f}  gezelschap {one.auc_company:.3f}  AP {one.average_precision:.3f}  "
            f"Brier {one.brier:.3f} / {one.brier_base_rate:.3f} / zonder aantal {one.brier_without_core_share:.3f}"
        )
    for one in judged:
        assert one.auc >= one.auc_times_seen - 0.02
        assert one.brier < one.brier_base_rate


def test_a_known_core_is_read_with_enough_precision_on_the_street() -> None:
    rows = {times: measure(Street("gewoon"), times) for times in (2, 3, 5, 8, 12, 20)}
    show("gewone straat: kern er 55 % van de keren, anderen 20 %", rows)
    assert rows[5].kern_precision >= 0.80
    assert rows[8].core_among_meeloper <= 0.10
    for times, row in rows.items():
        if times >= 3:
            assert row.auc >= row.auc_times_seen - 0.02


def test_other_ways_of_looking_leave_the_targets_standing() -> None:
    streets = (
        Street("minuten lopen sterk uiteen", minutes_spread=1.0),
        Street("minuten doen er niet toe", minutes_spread=1.0, minutes_matter=False),
        Street("minuten niet genoteerd", minutes_noted=False),
        Street("vier waarnemingen per dag, allemaal van één waarnemer", one_observer_a_day=4),
    )
    for street in streets:
        rows = {times: measure(street, times) for times in (5, 8)}
        show(street.name, rows)
        assert rows[5].kern_precision >= 0.80
        assert rows[8].core_among_meeloper <= 0.10


def test_what_the_card_warns_of_is_true() -> None:
    """Abstention does not protect against a core that is recognised half as often, nor against a faint difference."""
    half = {times: measure(Street("half herkend", core_recognised=0.5), times) for times in (5, 8, 20)}
    show("kern half zo vaak herkend", half)
    faint = Street("klein verschil", core_present=0.45, spread=6)
    show(
        "klein verschil: kern er 45 % van de keren, mensen lopen meer uiteen",
        {t: measure(faint, t) for t in (5, 8, 20)},
    )
    plain = measure(Street("gewoon"), 8)
    assert half[8].auc < plain.auc - 0.1
    assert half[8].kern_precision < 0.8


@pytest.mark.parametrize("times", [1, 2])
def test_nothing_is_said_below_three_sightings_or_without_a_core_share(times: int) -> None:
    generator = np.random.default_rng(times)
    readings: list[tuple[int, Reading, float | None]] = []
    for _ in range(40):
        observed = observe(Street("gewoon"), times, generator).observed
        found = read_group(observed, RULES, MODEL).members
        readings += [(one.n_gatherings, one.reading, one.probability_core) for one in found]
        silent = read_group(replace(observed, expected_core=None), RULES, MODEL).members
        assert all(one.reading is Reading.ONTHOUDING and one.probability_core is None for one in silent)
    few = [one for one in readings if one[0] < 3]
    assert len(few) > 100
    assert all(reading is Reading.ONTHOUDING and chance is None for _, reading, chance in few)


def test_correcting_for_effort_helps_when_looking_was_uneven_and_costs_little_when_it_was_even() -> None:
    print("\nAUC bij 8 keer gezien: scheef kijken, gelijk kijken")
    even = measure(Street("gelijk", even_effort=True), 8)
    uneven = [half_watched(np.random.default_rng([7, seed])) for seed in range(120)]
    corrected, bare = np.mean(uneven, axis=0)
    print(f"  gecorrigeerd {corrected:.3f}, {even.auc:.3f}; telling {bare:.3f}, {even.auc_times_seen:.3f}")
    assert corrected > bare
    assert even.auc >= even.auc_times_seen - 0.02


def half_watched(generator: np.random.Generator) -> tuple[float, float]:
    """Return AUC with and without correction in a group of which half hang about where is looked much longer."""
    size = int(generator.integers(10, 26))
    n_core = max(2, round(size * generator.uniform(0.15, 0.35)))
    wanted = np.where(np.arange(size) < n_core, 0.55, 0.2)
    chance = generator.beta(wanted * 12, (1 - wanted) * 12)
    watched = generator.random(size) < 0.5
    occasions: list[Occasion] = []
    seen = 0
    while seen < 8 * size:
        here = generator.random() < 0.5
        minutes = float(np.clip(generator.lognormal(np.log(60 if here else 8), 0.3), 3, 180))
        attends = np.minimum(1, chance * np.where(watched == here, 1, 0.3) * 1.5)
        present = np.flatnonzero(generator.random(size) < attends * (1 - np.exp(-minutes / 12)))
        if len(present) < 2:
            continue
        seen += len(present)
        occasions.append(
            Occasion(
                f"nr. {len(occasions)}", START.replace(day=1 + len(occasions) % 28), tuple(f"m{i}" for i in present),
                reporter=f"w{len(occasions)}", effort_minutes=minutes,
            )
        )  # fmt: skip
    members = tuple(f"m{i}" for i in range(size))
    return ranking(KnownGroup(Observed(tuple(occasions), members, n_core), frozenset(members[:n_core])))
