"""What comes in at the doors of slow procedures."""

from marshmallow import fields, validate

from shortlist.connecting.procedures.transitions import STATES, SUBJECTS
from shortlist.showing.dutch import DutchSchema, JaNee, Text


class AskForm(DutchSchema):
    """What is asked, where and for whom."""

    subject = fields.String(
        required=True,
        validate=validate.OneOf(SUBJECTS, error="Kies uit de lijst."),
        metadata={"label": "Wat"},
    )
    stadsdeel = fields.UUID(required=True, metadata={"label": "Stadsdeel"})
    group = fields.UUID(load_default=None, metadata={"label": "Groep"})
    place = fields.UUID(load_default=None, metadata={"label": "Plek"})
    wish = Text(
        required=True,
        validate=validate.Length(min=10, max=2000, error="Schrijf ten minste 10 en ten hoogste 2000 tekens."),
        metadata={"label": "Wat er nodig is"},
    )


class StepForm(DutchSchema):
    """How it stands."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES, error="Kies hoe het staat."),
        metadata={"label": "Stand"},
    )
    note = Text(load_default="", validate=validate.Length(max=2000), metadata={"label": "Hoe het staat"})
    expected_on = fields.Date(load_default=None, metadata={"label": "Verwacht op"})
    outlook = Text(
        load_default="", validate=validate.Length(max=500), metadata={"label": "Verwachte uitkomst"}
    )
    sequence = fields.Integer(required=True, metadata={"label": "Stand van de pagina"})


class FollowForm(DutchSchema):
    """Start or stop waiting."""

    follows = JaNee(required=True, metadata={"label": "Volgen"})


class ReadForm(DutchSchema):
    """Up to where somebody has read."""

    sequence = fields.Integer(required=True, metadata={"label": "Bericht"})
