"""Read the working-time rules files of ``rules/`` (the only place in planning that opens YAML)."""

from functools import cache
from pathlib import Path

import yaml

from shortlist import assets
from shortlist.errors import BadInput, Broken
from shortlist.planning.working_time import WorkingTime, rules_from


def names() -> list[str]:
    """Return the names of the working-time rules that ship, sorted."""
    return sorted(
        path.stem.removeprefix("working-time-") for path in assets.RULES.glob("working-time-*.yaml")
    )


@cache
def load(name: str) -> WorkingTime:
    """Return the rules called ``name``; an unknown name raises ``BadInput``, a bad file ``Broken``."""
    if name not in names():
        known = ", ".join(f'"{known}"' for known in names())
        raise BadInput(f'onbekende werktijdregels "{name}"; kies {known} of null', where=("rules",))
    path: Path = assets.RULES / f"working-time-{name}.yaml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Broken(f"{path.name}: onleesbaar ({error}).") from error
    if not isinstance(data, dict):
        raise Broken(f"{path.name}: verwacht een lijst van sleutels en waarden.")
    return rules_from(data, source=path.name)
