"""The state table of a point on the JIT agenda; the steps themselves are in ``points.TRANSITIONS``."""

from shortlist.classifying.agenda.points import State as At
from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, PROGRAM, State, StateTable, Transition

_CHAIR = (Role.VEILIGHEIDSMANAGER.value,)
_TWO = (Role.JEUGDAGENT.value, Role.JONGERENWERKER.value)
TABLE = StateTable(
    "jit-punt",
    "Vraag op de JIT-agenda",
    "Een vraag waar politie en jongerenwerk niet samen uitkwamen.",
    (
        State(At.OPEN.value, "Ligt bij het JIT.", _CHAIR),
        State(At.BIJ_DRIEHOEK.value, "Het JIT kwam er niet uit.", _CHAIR),
        State(At.BESLOTEN.value, "Er is een antwoord dat telt."),
        State(At.VERVALLEN.value, "Alsnog samen beantwoord, of ingehaald door een nieuwe duiding."),
    ),
    (
        Transition(BEGIN, At.OPEN.value, _TWO, "leggen de vraag voor", reason=True),
        Transition(
            At.OPEN.value, At.BESLOTEN.value, _CHAIR, "legt het besluit van het JIT vast", reason=True
        ),
        Transition(
            At.OPEN.value, At.BIJ_DRIEHOEK.value, _CHAIR, "legt de vraag voor aan de driehoek", reason=True
        ),
        Transition(
            At.BIJ_DRIEHOEK.value,
            At.BESLOTEN.value,
            _CHAIR,
            "legt het besluit van de driehoek vast",
            reason=True,
        ),
        Transition(At.OPEN.value, At.VERVALLEN.value, (*_TWO, PROGRAM), "beantwoorden de vraag alsnog samen"),
        Transition(
            At.BIJ_DRIEHOEK.value, At.VERVALLEN.value, (*_TWO, PROGRAM), "beantwoorden de vraag alsnog samen"
        ),
    ),
)
