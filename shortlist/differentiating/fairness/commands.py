"""``shortlist analyse-bias``: where people and reading differ more often, offline."""

from dataclasses import asdict
from pathlib import Path

import click

from shortlist.assets import RULES
from shortlist.differentiating.commands import print_json, read_text


@click.command(
    name="analyse-bias",
    help="Zoek in welke delen van de gegevens het eigen oordeel van mensen en de lezing vaker verschillen: naar plek, "
    "uur en team, nooit naar persoon. BESTAND is CSV of JSON met precies de kolommen own_view, reading, place, "
    "hour, team en observed_on; '-' leest standaardinvoer. Lees eerst de leeswijzer (docs/leeswijzer-verschillen.md).",
)
@click.argument("file", required=False, metavar="BESTAND")
@click.option(
    "--seed", type=click.IntRange(0, 2**31), help="Zaad voor de verdeling; anders dat van de regels."
)
@click.option("--text", "as_text", is_flag=True, help="Alleen de Nederlandse tekst, zonder JSON.")
@click.option("--pretty", is_flag=True, help="Ingesprongen JSON, om te lezen.")
@click.option(
    "--rules", "rules_folder", type=click.Path(path_type=Path), envvar="SHORTLIST_RULES", default=RULES,
    metavar="MAP", help="Map met regelbestanden; standaard de meegeleverde.",
)  # fmt: skip
def analyse_bias(file: str | None, seed: int | None, as_text: bool, pretty: bool, rules_folder: Path) -> None:
    """Print what was found; raises :class:`BadInput` for whatever does not fit."""
    # scikit-learn takes a second to import; a wrong file is told sooner.
    from shortlist.differentiating.fairness.disagreement_files import load_bias_rules, read_compared

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
