"""The member board under a pointer: dragging a card opens the form, and nothing else happens."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.screens import Screen

pytestmark = pytest.mark.browser


def test_dragging_a_card_to_another_column_opens_its_form_and_sets_no_role(screen: Screen) -> None:
    screen.sign_in("jeugdagent")
    screen.open("/groepen")
    screen.follow("Groep Stationsplein")
    board = f"{screen.path}/leden"
    screen.open(board)
    before = screen.text
    driver = screen.driver
    card = driver.find_element(By.CSS_SELECTOR, '[data-column]:not([data-column="kern"]) [data-move]')
    kern = driver.find_element(By.CSS_SELECTOR, '[data-column="kern"]')
    name = card.find_element(By.TAG_NAME, "h3")
    pseudonym = name.text
    ActionChains(driver).drag_and_drop(name, kern.find_element(By.TAG_NAME, "h2")).perform()
    WebDriverWait(driver, 10).until(lambda _: screen.path.endswith("/rol?naar=kern"))
    assert pseudonym in screen.heading
    assert screen.driver.find_element(By.CSS_SELECTOR, '[name="role"][value="kern"]').is_selected()
    screen.open(board)
    assert screen.text == before
