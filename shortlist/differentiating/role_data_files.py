"""Reads public networks with role labels, and writes the trained model with its card and data sheet.

A folder holds ``INDEX.json`` and per organisation ``nodes.csv`` (``id``, ``core`` = 1, 0 or empty) with either
``attendance.csv`` (``id``, ``event``) or ``edges.csv`` (``i``, ``j``, ``w``). Nothing else is read: no title, family,
origin or religion.
"""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shortlist.differentiating.occasions import Occasion
from shortlist.differentiating.reading import ReadingRules
from shortlist.differentiating.reading_files import MODEL, fingerprint
from shortlist.differentiating.training import Judged, Organisation, Trained
from shortlist.errors import BadInput
from shortlist.showing.words import getal

_FIRST_DAY = datetime(2000, 1, 1, 12, tzinfo=UTC)
"""The days of these gatherings are unknown or do not matter here: each gets a day of its own."""


def read_organisations(folder: Path) -> tuple[Organisation, ...]:
    """Return the organisations that ``INDEX.json`` names, sorted by name; a fault raises :class:`BadInput`."""
    index = folder / "INDEX.json"
    try:
        described = json.loads(index.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            "hier staat geen leesbare INDEX.json. Geef de map met openbare netwerken.", where=(str(folder),)
        ) from error
    if not isinstance(described, dict) or len(described) < 2:
        raise BadInput("hierin staan geen twee organisaties. Noem er ten minste twee.", where=(index.name,))
    return tuple(_organisation(folder / name, described[name]) for name in sorted(described))


def _organisation(folder: Path, about: Any) -> Organisation:
    if not isinstance(about, dict):
        raise BadInput("geef bron, licentie en betekenis van het label.", where=("INDEX.json", folder.name))
    hashes: dict[str, str] = {}
    core: dict[str, bool] = {}
    nodes = _rows(folder / "nodes.csv", ("id", "core"), hashes)
    for line, row in nodes:
        value = row["core"].strip()
        if value and value not in {"0", "1", "0.0", "1.0"}:
            raise BadInput(
                f"'{value}' kan niet. Geef 1, 0 of niets.",
                where=(folder.name, "nodes.csv", f"regel {line}", "core"),
            )
        if value:
            core[row["id"]] = value.startswith("1")
    known = {row["id"] for _, row in nodes}
    if (folder / "attendance.csv").is_file():
        gatherings: dict[str, list[str]] = {}
        for line, row in _rows(folder / "attendance.csv", ("id", "event"), hashes):
            _must_be_known(row["id"], known, (folder.name, "attendance.csv", f"regel {line}"))
            gatherings.setdefault(row["event"], []).append(row["id"])
        together = list(gatherings.items())
        ties = "aanwezigheid bij bijeenkomsten"
    else:
        together = []
        for line, row in _rows(folder / "edges.csv", ("i", "j", "w"), hashes):
            for person in (row["i"], row["j"]):
                _must_be_known(person, known, (folder.name, "edges.csv", f"regel {line}"))
            times = int(float(row["w"]))
            together += [(f"{row['i']}-{row['j']}-{time}", [row["i"], row["j"]]) for time in range(times)]
        ties = "contacten tussen twee personen, elk als één bijeenkomst geteld"
    occasions = tuple(
        Occasion(name, _FIRST_DAY + timedelta(days=number), tuple(dict.fromkeys(persons)))
        for number, (name, persons) in enumerate(together)
    )
    return Organisation(
        folder.name,
        str(about.get("source", "")),
        str(about.get("licence", "")),
        str(about.get("label", "")),
        ties,
        occasions,
        core,
        hashes,
    )


