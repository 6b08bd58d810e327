"""Figures from elsewhere: reports by residents and offences per neighbourhood. Nothing about any person."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.storing.columns import UtcDateTime, between, not_empty, plausible


class ResidentReport(SQLModel, table=True):
    """A report by a resident: when, about what, in which stadsdeel. No text, no reporter, no address."""

    __tablename__ = "resident_report"
    __table_args__ = (
        not_empty("source_id"),
        plausible("reported_at"),
        UniqueConstraint("source", "source_id"),
        Index("ix_resident_report_stadsdeel_reported", "stadsdeel_id", "reported_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    source: str = Field(max_length=20)
    source_id: str = Field(max_length=60)
    stadsdeel_id: UUID = Field(foreign_key="stadsdeel.id")
    category: str = Field(max_length=80)
    reported_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")


class PoliceFigure(SQLModel, table=True):
    """Registered offences of a kind in a neighbourhood and period, as published; the newest sequence counts."""

    __tablename__ = "police_figure"
    __table_args__ = (between("count", 0, 1_000_000), UniqueConstraint("area", "crime", "period", "sequence"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    area: str = Field(max_length=12)
    """Code of the neighbourhood, e.g. ``BU00340101``."""
    stadsdeel_id: UUID = Field(foreign_key="stadsdeel.id", index=True)
    crime: str = Field(max_length=12)
    period: str = Field(max_length=8)
    """``2026MM03`` (a month) or ``2025JJ00`` (a year)."""
    sequence: int
    count: int
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID = Field(foreign_key="account.id")
