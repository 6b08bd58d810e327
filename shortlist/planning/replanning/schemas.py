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
    road_from = Text(load_default="", validate=validate.Length(max=80), metadata={"label": "Tussen"})
    road_to = Text(load_default="", validate=validate.Length(max=80), metadata={"label": "en"})
    opened = fields.List(
        fields.String(validate=validate.Length(max=170)),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"label": "Weer open"},
    )
    why = Text(required=True, validate=WHY, metadata={"label": "Waarom"})
    seen = fields.Integer(required=True)
