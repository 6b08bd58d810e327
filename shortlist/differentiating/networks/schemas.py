"""What comes in at the doors of networks."""

from marshmallow import fields

from shortlist.showing.dutch import DutchSchema


class RefreshForm(DutchSchema):
    """The asking for a new computation."""

    stadsdeel = fields.UUID(load_default=None, metadata={"label": "Stadsdeel"})
    """None: the whole city."""
