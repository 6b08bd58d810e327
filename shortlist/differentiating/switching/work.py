"""Use cases of the switch: what a reading is made with, whether it may be shown, who decided that and why."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from shortlist.differentiating.reading import ReadingModel, ReadingRules
from shortlist.differentiating.reading_files import load_reading_model, reading_rules
from shortlist.differentiating.switching.tables import ReadingSwitch
from shortlist.errors import Broken, Refused
from shortlist.guarding.audit import record
from shortlist.guarding.roles import Actor, Role, require_role
from shortlist.guarding.tables import Account
from shortlist.observing.work import MEMBER_VIEWERS
from shortlist.storing.database import flush_or_refuse
from shortlist.storing.dated_yaml import Document, Shelf, newest_for

SWITCHES_ON = Role.VEILIGHEIDSMANAGER
"""Who answers for the group approach, and so for using the reading in it."""
SWITCHES_OFF = (Role.VEILIGHEIDSMANAGER, Role.PRIVACY_OFFICER)
"""Who may stop it: also who watches over it, and therefore never decides to use it (AVG art. 38 lid 6)."""
READERS = (*MEMBER_VIEWERS, Role.PRIVACY_OFFICER)
"""Who may read what the reading is and whether it is on."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a reading is made with."""

    rules: ReadingRules
    model: ReadingModel


@dataclass(frozen=True, slots=True)
class Switched:
    """One decision about the reading."""

    sequence: int
    enabled: bool
    reason: str
    model_version: str
    model_fingerprint: str
    at: datetime
    by: str
    id: UUID

    def allows(self, model: ReadingModel) -> bool:
        """Whether this decision switched on exactly this model."""
        return self.enabled and self.model_fingerprint == model.fingerprint


def reading_document(shelf: Shelf, on: date) -> Document:
    """Return the rules file of the reading in force on a day.

    Raises:
        Broken: no ``member-reading`` file was sound.
    """
    document = newest_for(shelf.of_kind("member-reading"), on)
    if document is None:
        raise Broken(
            "In de regels ontbreekt een bestand met kind: member-reading. Zet member-reading.yaml terug."
        )
    return document


def reading_means(shelf: Shelf, models: Path, on: date) -> Means:
    """Return rules and model of the reading in force on a day.

    Raises:
        Broken: rules are missing, or the model has no valid card and is therefore not loaded.
    """
    rules = reading_rules(reading_document(shelf, on))
    return Means(rules, load_reading_model(rules, models))


def switch_history(*, session: Session) -> list[Switched]:
    """List the decisions about the reading, newest first; the first one counts."""
    rows = session.execute(
        select(ReadingSwitch, col(Account.name))
        .join(Account, col(Account.id) == col(ReadingSwitch.recorded_by))
        .order_by(col(ReadingSwitch.sequence).desc())
    )
    return [
        Switched(
            row.sequence, row.enabled, row.reason, row.model_version, row.model_fingerprint,
            row.recorded_at, name, row.id,
        )
        for row, name in rows
    ]  # fmt: skip


def switch_in_force(model: ReadingModel, *, session: Session) -> Switched | None:
    """Return the decision under which this model may be shown now, or None when the reading is off."""
    history = switch_history(session=session)
    return history[0] if history and history[0].allows(model) else None


def switch_reading(
    enabled: bool,
    *,
    reason: str,
    seen: int,
    model: ReadingModel | None,
    actor: Actor,
    now: datetime,
    session: Session,
) -> None:
    """Switch the reading on for exactly ``model``, or off, for the whole municipality.

    ``seen`` is the number of the decision that the actor saw standing; 0 = none. ``model`` is None when it has no
    valid card.

    Raises:
        Refused: nothing changes, a colleague decided in the meantime, or there is no model to switch on.
    """
    require_role(actor, *([SWITCHES_ON] if enabled else SWITCHES_OFF))
    history = switch_history(session=session)
    newest = history[0] if history else None
    if (newest.sequence if newest else 0) != seen:
        raise Refused("Een collega heeft hierover intussen besloten. Bekijk dat besluit hieronder eerst.")
    if enabled and model is None:
        raise Refused("Zonder model met een geldige modelkaart kan de lezing niet aan.")
    if enabled and newest and model and newest.allows(model):
        raise Refused("De lezing staat al aan.")
    if not enabled and not (newest and newest.enabled):
        raise Refused("De lezing staat al uit.")
    row = ReadingSwitch(
        sequence=seen + 1,
        enabled=enabled,
        reason=reason,
        model_version=model.version if enabled and model else "",
        model_fingerprint=model.fingerprint if enabled and model else "",
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    flush_or_refuse(
        session, "Een collega besloot op hetzelfde moment. Ververs de pagina en kijk wat er nu staat."
    )
    record(
        session,
        actor=actor,
        action="lezing aangezet" if enabled else "lezing uitgezet",
        object_kind="gemeente",
        now=now,
        reason=reason,
        details={"besluit": row.sequence, "model": row.model_version, "vingerafdruk": row.model_fingerprint},
    )


def require_on(model: ReadingModel, *, session: Session) -> Switched:
    """Return the decision under which this model may be shown now.

    Raises:
        Refused: the reading is off.
    """
    found = switch_in_force(model, session=session)
    if found is None:
        raise Refused(
            "De lezing van leden staat in deze gemeente uit. Het ledenbord met de feiten werkt gewoon."
        )
    return found
