"""`make` on machines that lack something: one line says what to do, and nothing half-made stays behind."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "make", "cat", "cksum", "ls", "rm", "env")
FILES = ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml")

pytestmark = pytest.mark.skipif(not (ROOT / "Makefile").is_file(), reason="make hoort bij de broncode")


class Machine:
    """A copy of the set-up files and a PATH with a few tools and what a test adds."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.path = folder / "bin"
        (self.checkout / ".ci").mkdir(parents=True)
        self.path.mkdir()
        for name in FILES:
            shutil.copy(ROOT / name, self.checkout)
        shutil.copy(ROOT / ".ci" / "prepare", self.checkout / ".ci")
        for tool in TOOLS:
            found = shutil.which(tool)
            if not found:
                pytest.skip(f"{tool} ontbreekt op deze machine")
            (self.path / tool).symlink_to(found)

    def give_python(self, *, name: str = "python3", version: str = "", without: str = "") -> None:
        """Put a Python on the PATH that says it is ``version``, or that lacks the module ``without``."""
        pretend = f"import sys; sys.version_info = ({version.replace('.', ', ')}, 0); " if version else ""
        pretend += f"import sys; sys.modules['{without}'] = None; " if without else ""
        script = self.path / name
        script.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} -c "{pretend}$2"\nexit 97\n')
        script.chmod(0o755)

    def make(self, *arguments: str) -> tuple[int, list[str]]:
        """Return make's exit code and what it said, make's own closing line left out."""
        done = subprocess.run(
            ["make", *arguments],
            cwd=self.checkout, env={"PATH": str(self.path)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = (done.stdout + done.stderr).splitlines()
        return done.returncode, [line for line in said if not line.startswith("make")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("target", ["run", "test"])
def test_without_python3_venv_one_line_says_what_to_install(machine: Machine, target: str) -> None:
    machine.give_python(without="ensurepip")
    code, said = machine.make(target)
    assert code == 2
    assert len(said) == 1
    assert "apt install python3-venv" in said[0]
    assert "Installeer eerst" in said[0]
    assert "Install " in said[0]
    assert not (machine.checkout / ".venv").exists()


@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_a_python_that_is_too_old_or_too_new_is_named_in_one_line(machine: Machine, version: str) -> None:
    machine.give_python(version=version)
    code, said = machine.make("run")
    assert code == 2
    assert len(said) == 1
    assert f"versie {version}; nodig is 3.11, 3.12 of 3.13" in said[0]
    assert not (machine.checkout / ".venv").exists()


def test_a_fitting_python_is_found_beside_an_unfitting_one(machine: Machine) -> None:
    machine.give_python(version="3.14")
    machine.give_python(name="python3.12", without="ensurepip")
    assert "python3-venv" in machine.make("run")[1][0]


def test_no_python_at_all_is_said_in_one_line(machine: Machine) -> None:
    code, said = machine.make("run")
    assert code == 2
    assert len(said) == 1
    assert said[0].startswith("Python ontbreekt: installeer Python 3.11, 3.12 of 3.13.")


def test_a_chosen_python_that_does_not_work_is_named(machine: Machine) -> None:
    machine.give_python()
    code, said = machine.make("run", "PYTHON=python9")
    assert code == 2
    assert len(said) == 1
    assert said[0].startswith("PYTHON=python9 is geen werkende Python")


def test_make_alone_lists_the_commands(machine: Machine) -> None:
    (machine.path / "grep").symlink_to(str(shutil.which("grep")))
    code, said = machine.make()
    assert code == 0
    for command in ("run", "test", "lint", "lock", "bench"):
        assert any(line.strip().startswith(f"make {command}") for line in said), said
