"""Use cases of places: listing them, making one, finding the stadsdeel of a point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlmodel import Session, col

from shortlist.errors import Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Stadsdeel
from shortlist.guarding.work import all_stadsdelen
from shortlist.observing.geometry import inside
from shortlist.observing.tables import Place, PlaceKind
from shortlist.storing.database import flush_or_refuse

PLACERS = (
    Role.JEUGDAGENT,
    Role.JONGERENWERKER,
    Role.JEUGDBOA,
    Role.TEAMLEIDER,
    Role.VEILIGHEIDSMANAGER,
)
"""Who may put a new place on the map."""


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in a list."""

    id: UUID
    name: str
    kind: PlaceKind
    stadsdeel_id: UUID
    stadsdeel: str
    lon: float
    lat: float


def visible_places(*, stadsdeel_id: UUID | None = None, actor: Actor, session: Session) -> list[PlaceLine]:
    """List the places within the actor's stadsdelen, by stadsdeel and name."""
    query = (
        select(Place, col(Stadsdeel.name))
        .join(Stadsdeel, col(Stadsdeel.id) == col(Place.stadsdeel_id))
        .order_by(col(Stadsdeel.name), col(Place.name))
    )
    if stadsdeel_id is not None:
        query = query.where(col(Place.stadsdeel_id) == stadsdeel_id)
    if not actor.citywide:
        query = query.where(col(Place.stadsdeel_id).in_(actor.stadsdelen))
    return [
        PlaceLine(row.id, row.name, PlaceKind(row.kind), row.stadsdeel_id, stadsdeel, row.lon, row.lat)
        for row, stadsdeel in session.execute(query)
    ]


def stadsdeel_at(lon: float, lat: float, *, session: Session) -> Stadsdeel | None:
    """Return the stadsdeel in whose boundary a point lies; None outside the city (or in the sea)."""
    return _around(lon, lat, all_stadsdelen(session=session))


def _around(lon: float, lat: float, stadsdelen: Sequence[Stadsdeel]) -> Stadsdeel | None:
    return next((part for part in stadsdelen if inside(lon, lat, part.boundary)), None)


def create_place(
    name: str,
    kind: PlaceKind,
    lon: float,
    lat: float,
    *,
    place_id: UUID | None = None,
    actor: Actor,
    now: datetime,
    session: Session,
) -> UUID:
    """Put a place on the map in the stadsdeel where its point lies, and return its id.

    Raises:
        Refused: the point lies outside every stadsdeel (field ``lon``), outside the actor's, or the name is taken.
    """
    require_role(actor, *PLACERS)
    stadsdelen = all_stadsdelen(session=session)
    part = _around(lon, lat, stadsdelen)
    if part is None:
        if _around(lat, lon, stadsdelen):
            message = (
                "Lengtegraad en breedtegraad staan verwisseld. Zet het kleinste getal bij de lengtegraad."
            )
        else:
            message = (
                f"Dit punt ({_degrees(lon)}, {_degrees(lat)}) ligt in geen enkel stadsdeel. "
                "Controleer de getallen op de kaart of kies een bestaande plek."
            )
        raise Refused(message, fields={"lon": message})
    if not actor.sees(part.id):
        message = f"Dit punt ligt in {part.name}, waar u niet werkt. Vraag een collega van {part.name}."
        raise Refused(message, fields={"lon": message})
    name = name.strip()
    taken = session.execute(
        select(col(Place.id)).where(
            col(Place.stadsdeel_id) == part.id, func.lower(col(Place.name)) == name.lower()
        )
    ).first()
    refusal = _name_taken(name, part.name)
    if taken is not None:
        raise refusal
    row = Place(id=place_id or uuid4(), stadsdeel_id=part.id, name=name, kind=kind.value, lon=lon, lat=lat)
    session.add(row)
    flush_or_refuse(session, refusal.message, fields=refusal.fields)
    record(session, actor=actor, action="plek gemaakt", object_kind="plek", object_id=row.id, now=now)
    return row.id


def _name_taken(name: str, stadsdeel: str) -> Refused:
    message = f"In {stadsdeel} is al een plek '{name}'. Kies die plek, of geef deze een andere naam."
    return Refused(message, fields={"name": message})


def _degrees(value: float) -> str:
    return f"{value:.4f}".replace(".", ",")
