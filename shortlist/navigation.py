"""Which rooms the web application has, what each hands in, and what a person sees in the menu.

The only module that knows all rooms' pages; ``app.py`` builds the application from it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import request, url_for
from sqlmodel import Session

from shortlist.classifying import pages as classifying
from shortlist.classifying.agenda import pages as agenda
from shortlist.classifying.agenda import table as agenda_table
from shortlist.classifying.agreeing.pages import READERS as AGREEMENT_READERS
from shortlist.classifying.agreeing.pages import pages as agreeing
from shortlist.classifying.comparing.pages import COMPARERS
from shortlist.classifying.comparing.pages import pages as comparing
from shortlist.connecting.gaps import pages as gaps
from shortlist.connecting.matching import pages as matching
from shortlist.connecting.pages import pages as connecting
from shortlist.connecting.procedures import pages as procedures
from shortlist.connecting.procedures import transitions as procedure_states
from shortlist.connecting.referrals import pages as referrals
from shortlist.connecting.referrals import transitions as referral_states
from shortlist.connecting.reminders.pages import pages as reminders
from shortlist.deploying import pages as deploying
from shortlist.deploying.effect.pages import pages as effect
from shortlist.deploying.handover import steps as report_states
from shortlist.deploying.handover.pages import pages as handover
from shortlist.deploying.reports.pages import pages as reports
from shortlist.deploying.requests import transitions as request_states
from shortlist.deploying.requests.pages import pages as requests
from shortlist.deploying.requests.work import approved_groups
from shortlist.deploying.shifts import deployments as deployment_states
from shortlist.deploying.shifts.pages import pages as shifts
from shortlist.differentiating import pages as members
from shortlist.differentiating.duplicates.pages import MEMBERS as DUPLICATE_JUDGES
from shortlist.differentiating.duplicates.pages import pages as duplicates
from shortlist.differentiating.networks import pages as networks
from shortlist.differentiating.signals import pages as signals
from shortlist.differentiating.signals import transitions as signal_states
from shortlist.differentiating.validating.pages import pages as validating
from shortlist.differentiating.viewing import pages as viewing
from shortlist.differentiating.work import member_list_allowed
from shortlist.guarding.door import EVERYBODY, Pages
from shortlist.guarding.pages import pages as guarding
from shortlist.guarding.roles import STREET, Actor, Role
from shortlist.observing import group_states
from shortlist.observing.gatherings.pages import pages as gatherings
from shortlist.observing.pages import pages as observing
from shortlist.planning import plan_states
from shortlist.planning.aanpak import pages as aanpak
from shortlist.planning.adjusting.pages import pages as adjusting
from shortlist.planning.asking.pages import pages as asking
from shortlist.planning.capacity.work import fit_with
from shortlist.planning.comparing.pages import pages as plans_compared
from shortlist.planning.feeds.pages import pages as feeds
from shortlist.planning.leave.pages import pages as leave
from shortlist.planning.preferring.pages import pages as preferring
from shortlist.planning.replanning.pages import pages as replanning
from shortlist.planning.reviewing import pages as plannen
from shortlist.planning.teams import pages as teams
from shortlist.planning.week import pages as weekplan
from shortlist.prioritising import pages as prioritising
from shortlist.prioritising import priorities
from shortlist.prioritising.city.pages import pages as city
from shortlist.prioritising.meeting.pages import pages as stafgroep
from shortlist.prioritising.prosecution import pages as prosecution
from shortlist.prioritising.urgent import pages as urgent
from shortlist.prioritising.urgent import table as urgent_table
from shortlist.reporting import pages as reporting
from shortlist.reporting.quarterly.pages import pages as quarterly
from shortlist.reporting.sources.pages import pages as sources
from shortlist.reporting.standing.pages import pages as standing
from shortlist.showing.panels import Panel, WaitingWork
from shortlist.showing.shell import Person, Place
from shortlist.showing.states import StateTable
from shortlist.showing.words import woord

PanelSource = Callable[..., Panel | None]
"""``(group_id, *, actor, now, session) -> Panel | None``."""
WorkSource = Callable[..., list[WaitingWork]]
"""``(*, actor, now, session) -> list[WaitingWork]``."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the main menu."""

    label: str
    endpoint: str
    allow: frozenset[Role]


