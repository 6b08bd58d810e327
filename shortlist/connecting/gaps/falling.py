"""Why somebody may drop out of sight: plain rules on what is on record, each with a Dutch reason; no score.

Pure. Source: Verwey-Jonker 2013, section 6.2: too light for the Focuslijst and too heavy for the JIT, outside a group,
turning 18. Children under 12 are never on record here; about gender nothing is recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shortlist.connecting.referrals.interventions import Interventions, turns_adult_soon
from shortlist.connecting.referrals.transitions import REFUSED, RUNNING, WITHDRAWN

FOCUS = "veiligheidshuis"
STOPPED = "voortijdig gestopt"
CRIMINAL = "crimineel"


@dataclass(frozen=True, slots=True)
class Tried:
    """A referral as it stands."""

    intervention: str
    state: str
    result: str | None
    on: date
    """Of the newest state."""
    late: bool
    adult_in: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record about one youngster."""

    member: bool
    """Belongs to a group that is not closed."""
    group_class: str | None
    """What that group was decided to be."""
    tried: Sequence[Tried] = ()


REASONS: Mapping[str, str] = {
    "te_licht": "Te licht voor het Veiligheidshuis, en er loopt niets anders",
    "afgeketst": "De verwijzing ging niet door of stopte, en er loopt niets anders",
    "te_zwaar": "In een groep voor het OM, buiten de JIT-aanpak, en er loopt niets",
    "zonder_groep": "Gezien, maar in geen enkele groep, en er loopt niets",
    "blijft_liggen": "Een verwijzing is over de termijn",
    "wordt_18": "Wordt binnenkort 18: regel nu de overdracht",
}
"""Code → what the list says, in the order in which the list shows them."""


def reasons(known: Known, rules: Interventions, on: date) -> tuple[str, ...]:
    """Return the codes that hold, in the order of :data:`REASONS`.

    Only the newest referral of each intervention counts, so that a second try takes the place of the first.
    """
    newest = {one.intervention: one for one in sorted(known.tried, key=lambda one: one.on)}
    running = [one for one in newest.values() if one.state in RUNNING]
    failed = [one for one in newest.values() if one.state in {REFUSED, WITHDRAWN} or one.result == STOPPED]
    found = set()
    if not running:
        if any(one.intervention == FOCUS and one.state == REFUSED for one in failed):
            found.add("te_licht")
        elif failed:
            found.add("afgeketst")
        if known.group_class == CRIMINAL:
            found.add("te_zwaar")
        if not known.member:
            found.add("zonder_groep")
    if any(one.late for one in running):
        found.add("blijft_liggen")
    if any(one.adult_in and turns_adult_soon(one.adult_in, on, rules) for one in newest.values()):
        found.add("wordt_18")
    return tuple(code for code in REASONS if code in found)
