"""What comes in on the form that asks for the smallest change to a plan."""

from marshmallow import fields, validate

from shortlist.planning.adjusting.schemas import WHY
from shortlist.showing.dutch import DutchSchema, Text


class ReplanForm(DutchSchema):
    """What happened, and why the plan is computed again."""

    shifts = fields.List(
        fields.String(validate=validate.Length(max=60)),
        load_default=list,
        validate=validate.Length(max=500),
        metadata={"label": "Diensten die uitvallen"},
    )
    places = fields.List(
        fields.String(validate=validate.Length(max=60)),
        load_default=list,
        validate=validate.Length(max=500),
        metadata={"label": "Plekken die dicht of niet bereikbaar zijn"},
    )
    why = Text(required=True, validate=WHY, metadata={"label": "Waarom"})
    seen = fields.Integer(required=True)
