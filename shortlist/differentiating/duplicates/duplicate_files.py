"""Reads ``rules/duplicates.yaml``: how names sound, and how much has to speak for one person or one group."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from shortlist.assets import RULES
from shortlist.differentiating.duplicates.pairing import DuplicateRules
from shortlist.differentiating.duplicates.sounding import NameRules
from shortlist.differentiating.reading_files import newest_document


def load_duplicate_rules(folder: Path = RULES, on: date | None = None) -> DuplicateRules:
    """Return the rules in force on a day (None = newest); a file that does not fit raises :class:`Broken`."""
    return duplicate_rules(newest_document(folder, "duplicates", on).data)


def duplicate_rules(data: Mapping[str, Any]) -> DuplicateRules:
    """Return the rules in a file that its schema accepted."""
    written = data["names"]
    names = NameRules(
        particles=frozenset(written["particles"]),
        sounds=tuple((re.compile(one["write"]), one["as"]) for one in written["sounds"]),
        close=written["close"],
        shortest_close=written["shortest_close"],
    )
    persons, groups = data["persons"], data["groups"]
    return DuplicateRules(
        names=names,
        group_names=replace(names, particles=names.particles | set(groups["group_words"])),
        same_company=persons["same_company"],
        weeks=persons["weeks"],
        apart_minutes=persons["apart_minutes"],
        same_members=groups["same_members"],
        share_members=groups["share_members"],
    )
