"""What comes in on the forms of teams and shifts."""

from marshmallow import fields, validate

from shortlist.planning.tables import TeamKind
from shortlist.planning.week.schemas import PLAUSIBLE
from shortlist.showing.dutch import DutchSchema, Text

DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")


class TeamForm(DutchSchema):
    """A new team, or a team as it is to be."""

    name = Text(required=True, validate=validate.Length(max=80), metadata={"label": "Naam"})
    kind = fields.String(
        required=True,
        validate=validate.OneOf([kind.value for kind in TeamKind], error="Kies een soort team uit de lijst."),
        metadata={"label": "Soort team"},
    )
    base = fields.UUID(required=True, metadata={"label": "Vertrekpunt"})
    people = fields.List(
        fields.UUID(), load_default=list, validate=validate.Length(max=20), metadata={"label": "Mensen"}
    )
    active = fields.String(
        load_default="ja", validate=validate.OneOf(["ja", "nee"]), metadata={"label": "Inzetbaar"}
    )


class ShiftForm(DutchSchema):
    """Shifts of one team on one or more days of a week, at the same hours."""

    week = fields.Date(required=True, validate=PLAUSIBLE, metadata={"label": "Week (maandag)"})
    days = fields.List(
        fields.String(validate=validate.OneOf(DAYS)),
        required=True,
        validate=validate.Length(min=1, max=7, error="Kies ten minste één dag."),
        metadata={"label": "Dagen"},
    )
    starts = fields.Time(required=True, metadata={"label": "Begin"})
    ends = fields.Time(required=True, metadata={"label": "Einde"})


class CopyForm(DutchSchema):
    """Take over the shifts of the week before."""

    week = fields.Date(required=True, validate=PLAUSIBLE, metadata={"label": "Week (maandag)"})
