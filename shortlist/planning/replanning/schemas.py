"""What comes in on the form that asks for the smallest change to a plan."""

from marshmallow import fields, validate

from shortlist.planning.adjusting.schemas import WHY
from shortlist.showing.dutch import DutchSchema, Text

MOST_MINUTES = 240
"""Of a detour: who needs more than four hours to get round, does not come in a shift."""


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
    road_minutes = fields.Integer(
        load_default=None,
        validate=validate.Range(
            min=1,
            max=MOST_MINUTES,
            error="Vul {min} tot en met {max} minuten in. Kan niemand erlangs, laat dit dan leeg.",
        ),
        metadata={"label": "Zoveel minuten kost omrijden"},
    )
    opened = fields.List(
        fields.String(validate=validate.Length(max=170)),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"label": "Weer open"},
    )
    why = Text(required=True, validate=WHY, metadata={"label": "Waarom"})
    seen = fields.Integer(required=True)
