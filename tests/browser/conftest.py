"""A real server on the fictitious city, and headless Chromium in front of it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from urllib.error import URLError

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from tests.browser.screens import Screen
from tests.conftest import skip_or_fail

PHONE = (390, 844)
DESK = (1280, 900)
_FLAGS = (
    "--headless=new",
    "--lang=nl-NL",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-prefers-reduced-motion",
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a running demo city, made and served by the command line as a new user would."""
    folder = tmp_path_factory.mktemp("demo")
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SHORTLIST_")},
        "SHORTLIST_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "shortlist.cli"]
    subprocess.run([*command, "migrate"], check=True, env=environment)
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "demo", "--port", str(port)], env=environment, stderr=log, stdout=log
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_up(address, process, folder / "server.log")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"the server stopped: {log.read_text()}")
        try:
            urllib.request.urlopen(f"{address}/aanmelden", timeout=2)  # noqa: S310 — our own http address
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the server did not answer: {log.read_text()}")


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """Yield a fresh Chromium with nothing in its profile."""
    chromium, driver = which("chromium"), which("chromedriver")
    if not chromium or not driver:
        skip_or_fail("browser", "geen chromium met chromedriver op dit systeem")
    options = Options()
    options.binary_location = chromium or ""
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size={},{}".format(*DESK)):
        options.add_argument(flag)
    made = webdriver.Chrome(options=options, service=Service(driver))
    made.implicitly_wait(0)
    yield made
    made.quit()


@pytest.fixture
def screen(browser: webdriver.Chrome, server: str) -> Screen:
    """Return the browser as somebody who uses it sees it."""
    return Screen(browser, server)
