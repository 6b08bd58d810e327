"""What comes in at the doors of figures from elsewhere."""

from marshmallow import fields, validate

from shortlist.showing.dutch import DutchSchema


class FiguresForm(DutchSchema):
    """A file with reports of residents or police figures, the latter with a list of areas."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(("meldingen", "politie"), error="Kies meldingen of politiecijfers."),
        metadata={"label": "Soort"},
    )
    file = fields.Raw(required=True, metadata={"label": "Bestand"})
    areas = fields.Raw(load_default=None, metadata={"label": "Gebieden"})
