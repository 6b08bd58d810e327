"""What comes in on the forms with which people change a made plan."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from shortlist.showing.dutch import DutchSchema, JaNee, Text

ACTIONS = ("verplaatsen", "vastzetten", "losmaken", "weghalen", "verbieden")
SCOPES = ("dienst", "team", "allen")
WHY = validate.Length(min=3, max=2000, error="Schrijf in een paar woorden waarom, ten hoogste 2000 tekens.")


class AdjustForm(DutchSchema):
    """One change of one visit."""

    action = fields.String(
        required=True,
        validate=validate.OneOf(ACTIONS, error="Kies wat u met dit bezoek wilt."),
        metadata={"label": "Wat wilt u?"},
    )
    shift = fields.String(load_default="", validate=validate.Length(max=60), metadata={"label": "Dienst"})
    time = fields.Time(load_default=None, metadata={"label": "Tijd"})
    fix = JaNee(load_default=False, metadata={"label": "Vastzetten"})
    scope = fields.String(
        load_default="dienst",
        validate=validate.OneOf(SCOPES, error="Kies voor wie het verbod geldt."),
        metadata={"label": "Verbod geldt voor"},
    )
    why = Text(required=True, validate=WHY, metadata={"label": "Waarom"})
    seen = fields.Integer(required=True)

    @validates_schema
    def shift_when_moving(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for a shift when a visit is to be moved."""
        if data.get("action") == "verplaatsen" and not data.get("shift"):
            raise ValidationError({"shift": ["Kies de dienst waarin het bezoek moet komen."]})


class LiftForm(DutchSchema):
    """Lift a ban."""

    number = fields.Integer(required=True)
    why = Text(required=True, validate=WHY, metadata={"label": "Waarom"})
    seen = fields.Integer(required=True)
