"""What comes in on the form with which somebody chooses times."""

from marshmallow import fields, validate

from shortlist.planning.adjusting.schemas import WHY
from shortlist.planning.week.schemas import WeekTimes
from shortlist.showing.dutch import DutchSchema, Text


class TimesForm(DutchSchema):
    """Times of the week for one group and place; empty goes back to what observations say."""

    times = WeekTimes(load_default=(), metadata={"label": "Tijden"})
    reason = Text(required=True, validate=WHY, metadata={"label": "Waarom"})
    seen = fields.Integer(required=True, validate=validate.Range(min=0))
