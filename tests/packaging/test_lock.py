"""The locks: complete, hashed, and silent about where they came from."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")

pytestmark = pytest.mark.skipif(
    not (ROOT / LOCKS[0]).is_file(), reason="de sloten liggen alleen bij de broncode"
)


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def entries(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Return each pinned requirement of a lock with its hashes."""
    text = re.sub(r"^\s*#.*$", "", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            requirement, *hashes = line.split("--hash=")
            found.append((Requirement(requirement), [digest.strip() for digest in hashes]))
    return found


def pinned(lock: str) -> dict[str, set[str]]:
    """Return the versions per package; more than one where Python versions need different ones."""
    versions: dict[str, set[str]] = {}
    for requirement, _ in entries(lock):
        versions.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier))
    return versions


def group(name: str) -> list[Requirement]:
    """Return the requirements of one dependency group, included groups as well."""
    found = []
    for entry in project()["dependency-groups"][name]:
        found += group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_one_exact_version_and_a_sha256(lock: str) -> None:
    locked = entries(lock)
    assert len(locked) > 30
    for requirement, hashes in locked:
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert requirement.url is None, requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.findall(r"\w+://\S+|--(?:extra-)?index-url.*|--find-links.*|(?<!\w)/\w+/\S+|@ file", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_that_pyproject_asks_is_locked_within_its_bounds(lock: str) -> None:
    asked = [Requirement(line) for line in project()["project"]["dependencies"]]
    asked += group("dev") if lock == "requirements-dev.lock" else group("build")
    versions = pinned(lock)
    for requirement in asked:
        locked = versions.get(canonicalize_name(requirement.name))
        assert locked, f"{requirement} ontbreekt in {lock}: draai make lock"
        for version in locked:
            assert requirement.specifier.contains(version.removeprefix("==")), (requirement, version)


def test_developing_and_running_use_the_same_versions() -> None:
    run, dev = (pinned(lock) for lock in LOCKS)
    assert {name: dev.get(name) for name in run} == run


def test_no_second_lock_exists() -> None:
    assert [name for name in ("uv.lock", "poetry.lock", "Pipfile.lock") if (ROOT / name).exists()] == []


def test_the_browser_tools_are_pinned_without_an_address() -> None:
    text = (ROOT / ".ci" / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity": "sha512-' in text
    assert "://" not in text
