"""The ``shortlist`` command: composes the commands that the rooms offer.

Each command lives in its room's ``commands.py`` and is imported only when it is called, so that
``shortlist --help`` stays quick. Exit codes: 0 success, 2 bad input, 1 something of ours is broken.
"""

import difflib
import importlib
import sys
from collections.abc import Sequence
from typing import cast

import click

from shortlist.errors import BadInput, Broken, ShortlistError
from shortlist.showing import command_line

COMMANDS: dict[str, tuple[str, str]] = {
    "classify": ("shortlist.classifying.commands:classify", "Beoordeel vragenlijsten onder de regelsets."),
    "check-rules": ("shortlist.classifying.commands:check_rules", "Controleer de regelbestanden."),
    "serve": ("shortlist.serving:serve", "Start de webpagina's."),
    "worker": ("shortlist.serving:worker", "Start het rekenproces: weekplannen en netwerken."),
    "migrate": ("shortlist.storing.commands:migrate", "Breng de database naar de nieuwste versie."),
    "demo": ("shortlist.demo.commands:demo", "Vul een lege database met een fictieve stad en start."),
    "import": (
        "shortlist.differentiating.intake.commands:import_file",
        "Laad groepen, antwoorden en waarnemingen uit een bestand.",
    ),
    "figures": (
        "shortlist.reporting.sources.commands:figures",
        "Lees meldingen van bewoners of politiecijfers in.",
    ),
    "user": ("shortlist.guarding.commands:user", "Beheer accounts."),
    "verify-log": ("shortlist.guarding.commands:verify_log", "Controleer het logboek."),
    "differentiate": (
        "shortlist.differentiating.commands:differentiate",
        "Beschrijf de plaats van leden in een groep, of onthoud je.",
    ),
    "networks": (
        "shortlist.differentiating.commands:networks",
        "Vind de groepen van een gebied en wat ermee gebeurt.",
    ),
    "train": (
        "shortlist.differentiating.commands:train",
        "Maak het model van de lezing opnieuw, met modelkaart.",
    ),
    "analyse-bias": (
        "shortlist.differentiating.fairness.commands:analyse_bias",
        "Zoek waar het oordeel van mensen en de lezing vaker verschillen.",
    ),
    "plan": ("shortlist.planning.commands:plan", "Maak een weekplan met een bewezen bovengrens."),
}
"""Command name → (``module:attribute``, one Dutch line for ``--help``)."""


class LazyCommands(click.Group):
    """A click group that imports a command's module on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in their own order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command when it is asked for."""
        if cmd_name not in COMMANDS:
            near = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
            hint = f" Bedoelt u '{near[0]}'?" if near else " Zie 'shortlist --help'."
            raise BadInput(f"De opdracht '{cmd_name}' bestaat niet.{hint}")
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        return cast(click.Command, command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Opdrachten"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyCommands, help="Jeugdgroepen in beeld: waarnemen, duiden, prioriteren en inzet plannen.")
@click.version_option(package_name="shortlist", message="shortlist %(version)s")
def shortlist() -> None:
    """Group all commands."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with the exit code of the contract."""
    click.Context.formatter_class = command_line.DutchFormatter
    try:
        shortlist.main(args=arguments, prog_name="shortlist", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        click.echo(command_line.said(error), err=True)
        sys.exit(2)
    except Broken as error:
        click.echo(error.message, err=True)
        sys.exit(1)
    except ShortlistError as error:
        click.echo(error.message, err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
