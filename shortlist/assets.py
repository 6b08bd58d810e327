"""Where the data folders ``rules/``, ``models/`` and ``static/`` are.

They lie at the top of a checkout (also an editable install) and under ``shortlist/_assets`` in a wheel.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the directory of one data folder: ``rules``, ``models`` or ``static``."""
    shipped = _PACKAGE / "_assets" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


RULES = folder("rules")
MODELS = folder("models")
STATIC = folder("static")
