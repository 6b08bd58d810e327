"""What comes in on the form of leave."""

from marshmallow import fields

from shortlist.showing.dutch import DutchSchema


class LeaveForm(DutchSchema):
    """Somebody of a team and the days, both ends included."""

    person = fields.UUID(required=True, metadata={"label": "Wie"})
    first_day = fields.Date(required=True, metadata={"label": "Eerste dag"})
    last_day = fields.Date(required=True, metadata={"label": "Laatste dag"})
