"""What comes in on the form of a plan van aanpak."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from shortlist.showing.dutch import DutchSchema, JaNee, Text


class MeasureRow(DutchSchema):
    """One measure of the catalogue on the form; the other fields count only when it is chosen."""

    measure = fields.String(required=True, validate=validate.Length(max=60))
    chosen = JaNee(load_default=False, metadata={"label": "Kiezen"})
    owner = Text(load_default="", validate=validate.Length(max=120), metadata={"label": "Wie voert het uit"})
    due_on = fields.Date(load_default=None, metadata={"label": "Uiterlijk"})
    visits_per_week = fields.Integer(
        load_default=0, validate=validate.Range(0, 21), metadata={"label": "Bezoeken per week"}
    )
    reason = Text(load_default="", validate=validate.Length(max=2000), metadata={"label": "Toelichting"})

    @validates_schema
    def complete_when_chosen(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for owner and term of a measure that was chosen."""
        if not data.get("chosen"):
            return
        missing = {}
        if not data.get("owner"):
            missing["owner"] = [
                "Vul in wie dit uitvoert: een organisatie of functie, geen naam van een jongere."
            ]
        if data.get("due_on") is None:
            missing["due_on"] = ["Vul in wanneer dit uiterlijk klaar of besproken is."]
        if missing:
            raise ValidationError(missing)


class PlanForm(DutchSchema):
    """A version of a plan van aanpak as typed."""

    based_on = fields.Integer(load_default=0)
    goal = Text(required=True, validate=validate.Length(max=2000), metadata={"label": "Doel"})
    exit_criterion = Text(
        required=True, validate=validate.Length(max=2000), metadata={"label": "Wanneer is het klaar?"}
    )
    evaluation_on = fields.Date(required=True, metadata={"label": "Evaluatie op"})
    measures = fields.List(
        fields.Nested(MeasureRow),
        load_default=list,
        validate=validate.Length(max=60),
        metadata={"label": "Maatregelen"},
    )
