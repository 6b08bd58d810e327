"""What comes in at the forms of classifying; which items and values exist is the questionnaire's business."""

from marshmallow import fields, validate

from shortlist.showing.dutch import DutchSchema, Text

LONGEST_NOTE = 2000
"""Characters of a note or a reason."""


class StartForm(DutchSchema):
    """The period of a new round."""

    period_from = fields.Date(required=True, metadata={"label": "Eerste dag"})
    period_until = fields.Date(required=True, metadata={"label": "Laatste dag"})


class FillForm(DutchSchema):
    """Answers of one's own, for the whole list or a block of it."""

    answers = fields.Dict(keys=fields.String(), values=Text(), load_default=dict)
    notes = fields.Dict(
        keys=fields.String(), values=Text(validate=validate.Length(max=LONGEST_NOTE)), load_default=dict
    )
    then = fields.String(
        load_default="stoppen",
        validate=validate.OneOf(("stoppen", "verder", "inleveren")),
        metadata={"label": "Wat nu"},
    )


class AloneForm(DutchSchema):
    """Why a round goes on without the other profession."""

    reason = Text(
        required=True,
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"label": "Waarom zonder de ander"},
    )


class TogetherForm(DutchSchema):
    """What the two settled: per item a choice (an answer, ``jit`` or ``anders`` with a number) and a reason."""

    choice = fields.Dict(keys=fields.String(), values=Text(), load_default=dict)
    number = fields.Dict(keys=fields.String(), values=Text(), load_default=dict)
    reason = fields.Dict(
        keys=fields.String(), values=Text(validate=validate.Length(max=LONGEST_NOTE)), load_default=dict
    )


class DecideForm(DutchSchema):
    """The person's own decision with the reasoning; accepting and deviating ask the same."""

    decided = fields.String(required=True, metadata={"label": "Uw besluit"})
    reasoning = Text(
        required=True, validate=validate.Length(min=10, max=4000), metadata={"label": "Uw redenering"}
    )
    seen = fields.Integer(required=True, strict=False, metadata={"label": "Versie"})
