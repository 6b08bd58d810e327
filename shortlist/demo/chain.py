"""What the professionals of Waterveen did with what was seen, by the same use cases as on the pages.

Every step has its own actor and moment, in the order of time, so that the audit log reads like a real one. Some
things are left undone on purpose: each role that signs in finds work waiting.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import Session

from shortlist.classifying.agenda.points import Step
from shortlist.classifying.agenda.work import take_step
from shortlist.classifying.answers.work import Choice, look_together, save_answers, settle
from shortlist.classifying.questionnaire import ONBEKEND, Answer
from shortlist.classifying.rounds.work import start_round, terms_on
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.work import decide, weigh
from shortlist.demo import answers
from shortlist.demo.groups import AMSTERDAM, Band, Sighting
from shortlist.demo.work import Waterveen
from shortlist.guarding.roles import Actor, Role

_REASONS = (
    "Wij herkennen dit beeld van de straat. De feiten hierboven dragen de uitkomst.",
    "Samen doorgenomen met de wijk; de waarnemingen van de laatste weken geven dit beeld.",
    "De uitkomst past bij wat bewoners en wij zelf zien.",
)


@dataclass(frozen=True, slots=True)
class Duty:
    """The two who fill in the list for a group, and the group's recent observations."""

    band: Band
    police: Actor
    youth: Actor
    seen: Sequence[Sighting]


def _duties(city: Waterveen, seen: Sequence[Sighting]) -> list[Duty]:
    of_band: Mapping[UUID, list[Sighting]] = defaultdict(list)
    for sighting in seen:
        of_band[sighting.band.id].append(sighting)
    return [
        Duty(
            band,
            city.someone(Role.JEUGDAGENT, band.area),
            city.someone(Role.JONGERENWERKER, band.area),
            of_band[band.id],
        )
        for band in city.bands
    ]


def assess_groups(
    city: Waterveen, seen: Sequence[Sighting], *, rules: Rules, now: datetime, session: Session
) -> dict[UUID, str]:
    """Let police and youth work fill in, settle and decide; return group → decided class.

    New groups and every eighth other one stay at some earlier step: nothing filled in, one view in, or both in with
    a difference to settle.
    """
    random = Random(40)  # noqa: S311 — made-up answers must be the same each time
    decided: dict[UUID, str] = {}
    duties = [duty for duty in _duties(city, seen) if duty.band.profile != "nieuw"]
    for number, duty in enumerate(duties):
        days = 60 - number * 42 // len(duties)
        unfinished = number % 8 == 5
        at = now - timedelta(days=3 if unfinished else days, hours=random.randrange(1, 5))
        until = at.astimezone(AMSTERDAM).date()
        terms = terms_on(rules, until)
        round_id = start_round(
            duty.band.id,
            until - timedelta(weeks=terms.period_weeks),
            until,
            terms=terms,
            actor=duty.police,
            now=at,
            session=session,
        )
        counted = answers.frequencies(duty.seen, until)
        police, youth = answers.views(duty.band, counted, looked_into=number % 4 != 3, random=random)
        save_answers(
            round_id,
            police,
            finish=True,
            rules=rules,
            actor=duty.police,
            now=at + timedelta(hours=1),
            session=session,
        )
        if unfinished and number % 16 == 5:
            continue
        save_answers(
            round_id,
            youth,
            finish=True,
            rules=rules,
            actor=duty.youth,
            now=at + timedelta(hours=20),
            session=session,
        )
        if unfinished:
            continue
        put = _settle_all(
            round_id,
            duty.police,
            police,
            to_jit=number % 3 == 1,
            rules=rules,
            now=at + timedelta(hours=30),
            session=session,
        )
        outcome = weigh(
            round_id, rules=rules, actor=duty.police, now=at + timedelta(hours=31), session=session
        )
        leading = outcome.verdicts[0]
        provisional = leading.get("provisional") or {}
        choice = leading["outcome"]
        if choice == "te weinig bekend" and provisional.get("outcome") in outcome.choices:
            choice = provisional["outcome"]
        decide(
            round_id,
            choice,
            random.choice(_REASONS),
            seen=outcome.together.sequence,
            rules=rules,
            actor=duty.police,
            now=at + timedelta(hours=31),
            session=session,
        )
        decided[duty.band.id] = choice
        if put and number % 2 == 0:
            take_step(
                round_id,
                put,
                Step.BESLUIT_JIT,
                police[put],
                "Besproken met de wijkagent en het jongerenwerk: de dagen in de waarnemingen geven de doorslag.",
                (at + timedelta(days=9)).astimezone(AMSTERDAM).date(),
                rules=rules,
                actor=city.someone(Role.VEILIGHEIDSMANAGER, duty.band.area),
                now=at + timedelta(days=9),
                session=session,
            )
    return decided


def _settle_all(
    round_id: UUID,
    actor: Actor,
    police: Mapping[str, Answer],
    *,
    to_jit: bool,
    rules: Rules,
    now: datetime,
    session: Session,
) -> str:
    """Settle every difference the police's way; ``to_jit`` puts the last to the JIT, and returns which that is."""
    together = look_together(round_id, rules=rules, actor=actor, session=session)
    choices = {
        item: Choice(police[item], "Samen de waarnemingen van deze weken nagelopen; dit zijn de dagen.")
        for item in together.open
    }
    put = together.open[-1] if to_jit and together.open else ""
    if put:
        choices[put] = Choice(ONBEKEND, "Wij kijken op andere avonden. Welk beeld telt?", for_jit=True)
    if choices:
        settle(round_id, choices, rules=rules, actor=actor, now=now, session=session)
    return put
