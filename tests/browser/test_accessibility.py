"""Every page a role can reach by following links is accessible, fits a phone, and is a working page."""

import re
from collections import Counter

import pytest

from tests.browser.screens import AXE, Screen
from tests.conftest import skip_or_fail

pytestmark = pytest.mark.browser
LOGINS = (
    "jeugdagent",
    "jongerenwerker",
    "jeugdboa",
    "teamleider",
    "veiligheidsmanager",
    "stafgroeplid",
    "coordinator",
    "privacy",
    "beheerder",
    "hulpverlener",
)
MOST = 22
"""Kinds of pages looked at per role."""
ROLES_PER_KIND = 2
"""A kind of page is looked at for this many roles; what others see of it is the same or less."""
_LOOKED = Counter[str]()


def _kind(path: str) -> str:
    """Return an address with its ids and query taken out: pages of one kind are looked at once."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path.split("?")[0].split("#")[0])


@pytest.fixture
def axe() -> None:
    if not AXE.exists():
        skip_or_fail("accessibility", "axe-core ontbreekt: voer 'npm ci' uit in .ci/")


def _look(screen: Screen, name: str) -> list[str]:
    problems = [f"{name}: {violation}" for violation in screen.violations()]
    if "fictieve gegevens" not in screen.text.lower():
        problems.append(f"{name}: does not say that the city is made up")
    screen.resize(320, 800)
    if screen.is_wider_than_screen():
        problems.append(f"{name}: scrolls sideways at 320 pixels")
    screen.picture(f"{name}-telefoon")
    screen.resize(1280, 900)
    screen.picture(f"{name}-bureau")
    screen.resize(1280, 900)
    return problems


@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("login", LOGINS)
def test_what_this_role_can_reach_has_no_violations(screen: Screen, login: str) -> None:
    screen.sign_in(login)
    waiting, seen, problems = [screen.path], set[str](), list[str]()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if _kind(path) in seen or re.search(r"\.(ics|csv|json|geojson|pdf|xlsx)$", path.split("?")[0]):
            continue
        seen.add(_kind(path))
        screen.open(path)
        waiting += [link for link in screen.links if _kind(link) not in seen]
        _LOOKED[_kind(path)] += 1
        if _LOOKED[_kind(path)] > ROLES_PER_KIND and path != "/":
            continue
        name = f"{login}{_kind(path).replace('/', '-').replace('…', 'x').rstrip('-')}"
        problems += _look(screen, name or login)
    assert not problems, "\n".join(problems)


@pytest.mark.usefixtures("axe")
def test_the_sign_in_page_and_the_error_pages_have_no_violations(screen: Screen) -> None:
    problems = []
    for name, path in (("aanmelden", "/aanmelden"), ("bestaat-niet", "/bestaat-niet")):
        screen.open(path)
        problems += _look(screen, name)
    screen.open("/aanmelden")
    screen.press("Aanmelden")
    problems += _look(screen, "aanmelden-fout")
    assert not problems, "\n".join(problems)
