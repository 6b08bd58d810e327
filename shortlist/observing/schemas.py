"""What comes in at the doors of observing."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from shortlist.observing.tables import Capacity, GroupState, LinkKind, PlaceKind, RoleSeen, Source
from shortlist.showing.dutch import DecimalComma, DutchSchema, JaNee, LocalDateTime, Text

MOST_PEOPLE = 40
"""Rows of persons at one observation."""
_MINUTES = validate.Range(min=0, max=24 * 60)


class PersonRow(DutchSchema):
    """One person at an observation."""

    pseudonym = Text(
        required=True,
        metadata={"label": "Schuilnaam"},
        validate=validate.Regexp(
            r"^[\w][\w .\-]{0,39}$",
            error="Gebruik letters, cijfers, spaties, punten en streepjes, hoogstens 40 tekens. Geen echte naam.",
        ),
    )
    capacity = fields.String(
        required=True,
        metadata={"label": "Hoedanigheid"},
        validate=validate.OneOf([one.value for one in Capacity]),
        error_messages={
            "required": "Kies in welke hoedanigheid: betrokkene, slachtoffer, getuige, derde of gedwongene."
        },
    )
    role_seen = fields.String(
        load_default=None,
        metadata={"label": "Rol gezien"},
        validate=validate.OneOf([one.value for one in RoleSeen]),
    )
    feit = Text(
        load_default="", metadata={"label": "Wat deed deze persoon"}, validate=validate.Length(max=2000)
    )


class GatheringForm(DutchSchema):
    """An observation as typed on a phone."""

    id = fields.UUID(required=True)
    group = fields.UUID(load_default=None, metadata={"label": "Groep"})
    place = fields.UUID(load_default=None, metadata={"label": "Plek"})
    place_name = Text(
        load_default="", metadata={"label": "Naam van de plek"}, validate=validate.Length(max=120)
    )
    lon = DecimalComma(load_default=None, metadata={"label": "Lengtegraad"})
    lat = DecimalComma(load_default=None, metadata={"label": "Breedtegraad"})
    started_at = LocalDateTime(required=True, metadata={"label": "Wanneer"})
    duration_minutes = fields.Integer(load_default=None, metadata={"label": "Hoe lang"}, validate=_MINUTES)
    effort_minutes = fields.Integer(load_default=None, metadata={"label": "Zelf gekeken"}, validate=_MINUTES)
    seen_count = fields.Integer(
        load_default=None, metadata={"label": "Hoeveel gezien"}, validate=validate.Range(min=0, max=200)
    )
    source = fields.String(
        required=True,
        metadata={"label": "Hoe weet u dit"},
        validate=validate.OneOf([one.value for one in Source]),
    )
    hearsay = JaNee(load_default=False, metadata={"label": "Van horen zeggen"})
    items = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        load_default=dict,
        metadata={"label": "Wat was er te zien"},
    )
    """Block of the questionnaire → the items of it that were ticked."""
    feit = Text(required=True, metadata={"label": "Feiten"}, validate=validate.Length(max=4000))
    oordeel = Text(load_default="", metadata={"label": "Uw oordeel"}, validate=validate.Length(max=4000))
    under_twelve = JaNee(load_default=False, metadata={"label": "Kinderen jonger dan 12"})
    present = fields.List(
        fields.Nested(PersonRow),
        load_default=list,
        metadata={"label": "Wie waren erbij"},
        validate=validate.Length(max=MOST_PEOPLE),
    )
    new_pseudonyms = JaNee(load_default=False, metadata={"label": "Nieuwe schuilnamen"})

    @validates_schema(skip_on_field_errors=False)
    def _whole(self, data: Mapping[str, Any], **_: object) -> None:
        faults: dict[str, list[str]] = {}
        if data.get("source") == Source.GEZIEN.value:
            needed = {
                "seen_count": "Vul in hoeveel jongeren u zag; 0 telt ook.",
                "duration_minutes": "Vul in hoe lang het duurde, in minuten; een schatting mag.",
                "effort_minutes": "Vul in hoe lang u zelf op deze plek keek, in minuten; een schatting mag.",
            }
            faults = {name: [text] for name, text in needed.items() if name in data and data[name] is None}
        point = {name: data.get(name) for name in ("lon", "lat")}
        if any(value is not None for value in point.values()):
            for name, value in point.items():
                if name in data and value is None:
                    faults[name] = ["Vul beide getallen in, of geen van beide."]
            if "place_name" in data and not data["place_name"]:
                faults["place_name"] = ["Geef de nieuwe plek een naam, zoals collega's die noemen."]
        elif data.get("place_name"):
            faults["lon"] = ["Vul lengte- en breedtegraad in, of kies een plek uit de lijst."]
        if faults:
            raise ValidationError(faults)


class CorrectionForm(GatheringForm):
    """An observation that replaces an earlier one."""

    correction_reason = Text(
        required=True, metadata={"label": "Wat klopte er niet"}, validate=validate.Length(max=500)
    )


class GroupForm(DutchSchema):
    """A new group."""

    name = Text(required=True, metadata={"label": "Naam"}, validate=validate.Length(max=120))
    stadsdeel = fields.UUID(required=True, metadata={"label": "Stadsdeel"})
    place = fields.UUID(load_default=None, metadata={"label": "Vaste plek"})
    first_signal_on = fields.Date(required=True, metadata={"label": "Eerste signaal"})


class StateForm(DutchSchema):
    """The next state of a group."""

    state = fields.String(
        required=True, metadata={"label": "Stand"}, validate=validate.OneOf([one.value for one in GroupState])
    )
    reason = Text(required=True, metadata={"label": "Reden"}, validate=validate.Length(max=2000))


class GroupPlaceForm(DutchSchema):
    """A usual place of a group."""

    place = fields.UUID(required=True, metadata={"label": "Plek"})
    valid_from = fields.Date(required=True, metadata={"label": "Vanaf"})


class EndPlaceForm(DutchSchema):
    """The end of a usual place."""

    last_day = fields.Date(required=True, metadata={"label": "Laatste dag"})


class LinkForm(DutchSchema):
    """A link between two groups."""

    kind = fields.String(
        required=True,
        metadata={"label": "Soort"},
        validate=validate.OneOf(["in", "uit", "van", "naar", "verwant"]),
    )
    """``in``: this one merged into the other; ``uit``: the other merged into this; ``van``: this one split from the
    other; ``naar``: the other split from this; ``verwant``."""
    other = fields.UUID(required=True, metadata={"label": "Andere groep"})
    on_date = fields.Date(required=True, metadata={"label": "Datum"})
    reason = Text(required=True, metadata={"label": "Waaruit blijkt dit"}, validate=validate.Length(max=2000))


class UndoLinkForm(DutchSchema):
    """Why a link between two groups was wrong."""

    reason = Text(required=True, metadata={"label": "Reden"}, validate=validate.Length(max=2000))


LINKS: dict[str, tuple[LinkKind, bool]] = {
    "in": (LinkKind.SAMENGEGAAN, True),
    "uit": (LinkKind.SAMENGEGAAN, False),
    "van": (LinkKind.AFGESPLITST, False),
    "naar": (LinkKind.AFGESPLITST, True),
    "verwant": (LinkKind.VERWANT, True),
}
"""Choice on the form → (kind, whether this group is the older one)."""


class PlaceForm(DutchSchema):
    """A new place."""

    name = Text(required=True, metadata={"label": "Naam"}, validate=validate.Length(max=120))
    kind = fields.String(
        required=True,
        metadata={"label": "Soort plek"},
        validate=validate.OneOf([one.value for one in PlaceKind]),
    )
    lon = DecimalComma(
        required=True, metadata={"label": "Lengtegraad"}, validate=validate.Range(min=-180, max=180)
    )
    lat = DecimalComma(
        required=True, metadata={"label": "Breedtegraad"}, validate=validate.Range(min=-90, max=90)
    )
