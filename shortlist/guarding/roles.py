"""Who somebody is here: roles, organisation and stadsdelen, and the actor that carries them.

Source of the roles: design of issue "The house"; the bodies behind them: Verwey-Jonker 2013, sections 3.3-3.4, IV-D.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shortlist.errors import Forbidden, NotFound


class Role(StrEnum):
    """What somebody does; one person may have several."""

    JEUGDAGENT = "jeugdagent"
    JONGERENWERKER = "jongerenwerker"
    JEUGDBOA = "jeugdboa"
    TEAMLEIDER = "teamleider"
    VEILIGHEIDSMANAGER = "veiligheidsmanager"
    STAFGROEPLID = "stafgroeplid"
    COORDINATOR_VTH = "coordinator_vth"
    HULPVERLENER = "hulpverlener"
    PRIVACY_OFFICER = "privacy_officer"
    BEHEERDER = "beheerder"


STREET: frozenset[Role] = frozenset(Role) - {Role.BEHEERDER, Role.PRIVACY_OFFICER, Role.HULPVERLENER}
"""Who works with groups; a hulpverlener sees only what was referred to him."""


class Organisation(StrEnum):
    """For whom somebody works; decides the regime (police: Wpg, others: AVG)."""

    POLITIE = "politie"
    JONGERENWERK = "jongerenwerk"
    GEMEENTE = "gemeente"


class Regime(StrEnum):
    """The law under which a record of persons is kept."""

    AVG = "avg"
    WPG = "wpg"


def regime_of(organisation: Organisation) -> Regime:
    """Return the regime of what this organisation records (police data: Wpg art. 1; others: AVG)."""
    return Regime.WPG if organisation is Organisation.POLITIE else Regime.AVG


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, as established at the door; use cases trust nothing else."""

    id: UUID
    name: str
    organisation: Organisation
    roles: frozenset[Role]
    stadsdelen: frozenset[UUID]
    """The stadsdelen this person works in; ignored when ``citywide``."""
    citywide: bool
    origin: str = "onbekend"
    """Where the request came from (address or ``opdrachtregel``), for the audit row."""
    trace_id: str = ""

    def sees(self, stadsdeel_id: UUID) -> bool:
        """Tell whether this person may see what belongs to a stadsdeel."""
        return self.citywide or stadsdeel_id in self.stadsdelen

    def has(self, *roles: Role) -> bool:
        """Tell whether this person has one of ``roles``."""
        return not self.roles.isdisjoint(roles)


def require_stadsdeel(actor: Actor, stadsdeel_id: UUID) -> None:
    """Raise NotFound when the actor does not work in this stadsdeel (alike for 'does not exist')."""
    if not actor.sees(stadsdeel_id):
        raise NotFound("Niet gevonden, of niet in een stadsdeel waar u werkt.")


def require_role(actor: Actor, *roles: Role) -> None:
    """Raise Forbidden when the actor has none of ``roles``."""
    if not actor.has(*roles):
        raise Forbidden("Uw rol mag dit niet.")
