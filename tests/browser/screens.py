"""What a person does in front of a screen: read labels, fill in fields, press buttons."""

import json
import os
from pathlib import Path

from selenium.common.exceptions import NoSuchElementException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from shortlist.settings import Settings

AXE = Path(__file__).parents[2] / ".ci" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PICTURES = os.environ.get("SHORTLIST_PICTURES")
"""Folder for screenshots; unset: none are made."""
DEMO_PASSWORD = Settings(data_folder=Path(), database_url="").demo_password


class Screen:
    """One person's browser."""

    def __init__(self, driver: WebDriver, address: str, password: str = DEMO_PASSWORD) -> None:
        self.driver = driver
        self.address = address
        self.password = password

    def open(self, path: str) -> None:
        self.driver.get(self.address + path)

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.address)

    @property
    def heading(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "h1").text

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def sign_in(self, login: str) -> None:
        self.driver.delete_all_cookies()
        self.open("/aanmelden")
        self.fill("login", login)
        self.fill("password", self.password)
        self.press("Aanmelden")
        assert self.heading == "Mijn werk", self.text

    def field(self, name: str) -> WebElement:
        found = self.driver.find_element(By.CSS_SELECTOR, f'[name="{name}"]:not([type="hidden"])')
        self.driver.execute_script(
            "const fold = arguments[0].closest('details'); if (fold) fold.open = true", found
        )
        return found

    def fill(self, name: str, value: str) -> None:
        found = self.field(name)
        if found.tag_name == "select":
            options = [option.text for option in Select(found).options]
            fitting = [text for text in options if value in text]
            assert fitting, f"'{value}' is not among {options}"
            Select(found).select_by_visible_text(fitting[0])
        elif found.get_attribute("type") in {"datetime-local", "date", "time"}:
            self.driver.execute_script("arguments[0].value = arguments[1]", found, value)
        else:
            found.clear()
            found.send_keys(value)

    def choose(self, name: str, value: str) -> None:
        """Pick a radio button or tick a checkbox by its value."""
        found = self.driver.find_element(By.CSS_SELECTOR, f'[name="{name}"][value="{value}"]')
        if not found.is_selected():
            self._click(found)

    def pick(self, name: str, value: str) -> None:
        """Pick an option of a list by its value."""
        Select(self.field(name)).select_by_value(value)

    def has(self, name: str) -> bool:
        return bool(self.driver.find_elements(By.CSS_SELECTOR, f'[name="{name}"]'))

    def is_ticked(self, name: str) -> bool:
        return self.field(name).is_selected()

    def row_of(self, text: str) -> str:
        """Return the number of the form row whose section mentions a text (names like ``0.kind``)."""
        found = self.driver.execute_script(
            "const section = [...document.querySelectorAll('fieldset, section, article, li, tr')]"
            ".filter(part => part.textContent.includes(arguments[0]) && part.querySelector('[name$=\".kind\"]')).pop();"
            "return section && section.querySelector('[name$=\".kind\"]').name.replace(/\\.kind$/, '')",
            text,
        )
        assert found, f"no row about '{text}' on {self.path}"
        return str(found)

    def measure_row(self, measure: str) -> int:
        """Return the row number of a measure on the form of a plan van aanpak."""
        hidden = self.driver.find_element(By.CSS_SELECTOR, f'[name$=".measure"][value="{measure}"]')
        return int((hidden.get_attribute("name") or "").split(".")[1])

    def download(self, path: str) -> str:
        """Return what an address gives, fetched with the browser's own session."""
        text = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "fetch(arguments[0]).then(answer => answer.text()).then(done)",
            path,
        )
        return str(text)

    def press(self, label: str) -> None:
        """Press the first button with this label and wait for the next page."""
        buttons = [
            b for b in self.driver.find_elements(By.TAG_NAME, "button") if b.text.strip().startswith(label)
        ]
        assert buttons, f"no button '{label}' on {self.path}: {[b.text for b in self.buttons]}"
        self._follow(buttons[0])

    def follow(self, label: str) -> None:
        """Follow the first link whose text has this in it."""
        try:
            link = self.driver.find_element(By.PARTIAL_LINK_TEXT, label)
        except NoSuchElementException:
            raise AssertionError(f"no link '{label}' on {self.path}") from None
        self._follow(link)

    @property
    def buttons(self) -> list[WebElement]:
        return self.driver.find_elements(By.TAG_NAME, "button")

    @property
    def links(self) -> list[str]:
        """Addresses on our own site that the page links to."""
        found = self.driver.execute_script("return [...document.links].map(link => link.href)")
        return [href.removeprefix(self.address) for href in found if href.startswith(self.address + "/")]

    def _click(self, element: WebElement) -> None:
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        self.driver.execute_script("arguments[0].click()", element)

    def _follow(self, element: WebElement) -> None:
        page = self.driver.find_element(By.TAG_NAME, "html")
        self._click(element)
        WebDriverWait(self.driver, 20).until(lambda _: _gone(page))
        WebDriverWait(self.driver, 20).until(
            lambda driver: driver.execute_script("return document.readyState") == "complete"
        )

    def resize(self, width: int, height: int) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page when somebody asked for pictures."""
        if not PICTURES:
            return
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        width = self.driver.execute_script("return window.innerWidth")
        self.resize(width, min(max(height, 600), 6000))
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(Path(PICTURES) / f"{name}.png"))

    def drag(self, selector: str, right: int) -> None:
        """Drag the first thing that a CSS selector finds some pixels to the right, and wait for what comes of it."""
        found = self.driver.find_element("css selector", selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        before = self.driver.current_url
        chain = ActionChains(self.driver).move_to_element(found.find_element("css selector", "rect"))
        chain.click_and_hold().move_by_offset(right // 2, 1).move_by_offset(
            right - right // 2, 0
        ).release().perform()
        WebDriverWait(self.driver, 5).until(lambda driver: driver.current_url != before)

    def is_wider_than_screen(self) -> bool:
        """Tell whether the page scrolls sideways."""
        return bool(
            self.driver.execute_script("return document.documentElement.scrollWidth > window.innerWidth + 1")
        )

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong, one line each."""
        self.driver.execute_script(AXE.read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run({runOnly: arguments[0]}).then(result => done(JSON.stringify(result.violations)))",
            list(RULES),
        )
        return [
            f"{violation['id']}: {node['html'][:160]} — {node['failureSummary'][:200]}"
            for violation in json.loads(found)
            for node in violation["nodes"]
            if not _has_equivalent(violation["id"], node["html"])
        ]


def _has_equivalent(rule: str, html: str) -> bool:
    """Tell whether WCAG 2.5.8's exception "Equivalent" holds.

    A map marker lies where its place lies, also when two are close; the table beside the map holds the same visit.
    """
    return rule == "target-size" and "leaflet-marker-icon" in html


def _gone(element: WebElement) -> bool:
    from selenium.common.exceptions import StaleElementReferenceException

    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False
