"""What comes in at the doors of requests."""

from marshmallow import fields, validate

from shortlist.deploying.tables import RequestState
from shortlist.showing.dutch import DutchSchema, Text

_LONG = validate.Length(min=10, max=4000, error="Schrijf ten minste 10 en ten hoogste 4000 tekens.")


class RequestForm(DutchSchema):
    """The five parts of a request for jeugdboa's (Verwey-Jonker 2013, annex IV-D)."""

    nuisance = Text(required=True, validate=_LONG, metadata={"label": "Overlast zoals bewoners die ervaren"})
    features = Text(required=True, validate=_LONG, metadata={"label": "Kenmerken van de groep"})
    measures_taken = Text(required=True, validate=_LONG, metadata={"label": "Wat er al is gedaan"})
    effect = Text(required=True, validate=_LONG, metadata={"label": "Wat dat opleverde"})
    expected = Text(required=True, validate=_LONG, metadata={"label": "Wat u van de jeugdboa’s verwacht"})
    seen = fields.UUID(load_default=None, metadata={"label": "Vorige aanvraag"})
    """The request that stood there when the form was opened."""


class RequestDecisionForm(DutchSchema):
    """The next state of a request with a reason."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(
            [RequestState.GOEDGEKEURD, RequestState.TERUG, RequestState.INGETROKKEN],
            error="Kies goedkeuren, terugsturen of intrekken.",
        ),
        metadata={"label": "Besluit"},
    )
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})
    sequence = fields.Integer(required=True, metadata={"label": "Stand"})
    """How many states the request had when the page was opened."""
