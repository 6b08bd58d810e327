"""What comes in when the Operationeel Chef was told."""

from uuid import UUID

from marshmallow import ValidationError, fields, validate

from shortlist.deploying.tables import Channel
from shortlist.showing.dutch import DutchSchema, LocalDateTime, Text


class ShiftKey(fields.Field[tuple[UUID, UUID]]):
    """A deployment as a form names it: plan and shift with a colon between."""

    def _deserialize(
        self, value: object, attr: str | None, data: object, **kwargs: object
    ) -> tuple[UUID, UUID]:
        try:
            plan, shift = str(value).split(":")
            return UUID(plan), UUID(shift)
        except ValueError:
            raise ValidationError("Deze dienst is onbekend. Ververs de pagina en kies opnieuw.") from None


class ToldForm(DutchSchema):
    """Which deployments the Operationeel Chef was told of, when, and who it was."""

    shifts = fields.List(ShiftKey(), load_default=list, metadata={"label": "Diensten"})
    told_whom = Text(
        required=True,
        validate=validate.Length(
            min=2, max=120, error="Schrijf de naam of het dienstnummer van wie u sprak."
        ),
        metadata={"label": "Wie u sprak"},
    )
    told_at = LocalDateTime(required=True, metadata={"label": "Wanneer"})
    channel = fields.String(
        required=True,
        validate=validate.OneOf(list(Channel), error="Kies telefoon, briefing of mobilofoon."),
        metadata={"label": "Hoe"},
    )
    remark = Text(load_default="", validate=validate.Length(max=1000), metadata={"label": "Afspraken"})
