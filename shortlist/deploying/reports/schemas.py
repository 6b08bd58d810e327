"""What comes in at the door of reports."""

from marshmallow import fields, validate

from shortlist.deploying.reports.outcomes import MOST_MINUTES, MOST_SEEN
from shortlist.deploying.tables import VisitOutcome
from shortlist.showing.dutch import DutchSchema, JaNee, LocalDateTime, Text


class ReportForm(DutchSchema):
    """What a team reports after a visit; short enough for a phone in the street."""

    outcome = fields.String(
        required=True,
        validate=validate.OneOf(list(VisitOutcome), error="Kies een van de uitkomsten."),
        metadata={"label": "Hoe was het?"},
    )
    started_at = LocalDateTime(required=True, metadata={"label": "Begin van het bezoek"})
    minutes = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=MOST_MINUTES),
        metadata={"label": "Minuten ter plekke"},
    )
    seen_count = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=MOST_SEEN),
        metadata={"label": "Aantal jongeren"},
    )
    feit = Text(load_default="", validate=validate.Length(max=4000), metadata={"label": "Feiten"})
    oordeel = Text(load_default="", validate=validate.Length(max=4000), metadata={"label": "Uw oordeel"})
    gedrag = fields.List(fields.String(), load_default=list, metadata={"label": "Gezien gedrag"})
    under_twelve = JaNee(load_default=False, metadata={"label": "Kinderen onder de 12"})
    seen = fields.Integer(required=True, metadata={"label": "Eerder verslag"})
    """How many reports of this visit there were when the form was opened."""
    correction_reason = Text(
        load_default="", validate=validate.Length(max=500), metadata={"label": "Wat klopte niet"}
    )
