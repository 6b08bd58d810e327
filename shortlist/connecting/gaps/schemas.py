"""What comes in at the doors of the gap list."""

from marshmallow import fields, validate

from shortlist.showing.dutch import DutchSchema, Text


class LeaveForm(DutchSchema):
    """Why nothing is done for now, and when to look again."""

    reason = Text(
        required=True,
        validate=validate.Length(min=10, max=2000, error="Schrijf ten minste 10 en ten hoogste 2000 tekens."),
        metadata={"label": "Reden"},
    )
    look_again_on = fields.Date(required=True, metadata={"label": "Opnieuw kijken op"})


class CareForm(DutchSchema):
    """To whom and when a signal was passed on."""

    passed_to = Text(
        required=True,
        validate=validate.Length(min=3, max=120, error="Noem de organisatie in 3 tot 120 tekens."),
        metadata={"label": "Doorgegeven aan"},
    )
    passed_on = fields.Date(required=True, metadata={"label": "Datum"})
