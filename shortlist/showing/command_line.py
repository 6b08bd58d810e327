"""What click itself says, in Dutch: usage, headings of ``--help``, and mistakes on the command line."""

import difflib
from collections.abc import Generator, Iterable
from contextlib import contextmanager

import click

_HEADINGS = {"Options": "Opties", "Commands": "Opdrachten", "Arguments": "Argumenten"}
_LINES = {
    "Show this message and exit.": "Toon deze uitleg.",
    "Show the version and exit.": "Toon de versie.",
}


class DutchFormatter(click.HelpFormatter):
    """Writes help with Dutch headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        super().write_usage(prog, args, prefix="Gebruik: ")

    @contextmanager
    def section(self, name: str) -> Generator[None]:
        """Write one headed part of the help."""
        with super().section(_HEADINGS.get(name, name)):
            yield

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms with what they mean."""
        told = [(term, _LINES.get(text, text).replace("[default: ", "[standaard: ")) for term, text in rows]
        super().write_dl(
            [(term, text.replace("[required]", "[verplicht]")) for term, text in told], col_max, col_spacing
        )


def _name_of(parameter: click.Parameter | None, hint: str | None = None) -> str:
    if parameter is None:
        return hint or "een waarde"
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(click.Context(click.Command("shortlist")))
    return "/".join(parameter.opts)


def _allowed(kind: object) -> str:
    if isinstance(kind, click.Choice):
        return "Kies uit: " + ", ".join(str(choice) for choice in kind.choices) + "."
    if isinstance(kind, click.IntRange | click.FloatRange):
        ends = [
            f"{word} {end}" for word, end in (("van", kind.min), ("tot en met", kind.max)) if end is not None
        ]
        return f"Geef een getal {' '.join(ends)}."
    if kind is click.INT:
        return "Geef een geheel getal."
    if kind is click.FLOAT:
        return "Geef een getal."
    if isinstance(kind, click.DateTime):
        return "Geef een datum als JJJJ-MM-DD."
    return "Controleer de waarde."


def said(error: click.ClickException) -> str:
    """Say in one Dutch line what was wrong with the command and how to mend it."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and error.ctx is not None:
        return error.ctx.get_help()
    if isinstance(error, click.NoSuchOption):
        meant = " of ".join(difflib.get_close_matches(error.option_name, error.possibilities or (), n=2))
        return f"De optie {error.option_name} bestaat niet." + (f" Bedoelt u {meant}?" if meant else _SEE)
    if isinstance(error, click.BadOptionUsage):
        return f"Bij de optie {error.option_name} hoort een waarde.{_SEE}"
    if isinstance(error, click.MissingParameter):
        return f"{_name_of(error.param, str(error.param_hint or ''))} ontbreekt.{_SEE}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{_name_of(error.param)}: deze waarde kan niet. {_allowed(error.param.type)}"
    if isinstance(error, click.FileError):
        return f"Het bestand {error.ui_filename} is niet te openen. Controleer naam en rechten."
    if isinstance(error, click.UsageError):
        return f"Deze opdracht is niet te begrijpen: te veel of onbekende woorden.{_SEE}"
    return error.format_message()


_SEE = " Zie --help."
