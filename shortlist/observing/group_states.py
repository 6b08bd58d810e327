"""The state table of a jeugdgroep; the use cases hold the same steps (``keeping.work.TRANSITIONS``)."""

from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, State, StateTable, Transition

_EDITORS = (Role.JEUGDAGENT.value, Role.JONGERENWERKER.value, Role.VEILIGHEIDSMANAGER.value)
TABLE = StateTable(
    "groep",
    "Jeugdgroep",
    "Een gesloten groep die terugkomt, wordt heropend; de geschiedenis blijft staan.",
    (
        State("signaal", "Iemand zag of hoorde van een groep; nog niet bevestigd.", _EDITORS),
        State("actief", "De groep wordt gevolgd.", _EDITORS),
        State("gesloten", "De groep is er niet meer, of er is niets meer te doen."),
    ),
    (
        Transition(BEGIN, "signaal", _EDITORS, "legt een nieuw signaal vast"),
        Transition("signaal", "actief", _EDITORS, "volgt de groep", reason=True),
        Transition("signaal", "gesloten", _EDITORS, "sluit de groep", reason=True),
        Transition("actief", "gesloten", _EDITORS, "sluit de groep, liefst met een evaluatie", reason=True),
        Transition("gesloten", "actief", _EDITORS, "heropent de groep", reason=True),
    ),
)
