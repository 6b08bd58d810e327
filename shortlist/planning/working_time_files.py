"""Read the working-time rules files of ``rules/`` (the only place in planning that opens YAML)."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import yaml

from shortlist import assets
from shortlist.errors import BadInput, Broken
from shortlist.planning.working_time import WorkingTime, rules_from

Loader = Callable[[str], WorkingTime]
"""Finds working-time rules by name."""


def names(folder: Path = assets.RULES) -> list[str]:
    """Return the names of the working-time rules in a folder, sorted."""
    return sorted(path.stem.removeprefix("working-time-") for path in folder.glob("working-time-*.yaml"))


def loader(folder: Path) -> Loader:
    """Return what finds working-time rules in one folder: the shipped ``rules/`` or a municipality's own."""
    return partial(load, folder=folder)


@cache
def load(name: str, folder: Path = assets.RULES) -> WorkingTime:
    """Return the rules called ``name``; an unknown name raises ``BadInput``, a bad file ``Broken``."""
    if name not in names(folder):
        known = ", ".join([*(f'"{known}"' for known in names(folder)), "null (geen regels)"])
        raise BadInput(f'onbekende werktijdregels "{name}"; kies {known}', where=("rules",))
    path = folder / f"working-time-{name}.yaml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Broken(f"{path.name}: onleesbaar ({error}).") from error
    if not isinstance(data, dict):
        raise Broken(f"{path.name}: verwacht een lijst van sleutels en waarden.")
    return rules_from(data, source=path.name)
