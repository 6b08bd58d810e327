"""A fresh clone reaches its first page with one command.

Needs the package index and a minute, hence run by .ci/run only.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST_START, SECOND_START = 60.0, 5.0
"""Seconds from the command to the first page; ../shared/design/quality.md, Figures."""

pytestmark = pytest.mark.fresh


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(checkout: Path, path: str) -> Iterator[tuple[str, float]]:
    """Yield the first page of ``make run`` and the seconds it took; stop everything that was started."""
    port = free_port()
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("SHORTLIST_", "VIRTUAL_ENV"))
    }
    log = checkout.parent / "run.log"
    with log.open("w") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(
            ["make", "run"],
            cwd=checkout, env=environment | {"PATH": path, "SHORTLIST_PORT": str(port)},
            stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            while True:
                assert process.poll() is None, log.read_text()
                assert time.perf_counter() - begin < 300, log.read_text()
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                        page = answer.read().decode()
                        break
                except (URLError, ConnectionError):
                    time.sleep(0.1)
            yield page, time.perf_counter() - begin
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)


@pytest.mark.parametrize("installer", ["pip", "uv"] if shutil.which("uv") else ["pip"])
def test_a_fresh_clone_shows_its_first_page_within_a_minute_and_again_within_seconds(
    installer: str, tmp_path: Path
) -> None:
    folders = os.environ["PATH"].split(os.pathsep)
    if installer == "pip":
        folders = [folder for folder in folders if not (Path(folder) / "uv").exists()]
    path = os.pathsep.join(folders)
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
    with started(checkout, path) as (page, first):
        assert "fictief" in page.lower()
        assert 'lang="nl"' in page
    with started(checkout, path) as (_, second):
        pass
    print(f"{installer}: first page after {first:.1f} s, second start {second:.1f} s")
    assert first <= FIRST_START
    assert second <= SECOND_START
