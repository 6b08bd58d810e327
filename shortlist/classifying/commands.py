"""``shortlist classify`` and ``shortlist check-rules``: the contract of this room on the command line."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from shortlist.assets import RULES
from shortlist.classifying.answer_files import GroupAnswers, read_date, read_groups
from shortlist.classifying.case_files import check_cases
from shortlist.classifying.duiding import describe
from shortlist.classifying.rules_files import Rules, load_rules, read_rules_folder
from shortlist.classifying.verdict import Ruleset
from shortlist.classifying.verdict import classify as verdict_of
from shortlist.classifying.writing import Writer
from shortlist.errors import BadInput

_STANDARD_INPUT = "standaardinvoer"


@click.command(
    name="classify",
    help="Beoordeel vragenlijsten onder de regelsets en toon de redenen. BESTAND is JSON: een lijst van groepen, "
    "of een object met 'groups'; '-' leest standaardinvoer. Elke groep heeft 'id' en 'answers'. Het antwoord is "
    "JSON op standaarduitvoer, één onderdeel per groep en regelset.",
)
@click.argument("file", required=False, metavar="BESTAND")
@click.option(
    "--ruleset",
    "names",
    multiple=True,
    metavar="NAAM",
    help="Regelset bij naam; mag vaker. Ook gesloten regelsets.",
)
@click.option(
    "--on",
    "on_text",
    metavar="DATUM",
    help="De dag waarvan de regels gelden (JJJJ-MM-DD); standaard vandaag.",
)
@click.option("--pretty", is_flag=True, help="Ingesprongen JSON, om te lezen.")
@click.option("--brief", is_flag=True, help="Zonder redenen en criteria, voor veel groepen tegelijk.")
@click.option(
    "--rules", "folder", type=click.Path(path_type=Path), envvar="SHORTLIST_RULES_DIR", default=RULES, metavar="MAP",
    help="Map met regelbestanden; standaard de meegeleverde.",
)  # fmt: skip
def classify(
    file: str | None, names: tuple[str, ...], on_text: str | None, pretty: bool, brief: bool, folder: Path
) -> None:
    """Print the verdicts as JSON; raises :class:`BadInput` for whatever does not fit."""
    if file is None:
        raise BadInput("geef een BESTAND met groepen, of '-' voor standaardinvoer.")
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Amsterdam")).date()
    on = _on(on_text, today)
    rules = load_rules(folder, on)
    rulesets = _chosen(rules, names, on)
    shown = _STANDARD_INPUT if file == "-" else file
    groups = read_groups(_text(file), rules.questionnaire, file=shown, today=today)
    entries = _pretty(groups, rulesets, rules, brief) if pretty else _plain(groups, rulesets, rules, brief)
    begin, between, end = (b"[\n", b",\n", b"\n]\n") if pretty else (b"[", b", ", b"]\n")
    # Bit by bit: with all reasons a large municipality's answer is too big to hold at once.
    out = sys.stdout.buffer
    before = begin
    for entry in entries:
        out.write(before)
        out.write(entry)
        before = between
    out.write(end if groups else b"[]\n")
    out.flush()


def _on(text: str | None, today: date) -> date:
    if text is None:
        return today
    day = read_date(text)
    if day is None:
        raise BadInput(
            f"'{text}' is geen datum. Schrijf JJJJ-MM-DD, bijvoorbeeld 2026-11-23.", where=("--on",)
        )
    return day


def _chosen(rules: Rules, names: tuple[str, ...], on: date) -> tuple[Ruleset, ...]:
    if names:
        return tuple(rules.ruleset(name, on) for name in dict.fromkeys(names))
    found = rules.in_force(on)
    if not found:
        periods = "; ".join(f"{one.name} vanaf {one.valid_from}" for one in rules.rulesets)
        raise BadInput(
            f"op {on} is geen regelset in werking ({periods}). Noem er een met --ruleset.", where=("--on",)
        )
    return found


def _text(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except FileNotFoundError as error:
        raise BadInput("dit bestand bestaat niet. Controleer het pad.", where=(file,)) from error
    except IsADirectoryError as error:
        raise BadInput("dit is een map en niet te lezen. Geef een JSON-bestand.", where=(file,)) from error
    except PermissionError as error:
        raise BadInput("dit is niet te lezen. Controleer de rechten.", where=(file,)) from error
    except OSError as error:
        raise BadInput(
            f"dit is niet te lezen (fout {error.errno}). Geef een JSON-bestand.", where=(file,)
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = _STANDARD_INPUT if file == "-" else file
        raise BadInput("dit is geen UTF-8-tekst. Bewaar het bestand als UTF-8.", where=(where,)) from error


def _plain(
    groups: Iterable[GroupAnswers], rulesets: Iterable[Ruleset], rules: Rules, brief: bool
) -> Iterator[bytes]:
    writer = Writer(brief=brief)
    for group in groups:
        duiding = writer.duiding(describe(group.answers, rules.duiding, group.previous))
        for ruleset in rulesets:
            yield writer.entry(group.id, verdict_of(group.answers, ruleset), group.observed_until, duiding)


def _pretty(
    groups: Iterable[GroupAnswers], rulesets: Iterable[Ruleset], rules: Rules, brief: bool
) -> Iterator[bytes]:
    for entry in _plain(groups, rulesets, rules, brief):
        yield json.dumps(json.loads(entry), ensure_ascii=False, indent=2).encode()


@click.command(
    name="check-rules",
    help="Controleer alle regelbestanden in MAP (standaard de meegeleverde). "
    "Elke fout staat er met bestand, regel en herstel; met een fout is de afsluitcode 2.",
)
@click.argument(
    "folder", type=click.Path(path_type=Path), envvar="SHORTLIST_RULES_DIR", default=RULES, metavar="[MAP]"
)
def check_rules(folder: Path) -> None:
    """Check every rules file of a folder and print each fault; raises :class:`BadInput` when there is any."""
    rules, problems = read_rules_folder(folder, every_kind=True)
    unreached: tuple[Any, ...] = ()
    if rules:
        problems, unreached = check_cases(rules)
    for notice in unreached:
        click.echo(f"Let op: {notice}", err=True)
    if problems or rules is None:
        count = f"{len(problems)} {'fout' if len(problems) == 1 else 'fouten'} in de regelbestanden."
        raise BadInput("\n".join([*map(str, problems), count]))
    for document in rules.shelf.documents:
        if "valid_from" in document.data:
            start, end = document.period()
            click.echo(f"in orde: {document.shown_as} ({document.name}, {start} – {end or 'heden'})")
        else:
            cases = document.data.get("cases", ())
            click.echo(f"in orde: {document.shown_as} ({document.name}, {len(cases)} voorbeelden)")
    click.echo(f"Alle {len(rules.shelf.documents)} regelbestanden zijn in orde.")
