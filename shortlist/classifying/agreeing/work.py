"""Use case of agreeing: the independent views of two professions over a period, and how far they agree.

Counts of rounds and answers only; who gave an answer plays no part, so nobody's work can be read off.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from shortlist.classifying.agreement import Agreed, AgreementRules, Pair, agree, agreement_rules
from shortlist.classifying.answers.work import Views, views_of
from shortlist.classifying.perspectives import Agreement, compare
from shortlist.classifying.questionnaire import Item
from shortlist.classifying.questionnaire import Questionnaire as Paper
from shortlist.classifying.rounds.work import PROFESSIONS
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.tables import Perspective, PerspectiveClosed, Questionnaire
from shortlist.errors import Broken, Refused
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account, Stadsdeel
from shortlist.observing.gatherings.work import local_midnight
from shortlist.observing.groups.work import today
from shortlist.observing.tables import Jeugdgroep
from shortlist.storing.dated_yaml import Shelf, newest_for

READERS = (
    Role.JEUGDAGENT,
    Role.JONGERENWERKER,
    Role.VEILIGHEIDSMANAGER,
    Role.STAFGROEPLID,
    Role.COORDINATOR_VTH,
    Role.PRIVACY_OFFICER,
)
"""Who sees how far the professions agree: those who fill in, those who steer on it, and who watches over both."""
MOST_QUARTERS = 6
"""So many quarters stand beside one another; a longer period shows the newest."""
_SEED = 20261124
"""Chance plays a part in the margins only; the same answers give the same margins."""


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """One question: how the two views on it relate."""

    item: Item
    agreed: Agreed | None
    """None for a number, of which only the counts below are given."""
    pairs: int
    """Rounds in which both knew."""
    same: int
    one_knew: int
    """Rounds in which one of the two knew."""
    apart: float | None
    """Of a number: how far the two lie apart on average."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The rounds of one stadsdeel and pair of organisations, or of one quarter."""

    label: str
    rounds: int
    agreed: Agreed
    items: Mapping[str, Agreed]
    """Per question with a scale."""


@dataclass(frozen=True, slots=True)
class Course:
    """One question, or one stadsdeel and pair of organisations, through the newest quarters."""

    label: str
    quarters: tuple[Agreed | None, ...]
    """In the order of ``Overview.latest``; None where there was no round."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How far police and youth work agree in the rounds of a period."""

    since: date
    until: date
    rounds: int
    alone: int
    """Rounds that went on with one view."""
    whole: Agreed
    items: tuple[ItemAgreement, ...]
    """In the order of the form."""
    pairs: tuple[Slice, ...]
    """Per stadsdeel and pair of organisations, by name."""
    quarters: tuple[Slice, ...]
    """Oldest first."""
    latest: tuple[str, ...]
    """The names of the newest quarters, at most ``MOST_QUARTERS``, oldest first; empty with fewer than two."""
    items_through: tuple[Course, ...]
    """Every question that both knew in one of those quarters, in the order of the form."""
    pairs_through: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class _Round:
    views: Views
    place: str
    """Stadsdeel and the two organisations."""
    on: date
    """The day on which the second view came in."""


def agreement_rules_on(shelf: Shelf, on: date) -> AgreementRules:
    """Return the rules in force on a day.

    Raises:
        Broken: no ``agreement`` file was sound.
    """
    document = newest_for(shelf.of_kind("agreement"), on)
    if document is None:
        raise Broken("In de regels ontbreekt een bestand met kind: agreement. Zet agreement.yaml terug.")
    return agreement_rules(document.data)


def overview(
    since: date,
    until: date,
    *,
    rules: Rules,
    how: AgreementRules,
    actor: Actor,
    now: datetime,
    session: Session,
) -> Overview:
    """Compare the views that were given independently, of rounds of which the second view came in within a period.

    Both days count. Over the whole city: the stadsdelen stand side by side, and no group or person is named.

    Raises:
        Refused: the first day lies after the last.
    """
    require_role(actor, *READERS)
    if since > until:
        raise Refused("", fields={"van": "De eerste dag ligt na de laatste. Keer de twee om."})
    paper = rules.questionnaire
    found, alone = _rounds(since, min(until, today(now)), paper, session=session)
    scales = {one.id: one.scale.values for one in paper.items.values() if not one.scale.is_number}
    pairs = [_pairs(one.views, paper) for one in found]
    whole, per_item = agree(pairs, scales, how, seed=_SEED)

    def sliced(label: str, wanted: Sequence[bool]) -> Slice:
        chosen = [pair for pair, yes in zip(pairs, wanted, strict=True) if yes]
        return Slice(label, len(chosen), *agree(chosen, scales, how, seed=_SEED))

    quarters = sorted({_quarter(one.on) for one in found})
    latest = quarters[-MOST_QUARTERS:] if len(quarters) > 1 else []
    places = sorted({one.place for one in found})
    by_quarter = {
        one: sliced(_named(one), [_quarter(round_.on) == one for round_ in found]) for one in quarters
    }

    def at_place(place: str, quarter: tuple[int, int]) -> Agreed | None:
        one = sliced("", [round_.place == place and _quarter(round_.on) == quarter for round_ in found])
        return one.agreed if one.rounds else None

    return Overview(
        since=since,
        until=until,
        rounds=len(found),
        alone=alone,
        whole=whole,
        items=tuple(_item(one, found, per_item.get(one.id)) for one in paper.items.values()),
        pairs=tuple(sliced(place, [one.place == place for one in found]) for place in places),
        quarters=tuple(by_quarter.values()),
        latest=tuple(_named(one) for one in latest),
        items_through=tuple(
            Course(paper.items[item].label, through)
            for item, through in (
                (item, tuple(by_quarter[one].items[item] for one in latest)) for item in scales
            )
            if any(one.pairs for one in through)
        ),
        pairs_through=tuple(
            Course(place, tuple(at_place(place, one) for one in latest)) for place in places if latest
        ),
    )


