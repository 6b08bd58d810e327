"""The state tables of a week plan and of a plan van aanpak, as ``reviewing.work`` and ``aanpak.work`` hold them."""

from shortlist.guarding.roles import Role
from shortlist.showing.states import BEGIN, PROGRAM, State, StateTable, Transition

_LEADER = (Role.TEAMLEIDER.value,)
_DECIDERS = (Role.COORDINATOR_VTH.value, Role.STAFGROEPLID.value)
_JIT = (Role.VEILIGHEIDSMANAGER.value, Role.JEUGDAGENT.value, Role.JONGERENWERKER.value)

WEEK_PLAN = StateTable(
    "weekplan",
    "Weekplan",
    "Per week geldt er ten hoogste één plan: wie een plan vaststelt, stuurt het vorige van die week terug.",
    (
        State(
            "wordt berekend", "Het rekenproces zoekt een plan; de teamleider kan het laten stoppen.", _LEADER
        ),
        State("concept", "Ligt ter beoordeling, vóór de week begint.", _DECIDERS),
        State("vastgesteld", "Hiermee gaan de teams op pad."),
        State("teruggestuurd", "De teamleider past het aan; de reden staat erbij.", _LEADER),
        State("mislukt", "Er kwam geen plan; de oorzaak staat erbij.", _LEADER),
    ),
    (
        Transition(BEGIN, "wordt berekend", _LEADER, "vraagt een plan"),
        Transition("wordt berekend", "concept", (PROGRAM,), "het plan is klaar"),
        Transition("wordt berekend", "mislukt", (PROGRAM,), "het rekenen mislukte"),
        Transition("concept", "vastgesteld", _DECIDERS, "stelt vast"),
        Transition("concept", "teruggestuurd", _DECIDERS, "stuurt terug", reason=True),
        Transition(
            "vastgesteld",
            "teruggestuurd",
            _DECIDERS,
            "trekt het besluit in of vervangt het plan",
            reason=True,
        ),
    ),
)
AANPAK = StateTable(
    "plan-van-aanpak",
    "Plan van aanpak",
    "Elke versie blijft leesbaar. Rond de dag van de evaluatie staat het bij Mijn werk.",
    (
        State("geldt", "De nieuwste versie; hiermee rekent het weekplan.", _JIT),
        State("vervangen", "Er is een nieuwere versie."),
    ),
    (
        Transition(BEGIN, "geldt", _JIT, "schrijft een versie"),
        Transition("geldt", "vervangen", _JIT, "schrijft een nieuwe versie"),
    ),
)
