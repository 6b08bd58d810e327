"""The wheel is what an installation gets: all it needs, nothing else, and it works on its own."""

import email
import json
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not (ROOT / "Makefile").is_file(), reason="bouwen vraagt de broncode")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the source package, and the wheel built from that source package."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder), "-t"]
    subprocess.run([*build, "sdist"], cwd=ROOT, check=True, capture_output=True)
    unpacked = tmp_path_factory.mktemp("sdist")
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(unpacked, filter="data")
    subprocess.run([*build, "wheel"], cwd=next(unpacked.iterdir()), check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(built.glob("*.whl")))


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of an environment with the wheel installed and the checkout out of sight.

    The libraries are those of the running environment, added as a plain path entry: its own .pth files,
    the editable installation among them, are then not read.
    """
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    libraries = sysconfig.get_path("purelib")
    (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        archive.extractall(site)  # noqa: S202 — the wheel that we built just now
    command = folder / "bin" / "shortlist"
    command.write_text(
        f"#!{folder}/bin/python\nimport sys\nfrom importlib.metadata import entry_points\n"
        "[entry] = [e for e in entry_points(group='console_scripts') if e.name == 'shortlist']\n"
        "sys.exit(entry.load()())\n",
        encoding="utf-8",
    )
    command.chmod(0o755)
    return command.parent


def run(installed: Path, *arguments: str, cwd: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [installed / arguments[0], *arguments[1:]],
        cwd=cwd, input=text, capture_output=True, text=True, check=False, env={"PATH": "", "LANG": "C.UTF-8"},
    )  # fmt: skip


def test_what_is_decided_learned_and_loaded_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    shipped = set(wheel.namelist())
    for folder in ("rules", "models", "static"):
        files = subprocess.run(
            ["git", "ls-files", "-z", folder], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        missing = {f"shortlist/_assets/{name}" for name in files.split("\0") if name} - shipped
        assert not {name for name in missing if (ROOT / name.removeprefix("shortlist/_assets/")).exists()}


def test_templates_and_migrations_are_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "shortlist").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert any(name.endswith(".html") for name in ours)
    assert any("/migrations/versions/" in name for name in ours)
    assert ours - set(wheel.namelist()) == set()


def test_nothing_else_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"shortlist"}
    stray = ("tests/", "__pycache__", ".sqlite3", "secret-key", "node_modules")
    assert [name for name in wheel.namelist() if any(part in name for part in stray)] == []


def test_the_wheel_says_its_licence_and_its_python(wheel: zipfile.ZipFile) -> None:
    info = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(wheel.read(info))
    assert metadata["License-Expression"] == "EUPL-1.2"
    assert "LICENSE" in (metadata.get_all("License-File") or [])
    assert metadata["Requires-Python"] == "<3.14,>=3.11"


def test_the_licence_is_complete() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    for article in range(1, 16):
        assert f"\n{article}. " in text
    assert "\nAppendix\n" in text


def test_the_source_package_holds_what_is_needed_to_check_it(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {
        "Makefile",
        "LICENSE",
        "requirements.lock",
        "requirements-dev.lock",
        "shortlist/cli.py",
        "tests/conftest.py",
    }
    assert needed - names == set()
    assert [name for name in names if name.startswith((".venv", "var/", "node_modules"))] == []


def test_the_installed_wheel_is_found_instead_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "python", "-c", "import shortlist; print(shortlist.__file__)", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout).is_relative_to(installed.parent)


def test_the_command_explains_itself_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "shortlist", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for command in ("classify", "plan", "serve", "migrate", "demo", "check-rules", "import"):
        assert f"  {command} " in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_wheel_classifies_with_the_rules_it_carries(installed: Path, tmp_path: Path) -> None:
    answers = {"lawaai": "vaak", "rondhangen": "vaak"}
    questions = json.dumps([{"id": "g1", "answers": answers}])
    done = run(installed, "shortlist", "classify", "-", cwd=tmp_path, text=questions)
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    assert {outcome["ruleset"] for outcome in outcomes} >= {"landelijk-2010"}
    assert all("hinderlijk" in outcome["possible"] for outcome in outcomes)
    assert not any("aanvaardbaar" in outcome["possible"] for outcome in outcomes)


def test_the_wheel_accepts_its_own_rules(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "shortlist", "check-rules", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
