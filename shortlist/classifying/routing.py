"""Who looks after which class, and who is never sent: from an outcome to parties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from shortlist.classifying.conditions import Rule
from shortlist.classifying.questionnaire import Answers, Citation
from shortlist.classifying.table import RuleTable


@dataclass(frozen=True, slots=True)
class ClassRoute:
    """Who leads for one class, who may join, who is never sent, and whether the group is registered."""

    name: str
    text: str
    leads: tuple[str, ...]
    may: tuple[str, ...]
    never: tuple[str, ...]
    registers: bool
    because: tuple[Citation, ...]


@dataclass(frozen=True)
class RouteException:
    """A condition on the answers that goes before the class: under-12s go to care only."""

    rule: Rule
    leads: tuple[str, ...]
    never: tuple[str, ...]
    table: RuleTable = field(repr=False, compare=False)


@dataclass(frozen=True)
class Routing:
    """The dated routes of all classes. ``parties`` maps a party's id to its Dutch name."""

    name: str
    valid_from: date
    valid_until: date | None
    classes: Mapping[str, ClassRoute]
    parties: Mapping[str, str]
    exceptions: tuple[RouteException, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Who goes where for one group: ids of parties, and the Dutch sentences that say why."""

    leads: tuple[str, ...]
    may: tuple[str, ...]
    never: tuple[str, ...]
    registers: bool
    texts: tuple[str, ...]
    because: tuple[Citation, ...]


def route(possible: Sequence[str], answers: Answers, routing: Routing) -> Route:
    """Return the route for the classes that are still possible.

    While more than one class is possible only what all of them share leads or may go, and who is never sent
    for any of them is not sent: an open question sends nobody whom one of the answers would keep away.
    Exceptions that hold add their lead and take away who they exclude.
    """
    routes = [routing.classes[name] for name in possible if name in routing.classes]
    never = dict.fromkeys(party for one in routes for party in one.never)
    leads = _shared([one.leads for one in routes])
    may = _shared([(*one.leads, *one.may) for one in routes])
    texts = [one.text for one in routes]
    because = [source for one in routes for source in one.because]
    for exception in routing.exceptions:
        table = exception.table
        if table.names(table.outcome.possible(table.codes(answers))) == (exception.rule.result,):
            leads = (*(party for party in leads if party not in exception.never), *exception.leads)
            never |= dict.fromkeys(exception.never)
            texts.append(exception.rule.text)
            because += exception.rule.because
    return Route(
        leads=tuple(dict.fromkeys(party for party in leads if party not in never)),
        may=tuple(dict.fromkeys(party for party in may if party not in never and party not in leads)),
        never=tuple(never),
        registers=any(one.registers for one in routes),
        texts=tuple(texts),
        because=tuple(dict.fromkeys(because)),
    )


def _shared(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    if not lists:
        return ()
    return tuple(party for party in lists[0] if all(party in other for other in lists[1:]))
