"""What comes in at the doors of prioritising."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shortlist.prioritising.tables import DecisionKind, Priority
from shortlist.showing.dutch import DutchSchema, Text

_PRIORITY = validate.OneOf(list(Priority), error="Kies hoog, midden, laag of geen.")
_LONG = validate.Length(min=10, max=4000, error="Schrijf ten minste 10 en ten hoogste 4000 tekens.")


class ProposalForm(DutchSchema):
    """The veiligheidsmanager's proposal for one group."""

    priority = fields.String(required=True, validate=_PRIORITY, metadata={"label": "Prioriteit"})
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})
    seen = fields.UUID(load_default=None, metadata={"label": "Vorig voorstel"})
    """The proposal that stood there when the form was opened: a colleague may have made another since."""


class UrgentForm(DutchSchema):
    """Immediate deployment: why it cannot wait, and the provisional picture."""

    reason = Text(required=True, validate=_LONG, metadata={"label": "Waarom spoed"})
    picture = Text(required=True, validate=_LONG, metadata={"label": "Voorlopig beeld"})


class WithdrawForm(DutchSchema):
    """Why a spoedprocedure is withdrawn."""

    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})


class DecisionForm(DutchSchema):
    """What the Stafgroep decides on one proposal; left alone when no kind is chosen."""

    kind = fields.String(
        load_default="",
        validate=validate.OneOf(
            ["", *DecisionKind], error="Kies vaststellen, terugsturen of naar de driehoek."
        ),
        metadata={"label": "Besluit"},
    )
    priority = fields.String(
        load_default="",
        validate=validate.OneOf(["", *Priority], error="Kies hoog, midden, laag of geen."),
        metadata={"label": "Prioriteit"},
    )
    valid_until = fields.Date(load_default=None, metadata={"label": "Geldig tot en met"})
    reason = Text(load_default="", validate=validate.Length(max=4000), metadata={"label": "Reden"})

    @validates_schema
    def _complete(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for what a chosen decision needs."""
        if not data.get("kind"):
            if data.get("reason"):
                raise ValidationError(
                    {"kind": ["U schreef een reden. Kies ook een besluit, of maak de reden leeg."]}
                )
            return
        faults: dict[str, list[str]] = {}
        if len(data.get("reason", "")) < 10:
            faults["reason"] = ["Schrijf in ten minste 10 tekens waarom de Stafgroep dit besluit."]
        if data["kind"] == DecisionKind.VASTGESTELD:
            if not data.get("priority"):
                faults["priority"] = ["Kies de prioriteit die is vastgesteld."]
            if not data.get("valid_until"):
                faults["valid_until"] = ["Kies tot en met welke dag dit besluit geldt."]
        if faults:
            raise ValidationError(faults)


def meeting_form(proposals: Iterable[str]) -> Schema:
    """Make the form of a meeting: one :class:`DecisionForm` per proposal, under the proposal's id."""
    rows: dict[str, Any] = {proposal: fields.Nested(DecisionForm) for proposal in proposals}
    return DutchSchema.from_dict(rows, name="MeetingForm")()
