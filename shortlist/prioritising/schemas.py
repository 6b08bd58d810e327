"""What comes in at the doors of prioritising."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shortlist.prioritising.quorum import Function
from shortlist.prioritising.tables import DecisionKind, Priority
from shortlist.showing.dutch import DutchSchema, Text

_PRIORITY = validate.OneOf(list(Priority), error="Kies hoog, midden, laag of geen.")
_OR_PRIORITY = validate.OneOf(["", *Priority], error="Kies hoog, midden, laag of geen.")
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
        validate=_OR_PRIORITY,
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


def presence_form(functions: Iterable[Function]) -> Schema:
    """Make the form of who is there: a name per function (empty: absent), the stadsdeel, what the actor saw."""
    rows: dict[str, Any] = {
        one.id: Text(load_default="", validate=validate.Length(max=120), metadata={"label": one.label})
        for one in functions
    }
    rows["stadsdeel"] = fields.UUID(load_default=None, metadata={"label": "Stadsdeel"})
    rows["seen"] = fields.Integer(load_default=0, metadata={"label": "Stand van de lijst"})
    return DutchSchema.from_dict(rows, name="PresenceForm")()


class CloseForm(DutchSchema):
    """What else was said, when a meeting is closed."""

    remarks = Text(load_default="", validate=validate.Length(max=4000), metadata={"label": "Overige punten"})


class TriangleForm(DutchSchema):
    """What the driehoek decided on a proposal."""

    decided_on = fields.Date(required=True, metadata={"label": "Dag van het besluit"})
    kind = fields.String(
        required=True,
        validate=validate.OneOf(
            [DecisionKind.VASTGESTELD, DecisionKind.TERUG], error="Kies vaststellen of terugsturen."
        ),
        metadata={"label": "Besluit"},
    )
    priority = fields.String(load_default="", validate=_OR_PRIORITY, metadata={"label": "Prioriteit"})
    valid_until = fields.Date(load_default=None, metadata={"label": "Geldig tot en met"})
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})


class TransferForm(DutchSchema):
    """A criminal group is transferred to the OM."""

    sent_to = Text(
        required=True,
        validate=validate.Length(
            min=3, max=120, error="Schrijf parket en functie, in ten hoogste 120 tekens."
        ),
        metadata={"label": "Aan wie"},
    )
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})
    seen = fields.Integer(required=True, metadata={"label": "Eerdere overdrachten"})


def meeting_form(proposals: Iterable[str]) -> Schema:
    """Make the form of a meeting: one :class:`DecisionForm` per proposal, under the proposal's id."""
    rows: dict[str, Any] = {proposal: fields.Nested(DecisionForm) for proposal in proposals}
    return DutchSchema.from_dict(rows, name="MeetingForm")()
