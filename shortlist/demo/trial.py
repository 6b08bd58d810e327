"""A trial with the reading that Waterveen once held and ended: own views first, then the reading, some differences."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlmodel import Session

from shortlist.demo.groups import AMSTERDAM, Band, Youngster, closely_watched
from shortlist.demo.work import Waterveen
from shortlist.differentiating.switching.work import Means, reading_means, switch_reading
from shortlist.differentiating.viewing.work import (
    conclude_disagreement,
    differing_members,
    raise_disagreement,
    record_own_view,
)
from shortlist.differentiating.work import role_rules_on
from shortlist.guarding.roles import Role
from shortlist.storing.dated_yaml import Shelf

_SAYS = {
    True: (("kern", "meeloper", "onbekend", "geen oordeel"), (78, 10, 8, 4)),
    False: (("meeloper", "kern", "onbekend", "geen oordeel"), (76, 6, 12, 6)),
}
"""Whether the generator made somebody core → what a professional makes of it, and how often."""


def hold_trial(
    city: Waterveen, *, shelf: Shelf, models: Path, now: datetime, session: Session
) -> tuple[int, int]:
    """Switch the reading on for four weeks, let the jeugdagenten give their views, and switch it off again.

    Returns how many views were given and how many differences wait for a JIT.
    """
    random = Random(7)  # noqa: S311 — made-up views must be the same each time
    start, end = now - timedelta(weeks=6), now - timedelta(weeks=2)
    manager = city.actor(next(one for one in city.staff if one.role is Role.VEILIGHEIDSMANAGER))
    means = reading_means(shelf, models, start.astimezone(AMSTERDAM).date())
    switch_reading(
        True,
        reason="Proef van vier weken: helpt een tweede blik de jeugdagenten om beter naar de feiten te kijken?",
        seen=0, model=means.model, actor=manager, now=start, session=session,
    )  # fmt: skip
    watched = closely_watched(list(city.bands))
    waiting = 0
    for number, band in enumerate(watched):
        at = start + timedelta(days=16 + number)
        waiting += _view(city, band, means, shelf=shelf, now=at, random=random, session=session)
    switch_reading(
        False,
        reason="De proef is voorbij. Wij kijken eerst of de lezing klopt voordat wij opnieuw besluiten.",
        seen=1, model=means.model, actor=manager, now=end, session=session,
    )  # fmt: skip
    return len(watched), waiting


def _view(
    city: Waterveen,
    band: Band,
    means: Means,
    *,
    shelf: Shelf,
    now: datetime,
    random: Random,
    session: Session,
) -> bool:
    """Give one view of a group; return whether a difference about it still waits for the JIT."""
    actor = city.someone(Role.JEUGDAGENT, band.area)
    view = record_own_view(
        band.id,
        _own(band.members, random),
        sum(member.core for member in band.members),
        rules=role_rules_on(shelf, now.astimezone(AMSTERDAM).date()),
        means=means, actor=actor, now=now, session=session,
    )  # fmt: skip
    if not differing_members(view, session=session):
        return False
    disagreement = raise_disagreement(
        band.id, view, reason="Mijn beeld en de telling lopen uiteen; ik wil de feiten samen nalopen.",
        actor=actor, now=now + timedelta(minutes=20), session=session,
    )  # fmt: skip
    if band.area != city.bands[0].area:
        conclude_disagreement(
            band.id, disagreement, outcome="Samen de waarnemingen nagelopen. Het beeld van de collega blijft staan.",
            actor=city.someone(Role.VEILIGHEIDSMANAGER, band.area), now=now + timedelta(days=6), session=session,
        )  # fmt: skip
        return False
    return True


def _own(members: Sequence[Youngster], random: Random) -> dict[str, str]:
    own = {}
    for member in members:
        words, weights = _SAYS[member.core]
        own[str(member.id)] = random.choices(words, weights)[0]
    return own
