"""Use case of the quick count: what priorities, taken as decided, would ask of next week's shifts."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.guarding.audit import UNLOGGED
from shortlist.guarding.tables import Stadsdeel
from shortlist.observing.groups.work import standing, standing_place, today
from shortlist.observing.tables import Gathering, GroupPlace, Jeugdgroep, Place
from shortlist.planning.aanpak.measures import (
    Catalogue,
    Chosen,
    GroupPicture,
    PlanText,
    advise,
    due_on,
    visits_to_start_from,
)
from shortlist.planning.aanpak.work import pictures_of
from shortlist.planning.capacity.count import count_fitting
from shortlist.planning.week.demand import GroupWeek, Spot, demand_of, problem_of
from shortlist.planning.week.work import next_monday, read_capacity, read_groups, rules_on
from shortlist.prioritising.consequences import Fit, FitLine
from shortlist.storing.dated_yaml import Shelf

_ORDER = ("hoog", "midden", "laag")


def fit_with(priorities: Mapping[UUID, str], *, shelf: Shelf, now: datetime, session: Session) -> Fit:
    """Count what fits next week, city-wide, when these groups had these priorities and all others keep theirs.

    A group without a plan van aanpak is given the measures that the rules suggest, with the usual visits, and
    jeugdboa's are counted as if their request were approved. Counts only; the caller has checked who may see them.
    """
    monday = next_monday(now)
    rules = rules_on(shelf, today(now))
    groups = read_groups(monday, parameters=rules.parameters, approved=frozenset(), now=now, session=session)
    known = {group.group_id for group in groups}
    groups += _without_plan(set(priorities) - known, on=monday, session=session)
    supposed = [
        _supposed(group, priorities.get(group.group_id, group.picture.priority), rules.catalogue, monday)
        for group in groups
    ]
    demand = demand_of(supposed, rules.catalogue, rules.values, on=monday)
    teams = [team for team in read_capacity(monday, session=session) if team.shifts and team.people]
    counted = count_fitting(problem_of(demand, teams, monday, rules.parameters))
    wishes = {wish.id: wish.priority for wish in demand.wishes}
    return Fit(
        tuple(
            FitLine(
                name,
                sum(wanted for wish, (wanted, _) in counted.items() if wishes[wish] == name),
                sum(fits for wish, (_, fits) in counted.items() if wishes[wish] == name),
            )
            for name in _ORDER
        ),
        sum(len(team.shifts) for team in teams),
    )


def _supposed(group: GroupWeek, priority: str | None, catalogue: Catalogue, on: date) -> GroupWeek:
    picture = replace(group.picture, priority=priority)
    return replace(
        group, picture=picture, plan=group.plan or _usual_plan(picture, catalogue, on), approved=True
    )


def _usual_plan(picture: GroupPicture, catalogue: Catalogue, on: date) -> PlanText:
    """Return what a first plan would hold by the rules: the suggested measures that bring visits."""
    chosen = tuple(
        Chosen(
            one.measure.id,
            one.measure.owner,
            due_on(one.measure, on),
            visits_to_start_from(one.measure, picture.priority),
            "",
        )
        for one in advise(catalogue, picture)
        if one.suggested and one.measure.deployment is not None
    )
    return PlanText("", "", on, chosen)


def _without_plan(ids: Iterable[UUID], *, on: date, session: Session) -> list[GroupWeek]:
    wanted = list(ids)
    pictures = pictures_of(wanted, on=on, session=session)
    spots: dict[UUID, list[Spot]] = {}
    for group_id, place in session.execute(
        select(col(GroupPlace.group_id), Place)
        .join(Place, col(Place.id) == col(GroupPlace.place_id))
        .where(
            col(GroupPlace.group_id).in_(wanted),
            standing_place(),
            col(GroupPlace.valid_from) <= on,
            col(GroupPlace.valid_until).is_(None) | (col(GroupPlace.valid_until) >= on),
        )
        .order_by(col(Place.name))
    ):
        spots.setdefault(group_id, []).append(Spot(place.id, place.name, place.lon, place.lat))
    lately = session.execute(
        select(col(Gathering.group_id), Place)
        .join(Place, col(Place.id) == col(Gathering.place_id))
        .where(col(Gathering.group_id).in_(wanted), standing())
        .order_by(col(Gathering.started_at).desc(), col(Gathering.id))
        .execution_options(**{UNLOGGED: "where a group was seen, nothing about a person"})
    )
    for group_id, place in lately:  # a group without a usual place is where it was seen last
        if not spots.get(group_id):
            spots[group_id] = [Spot(place.id, place.name, place.lon, place.lat)]
    return [
        GroupWeek(group_id, name, stadsdeel, False, pictures[group_id], None, tuple(spots.get(group_id, ())))
        for group_id, name, stadsdeel in session.execute(
            select(col(Jeugdgroep.id), col(Jeugdgroep.name), col(Stadsdeel.name))
            .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
            .where(col(Jeugdgroep.id).in_(wanted))
            .order_by(col(Jeugdgroep.name))
        )
    ]
