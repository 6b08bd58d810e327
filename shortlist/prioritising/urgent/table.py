"""The state table of a spoedprocedure; where one stands is computed by ``board.Urgent.state``."""

from shortlist.guarding.roles import Role
from shortlist.prioritising.board import LAPSED, REVIEWED, RUNNING, WITHDRAWN
from shortlist.showing.states import BEGIN, PROGRAM, State, StateTable, Transition

_MANAGER, _STAFGROEP = (Role.VEILIGHEIDSMANAGER.value,), (Role.STAFGROEPLID.value,)
TABLE = StateTable(
    "spoed",
    "Spoedprocedure",
    "Hoelang spoed loopt, staat in rules/priorities.yaml; daarna is er een besluit van de Stafgroep, of zij vervalt.",
    (
        State(
            RUNNING,
            "De groep telt als prioriteit hoog; binnen de termijn volgt een gewoon besluit.",
            _MANAGER,
        ),
        State(WITHDRAWN, "Niet meer nodig."),
        State(REVIEWED, "De Stafgroep besloot; dat besluit geldt."),
        State(LAPSED, "De termijn liep af zonder besluit."),
    ),
    (
        Transition(BEGIN, RUNNING, _MANAGER, "zet direct in op een voorlopig beeld", reason=True),
        Transition(RUNNING, WITHDRAWN, _MANAGER, "trekt in", reason=True),
        Transition(RUNNING, REVIEWED, _STAFGROEP, "stelt een prioriteit vast", reason=True),
        Transition(RUNNING, LAPSED, (PROGRAM,), "de laatste dag gaat voorbij"),
    ),
)
