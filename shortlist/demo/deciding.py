"""What the veiligheidsmanagers, the Stafgroepen and the JITs of Waterveen decided on the groups, and left to decide."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import Session

from shortlist.demo.groups import AMSTERDAM
from shortlist.demo.work import Waterveen
from shortlist.guarding.roles import Role
from shortlist.planning.aanpak.measures import Chosen, PlanText, advise, due_on
from shortlist.planning.aanpak.work import catalogue_on, pictures_of, write_plan
from shortlist.prioritising.meeting.work import (
    close_meeting,
    decide_in_meeting,
    open_meeting,
    stafgroep_rules_on,
)
from shortlist.prioritising.priorities import SET, TO_TRIANGLE
from shortlist.prioritising.urgent.work import decide_urgent
from shortlist.prioritising.work import priority_rules_on, propose_priority
from shortlist.storing.dated_yaml import Shelf

_LIKELY: Mapping[str, tuple[str, ...]] = {
    "hinderlijk": ("midden", "laag", "midden", "hoog", "geen"),
    "overlastgevend": ("hoog", "midden", "hoog"),
    "crimineel": ("hoog",),
    "aanvaardbaar": ("geen",),
}
_WHY: Mapping[str, str] = {
    "hoog": "Bewoners melden vaak en het wordt harder; dit kan niet wachten.",
    "midden": "De overlast houdt aan; meenemen in de gewone inzet.",
    "laag": "Volgen is nu genoeg, jongerenwerk heeft contact.",
    "geen": "Er is nu geen inzet nodig.",
}
MAXIMUM_MEASURES = 4
"""A believable plan van aanpak is short."""
_VISITS: Mapping[str, int] = {"hoog": 5, "midden": 3, "laag": 2}
"""Visits a week that the JIT of a busy city wants by each kind of team."""


def hurry(city: Waterveen, *, shelf: Shelf, now: datetime, session: Session) -> None:
    """Let a veiligheidsmanager decide on spoed for a new group, so that this week's plan asks to be computed again."""
    band = next(one for one in city.bands if one.profile == "nieuw")
    at = now - timedelta(hours=2)
    decide_urgent(
        band.id,
        reason="Twee avonden achter elkaar vuurwerk bij de ingang; ouderen durven niet naar huis.",
        picture="Een nieuwe, losse groep van ongeveer acht jongeren. Wie de kern is, is niet bekend.",
        rules=priority_rules_on(shelf, at.astimezone(AMSTERDAM).date()),
        actor=city.someone(Role.VEILIGHEIDSMANAGER, band.area),
        now=at,
        session=session,
    )


def meeting_at(now: datetime) -> datetime:
    """Return when the Stafgroepen met: the day before last week began, whatever day it is now."""
    return now - timedelta(days=8 + now.astimezone(AMSTERDAM).weekday(), hours=5)


def prioritise(
    city: Waterveen, decided: Mapping[UUID, str], *, shelf: Shelf, now: datetime, session: Session
) -> dict[UUID, str]:
    """Propose a priority for most assessed groups and let the Stafgroep decide; return group → decided priority.

    Every ninth group is not proposed yet, and every eighth proposal waits for the Stafgroep. The others are decided
    before last week began, whatever day it is, so that last week's plan has something to rest on.
    """
    random = Random(12)  # noqa: S311 — made-up decisions must be the same each time
    areas = {band.id: band.area for band in city.bands}
    on = now.astimezone(AMSTERDAM).date()
    stafgroep = stafgroep_rules_on(shelf, on)
    seats = {one.id: f"Fictief lid ({one.label.lower()})" for one in stafgroep.functions[:3]}
    held: dict[str, UUID] = {}
    result: dict[UUID, str] = {}
    met = meeting_at(now)
    for number, (group_id, outcome) in enumerate(decided.items()):
        if number % 9 == 4 or outcome not in _LIKELY:
            continue
        priority = random.choice(_LIKELY[outcome])
        waits = number % 8 == 6
        before = timedelta(hours=random.randrange(1, 6))
        at = now - timedelta(days=2) - before if waits else met - timedelta(days=1) - before
        rules = priority_rules_on(shelf, at.astimezone(AMSTERDAM).date())
        manager = city.someone(Role.VEILIGHEIDSMANAGER, areas[group_id])
        proposal = propose_priority(
            group_id, priority=priority, reason=_WHY[priority], seen=None, rules=rules, actor=manager, now=at,
            session=session,
        )  # fmt: skip
        if waits:
            continue
        member = city.someone(Role.STAFGROEPLID, areas[group_id])
        if areas[group_id] not in held:
            held[areas[group_id]] = open_meeting(
                city.areas[areas[group_id]], seats, rules=stafgroep, actor=member, now=met, session=session
            )
        dissent = number == 10
        decide_in_meeting(
            held[areas[group_id]], proposal, kind=TO_TRIANGLE if dissent else SET,
            reason="Politie wil hoog, de gebiedsmanager midden; wij komen er niet uit."
            if dissent else "Besproken in de Stafgroep; overgenomen.",
            rules=rules, stafgroep=stafgroep, actor=member, now=met + timedelta(minutes=5 + number), session=session,
        )  # fmt: skip
        if not dissent:
            result[group_id] = priority
    for area, meeting_id in held.items():
        member = city.someone(Role.STAFGROEPLID, area)
        close_meeting(
            meeting_id,
            remarks="Volgende keer: de lamp bij de halte.",
            actor=member,
            now=met + timedelta(hours=2),
            session=session,
        )
    return result


def write_plans(
    city: Waterveen, priorities: Mapping[UUID, str], *, shelf: Shelf, now: datetime, session: Session
) -> list[UUID]:
    """Let the JITs write a plan van aanpak for their prioritised groups, but for every seventh.

    Returns the groups whose plan asks for jeugdboa's.
    """
    areas = {band.id: band.area for band in city.bands}
    wanted = [group_id for group_id, priority in priorities.items() if priority != "geen"]
    with_boas: list[UUID] = []
    for number, group_id in enumerate(wanted):
        if number % 7 == 3:
            continue
        at = now - timedelta(days=6, hours=number % 5)
        on = at.astimezone(AMSTERDAM).date()
        catalogue = catalogue_on(shelf, now.astimezone(AMSTERDAM).date())
        picture = pictures_of([group_id], on=on, session=session)[group_id]
        advised = [a for a in advise(catalogue, picture) if a.reasons and not a.refused]
        advised.sort(key=lambda a: a.measure.deployment is None)
        chosen = tuple(
            Chosen(
                a.measure.id, a.measure.owner, due_on(a.measure, on),
                _VISITS[priorities[group_id]] if a.measure.deployment else 0,
                a.reasons[0],
            )
            for a in advised[:MAXIMUM_MEASURES]
        )  # fmt: skip
        if not chosen:
            continue
        text = PlanText(
            goal="Vier weken achter elkaar hooguit twee keer per week overlast gezien, bij gelijke inzet.",
            exit_criterion="Doel gehaald en bewoners merken verschil; dan halveren en na een maand stoppen.",
            evaluation_on=on + timedelta(weeks=10),
            measures=chosen,
        )
        write_plan(
            group_id, text, based_on=0, catalogue=catalogue,
            actor=city.someone(Role.VEILIGHEIDSMANAGER, areas[group_id]), now=at, session=session,
        )  # fmt: skip
        if any(measure.measure == "jeugdboa" for measure in chosen):
            with_boas.append(group_id)
    return with_boas
