"""How well groups, events and mixing are found in cities where they are known, and what a whole country costs.

Run with ``pytest -m bench -s tests/bench/test_networks.py`` to see the figures of docs/figures.md.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import normalized_mutual_info_score  # type: ignore[import-untyped]  # no types

from shortlist.differentiating.communities import communities, split_where_structured
from shortlist.differentiating.mixing import groups_that_mix
from shortlist.differentiating.network import Network, follow_area
from shortlist.differentiating.occasions import Observed
from shortlist.differentiating.reading_files import load_network_rules
from shortlist.differentiating.ties import presence, project, shrunk_ties
from tests.bench.planted_networks import FoundEvent, agreement, event_score, mixing_city, planted_city

pytestmark = pytest.mark.bench

Labels = npt.NDArray[np.int64]

RULES = load_network_rules()
KINDS = ("born", "grows", "shrinks", "merges", "splits", "dies")


def told(found: Network) -> list[FoundEvent]:
    """Return every change with its persons, those of the last window that are not yet confirmed included."""
    members = [{one.id: frozenset(one.members) for one in window.communities} for window in found.windows]

    def persons(ids: tuple[str, ...], windows: tuple[int, ...]) -> frozenset[str]:
        sides = [
            next(
                (members[window][one] for window in windows if window >= 0 and one in members[window]),
                frozenset(),
            )
            for one in ids
        ]
        return frozenset[str]().union(*sides)

    return [
        (event.kind, number, persons(event.before, (number - 1, number - 2)), persons(event.after, (number,)))
        for number, window in enumerate(found.windows)
        for event in window.events
        if event.kind in KINDS
    ]


@pytest.mark.parametrize(
    ("sightings", "noise", "groups"), [(3, 0.1, 30), (3, 0.2, 30), (3, 0.1, 150), (2, 0.1, 30)]
)
def test_planted_groups_and_events_are_found(sightings: int, noise: float, groups: int) -> None:
    similar, scores = [], []
    for seed in range(3):
        city = planted_city(
            np.random.default_rng([20261123, seed]), groups=groups, sightings=sightings, noise=noise
        )
        found = follow_area(Observed(city.occasions), RULES, window_days=28)
        assert len(found.windows) == len(city.groups)
        similar += [
            agreement(true, [frozenset(one.members) for one in window.communities])
            for true, window in zip(city.groups, found.windows, strict=True)
        ]
        scores.append(event_score(city, told(found), kinds=KINDS))
    precision, recall, f1 = np.mean(scores, axis=0)
    print(
        f"\n{groups} groepen, {sightings} keer gezien per venster, ruis {noise:.0%}: NMI {np.mean(similar):.3f} "
        f"(laagste {min(similar):.3f}), gebeurtenissen precisie {precision:.2f}, gevonden {recall:.2f}, F1 {f1:.2f}"
    )
    if sightings >= 3:
        assert np.mean(similar) >= 0.90
        assert f1 >= 0.75


def test_groups_seen_a_few_persons_at_a_time_are_found_though_mergers_are_told_too_often() -> None:
    similar, scores = [], []
    for seed in range(3):
        city = planted_city(np.random.default_rng([20261123, seed]), company=(2, 4))
        found = follow_area(Observed(city.occasions), RULES, window_days=28)
        similar += [
            agreement(true, [frozenset(one.members) for one in window.communities])
            for true, window in zip(city.groups, found.windows, strict=True)
        ]
        scores.append(event_score(city, told(found), kinds=KINDS))
    precision, recall, f1 = np.mean(scores, axis=0)
    print(
        f"\n2-4 personen per waarneming, 3 keer gezien: NMI {np.mean(similar):.3f}, gebeurtenissen precisie "
        f"{precision:.2f}, gevonden {recall:.2f}, F1 {f1:.2f}"
    )
    assert np.mean(similar) >= 0.90


@pytest.mark.parametrize("noise", [0.1, 0.2])
def test_groups_that_mix_are_found_at_two_sightings(noise: float) -> None:
    right = wrong = missed = 0
    for seed in range(20):
        city = mixing_city(np.random.default_rng([20261123, seed]), sightings=2, noise=noise)
        found = {frozenset(one.groups) for one in groups_that_mix(city.occasions, city.groups, RULES.mixing)}
        right += len(found & city.mixing)
        wrong += len(found - city.mixing)
        missed += len(city.mixing - found)
    f1 = 2 * right / (2 * right + wrong + missed)
    print(
        f"\nmengen bij 2 keer gezien, ruis {noise:.0%}: F1 {f1:.2f} ({wrong} ten onrechte, {missed} gemist)"
    )
    assert f1 >= 0.90


def country(generator: np.random.Generator, persons: int, sightings: int) -> tuple[Labels, list[Labels]]:
    """Return everybody's true group, and gatherings of a few of one group, now and then with a stranger."""
    home = generator.integers(0, persons // 12, persons)
    order = np.argsort(home, kind="stable")
    edges = np.searchsorted(home[order], np.arange(persons // 12 + 1))
    rows: list[Labels] = []
    total = 0
    while total < sightings:
        number = int(generator.integers(0, persons // 12))
        members = order[edges[number] : edges[number + 1]]
        if len(members) < 2:
            continue
        there = generator.choice(members, min(len(members), int(generator.integers(3, 8))), replace=False)
        if generator.random() < 0.1:
            there = np.unique(np.append(there, generator.integers(persons)))
        rows.append(there)
        total += len(there)
    return home, rows


def test_a_hundred_thousand_persons_take_seconds() -> None:
    count = 100_000
    home, rows = country(np.random.default_rng(20261123), count, 1_000_000)
    start = time.process_time()
    present = presence(rows, count)
    counted = project(present)
    ties = shrunk_ties(counted, RULES.ties.shrink)
    projected = time.process_time()
    labels = communities(ties, strength=RULES.ties.strength, seed=1)
    grouped = time.process_time()
    split_where_structured(
        present, labels, shrink=RULES.ties.shrink, least_seen=RULES.ties.split_seen,
        least_members=RULES.events.least_members, draws=RULES.ties.split_draws, sure=RULES.ties.split_sure, seed=1,
    )  # fmt: skip
    split = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    nmi = float(normalized_mutual_info_score(home, labels))
    print(
        f"\n{count} personen, {sum(map(len, rows))} keer gezien: projectie {projected - start:.2f} s, groepen "
        f"{grouped - projected:.2f} s, toets op deling {split - grouped:.1f} s, "
        f"geheugen {memory:.2f} GiB, NMI {nmi:.3f}"
    )
    assert grouped - start <= 10
    assert memory <= 2
    assert nmi >= 0.90


@pytest.mark.parametrize("weeks", [4, 52])
def test_the_whole_command_reads_follows_and_prints_a_country_within_two_gigabytes(
    tmp_path: Path, weeks: int
) -> None:
    generator = np.random.default_rng(20261128)
    _, rows = country(generator, 100_000, 1_000_000)
    file = tmp_path / "land.json"
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    gatherings = [
        {
            "at": (start + timedelta(minutes=int(generator.integers(weeks * 10_000)))).isoformat(),
            "place": f"p{generator.integers(3000)}",
            "present": [f"m{one}" for one in row],
        }
        for row in rows
    ]
    file.write_text(json.dumps({"gatherings": gatherings}), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with (tmp_path / "antwoord.json").open("w") as answer:
        subprocess.run(
            [sys.executable, "-m", "shortlist.cli", "networks", str(file)], check=True, stdout=answer
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    memory = after.ru_maxrss / 1024**2
    print(
        f"\nhele opdracht, {weeks} weken, bestand van {file.stat().st_size / 1024**2:.0f} MB: "
        f"{seconds:.0f} s CPU, {memory:.2f} GiB"
    )
    assert seconds <= 180
    assert memory <= 2
