"""What comes in at the doors of referrals."""

from datetime import date

from marshmallow import ValidationError, fields, validate

from shortlist.connecting.referrals.interventions import ANSWERS, CARE_LEVELS
from shortlist.connecting.referrals.transitions import STATES
from shortlist.connecting.tables import Ground, Result, Siblings
from shortlist.showing.dutch import DutchSchema, Text

_LONG = validate.Length(min=10, max=4000, error="Schrijf ten minste 10 en ten hoogste 4000 tekens.")
_ANSWER = validate.OneOf(ANSWERS, error="Kies ja, nee of weet ik niet.")
_AGE = validate.Range(0, 120, error="Vul een leeftijd in hele jaren in, bijvoorbeeld 15.")


class Month(fields.Field[date]):
    """A month as ``2027-03``; loads to its first day."""

    def _deserialize(self, value: object, attr: str | None, data: object, **kwargs: object) -> date:
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError as error:
            raise ValidationError("Kies een maand uit de lijst.") from error

    def _serialize(self, value: date | None, attr: str | None, obj: object, **kwargs: object) -> str | None:
        return value.strftime("%Y-%m") if value else None


class TriageForm(DutchSchema):
    """A few questions to find the way; nothing of it is kept."""

    age = fields.Integer(required=True, validate=_AGE, metadata={"label": "Leeftijd"})
    answers = fields.Dict(
        keys=fields.String(),
        values=fields.String(validate=_ANSWER),
        load_default=dict,
        metadata={"label": "Vraag"},
    )


class ReferralForm(DutchSchema):
    """A referral to one intervention."""

    age = fields.Integer(required=True, validate=_AGE, metadata={"label": "Leeftijd"})
    answers = fields.Dict(
        keys=fields.String(), values=fields.String(validate=_ANSWER), load_default=dict,
        metadata={"label": "Voor wie"},
    )  # fmt: skip
    contra = fields.Dict(
        keys=fields.String(), values=fields.String(validate=_ANSWER), load_default=dict,
        metadata={"label": "Tegenaanwijzing"},
    )  # fmt: skip
    feit = Text(required=True, validate=_LONG, metadata={"label": "Wat er is gezien"})
    oordeel = Text(
        load_default="", validate=validate.Length(max=4000), metadata={"label": "Wat u ervan vindt"}
    )
    expected = Text(
        required=True,
        validate=validate.Length(min=10, max=2000, error="Schrijf ten minste 10 en ten hoogste 2000 tekens."),
        metadata={"label": "Wat u hoopt te bereiken"},
    )
    ground = fields.String(
        required=True,
        validate=validate.OneOf(list(Ground), error="Kies of er toestemming is."),
        metadata={"label": "Toestemming"},
    )
    ground_reason = Text(
        load_default="", validate=validate.Length(max=2000), metadata={"label": "Reden zonder toestemming"}
    )
    siblings = fields.String(
        required=True,
        validate=validate.OneOf(list(Siblings), error="Kies wat er met broers en zussen is gedaan."),
        metadata={"label": "Broers en zussen"},
    )
    professionals = fields.Integer(
        load_default=None,
        validate=validate.Range(0, 50, error="Vul een aantal van 0 tot en met 50 in."),
        metadata={"label": "Aantal professionals"},
    )
    care_level = fields.Integer(
        load_default=None, validate=validate.OneOf(CARE_LEVELS), metadata={"label": "Zorgniveau"}
    )
    care_level_reason = Text(
        load_default="", validate=validate.Length(max=1000), metadata={"label": "Reden voor een ander niveau"}
    )
    adult_in = Month(load_default=None, metadata={"label": "Wordt 18 in"})


class MoveForm(DutchSchema):
    """The next state of a referral, or feedback."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES, error="Kies wat er is gebeurd."),
        metadata={"label": "Stand"},
    )
    note = Text(load_default="", validate=validate.Length(max=4000), metadata={"label": "Toelichting"})
    lead = Text(load_default="", validate=validate.Length(max=120), metadata={"label": "Regie"})
    result = fields.String(
        load_default=None, validate=validate.OneOf(list(Result)), metadata={"label": "Afloop"}
    )
    sequence = fields.Integer(required=True, metadata={"label": "Stand van de pagina"})


class SeenForm(DutchSchema):
    """Up to where somebody has read."""

    sequence = fields.Integer(required=True, metadata={"label": "Bericht"})


class ReceiverForm(DutchSchema):
    """The interventions that one account receives for."""

    account = fields.UUID(required=True, metadata={"label": "Account"})
    interventions = fields.List(fields.String(), load_default=list, metadata={"label": "Ontvangt voor"})
