"""``shortlist migrate``: the only thing that changes the schema; never silently on start."""

import click

from shortlist.settings import prepare_data_folder, read_settings
from shortlist.storing import schema
from shortlist.storing.database import Database


@click.command(
    help="Breng de database naar de nieuwste versie (of --to VERSIE). Verandert niets als dat al zo is."
)
@click.option("--to", "revision", default="head", show_default=True, help="De gewenste versie.")
def migrate(revision: str) -> None:
    """Run the migrations and say what changed."""
    settings = read_settings()
    prepare_data_folder(settings)
    database = Database(settings.database_url)
    database.check()
    before, after = schema.migrate(database, revision)
    if before == after:
        click.echo(f"De database is al bij (versie {after}).", err=True)
    else:
        click.echo(f"De database is bijgewerkt van {before or 'leeg'} naar {after}.", err=True)
    database.close()
