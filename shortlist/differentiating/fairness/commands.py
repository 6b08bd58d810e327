"""``shortlist analyse-bias``: where people and reading differ more often, offline."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shortlist.assets import RULES
from shortlist.differentiating.commands import print_json, read_text
from shortlist.errors import BadInput

if TYPE_CHECKING:
    from shortlist.differentiating.fairness.disagreement import Compared


@click.command(
    name="analyse-bias",
    help="Zoek in welke delen van de gegevens het eigen oordeel van mensen en de lezing vaker verschillen: naar plek, "
    "uur en team, nooit naar persoon. BESTAND is CSV of JSON met precies de kolommen own_view, reading, place, "
    "hour, team en observed_on; '-' leest standaardinvoer. Met --stored komen de rijen uit de database. Lees eerst de "
    "leeswijzer (docs/leeswijzer-verschillen.md).",
)
@click.argument("file", required=False, metavar="BESTAND")
@click.option(
    "--stored",
    is_flag=True,
    help="Gebruik in plaats van een BESTAND wat bewaard is: elk blind gegeven eigen beeld naast zijn lezing, zonder "
    "personen. Dat er gelezen is staat in het logboek.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31), help="Zaad voor de verdeling; anders dat van de regels."
)
@click.option("--text", "as_text", is_flag=True, help="Alleen de Nederlandse tekst, zonder JSON.")
@click.option("--pretty", is_flag=True, help="Ingesprongen JSON, om te lezen.")
@click.option(
    "--rules", "rules_folder", type=click.Path(path_type=Path), envvar="SHORTLIST_RULES", default=RULES,
    metavar="MAP", help="Map met regelbestanden; standaard de meegeleverde.",
)  # fmt: skip
def analyse_bias(
    file: str | None, stored: bool, seed: int | None, as_text: bool, pretty: bool, rules_folder: Path
) -> None:
    """Print what was found; raises :class:`BadInput` for whatever does not fit."""
    # scikit-learn takes a second to import; a wrong file is told sooner.
    from shortlist.differentiating.fairness.disagreement_files import load_bias_rules, read_compared

    if stored and file is not None:
        raise BadInput("geef een BESTAND of --stored, niet allebei.")
    if file is None and not stored:
        raise BadInput("geef een BESTAND met rijen ('-' voor standaardinvoer), of --stored voor de database.")
    if stored:
        rows = _stored_rows()
    else:
        shown, text = read_text(file)
        rows = read_compared(text, file=shown)
    rules = load_bias_rules(rules_folder)

    from shortlist.differentiating.fairness.disagreement import analyse, told

    found = analyse(rows, rules, seed=seed)
    said = told(found, rules)
    if as_text:
        click.echo("\n".join(said))
    else:
        print_json(
            {"rules": {"name": rules.name, "valid_from": rules.valid_from}, **asdict(found), "text": said},
            pretty,
        )


def _stored_rows() -> "list[Compared]":
    """Return the rows in the database; the command line itself stands in the log as the one who looked."""
    # Whoever brings a file needs no database.
    from shortlist.differentiating.fairness.work import blind_views_as_rows
    from shortlist.guarding.audit import watch
    from shortlist.guarding.door import system_clock
    from shortlist.observing.intake.work import command_line_actor
    from shortlist.settings import read_settings
    from shortlist.storing import schema
    from shortlist.storing.database import Database

    database = Database(read_settings().database_url)
    try:
        database.check()
        schema.require_current(database)
        with database.writing() as session:
            watch(session)
            now = system_clock()
            actor = command_line_actor(now=now, session=session)
            return blind_views_as_rows(actor=actor, now=now, session=session)
    finally:
        database.close()
