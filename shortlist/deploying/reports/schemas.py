"""What comes in at the door of reports."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

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
    instead = JaNee(load_default=False, metadata={"label": "Als gewone waarneming"})
    """The visit was cancelled: keep what was typed as an ordinary observation."""


class ShiftRow(DutchSchema):
    """One visit of a whole shift's report; left alone when nothing is chosen."""

    outcome = fields.String(
        load_default="",
        validate=validate.OneOf(["", *VisitOutcome], error="Kies een van de uitkomsten."),
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
    instead = JaNee(load_default=False, metadata={"label": "Als gewone waarneming"})
    """The visit was cancelled: keep what was typed as an ordinary observation."""

    @validates_schema
    def _chosen(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for the outcome of a visit that something was typed about."""
        if not data.get("outcome") and (data.get("feit") or data.get("oordeel") or data.get("seen_count")):
            raise ValidationError({"outcome": ["U vulde hier iets in. Kies ook hoe het was."]})


def shift_form(visits: Iterable[str]) -> Schema:
    """Make the form of a whole shift: one :class:`ShiftRow` per visit, under the visit's id."""
    rows: dict[str, Any] = {visit: fields.Nested(ShiftRow) for visit in visits}
    return DutchSchema.from_dict(rows, name="ShiftForm")()