ITEMS: tuple[NavItem, ...] = (
    NavItem("Mijn werk", "werk.home", EVERYBODY),
    NavItem("Groepen", "groepen.group_list", STREET),
    NavItem("Prioriteiten", "prioriteit.overview", frozenset({Role.VEILIGHEIDSMANAGER, Role.STAFGROEPLID})),
    NavItem(
        "Weekplannen",
        "weekplan.plan_list",
        frozenset({Role.TEAMLEIDER, Role.COORDINATOR_VTH, Role.STAFGROEPLID, Role.VEILIGHEIDSMANAGER}),
    ),
    NavItem("Netwerken", "netwerken.picture", networks.READERS),
    NavItem("Teams", "teams.team_list", frozenset({Role.TEAMLEIDER, Role.COORDINATOR_VTH})),
    NavItem(
        "Mijn diensten", "inzet.own_shifts", frozenset({Role.JEUGDBOA, Role.JONGERENWERKER, Role.JEUGDAGENT})
    ),
    NavItem(
        "Aanvragen",
        "aanvraag.request_list",
        frozenset({Role.VEILIGHEIDSMANAGER, Role.COORDINATOR_VTH, Role.TEAMLEIDER}),
    ),
    NavItem("JIT-agenda", "agenda.overview", agenda.JIT),
    NavItem("Dubbelen", "dubbel.overview", DUPLICATE_JUDGES),
    NavItem("Diensten", "diensten.shift_list", frozenset({Role.TEAMLEIDER, Role.COORDINATOR_VTH})),
    NavItem("Verslagen", "verslagen.report_way", frozenset({Role.VEILIGHEIDSMANAGER, Role.COORDINATOR_VTH})),
    NavItem("Verwijzingen", "verwijzing.referral_list", referrals.READERS),
    NavItem("Procedures", "traag.procedure_list", procedures.READERS),
    NavItem("Ontvangers", "verwijzing.receiver_list", referrals.ADMIN),
    NavItem("Kwartaalrapport", "kwartaal.newest", reporting.READERS),
    NavItem("Cijfers inlezen", "cijfers.take_in", frozenset({Role.BEHEERDER})),
    NavItem("Doorlooptijden", "doorlooptijd.overview", reporting.READERS),
    NavItem("Vergelijken", "vergelijken.compare", COMPARERS),
    NavItem("Overeenstemming", "overeenstemming.overview", AGREEMENT_READERS),
    NavItem("Lezing van leden", "lezing.about", frozenset({Role.VEILIGHEIDSMANAGER, Role.PRIVACY_OFFICER})),
    NavItem("Logboek", "toegang.log_page", frozenset({Role.PRIVACY_OFFICER})),
)
PANELS: tuple[PanelSource, ...] = (
    classifying.panel,
    members.panel,
    prioritising.panel,
    aanpak.panel,
    deploying.panel,
    referrals.panel,
    procedures.panel,
    reporting.panel,
)
WORK: tuple[WorkSource, ...] = (
    classifying.waiting,
    agenda.waiting,
    members.waiting,
    viewing.waiting,
    signals.waiting,
    urgent.waiting,
    prioritising.waiting,
    prosecution.waiting,
    aanpak.waiting,
    plannen.waiting,
    deploying.waiting,
    referrals.waiting,
    gaps.waiting,
    matching.waiting,
    procedures.waiting,
)
AGENDA: tuple[WorkSource, ...] = (viewing.on_agenda, signals.waiting)
"""What later rooms put on the JIT agenda, beside the answers that classifying puts there."""
MEMBER_LIST_ALLOWED = member_list_allowed
"""Step 2B, for the rooms before differentiating: ``(group_id, *, session) -> bool``."""
APPROVED_GROUPS = approved_groups
"""Which groups jeugdboa's may be sent to, for planning: ``(*, session) -> set[UUID]``."""
PROCEDURES_OF_GROUP: PanelSource = procedures.panel
"""How the slow procedures about a group stand, for its plan van aanpak."""
CAPACITY = fit_with
"""What priorities would ask of the teams: ``(group → priority, *, shelf, now, session) -> Fit``."""
STATE_TABLES: tuple[StateTable, ...] = (
    group_states.TABLE,
    agenda_table.TABLE,
    signal_states.TABLE,
    priorities.TABLE,
    priorities.MEETING_TABLE,
    priorities.PROSECUTION_TABLE,
    urgent_table.TABLE,
    plan_states.AANPAK,
    request_states.TABLE,
    plan_states.WEEK_PLAN,
    deployment_states.TABLE,
    report_states.TABLE,
    referral_states.TABLE,
    procedure_states.TABLE,
)
"""Every object that goes from hand to hand, in the order of the work; each room writes its own table."""
RULE_KINDS: tuple[str, ...] = (
    "member-roles",
    "member-reading",
    "priorities",
    "measures",
    "week-plan",
    "lead-times",
    "agreement",
    "duplicates",
    "handover-terms",
    "stafgroep",
    "effect",
    "interventions",
    "quarterly-report",
)
"""Kinds of rule files that pages read as they stand, from ``app.extensions["shortlist.shelf"]``."""


