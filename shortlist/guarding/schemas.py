"""What comes in at the doors of guarding."""

from marshmallow import fields, validate

from shortlist.showing.dutch import DutchSchema


class SignInForm(DutchSchema):
    """Login and password as typed on the sign-in page."""

    login = fields.String(required=True, validate=validate.Length(max=80))
    password = fields.String(required=True, validate=validate.Length(max=400))
    naar = fields.String(load_default="")
