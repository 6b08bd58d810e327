"""Which roles the professionals of Waterveen set for members, on dated sightings by two of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import Session

from shortlist.demo.groups import AMSTERDAM, Sighting, Youngster
from shortlist.demo.work import Waterveen
from shortlist.differentiating.work import role_rules_on, set_role
from shortlist.guarding.roles import Role
from shortlist.storing.dated_yaml import Shelf

_WHY = {
    "kern": "Bepaalt steeds wat er gebeurt; de anderen volgen, ook toen er werd aangesproken.",
    "meeloper": "Is erbij, begint niet zelf en gaat weg als het onrustig wordt.",
}


def set_roles(
    city: Waterveen, seen: Sequence[Sighting], *, shelf: Shelf, now: datetime, session: Session
) -> int:
    """Set a role for most well-seen members of every second listed group; return how many.

    Only sightings with own eyes count, by at least two professionals, as ``set_role`` demands.
    """
    random = Random(2)  # noqa: S311 — made-up roles must be the same each time
    sightings: dict[UUID, list[Sighting]] = defaultdict(list)
    for sighting in seen:
        if sighting.source == "gezien":
            for youngster, _ in sighting.present:
                sightings[youngster.id].append(sighting)
    at = now - timedelta(days=4)
    rules = role_rules_on(shelf, at.astimezone(AMSTERDAM).date())
    written = 0
    for number, band in enumerate(band for band in city.bands if band.members):
        if number % 2 or band.profile == "nieuw":
            continue
        actor = city.someone(Role.JONGERENWERKER, band.area)
        for member in band.members:
            basis = [one for one in sightings[member.id] if one.started_at < at]
            if len({one.observer.id for one in basis}) < 2 or random.random() < 0.15:
                continue
            role, influence = _judged(member)
            set_role(
                band.id,
                member.id,
                role=role,
                influence=influence,
                certainty="hoog" if len(basis) >= 5 else "midden",
                reason=_WHY[role],
                basis=[one.id for one in basis],
                seen=None,
                rules=rules,
                actor=actor,
                now=at,
                session=session,
            )
            written += 1
    return written


def _judged(member: Youngster) -> tuple[str, str]:
    if member.core:
        return "kern", "negatief"
    return "meeloper", "positief" if member.spurs == "sust" else "geen"
