"""What comes in at the door of judging duplicates."""

from marshmallow import fields, validate

from shortlist.observing.tables import PairVerdict
from shortlist.showing.dutch import DutchSchema, Text


class VerdictForm(DutchSchema):
    """What somebody judges of a pair, and under which name it goes on when it is one."""

    verdict = fields.String(
        required=True,
        validate=validate.OneOf(
            list(PairVerdict), error="Kies dezelfde, twee verschillende of nog niet duidelijk."
        ),
        metadata={"label": "Oordeel"},
    )
    surviving = fields.UUID(load_default=None, metadata={"label": "Verder onder"})
    reason = Text(
        required=True,
        validate=validate.Length(min=10, max=2000, error="Schrijf ten minste 10 en ten hoogste 2000 tekens."),
        metadata={"label": "Reden"},
    )
    seen = fields.String(load_default="0", metadata={"label": "Eerdere oordelen"})
    """How many judgements of this pair stood on the page: a colleague may have judged since."""
