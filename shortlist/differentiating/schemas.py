"""What comes in at the doors of differentiating."""

from marshmallow import fields, validate

from shortlist.differentiating.tables import Certainty, Influence, MemberRoleKind
from shortlist.showing.dutch import DutchSchema, Text

_NO_ROLE = "Kies kern, meeloper of onbekend."
_LONG = validate.Length(min=10, max=4000, error="Schrijf ten minste 10 en ten hoogste 4000 tekens.")


class MemberListForm(DutchSchema):
    """The decision of step 2B: may members be listed, and why."""

    besluit = fields.String(
        required=True,
        validate=validate.OneOf(["toestaan", "intrekken"], error="Kies toestaan of intrekken."),
        metadata={"label": "Besluit"},
    )
    behaviour = Text(
        load_default="", validate=validate.Length(max=2000), metadata={"label": "Problematisch gedrag"}
    )
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})


class RoleForm(DutchSchema):
    """A role that somebody sets for a member, with the observations that it rests on."""

    role = fields.String(
        required=True,
        validate=validate.OneOf(list(MemberRoleKind), error=_NO_ROLE),
        metadata={"label": "Rol"},
    )
    influence = fields.String(
        required=True,
        validate=validate.OneOf(list(Influence), error="Kies positief, negatief, geen of onbekend."),
        metadata={"label": "Invloed"},
    )
    certainty = fields.String(
        required=True,
        validate=validate.OneOf(list(Certainty), error="Kies laag, midden of hoog."),
        metadata={"label": "Zekerheid"},
    )
    basis = fields.List(fields.UUID(), load_default=list, metadata={"label": "Waarnemingen"})
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})
    seen = fields.UUID(load_default=None, metadata={"label": "Huidige rol"})
    """The role that stood there when the form was opened: a colleague may have set another since."""


class NewMemberForm(DutchSchema):
    """Somebody seen as betrokkene who is entered in the list."""

    person = fields.UUID(required=True, metadata={"label": "Wie"})
    valid_from = fields.Date(required=True, metadata={"label": "Lid vanaf"})
    age = fields.String(
        required=True,
        validate=validate.OneOf(["twaalf of ouder", "jonger"], error="Kies een van de twee."),
        metadata={"label": "Leeftijd"},
    )
    """Only asked, never kept: a child under 12 is not listed."""
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})


class EndMemberForm(DutchSchema):
    """The end of a membership."""

    last_day = fields.Date(required=True, metadata={"label": "Laatste dag"})
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})
