"""Who works in Waterveen. All names are made up, and look it."""

from dataclasses import dataclass
from random import Random
from uuid import UUID

from shortlist.demo.geography import made_id
from shortlist.guarding.roles import Organisation, Role

_FIRST = (
    "Sam",
    "Noor",
    "Daan",
    "Fenna",
    "Milan",
    "Yara",
    "Lars",
    "Amira",
    "Jelle",
    "Sofie",
    "Bram",
    "Imane",
    "Teun",
    "Lotte",
    "Rayan",
    "Floor",
    "Koen",
    "Selin",
    "Mats",
    "Eline",
    "Joris",
    "Dunya",
    "Pim",
    "Hanna",
    "Wout",
    "Nadia",
    "Tijn",
    "Roos",
    "Kaan",
    "Merel",
    "Gijs",
    "Aya",
    "Stijn",
    "Lina",
    "Ruben",
    "Zoë",
    "Thijs",
    "Farah",
    "Luuk",
    "Iris",
)
_LAST = (
    "Voorbeeld",
    "Verzonnen",
    "Proef",
    "Fictie",
    "Modelman",
    "Schets",
    "Schijn",
    "Denkbeeld",
    "Namaak",
    "Toneel",
)


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works in the city; only those with ``signs_in`` have a password."""

    id: UUID
    login: str
    name: str
    organisation: Organisation
    role: Role
    areas: tuple[str, ...]
    """Names of stadsdelen; empty means the whole city."""
    signs_in: bool


@dataclass(frozen=True, slots=True)
class Crew:
    """A team that can be deployed."""

    id: UUID
    name: str
    kind: str
    base: str
    members: tuple[UUID, ...]


def _names(random: Random) -> list[str]:
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    random.shuffle(names)
    return names


def workers(area_names: list[str], random: Random) -> list[Worker]:
    """Return everybody: per role one who can sign in, and the colleagues."""
    names = iter(_names(random))
    found: list[Worker] = []

    def hire(
        login: str, organisation: Organisation, role: Role, areas: tuple[str, ...], signs_in: bool = False
    ) -> None:
        found.append(Worker(made_id(random), login, next(names), organisation, role, areas, signs_in))

    for number in range(12):
        own = () if number >= 10 else (area_names[number // 2],)
        hire(
            "jeugdagent" if number == 0 else f"jeugdagent{number + 1}",
            Organisation.POLITIE,
            Role.JEUGDAGENT,
            own,
            number == 0,
        )
    for number in range(10):
        login = "jongerenwerker" if number == 0 else f"jongerenwerker{number + 1}"
        hire(login, Organisation.JONGERENWERK, Role.JONGERENWERKER, (area_names[number // 2],), number == 0)
    for number in range(16):
        hire(
            "jeugdboa" if number == 0 else f"jeugdboa{number + 1}",
            Organisation.GEMEENTE,
            Role.JEUGDBOA,
            (),
            number == 0,
        )
    for number, area in enumerate(area_names):
        manager = "veiligheidsmanager" if number == 0 else f"veiligheidsmanager{number + 1}"
        hire(manager, Organisation.GEMEENTE, Role.VEILIGHEIDSMANAGER, (area,), number == 0)
        hire(
            "stafgroeplid" if number == 0 else f"stafgroeplid{number + 1}",
            Organisation.POLITIE,
            Role.STAFGROEPLID,
            (area,),
            number == 0,
        )
    hire("teamleider", Organisation.GEMEENTE, Role.TEAMLEIDER, (), True)
    hire("coordinator", Organisation.GEMEENTE, Role.COORDINATOR_VTH, (), True)
    hire("privacy", Organisation.GEMEENTE, Role.PRIVACY_OFFICER, (), True)
    hire("beheerder", Organisation.GEMEENTE, Role.BEHEERDER, (), True)
    random = Random(9)  # noqa: S311 — their own lots: who came later leaves the rest of the city as it was
    for number in range(3):
        login = "hulpverlener" if number == 0 else f"hulpverlener{number + 1}"
        hire(login, Organisation.GEMEENTE, Role.HULPVERLENER, (), number == 0)
    return found


def crews(staff: list[Worker], random: Random) -> list[Crew]:
    """Return the teams: 8 pairs of jeugdboa's, 10 youth workers, 6 police pairs by bike."""
    by_role = {role: [worker.id for worker in staff if worker.role is role] for role in Role}
    boas, youth, police = by_role[Role.JEUGDBOA], by_role[Role.JONGERENWERKER], by_role[Role.JEUGDAGENT]
    pairs = [
        Crew(
            made_id(random), f"Jeugdboa's {n + 1}", "jeugdboa", "Stadskantoor", (boas[2 * n], boas[2 * n + 1])
        )
        for n in range(8)
    ]
    youth_workers = [
        Crew(made_id(random), f"Jongerenwerk {n + 1}", "jongerenwerk", "Jongerencentrum Oost", (youth[n],))
        for n in range(10)
    ]
    bikes = [
        Crew(
            made_id(random),
            f"Politie op de fiets {n + 1}",
            "politie",
            "Politiebureau Centrum",
            (police[2 * n], police[2 * n + 1]),
        )
        for n in range(6)
    ]
    return pairs + youth_workers + bikes


def shift_hours(kind: str, weekday: int, number: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return a team's shift on a weekday (0 = Monday) as local (hour, minute) start and end; None: a day off.

    Evenings and weekends for jeugdboa's, afternoons and evenings for youth work; five shifts a week, the day
    off shifting with the team's number. An end hour above 24 lies on the next day.
    """
    off = {number % 5, (number + 1 + number % 2) % 5} if kind != "jongerenwerk" else {(number + 2) % 5, 6}
    if weekday in off:
        return None
    late = weekday in {4, 5}
    if kind == "jeugdboa":
        return ((17, 0), (25, 0)) if late else ((15, 0), (23, 0))
    if kind == "politie":
        return ((18, 0), (26, 0)) if late else ((14, 30), (22, 30))
    return ((14, 0), (22, 0))
