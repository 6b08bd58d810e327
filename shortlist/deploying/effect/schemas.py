"""What comes in when somebody chooses what follows, or closes a group with an evaluation."""

from marshmallow import fields, validate

from shortlist.deploying.tables import GoalReached, ReviewChoice
from shortlist.showing.dutch import DutchSchema, Text

_LONG = validate.Length(min=10, max=4000, error="Schrijf ten minste 10 en ten hoogste 4000 tekens.")


class ReviewForm(DutchSchema):
    """What follows on the deployments of a group."""

    choice = fields.String(
        required=True,
        validate=validate.OneOf(list(ReviewChoice), error="Kies een van de mogelijkheden."),
        metadata={"label": "Wat nu"},
    )
    reason = Text(required=True, validate=_LONG, metadata={"label": "Reden"})
    seen = fields.Integer(required=True, metadata={"label": "Eerdere keuzes"})


class EvaluationForm(DutchSchema):
    """The evaluation with which a group is closed."""

    goal = fields.String(
        required=True,
        validate=validate.OneOf(list(GoalReached), error="Kies ja, deels, nee of onbekend."),
        metadata={"label": "Doel gehaald"},
    )
    course = Text(required=True, validate=_LONG, metadata={"label": "Verloop"})
    lessons = Text(load_default="", validate=validate.Length(max=4000), metadata={"label": "Geleerd"})
    aftercare = Text(required=True, validate=_LONG, metadata={"label": "Nazorg"})
    seen = fields.Integer(required=True, metadata={"label": "Eerdere evaluaties"})
