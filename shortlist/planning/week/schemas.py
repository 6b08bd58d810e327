"""What comes in on the forms of week plans."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from shortlist.errors import BadInput
from shortlist.planning.week.times import FIRST_DAY, LAST_DAY, Span, parse_times
from shortlist.showing.dutch import DutchSchema, JaNee, Text


class WeekTimes(fields.Field[tuple[Span, ...]]):
    """Times of the week as people write them: ``vr-za 20:00-02:00; zo 15:00-18:00``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Span, ...]:
        try:
            return parse_times(str(value))
        except BadInput as fault:
            raise ValidationError(fault.message) from None


PLAUSIBLE = validate.Range(FIRST_DAY, LAST_DAY, error="Kies een week tussen 2000 en 2100.")


class WishRow(DutchSchema):
    """One wish of the demand, as the planner wants it."""

    id = fields.String(required=True, validate=validate.Length(max=120))
    chosen = JaNee(load_default=False, metadata={"label": "Meenemen"})
    times = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 21, error="Vul 1 tot en met 21 in, of neem dit bezoek niet mee."),
        metadata={"label": "Keer per week"},
    )
    windows = WeekTimes(load_default=(), metadata={"label": "Tijden"})
    together = JaNee(load_default=False, metadata={"label": "Mag tegelijk met handhaving"})

    @validates_schema
    def complete_when_chosen(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for number and times of a wish that is taken along."""
        if not data.get("chosen"):
            return
        missing = {}
        if data.get("times") is None:
            missing["times"] = ["Vul in hoe vaak per week."]
        if not data.get("windows"):
            missing["windows"] = ["Vul tijden in, bijvoorbeeld: vr-za 20:00-02:00."]
        if missing:
            raise ValidationError(missing)


class WeekForm(DutchSchema):
    """The demand of a week as typed."""

    week = fields.Date(required=True, validate=PLAUSIBLE, metadata={"label": "Week"})
    keep = JaNee(load_default=False, metadata={"label": "Vastgesteld plan aanhouden"})
    wishes = fields.List(
        fields.Nested(WishRow),
        load_default=list,
        validate=validate.Length(max=2000),
        metadata={"label": "Bezoeken"},
    )


class DecisionForm(DutchSchema):
    """What the Stafgroep or the coördinator decides on a plan."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(["vastgesteld", "teruggestuurd"], error="Kies vaststellen of terugsturen."),
        metadata={"label": "Besluit"},
    )
    reason = Text(load_default="", validate=validate.Length(max=4000), metadata={"label": "Toelichting"})
    seen = fields.Integer(required=True)
