"""Who stands in the books of Waterveen twice: one pair is judged already, one waits for the professionals."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from shortlist.demo.groups import Band
from shortlist.demo.work import Waterveen
from shortlist.differentiating.judging.work import judge_persons
from shortlist.differentiating.work import enter_member, member_list_allowed
from shortlist.guarding.roles import Actor, Role
from shortlist.observing.tables import Capacity, PairVerdict, Source
from shortlist.observing.work import Noted, PersonNoted, get_gathering, note_gathering

_SPELLINGS = (("Fijke", "Feike"), ("Kapitein", "Capitijn"))
"""Made-up pseudonyms of one youngster each, as two colleagues wrote them down."""


def note_doubles(city: Waterveen, *, now: datetime, session: Session) -> None:
    """Have a youngster noted by two colleagues under two spellings in two groups, and judge the second pair."""
    area = next(iter(city.areas))
    agent, worker = city.someone(Role.JEUGDAGENT, area), city.someone(Role.JONGERENWERKER, area)
    bands = [band for band in city.bands if band.area == area and len(band.members) > 2][: len(_SPELLINGS)]
    for band, spellings in zip(bands, _SPELLINGS, strict=False):
        pair = [
            _noted(band, name, actor=actor, at=now - timedelta(days=days, hours=3), session=session)
            for name, actor, days in zip(spellings, (agent, worker), (6, 4), strict=True)
        ]
    first, second = pair
    judge_persons(
        first,
        second,
        PairVerdict.DEZELFDE,
        surviving=first,
        reason="Zelfde jongen: hij noemde zich bij ons allebei zo, en stond steeds bij dezelfde bank.",
        seen=0,
        actor=worker,
        now=now - timedelta(days=2),
        session=session,
    )


def _noted(band: Band, name: str, *, actor: Actor, at: datetime, session: Session) -> UUID:
    """Note the youngster with two others of the group, enter the list, and return the person."""
    others = [PersonNoted(one.pseudonym, Capacity.BETROKKENE) for one in band.members[:2]]
    at = at.replace(second=0)
    noted = Noted(
        started_at=at - timedelta(minutes=30),
        source=Source.GEZIEN,
        feit=f"Drie jongeren bij {band.spots[0].name}, rustig in gesprek.",
        group_id=band.id,
        place_id=band.spots[0].id,
        duration_minutes=15,
        effort_minutes=15,
        seen_count=3,
        present=(PersonNoted(name, Capacity.BETROKKENE), *others),
        new_pseudonyms=True,
    )
    gathering = note_gathering(
        noted, member_list_allowed=member_list_allowed, actor=actor, now=at, session=session
    )
    seen = get_gathering(gathering, actor=actor, now=at, session=session)[0]
    person = next(one.person_id for one in seen.present if one.pseudonym == name)
    enter_member(
        band.id,
        person,
        valid_from=at.date(),
        reason="Nieuw gezicht, hoort er zo te zien bij.",
        child=False,
        actor=actor,
        now=at,
        session=session,
    )
    return person
