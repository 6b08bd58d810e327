"""``shortlist user …`` and ``shortlist verify-log``: accounts and the audit chain from the server itself."""

import click

from shortlist.errors import Refused
from shortlist.guarding import work
from shortlist.guarding.audit import watch
from shortlist.guarding.door import system_clock
from shortlist.guarding.roles import Organisation, Role
from shortlist.settings import read_settings
from shortlist.storing import schema
from shortlist.storing.database import Database


def _database() -> Database:
    database = Database(read_settings().database_url)
    database.check()
    schema.require_current(database)
    return database


@click.group(help="Accounts beheren vanaf de server.")
def user() -> None:
    """Group the account commands."""


@user.command(name="add", help="Maak een account. Het wachtwoord wordt gevraagd.")
@click.argument("login")
@click.option("--name", "name", required=True, help="Naam zoals collega's die zien.")
@click.option(
    "--organisation", required=True, type=click.Choice([o.value for o in Organisation]), help="Werkgever."
)
@click.option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=click.Choice([r.value for r in Role]),
    help="Rol; mag vaker.",
)
@click.option("--stadsdeel", "stadsdelen", multiple=True, help="Naam van een stadsdeel; mag vaker.")
@click.option("--citywide", is_flag=True, help="Werkt in alle stadsdelen.")
@click.password_option(
    "--password", prompt="Wachtwoord", confirmation_prompt="Nogmaals", help="Ten minste 12 tekens."
)
def add(
    login: str,
    name: str,
    organisation: str,
    roles: tuple[str, ...],
    stadsdelen: tuple[str, ...],
    citywide: bool,
    password: str,
) -> None:
    """Create an account."""
    database = _database()
    with database.writing() as session:
        watch(session)
        known = {part.name: part.id for part in work.all_stadsdelen(session=session)}
        unknown = [part for part in stadsdelen if part not in known]
        if unknown:
            raise Refused(
                f"Onbekend stadsdeel: {', '.join(unknown)}. Bekend zijn: {', '.join(sorted(known)) or 'geen'}."
            )
        work.create_account(
            login,
            name,
            organisation=Organisation(organisation),
            roles=[Role(role) for role in roles],
            stadsdelen=[known[part] for part in stadsdelen],
            citywide=citywide,
            password=password,
            actor=None,
            now=system_clock(),
            session=session,
        )
    click.echo(f"Account '{login}' is gemaakt.", err=True)


@click.command(name="verify-log", help="Controleer of het logboek onaangetast is.")
def verify_log() -> None:
    """Walk the audit chain and say whether it is whole."""
    with _database().reading() as session:
        count, broken = work.verify_log(session=session)
    if broken is not None:
        raise Refused(f"Het logboek klopt niet vanaf regel {broken} ({count} regels gelezen).")
    click.echo(f"Het logboek is heel: {count} regels.", err=True)
