"""What the validator and the reader of problems say, in the words of people: names for ids, days for ISO times."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shortlist.planning.fitting import Answer, Verdict
from shortlist.planning.itinerary import Placed
from shortlist.planning.problem import Problem
from shortlist.showing.words import datum, datumtijd, tijd, woord

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d|Z)")
_SAID = (
    (re.compile(r" \(not_with\)"), ""),
    (re.compile(r"wat verboden is \(forbidden\)"), "wat met de hand verboden is"),
    (re.compile(r"in (?:de vensters|het venster)"), "in de gevraagde tijden"),
    (re.compile(r"geen venster binnen de horizon"), "geen gevraagde tijd in deze week"),
    (re.compile(r"elk venster is"), "elke gevraagde tijd is"),
    (re.compile(r"min_gap_hours is (\d+(?:\.\d+)?)"), r"er hoort \1 uur tussen te zitten"),
    (re.compile(r"times_per_week is"), "gevraagd is"),
    (re.compile(r"is verboden \(forbidden\)"), "is met de hand verboden"),
    (re.compile(r"ook verboden in forbidden; schrap een van de twee"), "is met de hand verboden; hef dat eerst op"),
    (re.compile(r"past niet in één venster"), "past niet in de tijden die voor dit bezoek zijn gevraagd"),
    (
        re.compile(r"niet in een venster; kies een tijd in een venster"),
        "niet in de tijden die voor dit bezoek zijn gevraagd",
    ),
)  # fmt: skip


def names_of(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return what each id of a stored problem is called: visits by group and place, teams, people by team."""
    places = {place["id"]: place["name"] for place in problem["places"]}
    names = {}
    for team in problem["teams"]:
        names[team["id"]] = team["name"]
        for person in team["people"]:
            names.setdefault(person, f"Iemand van {team['name']}")
    for visit in problem["visits"]:
        names[visit["id"]] = f"{visit['name']} ({places[visit['place']]})"
    return names


def in_words(text: str, problem: Mapping[str, Any]) -> str:
    """Return a message about a problem with names for ids, Dutch days for ISO times and no field names."""
    names = names_of(problem)
    for known in sorted(names, key=len, reverse=True):
        text = text.replace(known, names[known])
    text = _ISO.sub(lambda found: datumtijd(datetime.fromisoformat(found.group())), text)
    text = re.sub(r"(\d)\.(\d+ uur)", r"\1,\2", text)
    return plainly(text)


def plainly(text: str) -> str:
    """Return a message without the names of fields."""
    for pattern, said in _SAID:
        text = pattern.sub(said, text)
    return text[:1].upper() + text[1:]


def _by_hand(data: Mapping[str, Any], team: str, visit: str) -> bool:
    """Say whether somebody forbade this; else the bans that hit it stand for a way that is closed."""
    return any(
        ban["visit"] == visit and ban.get("team") in (None, team) and not ban.get("note")
        for ban in data.get("forbidden", ())
    )


def say(answer: Answer, problem: Problem, data: Mapping[str, Any], visit: int) -> str:
    """Say in Dutch what a shift answers to a visit; ``data`` is the stored problem, for the names."""
    names = names_of(data)
    team, wanted = problem.teams[answer.key[0]], problem.visits[visit]

    def named(stop: Placed) -> str:
        return f"{names[problem.visits[stop.visit].id]} om {tijd(problem.clock.local(stop.start))}"

    match answer.verdict:
        case Verdict.FITS:
            return f"Past, om {tijd(problem.clock.local(answer.start or 0))}."
        case Verdict.SHIFTS:
            moved = "; ".join(
                f"{names[problem.visits[stop.visit].id]} naar {tijd(problem.clock.local(stop.start))}"
                for stop in answer.moved
            )
            return f"Past om {tijd(problem.clock.local(answer.start or 0))}, als andere bezoeken schuiven: {moved}."
        case Verdict.POWER:
            return f"Geen bevoegdheid: {woord(team.kind)} doet dit bezoek niet."
        case Verdict.PAIR:
            return "Niet met twee: jeugdboa’s gaan altijd samen."
        case Verdict.WINDOW:
            return "De dienst valt niet genoeg samen met de tijden die zijn gevraagd."
        case Verdict.FORBIDDEN:
            return (
                "Met de hand verboden." if _by_hand(data, team.id, wanted.id) else "De weg erheen is dicht."
            )
        case Verdict.WORKING_TIME:
            return f"Deze dienst mag er niet bij: {answer.rule}."
        case Verdict.SPACING if answer.other is not None:
            hours = f"{wanted.gap / 3600:g}".replace(".", ",")
            same = answer.other.visit == visit
            day = datum(problem.clock.local(answer.other.start))
            end = f"er hoort {hours} uur tussen" if same else "die twee gaan niet samen"
            return f"Te dicht op {named(answer.other)} ({day}): {end}."
        case _ if answer.other is not None:
            other = problem.visits[answer.other.visit]
            return (
                f"Geen ruimte. Dan moet {named(answer.other)} wijken ({other.value:g} punten); "
                f"dit bezoek is {wanted.value:g} punten waard."
            )
        case _:
            return "Geen ruimte, ook niet als één ander bezoek wijkt."
