"""The command ``shortlist plan``: a planning problem in, a checked plan with its proven bound out."""

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shortlist.errors import BadInput

if TYPE_CHECKING:
    from shortlist.planning.engine import Progress
    from shortlist.planning.plan import Kept
    from shortlist.planning.problem import Problem


def _a_number(_: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Refuse what is no number: a range lets it through."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("is geen getal. Geef bijvoorbeeld 20.", param=option)
    return value


@click.command(help="Maak een weekplan met een bewezen bovengrens uit FILE (JSON; - is standaardinvoer).")
@click.argument("file", metavar="FILE")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1, max=86400),
    callback=_a_number,
    help="Rekentijd in seconden (standaard 10).",
)
@click.option(
    "--iterations",
    type=click.IntRange(min=0, max=10**9),
    help="Aantal zoekstappen; geeft elke keer hetzelfde plan.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**32 - 1),
    default=0,
    show_default=True,
    help="Beginwaarde van het toeval.",
)
@click.option("--keep", metavar="PLAN", help="Eerder plan (JSON): houd daarvan zo veel mogelijk.")
@click.option("--progress", is_flag=True, help="Toon onderweg waarde, grens en marge op standaardfout.")
@click.option("--pretty", is_flag=True, help="Schrijf leesbaar voor mensen.")
def plan(
    file: str,
    seconds: float | None,
    iterations: int | None,
    seed: int,
    keep: str | None,
    progress: bool,
    pretty: bool,
) -> None:
    """Read, solve, check and print; exit code 2 and a message when the input does not fit."""
    from shortlist.assets import RULES
    from shortlist.planning.plan import to_json
    from shortlist.planning.problem import parse_problem
    from shortlist.planning.working_time_files import loader
    from shortlist.settings import read_settings

    rules = loader(read_settings().rules_folder or RULES)
    problem = parse_problem(_read(file), rules=rules, source=_name(file))
    kept = _kept(keep, problem) if keep is not None else None

    from shortlist.planning.decomposed import plan_week

    made = plan_week(
        problem,
        seconds=seconds,
        iterations=iterations,
        seed=seed,
        keep=kept,
        progress=_tell if progress else None,
    )
    for warning in made.warnings:
        click.echo(f"Let op: {warning}", err=True)
    click.echo(json.dumps(to_json(made, problem), ensure_ascii=False, indent=2 if pretty else None))


def _kept(file: str, problem: "Problem") -> tuple["Kept", ...]:
    """Read the earlier plan; say how much of it is still asked for, and refuse one of which nothing is."""
    from shortlist.planning.plan import kept_from

    data = _read(file)
    kept = kept_from(data, problem, source=_name(file))
    wanted = len(data["assignments"])
    if wanted and not kept:
        raise BadInput(
            "hoort bij een andere vraag: geen enkel bezoek met zijn team komt erin voor; geef het plan van deze week",
            where=(_name(file),),
        )
    if len(kept) < wanted:
        lost = wanted - len(kept)
        click.echo(
            f"Let op: {lost} van de {wanted} bezoeken van {_name(file)} worden niet meer gevraagd.", err=True
        )
    return kept


def _name(file: str) -> str:
    return "standaardinvoer" if file == "-" else Path(file).name


def _read(file: str) -> Any:
    """Return the JSON of a file or of standard input."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        text = text.removeprefix("\ufeff")
    except OSError as error:
        reason = "bestaat niet" if isinstance(error, FileNotFoundError) else "is niet te lezen"
        raise BadInput(f"{reason}; controleer de naam", where=(_name(file),)) from None
    except UnicodeDecodeError:
        raise BadInput("is geen tekst in UTF-8; sla het bestand zo op", where=(_name(file),)) from None
    if not text.strip():
        raise BadInput("is leeg; geef een bestand met JSON", where=(_name(file),))
    try:
        data = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, _name(file)))
        if "\\ud" in text.lower():
            json.dumps(data, ensure_ascii=False).encode()
        return data
    except UnicodeEncodeError:
        raise BadInput("bevat een half teken (\\ud…); typ die tekst opnieuw", where=(_name(file),)) from None
    except json.JSONDecodeError as error:
        place = f"regel {error.lineno}, kolom {error.colno}"
        raise BadInput(
            f"is geen geldige JSON bij {place}; herstel het bestand", where=(_name(file),)
        ) from None
    except ValueError:
        # A number of thousands of digits: Python itself refuses to read it.
        raise BadInput("bevat een getal met te veel cijfers; kort het in", where=(_name(file),)) from None
    except RecursionError:
        raise BadInput("is te diep genest om een planningsvraag te zijn", where=(_name(file),)) from None


def _once(pairs: list[tuple[str, Any]], source: str) -> dict[str, Any]:
    """Build an object, refusing a key that comes twice."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise BadInput(f'veld "{key}" komt twee keer voor in één object; houd er één', where=(source,))
        made[key] = value
    return made


def _tell(now: "Progress") -> None:
    click.echo(
        f"{now.seconds:7.1f} s  waarde {now.value:g}  grens {now.bound:g}  marge {now.gap:.2%}", err=True
    )
