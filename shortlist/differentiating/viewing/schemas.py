"""What comes in at the forms of the reading."""

from marshmallow import fields, validate

from shortlist.showing.dutch import DutchSchema, Text

_REASON = validate.Length(min=10, max=2000, error="Schrijf ten minste 10 en ten hoogste 2000 tekens.")


class SwitchForm(DutchSchema):
    """Switching the reading on or off for the municipality."""

    besluit = fields.String(
        required=True,
        validate=validate.OneOf(["aan", "uit"], error="Kies aan of uit."),
        metadata={"label": "Besluit"},
    )
    reason = Text(required=True, validate=_REASON, metadata={"label": "Reden"})
    seen = fields.Integer(required=True, strict=False, metadata={"label": "Stand"})
    """The number of the decision that stood there when the form was opened; 0 = none."""


class OwnViewForm(DutchSchema):
    """One's own view of every member, and how many core members one expects."""

    own = fields.Dict(
        keys=fields.String(), values=fields.String(), load_default=dict, metadata={"label": "Uw beeld"}
    )
    """Member's id → view; which ids and words are right is the use case's business."""
    expected_core = fields.Integer(
        load_default=None,
        strict=False,
        validate=validate.Range(min=1, max=200, error="Vul een geheel getal vanaf 1 in, of laat het leeg."),
        metadata={"label": "Verwacht aantal kernleden"},
    )


class DisagreementForm(DutchSchema):
    """Why own view and reading should be looked at by the JIT."""

    reason = Text(required=True, validate=_REASON, metadata={"label": "Waarover wilt u het hebben"})


class OutcomeForm(DutchSchema):
    """What the JIT concluded."""

    disagreement = fields.UUID(required=True, metadata={"label": "Verschil"})
    outcome = Text(required=True, validate=_REASON, metadata={"label": "Uitkomst"})
