"""The first page of every role fits on one screen of a desk and of a small phone, however much waits."""

import re

import pytest

from tests.browser.screens import Screen

pytestmark = pytest.mark.browser
SIZES = ((1280, 800), (360, 740))
LOGINS = (
    "jeugdagent", "jongerenwerker", "jeugdboa", "veiligheidsmanager", "stafgroeplid", "teamleider", "coordinator",
    "hulpverlener", "privacy", "beheerder",
)  # fmt: skip
_BOTTOM = (
    "const page = document.querySelector('main');"
    "return page.getBoundingClientRect().bottom + scrollY - parseFloat(getComputedStyle(page).paddingBottom)"
)


def test_my_work_is_one_screen_for_every_role_and_the_rest_unfolds(screen: Screen) -> None:
    unfolded = 0
    for login in LOGINS:
        for size in SIZES:
            screen.resize(*size)
            screen.sign_in(login)
            bottom = screen.driver.execute_script(_BOTTOM)
            assert bottom <= size[1], f"{login} needs {bottom:.0f} of {size[1]} pixels"
            assert not screen.is_wider_than_screen()
            said = re.search(r"(\d+) ding(?:en)? wacht", screen.text)
            total = int(said.group(1)) if said else 0
            for fold in screen.driver.find_elements("css selector", "main details"):
                if fold.is_displayed():
                    fold.find_element("css selector", "summary").click()
                    unfolded += 1
            links = screen.driver.find_elements("css selector", ".sl-waiting__link")
            assert sum(link.is_displayed() for link in links) == total, login
    assert unfolded >= 4
