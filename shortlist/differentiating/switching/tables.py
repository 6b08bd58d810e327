"""The municipality's decisions to use the reading or not."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.storing.columns import UtcDateTime, not_empty


class ReadingSwitch(SQLModel, table=True):
    """A decision of the municipality that the reading is on, for exactly one model, or off; the newest counts."""

    __tablename__ = "reading_switch"
    __table_args__ = (
        not_empty("reason"),
        CheckConstraint("sequence > 0", name="sequence_positive"),
        UniqueConstraint("sequence"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    sequence: int
    """1, 2, 3, …: two who decide at once cannot both have the same number."""
    enabled: bool
    reason: str = Field(max_length=4000)
    model_version: str = Field(default="", max_length=40)
    model_fingerprint: str = Field(default="", max_length=64)
    """The model that was switched on; another model needs another decision. Empty when switched off."""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
