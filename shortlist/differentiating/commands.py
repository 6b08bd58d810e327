"""``shortlist differentiate``, ``networks`` and ``train``: the contract of this room on the command line."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from shortlist.assets import MODELS, RULES
from shortlist.differentiating.occasion_files import read_observed
from shortlist.differentiating.reading import as_json, read_group
from shortlist.differentiating.reading_files import load_reading_model, load_reading_rules
from shortlist.errors import BadInput

_STANDARD_INPUT = "standaardinvoer"

_rules_option = click.option(
    "--rules", "rules_folder", type=click.Path(path_type=Path), envvar="SHORTLIST_RULES", default=RULES,
    metavar="MAP", help="Map met regelbestanden; standaard de meegeleverde.",
)  # fmt: skip
_models_option = click.option(
    "--models", "models_folder", type=click.Path(path_type=Path), default=MODELS, metavar="MAP",
    help="Map met het model en zijn kaart; standaard de meegeleverde.",
)  # fmt: skip
_pretty_option = click.option("--pretty", is_flag=True, help="Ingesprongen JSON, om te lezen.")


@click.command(
    name="differentiate",
    help="Beschrijf de plaats van leden in een groep: kern, meeloper of onthouding met de reden. BESTAND is JSON met "
    "'gatherings', en naar keuze 'group' (de leden) en 'expected_core' (hoeveel kernleden een professional verwacht; "
    "zonder dat getal is alles onthouding), of CSV met gathering,at,place,member[,reporter,effort_minutes]; '-' "
    "leest standaardinvoer. De volgorde is die van de invoer. Dit is geen voorspelling en geen besluit.",
)
@click.argument("file", required=False, metavar="BESTAND")
@click.option("--expected-core", type=int, metavar="N", help="Het verwachte aantal kernleden, bij CSV.")
@_pretty_option
@_rules_option
@_models_option
def differentiate(
    file: str | None, expected_core: int | None, pretty: bool, rules_folder: Path, models_folder: Path
) -> None:
    """Print the readings of a group as JSON; raises :class:`BadInput` for whatever does not fit."""
    shown, text = read_text(file)
    rules = load_reading_rules(rules_folder)
    model = load_reading_model(rules, models_folder)
    observed = read_observed(text, file=shown, most_present=rules.most_present, expected_core=expected_core)
    print_json(as_json(read_group(observed, rules, model), rules, model), pretty)


@click.command(
    name="networks",
    help="Vind de groepen van een heel gebied per venster, en wat ermee gebeurt: ontstaan, groeien, krimpen, "
    "samengaan, splitsen, verdwijnen, mengen. BESTAND is als bij differentiate; met 'groups' (naam: leden) wordt "
    "ook bekeken welke bekende groepen mengen en wie bij twee groepen hoort. '-' leest standaardinvoer.",
)
@click.argument("file", required=False, metavar="BESTAND")
@click.option(
    "--window", default="28d", show_default=True, metavar="DUUR", help="Lengte van een venster: 28d of 4w."
)
@_pretty_option
@_rules_option
def networks(file: str | None, window: str, pretty: bool, rules_folder: Path) -> None:
    """Print the groups of an area through time as JSON; raises :class:`BadInput` for whatever does not fit."""
    # scikit-network takes a while to import.
    from shortlist.differentiating.network import MOST_WINDOWS, TooManyWindowsError, follow_area
    from shortlist.differentiating.network import as_json as network_as_json
    from shortlist.differentiating.reading_files import load_network_rules

    days = _days(window)
    shown, text = read_text(file)
    rules = load_network_rules(rules_folder)
    observed = read_observed(text, file=shown, most_present=rules.ties.most_present, with_groups=True)
    try:
        found = follow_area(observed, rules, window_days=days)
    except TooManyWindowsError as error:
        first, last = (edge(observed.occasions, key=lambda one: one.at) for edge in (min, max))
        raise BadInput(
            f"de eerste waarneming ({first.id}) is van {first.day.isoformat()} en de laatste ({last.id}) van "
            f"{last.day.isoformat()}: meer dan {MOST_WINDOWS} vensters van {window}. Controleer die data, of kies een "
            "langer venster met --window.",
            where=(shown, "at"),
        ) from error
    print_json(network_as_json(found, rules), pretty)


def _days(window: str) -> int:
    fits = re.fullmatch(r"([1-9]\d{0,3})([dw])", window)
    if fits is None:
        raise BadInput(
            f"'{window}' is geen duur. Schrijf een aantal dagen of weken, zoals 28d of 4w.",
            where=("--window",),
        )
    return int(fits[1]) * (7 if fits[2] == "w" else 1)


@click.command(
    name="train",
    help="Maak het model van de lezing opnieuw uit openbare netwerken met bekende rollen. MAP heeft INDEX.json en per "
    "organisatie nodes.csv met attendance.csv of edges.csv. Schrijft model, modelkaart en gegevensblad, en toont "
    "de meting op elke organisatie die het model niet zag.",
)
@click.argument("folder", type=click.Path(path_type=Path), metavar="MAP")
@click.option(
    "--out", type=click.Path(path_type=Path), default=MODELS, metavar="MAP", help="Waar het model komt."
)
@click.option("--seed", type=int, default=20261123, show_default=True, help="Zaad voor de intervallen.")
@click.option(
    "--template", type=click.Path(path_type=Path), default=MODELS, metavar="MAP",
    help="Map met de teksten van kaart en blad; standaard de meegeleverde.",
)  # fmt: skip
@_rules_option
def train(folder: Path, out: Path, seed: int, template: Path, rules_folder: Path) -> None:
    """Train, judge and write the artefact; raises :class:`BadInput` when the data do not allow it."""
    # scikit-learn takes a second to import and serving never needs it.
    from shortlist.differentiating.role_data_files import artefact, read_organisations, write_artefact
    from shortlist.differentiating.training import train as train_on

    rules = load_reading_rules(rules_folder)
    organisations = read_organisations(folder)
    for one in organisations:
        seen = {person for occasion in one.occasions for person in occasion.present} & one.core.keys()
        if len({one.core[person] for person in seen}) < 2:
            raise BadInput(
                "heeft geen kernleden of alleen kernleden. Laat deze weg.", where=("INDEX.json", one.name)
            )
    trained = train_on(organisations, rules, seed=seed)
    if trained.slope <= 0:
        raise BadInput(
            "in deze gegevens is de kern niet vaker gezien dan de rest; hier is geen model van te maken.",
            where=(str(folder),),
        )
    model = artefact(trained, rules, seed=seed)
    written = write_artefact(model, trained, template=template, out=out)
    print_json(model, pretty=True)
    for path in written:
        click.echo(f"Geschreven: {path}", err=True)


def read_text(file: str | None) -> tuple[str, str]:
    """Return what to call the input, and its text."""
    if file is None:
        raise BadInput("geef een BESTAND met waarnemingen, of '-' voor standaardinvoer.")
    shown = _STANDARD_INPUT if file == "-" else file
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except FileNotFoundError as error:
        raise BadInput("dit bestand bestaat niet. Controleer het pad.", where=(shown,)) from error
    except OSError as error:
        raise BadInput(
            f"dit is niet te lezen ({error.strerror}). Geef JSON of CSV.", where=(shown,)
        ) from error
    try:
        return shown, data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("dit is geen UTF-8-tekst. Bewaar het bestand als UTF-8.", where=(shown,)) from error


def print_json(answer: Any, pretty: bool) -> None:
    """Print an answer as JSON on standard output."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2 if pretty else None))
