"""What comes in at the doors of reminders."""

from marshmallow import fields, validate

from shortlist.showing.dutch import DutchSchema


class MailForm(DutchSchema):
    """Where somebody wants the daily mail."""

    wants = fields.String(
        required=True,
        validate=validate.OneOf(("ja", "nee"), error="Kies wel of geen mail."),
        metadata={"label": "Dagelijkse mail"},
    )
    address = fields.Email(
        load_default="", validate=validate.Length(max=254), metadata={"label": "E-mailadres"}
    )
