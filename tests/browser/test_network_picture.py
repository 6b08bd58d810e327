"""The picture of groups on a phone: names large enough to read, all of it within its frame."""

import pytest
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.screens import Screen

pytestmark = pytest.mark.browser

_DRAWN = """
const box = document.querySelector('[data-network]');
const picture = box && box._cyreg && box._cyreg.cy;
if (!picture) return null;
const drawn = picture.elements().renderedBoundingBox();
return {letters: 14 * picture.zoom(), left: drawn.x1, right: drawn.x2, top: drawn.y1, bottom: drawn.y2,
        width: box.clientWidth, height: box.clientHeight};
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_names_in_the_picture_can_be_read_and_all_of_it_shows(screen: Screen, width: int) -> None:
    screen.sign_in("jeugdagent")
    screen.resize(width, 800)
    # The worker draws the network soon after the city was made.
    WebDriverWait(screen.driver, 60).until(lambda driver: _drawn(screen))
    drawn = screen.driver.execute_script(_DRAWN)
    assert drawn["letters"] >= 11
    assert drawn["left"] >= 0
    assert drawn["top"] >= 0
    assert drawn["right"] <= drawn["width"]
    assert drawn["bottom"] <= drawn["height"]
    assert not screen.is_wider_than_screen()


def _drawn(screen: Screen) -> bool:
    screen.open("/netwerken")
    return bool(screen.driver.execute_script(_DRAWN))
