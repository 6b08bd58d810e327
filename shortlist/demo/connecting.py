"""Referrals, concerns and slow procedures of Waterveen, by the same use cases as on the pages; some left undone."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from shortlist.connecting.gaps.work import children_seen, pass_to_care
from shortlist.connecting.matching.work import state_concern
from shortlist.connecting.procedures.work import ask_procedure, follow_procedure, move_procedure
from shortlist.connecting.referrals.answering.work import mark_seen, move_referral
from shortlist.connecting.referrals.interventions import Interventions
from shortlist.connecting.referrals.receiving.work import set_receiver
from shortlist.connecting.referrals.work import Asked, Youngster, interventions_on, referable, send_referral
from shortlist.demo.groups import AMSTERDAM
from shortlist.demo.work import Waterveen
from shortlist.differentiating.work import member_list_allowed
from shortlist.guarding.roles import Actor, Role
from shortlist.observing.noting.work import Noted, note_gathering
from shortlist.observing.tables import Source
from shortlist.planning.aanpak.work import catalogue_on
from shortlist.storing.dated_yaml import Shelf

_WHO_RECEIVES = (
    ("nieuwe-perspectieven", "np-terugkeer", "erger-voorkomen", "oke-op-school", "zorgpiramide"),
    ("veiligheidshuis",),
    ("verslavingszorg", "zorgpiramide"),
)
_WAYS: tuple[tuple[str, int, tuple[tuple[str, int, str], ...]], ...] = (
    ("nieuwe-perspectieven", 1, ()),
    ("zorgpiramide", 20, (("geaccepteerd", 4, ""), ("gestart", 6, ""))),
    (
        "veiligheidshuis",
        30,
        (("geweigerd", 6, "Geen zwaar delict; zorg alleen lijkt genoeg. Kijk bij de Zorgpiramide."),),
    ),
    (
        "erger-voorkomen",
        60,
        (
            ("geaccepteerd", 3, ""),
            ("gestart", 8, ""),
            ("gestart", 30, "Inventarisatie klaar; ouders doen mee."),
        ),
    ),
    ("jongerenwerk", 12, (("geaccepteerd", 2, ""),)),
    ("verslavingszorg", 9, ()),
    (
        "nieuwe-perspectieven",
        95,
        (("geaccepteerd", 1, ""), ("gestart", 2, ""), ("afgerond", 90, "Weer op school, bijbaan gevonden.")),
    ),
    ("oke-op-school", 15, (("ingetrokken", 3, "De jongere ging naar een andere school."),)),
)
"""Intervention, days ago, what became of it: state, days after sending, note."""
_NEWS_READ = 25
"""News about referrals sent longer ago, in days, was read."""
_ASKED: tuple[tuple[str, str, tuple[tuple[str, int, str, int | None], ...]], ...] = (
    (
        "lamp",
        "Achter de bankjes is het na zonsondergang donker.",
        (("in behandeling", 40, "Schouw geweest.", 30),),
    ),
    (
        "afvalbak",
        "Bij de hoek blijft elke avond afval liggen.",
        (("in behandeling", 60, "Besteld.", 20), ("toegezegd", 20, "De bak komt volgende week.", 6)),
    ),
    ("jop", "Jongeren vragen zelf om een plek met een dak.", ()),
    (
        "hek",
        "De speelplek staat ’s nachts open.",
        (("afgewezen", 10, "De eigenaar wil geen hek; kijk naar verlichting.", None),),
    ),
    (
        "vergunning",
        "Toernooi op het veld, elke woensdag.",
        (("in behandeling", 50, "Ligt bij vergunningen.", -3),),
    ),
)
"""Subject, wish, what became of it: state, days ago, note, days from today until expected."""


def connect(city: Waterveen, *, shelf: Shelf, now: datetime, session: Session) -> None:
    """Let every stadsdeel refer, worry and ask; the first one shows every state."""
    rules = interventions_on(shelf, now.astimezone(AMSTERDAM).date())
    _say_who_receives(city, rules, now=now, session=session)
    for number, area in enumerate(city.areas):
        police, youth = city.someone(Role.JEUGDAGENT, area), city.someone(Role.JONGERENWERKER, area)
        people = _people(city, area, police, now=now, session=session)
        if not people:
            continue
        for (group_id, one), way in zip(people, _WAYS[: 8 if number == 0 else 3], strict=False):
            _refer(city, area, group_id, one, way, rules=rules, now=now, session=session)
        shared = people[-1][1].person_id
        for who in (police, youth):
            state_concern(
                shared, holds=True, rules=rules, actor=who, now=now - timedelta(days=2), session=session
            )
        _ask(city, area, number, people[0][0], shelf=shelf, now=now, session=session)
    _children(city, now=now, session=session)


def _say_who_receives(city: Waterveen, rules: Interventions, *, now: datetime, session: Session) -> None:
    admin = city.actor(next(w for w in city.staff if w.role is Role.BEHEERDER))
    at = now - timedelta(days=120)
    helpers = [w for w in city.staff if w.role is Role.HULPVERLENER]
    for worker, interventions in zip(helpers, _WHO_RECEIVES, strict=True):
        set_receiver(worker.id, interventions, rules=rules, actor=admin, now=at, session=session)
    for worker in city.staff:
        if worker.role is Role.JONGERENWERKER:
            set_receiver(worker.id, ["jongerenwerk"], rules=rules, actor=admin, now=at, session=session)


def _people(
    city: Waterveen, area: str, police: Actor, *, now: datetime, session: Session
) -> list[tuple[UUID, Youngster]]:
    """Return two youngsters of each group of a stadsdeel where names may be kept, with their group."""
    return [
        (band.id, one)
        for band in city.bands
        if band.area == area and member_list_allowed(band.id, session=session)
        for one in referable(band.id, actor=police, now=now, session=session)[:2]
    ]


def _refer(
    city: Waterveen,
    area: str,
    group_id: UUID,
    one: Youngster,
    way: tuple[str, int, tuple[tuple[str, int, str], ...]],
    *,
    rules: Interventions,
    now: datetime,
    session: Session,
) -> None:
    name, days, steps = way
    intervention = rules.get(name)
    if intervention is None:
        return
    sent = now - timedelta(days=days, hours=5)
    police = city.someone(Role.JEUGDAGENT, area)
    asked = Asked(
        age=min(16, intervention.oldest),
        answers={question.id: "ja" for question in intervention.questions},
        contra={question.id: "nee" for question in intervention.contra},
        feit="De laatste weken drie keer gezien bij vernielingen op het plein; is vaak niet op school.",
        oordeel="",
        expected="Een volwassene die naast hem of haar staat, en weer een vaste dag.",
        ground="toestemming",
        ground_reason="",
        siblings="meegenomen",
        professionals=3,
        care_level=None,
        care_level_reason="",
        adult_in=None,
    )
    made = send_referral(
        group_id, one.person_id, name, asked, rules=rules, actor=police, now=sent, session=session
    )
    receiver = _receiver(city, name, area)
    for sequence, (state, after, note) in enumerate(steps, start=1):
        move_referral(
            made,
            state=state,
            note=note,
            lead=f"{receiver.name}, {intervention.name}" if state == "geaccepteerd" else "",
            result="doel bereikt" if state == "afgerond" else None,
            sequence=sequence,
            rules=rules,
            actor=police if state == "ingetrokken" else receiver,
            now=sent + timedelta(days=after),
            session=session,
        )

    if days > _NEWS_READ and steps:
        mark_seen(made, sequence=len(steps) + 1, actor=police, now=now - timedelta(days=1), session=session)


def _receiver(city: Waterveen, intervention: str, area: str) -> Actor:
    helpers = [w for w in city.staff if w.role is Role.HULPVERLENER]
    for worker, interventions in zip(helpers, _WHO_RECEIVES, strict=True):
        if intervention in interventions:
            return city.actor(worker)
    return city.someone(Role.JONGERENWERKER, area)


def _ask(
    city: Waterveen, area: str, number: int, group_id: UUID, *, shelf: Shelf, now: datetime, session: Session
) -> None:
    catalogue = catalogue_on(shelf, now.astimezone(AMSTERDAM).date())
    youth, manager = city.someone(Role.JONGERENWERKER, area), city.someone(Role.VEILIGHEIDSMANAGER, area)
    for subject, wish, steps in _ASKED if number == 0 else _ASKED[number % 5 : number % 5 + 1]:
        first = max((days for _, days, _, _ in steps), default=1) + 4
        made = ask_procedure(
            stadsdeel_id=city.areas[area],
            group_id=group_id,
            place_id=None,
            subject=subject,
            wish=wish,
            catalogue=catalogue,
            actor=youth,
            now=now - timedelta(days=first),
            session=session,
        )
        police = city.someone(Role.JEUGDAGENT, area)
        follow_procedure(made, follows=True, actor=police, now=now - timedelta(days=first), session=session)
        for sequence, (state, days, note, ahead) in enumerate(steps, start=1):
            move_procedure(
                made,
                state=state,
                note=note,
                expected_on=None if ahead is None else (now + timedelta(days=ahead)).date(),
                outlook="",
                sequence=sequence,
                actor=manager,
                now=now - timedelta(days=days),
                session=session,
            )


def _children(city: Waterveen, *, now: datetime, session: Session) -> None:
    """Note children under 12 twice in the first stadsdeel; one signal was passed on, one waits."""
    area = next(iter(city.areas))
    band = next(band for band in city.bands if band.area == area)
    police = city.someone(Role.JEUGDAGENT, area)
    for days in (9, 2):
        at = now - timedelta(days=days)
        note_gathering(
            Noted(
                started_at=at,
                source=Source.GEZIEN,
                feit="Er fietsten ook een paar kinderen rond, na negenen.",
                group_id=band.id,
                place_id=band.spots[0].id,
                duration_minutes=15,
                effort_minutes=15,
                seen_count=5,
                under_twelve=True,
            ),
            actor=police,
            now=at + timedelta(hours=1),
            session=session,
        )
    first = children_seen(actor=police, now=now, session=session)[0]
    pass_to_care(
        first.gathering_id,
        passed_to="Zorgcoördinatie gemeente",
        passed_on=first.on.astimezone(AMSTERDAM).date(),
        actor=police,
        now=now - timedelta(days=8),
        session=session,
    )
