"""How some groups of Waterveen end up: one transferred to the OM, one closed with an evaluation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from shortlist.classifying.rules_files import Rules
from shortlist.demo.groups import AMSTERDAM
from shortlist.demo.work import Waterveen
from shortlist.deploying.effect.work import close_with_evaluation, effect_rules_on
from shortlist.guarding.roles import Role
from shortlist.prioritising.prosecution.work import transfer_group
from shortlist.prioritising.work import priority_rules_on
from shortlist.storing.dated_yaml import Shelf


def transfer_and_close(
    city: Waterveen,
    decided: Mapping[UUID, str],
    priorities: Mapping[UUID, str],
    *,
    rules: Rules,
    shelf: Shelf,
    now: datetime,
    session: Session,
) -> None:
    """Transfer the first criminal group (the others still wait) and close the first that needs nothing any more."""
    areas = {band.id: band.area for band in city.bands}
    on = now.astimezone(AMSTERDAM).date()
    for group_id in [one for one, outcome in decided.items() if outcome == "crimineel"][:1]:
        transfer_group(
            group_id, sent_to="Parket Waterveen (fictief), officier jeugd",
            reason="Herhaald ernstige feiten op dezelfde plek; wij vragen om de leiding over te nemen.", seen=0,
            rules=priority_rules_on(shelf, on), actor=city.someone(Role.VEILIGHEIDSMANAGER, areas[group_id]),
            now=now - timedelta(days=1), session=session,
        )  # fmt: skip
    for group_id in [one for one, priority in priorities.items() if priority == "geen"][:1]:
        close_with_evaluation(
            group_id, goal="ja", course="Jongerenwerk kende de jongeren; zij zijn bij de voetbalclub gekomen.",
            lessons="Eerder de club bellen.", aftercare="Jongerenwerk kijkt tot de zomer elke twee weken.", seen=0,
            rules=effect_rules_on(shelf, on), routing=rules.routing,
            actor=city.someone(Role.VEILIGHEIDSMANAGER, areas[group_id]), now=now - timedelta(hours=4), session=session,
        )  # fmt: skip
