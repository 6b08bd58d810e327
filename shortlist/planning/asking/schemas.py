"""What comes in on the form that asks what more capacity would bring."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from shortlist.planning.tables import QuestionKind, TeamKind
from shortlist.showing.dutch import DutchSchema


class QuestionForm(DutchSchema):
    """One pair more of a kind, or one evening more of a team."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf([one.value for one in QuestionKind], error="Kies wat u wilt weten."),
        metadata={"label": "Wat als er"},
    )
    team_kind = fields.String(
        load_default="",
        validate=validate.OneOf([*(one.value for one in TeamKind), ""], error="Kies een soort team."),
        metadata={"label": "Soort team"},
    )
    team = fields.String(load_default="", validate=validate.Length(max=60), metadata={"label": "Team"})
    day = fields.Date(load_default=None, metadata={"label": "Dag"})

    @validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for what belongs to the question."""
        missing = {}
        if data.get("kind") == QuestionKind.KOPPEL.value and not data.get("team_kind"):
            missing["team_kind"] = ["Kies een soort team."]
        if data.get("kind") == QuestionKind.AVOND.value:
            if not data.get("team"):
                missing["team"] = ["Kies een team."]
            if data.get("day") is None:
                missing["day"] = ["Kies een dag van deze week."]
        if missing:
            raise ValidationError(missing)