def rooms() -> Iterator[Pages]:
    """Yield the pages of every room, in the order in which data flows."""
    yield guarding
    yield observing
    yield gatherings
    yield classifying.pages
    yield agenda.pages
    yield comparing
    yield agreeing
    yield members.pages
    yield viewing.pages
    yield validating
    yield duplicates
    yield networks.pages
    yield signals.pages
    yield prioritising.pages
    yield stafgroep
    yield prosecution.pages
    yield city
    yield urgent.pages
    yield aanpak.pages
    yield teams.pages
    yield leave
    yield weekplan.pages
    yield plannen.pages
    yield adjusting
    yield replanning
    yield asking
    yield plans_compared
    yield feeds
    yield preferring
    yield requests
    yield shifts
    yield reports
    yield handover
    yield effect
    yield connecting
    yield referrals.pages
    yield gaps.pages
    yield matching.pages
    yield procedures.pages
    yield reminders
    yield reporting.pages
    yield standing
    yield quarterly
    yield sources


def menu(actor: Actor) -> list[Place]:
    """Return the menu of one person."""
    room = (request.endpoint or "").split(".")[0]
    return [
        Place(item.label, url_for(item.endpoint), current=item.endpoint.split(".")[0] == room)
        for item in ITEMS
        if actor.has(*item.allow)
    ]


def person(actor: Actor) -> Person:
    """Return how the page header names somebody."""
    return Person(actor.name, ", ".join(sorted(woord(role) for role in actor.roles)))


def panels(group_id: UUID, *, actor: Actor, now: datetime, session: Session) -> list[Panel]:
    """Collect what every room has to show about a group, in order."""
    found = [source(group_id, actor=actor, now=now, session=session) for source in PANELS]
    return sorted((panel for panel in found if panel is not None), key=lambda panel: panel.order)


def on_agenda(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Collect what later rooms lay before the JIT that somebody sits in."""
    return [work for source in AGENDA for work in source(actor=actor, now=now, session=session)]


def waiting(*, actor: Actor, now: datetime, session: Session) -> list[WaitingWork]:
    """Collect the work that waits for somebody: urgent first, then by term."""
    found = [work for source in WORK for work in source(actor=actor, now=now, session=session)]
    return sorted(found, key=lambda work: (not work.urgent, work.due is None, work.due or now.date()))