def _rows(path: Path, columns: tuple[str, ...], hashes: dict[str, str]) -> list[tuple[int, dict[str, str]]]:
    where = (path.parent.name, path.name)
    try:
        data = path.read_bytes()
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        rows = [(reader.line_num, {name: row.get(name) or "" for name in columns}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput("dit bestand ontbreekt of is geen leesbare CSV.", where=where) from error
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(f"de kolom '{missing[0]}' ontbreekt. Geef: {', '.join(columns)}.", where=where)
    hashes[path.name] = hashlib.sha256(data).hexdigest()
    return rows


def _must_be_known(person: str, known: set[str], where: tuple[str, ...]) -> None:
    if person not in known:
        raise BadInput(f"persoon '{person}' staat niet in nodes.csv. Vul die aan.", where=where)


# --- the artefact ---


def artefact(trained: Trained, rules: ReadingRules, *, seed: int) -> dict[str, Any]:
    """Return the model as readable JSON: its numbers, what it was made from, and how well it does elsewhere."""
    return {
        "name": MODEL,
        "version": "1",
        "title": "Plaats in de groep: een logistische functie met één kenmerk",
        "parameters": {
            "feature": rules.model_feature,
            "transform": "log-odds van het percentiel binnen de groep, gemengd met dat over iedereen",
            "slope": round(trained.slope, 4),
            "intercept_at_equal_classes": round(trained.intercept, 4),
        },
        "trained": {
            "command": f"shortlist train MAP --seed {seed}",
            "seed": seed,
            "data": [
                {
                    "name": one.name,
                    "persons_judged": judged.n,
                    "core": judged.n_core,
                    "gathering_means": one.ties,
                    "label": one.label,
                    "source": one.source,
                    "licence": one.licence,
                    "sha256": dict(sorted(one.hashes.items())),
                }
                for one, judged in zip(trained.organisations, trained.judged, strict=True)
            ],
        },
        "leave_one_organisation_out": [
            {
                "held_out": one.name,
                "n": one.n,
                "core": one.n_core,
                "auc": one.auc,
                "auc_interval_95": list(one.auc_interval),
                "auc_times_seen": one.auc_times_seen,
                "auc_company": one.auc_company,
                "average_precision": one.average_precision,
                "brier": one.brier,
                "brier_base_rate": one.brier_base_rate,
                "brier_without_core_share": one.brier_without_core_share,
                "slope": one.slope,
            }
            for one in trained.judged
        ],
    }


def write_artefact(model: dict[str, Any], trained: Trained, *, template: Path, out: Path) -> tuple[Path, ...]:
    """Write model, card and data sheet to a folder; their prose comes from ``template``, the numbers from training.

    Raises :class:`BadInput` when a template misses the marks between which the numbers go.
    """
    card = _filled(template / f"{MODEL}.card.md", "cijfers", _figures(model, trained.judged))
    sheet = _filled(template / f"{MODEL}.data.md", "gegevens", _data(model))
    out.mkdir(parents=True, exist_ok=True)
    written = (out / f"{MODEL}.json", out / f"{MODEL}.card.md", out / f"{MODEL}.data.md")
    texts = (json.dumps(model, ensure_ascii=False, indent=2) + "\n", card, sheet)
    for path, text in zip(written, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return written


def _filled(path: Path, mark: str, lines: list[str]) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(
            "dit sjabloon ontbreekt. Geef met --template de map met kaart en blad.", where=(path.name,)
        ) from error
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: einde -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise BadInput(f"zet '{begin}' en '{end}' elk één keer in het bestand.", where=(path.name,))
    before, rest = text.split(begin)
    return before + "\n".join([begin, *lines, end]) + rest.split(end)[1]


def _figures(model: dict[str, Any], judged: tuple[Judged, ...]) -> list[str]:
    lines = [
        f"Vingerafdruk van het model: `{fingerprint(model)}`",
        "",
        "| organisatie die het model niet zag | personen (kern) | AUC (95 %-interval) | AUC hoe vaak gezien "
        "| AUC met wie gezien | gemiddelde precisie | Brier | Brier van het gemiddelde | Brier zonder genoemd aantal |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in judged:
        low, high = one.auc_interval
        cells = (
            one.name, f"{one.n} ({one.n_core})", f"{getal(one.auc, 2)} ({getal(low, 2)} – {getal(high, 2)})",
            getal(one.auc_times_seen, 2), getal(one.auc_company, 2), getal(one.average_precision, 2),
            getal(one.brier, 3), getal(one.brier_base_rate, 3), getal(one.brier_without_core_share, 3),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _data(model: dict[str, Any]) -> list[str]:
    lines = [
        "| organisatie | personen met bekende rol (kern) | wat als bijeenkomst telt | label | bron | licentie |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in model["trained"]["data"]:
        persons = f"{one['persons_judged']} ({one['core']})"
        cells = (one["name"], persons, one["gathering_means"], one["label"], one["source"], one["licence"])
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return lines
