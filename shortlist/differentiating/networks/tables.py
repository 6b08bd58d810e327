"""What the worker found in an area: a snapshot with its windows, who stood where, and the signals with their decisions.

A snapshot is appended and names the rules and the input it was made of. Who stood in which community is kept of the
newest one only: it can be made anew from the gatherings.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from shortlist.differentiating.signals.candidates import KINDS
from shortlist.differentiating.signals.transitions import STATES
from shortlist.storing.columns import PERSONAL, Json, UtcDateTime, between, one_of


class NetworkSnapshot(SQLModel, table=True):
    """The groups of an area through time as computed at one moment."""

    __tablename__ = "network_snapshot"
    __table_args__ = (Index("ix_network_snapshot_stadsdeel_computed", "stadsdeel_id", "computed_at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    stadsdeel_id: UUID | None = Field(default=None, foreign_key="stadsdeel.id")
    """None: the whole city."""
    computed_at: datetime = Field(sa_type=UtcDateTime)
    rules_name: str = Field(max_length=40)
    rules_from: str = Field(max_length=10)
    input_hash: str = Field(max_length=64)
    """SHA-256 of the gatherings, the known groups and the rules: the same input is not computed twice."""
    n_windows: int


class NetworkWindow(SQLModel, table=True):
    """One window of a snapshot: groups, ties and events; nothing about a person."""

    __tablename__ = "network_window"

    snapshot_id: UUID = Field(foreign_key="network_snapshot.id", primary_key=True)
    number: int = Field(primary_key=True)
    """0 is the oldest."""
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    n_gatherings: int
    n_persons: int
    n_observers: int
    minutes: int
    nodes: list[dict[str, Any]] = Field(sa_type=Json)
    ties: list[dict[str, Any]] = Field(sa_type=Json)
    events: list[dict[str, Any]] = Field(sa_type=Json)


class NetworkPersons(SQLModel, table=True):
    """Who was seen in which community of a window."""

    __tablename__ = "network_persons"
    __table_args__ = (
        ForeignKeyConstraint(
            ["snapshot_id", "number"], ["network_window.snapshot_id", "network_window.number"]
        ),
        PERSONAL,
    )

    snapshot_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    communities: list[dict[str, Any]] = Field(sa_type=Json)
    """Each with its ``id``, the known ``groups`` it holds and its ``persons``."""


class MemberOfTwo(SQLModel, table=True):
    """A person who belongs to one group and moves in a second one, as counted for a snapshot."""

    __tablename__ = "member_of_two"
    __table_args__ = (between("share", 0, 1), between("probability", 0, 1), PERSONAL)

    snapshot_id: UUID = Field(foreign_key="network_snapshot.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    home_id: UUID = Field(foreign_key="jeugdgroep.id")
    second_id: UUID = Field(foreign_key="jeugdgroep.id")
    n_home: int
    n_second: int
    share: float
    """Posterior mean of the second group's share."""
    probability: float
    """Posterior chance that the share is at least that of the rules."""


class NetworkSignal(SQLModel, table=True):
    """Something that the JIT should look at: groups that merge, split, mix, or a new fluid one."""

    __tablename__ = "network_signal"
    __table_args__ = (one_of("kind", KINDS),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    stadsdeel_id: UUID | None = Field(default=None, foreign_key="stadsdeel.id", index=True)
    """None: groups of several stadsdelen."""
    snapshot_id: UUID = Field(foreign_key="network_snapshot.id", index=True)
    """The snapshot in which it was first seen."""
    kind: str = Field(max_length=20)
    happened_at: datetime = Field(sa_type=UtcDateTime)
    figures: dict[str, float] = Field(sa_type=Json)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class SignalGroup(SQLModel, table=True):
    """A known group that a signal is about."""

    __tablename__ = "network_signal_group"

    signal_id: UUID = Field(foreign_key="network_signal.id", primary_key=True)
    group_id: UUID = Field(foreign_key="jeugdgroep.id", primary_key=True, index=True)


class SignalGathering(SQLModel, table=True):
    """A gathering behind a signal; later ones are added while it is open."""

    __tablename__ = "network_signal_gathering"
    __table_args__ = (PERSONAL,)

    signal_id: UUID = Field(foreign_key="network_signal.id", primary_key=True)
    gathering_id: UUID = Field(foreign_key="gathering.id", primary_key=True, index=True)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class SignalStatus(SQLModel, table=True):
    """A dated state of a signal; the newest counts."""

    __tablename__ = "network_signal_status"
    __table_args__ = (one_of("state", STATES), UniqueConstraint("signal_id", "sequence"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    signal_id: UUID = Field(foreign_key="network_signal.id", index=True)
    sequence: int
    """1, 2, … per signal: two people deciding at once collide here."""
    state: str = Field(max_length=12)
    reason: str = Field(default="", max_length=4000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID | None = Field(default=None, foreign_key="account.id")
    """None: the worker."""
