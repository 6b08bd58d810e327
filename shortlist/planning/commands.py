"""The command ``shortlist plan``: a planning problem in, a checked plan with its proven bound out."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shortlist.errors import BadInput

if TYPE_CHECKING:
    from shortlist.planning.engine import Progress


@click.command(help="Maak een weekplan met een bewezen bovengrens uit FILE (JSON; - is standaardinvoer).")
@click.argument("file", metavar="FILE")
@click.option(
    "--seconds", type=click.FloatRange(min=0.1, max=86400), help="Rekentijd in seconden (standaard 10)."
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
    from shortlist.planning.plan import kept_from, to_json
    from shortlist.planning.problem import parse_problem
    from shortlist.planning.working_time_files import loader
    from shortlist.settings import read_settings

    rules = loader(read_settings().rules_folder or RULES)
    problem = parse_problem(_read(file), rules=rules, source=_name(file))
    kept = kept_from(_read(keep), problem, source=_name(keep)) if keep is not None else None

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


def _name(file: str) -> str:
    return "standaardinvoer" if file == "-" else Path(file).name


def _read(file: str) -> Any:
    """Return the JSON of a file or of standard input."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        reason = "bestaat niet" if isinstance(error, FileNotFoundError) else "is niet te lezen"
        raise BadInput(f"{reason}; controleer de naam", where=(_name(file),)) from None
    except UnicodeDecodeError:
        raise BadInput("is geen tekst in UTF-8; sla het bestand zo op", where=(_name(file),)) from None
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, _name(file)))
    except json.JSONDecodeError as error:
        place = f"regel {error.lineno}, kolom {error.colno}"
        raise BadInput(
            f"is geen geldige JSON bij {place}; herstel het bestand", where=(_name(file),)
        ) from None
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
