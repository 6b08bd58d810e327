"""What comes in at the doors of signals."""

from marshmallow import fields, validate

from shortlist.differentiating.signals.transitions import ACCEPTED, REFUSED
from shortlist.showing.dutch import DutchSchema, Text

_LONG = validate.Length(min=10, max=2000, error="Schrijf ten minste 10 en ten hoogste 2000 tekens.")


class SignalForm(DutchSchema):
    """The decision on a signal; what is needed besides depends on the kind, when it is accepted."""

    decision = fields.String(
        required=True,
        validate=validate.OneOf([ACCEPTED, REFUSED], error="Kies aannemen of afwijzen."),
        metadata={"label": "Besluit"},
    )
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})
    on_date = fields.Date(load_default=None, metadata={"label": "Datum"})
    into = fields.UUID(load_default=None, metadata={"label": "Groep die blijft"})
    name = Text(
        load_default="", validate=validate.Length(max=120), metadata={"label": "Naam van de nieuwe groep"}
    )
    sequence = fields.Integer(required=True, metadata={"label": "Stand"})
    """How many states the signal had when the page was opened."""