def _rounds(since: date, until: date, paper: Paper, *, session: Session) -> tuple[list[_Round], int]:
    """Return the rounds with two own views, by day, and how many had one view only."""
    police, youth = aliased(PerspectiveClosed), aliased(PerspectiveClosed)
    officer, worker = aliased(Account), aliased(Account)
    query = (
        select(
            col(Questionnaire.id),
            col(Stadsdeel.name),
            col(officer.organisation),
            col(worker.organisation),
            col(police.recorded_at),
            col(youth.recorded_at),
            col(police.skipped),
            col(youth.skipped),
        )
        .join(Jeugdgroep, col(Jeugdgroep.id) == col(Questionnaire.group_id))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Jeugdgroep.stadsdeel_id))
        .join(
            police,
            (col(police.questionnaire_id) == col(Questionnaire.id))
            & (col(police.perspective) == Perspective.POLITIE.value),
        )
        .join(
            youth,
            (col(youth.questionnaire_id) == col(Questionnaire.id))
            & (col(youth.perspective) == Perspective.JONGERENWERK.value),
        )
        .join(officer, col(officer.id) == col(police.recorded_by))
        .join(worker, col(worker.id) == col(youth.recorded_by))
        .where(
            (col(police.recorded_at) >= local_midnight(since))
            | (col(youth.recorded_at) >= local_midnight(since)),
            col(police.recorded_at) < local_midnight(until + timedelta(days=1)),
            col(youth.recorded_at) < local_midnight(until + timedelta(days=1)),
        )
    )
    rows = session.execute(query).all()
    both: dict[UUID, tuple[str, date]] = {
        row[0]: (f"{row[1]}: {row[2]} en {row[3]}", today(max(row[4], row[5])))
        for row in rows
        if not (row[6] or row[7])
    }
    views, _ = views_of(both, paper, session=session)
    found = [_Round(views.get(one, {}), place, on) for one, (place, on) in both.items()]
    alone = sum(1 for row in rows if bool(row[6]) != bool(row[7]))
    return sorted(found, key=lambda one: (one.on, one.place)), alone


def _pairs(views: Views, paper: Paper) -> dict[str, Pair]:
    """Return what the two answered on every item of which both said something."""
    first, second = (views.get(profession, {}) for profession in PROFESSIONS)
    return {
        item: (str(first[item].answer), str(second[item].answer))
        for item in paper.items
        if item in first and item in second
    }


def _item(item: Item, found: Sequence[_Round], agreed: Agreed | None) -> ItemAgreement:
    related = Counter(
        compare([item.id], {one: views.get(one, {}) for one in PROFESSIONS}, {})[0].agreement
        for views in (round_.views for round_ in found)
    )
    if agreed is not None:
        return ItemAgreement(item, agreed, agreed.pairs, agreed.same, related[Agreement.EEN_WIST_HET], None)
    numbers = [pair for pair in (_numbers(round_.views, item.id) for round_ in found) if len(pair) == 2]
    return ItemAgreement(
        item,
        None,
        len(numbers),
        sum(first == second for first, second in numbers),
        related[Agreement.EEN_WIST_HET],
        sum(abs(first - second) for first, second in numbers) / len(numbers) if numbers else None,
    )


def _numbers(views: Views, item: str) -> list[int]:
    """Return the whole numbers that were answered, at most one per profession."""
    said = (views.get(profession, {}).get(item) for profession in PROFESSIONS)
    return [given.answer for given in said if given is not None and isinstance(given.answer, int)]


def _quarter(on: date) -> tuple[int, int]:
    return on.year, (on.month + 2) // 3


def _named(quarter: tuple[int, int]) -> str:
    return f"{quarter[1]}e kwartaal {quarter[0]}"
