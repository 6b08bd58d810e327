"""What the command line says when it is called wrongly: Dutch, one line, exit code 2."""

import subprocess
import sys

import pytest

from shortlist.cli import COMMANDS, main


def _said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as leave:
        main(list(words))
    code = leave.value.code
    assert isinstance(code, int)
    return code, capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["clasify", "x"], "De opdracht 'clasify' bestaat niet. Bedoelt u 'classify'?"),
        (["iets"], "De opdracht 'iets' bestaat niet."),
        (["classify", "--rulset", "x"], "De optie --rulset bestaat niet. Bedoelt u"),
        (["classify", "x", "--ruleset"], "Bij de optie --ruleset hoort een waarde."),
        (["plan", "x", "--seconds", "veel"], "--seconds: deze waarde kan niet. Geef een getal"),
        (
            ["serve", "--port", "700000"],
            "--port: deze waarde kan niet. Geef een getal van 1 tot en met 65535.",
        ),
        (["user", "add"], "LOGIN ontbreekt."),
        (["classify", "a", "b"], "te veel of onbekende woorden"),
    ],
)
def test_a_wrong_call_gives_one_dutch_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, told = _said(capsys, *words)
    assert code == 2
    assert said in told
    assert "\n" not in told


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_dutch(capsys: pytest.CaptureFixture[str], command: str) -> None:
    main([command, "--help"])
    told = capsys.readouterr().out
    assert told.startswith("Gebruik: ")
    assert "Opties:" in told
    assert "Toon deze uitleg." in told
    assert not {"Usage", "Options", "Show this"} & set(told.split())


def test_help_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from shortlist.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "print([m for m in ('flask', 'sqlalchemy', 'numpy', 'numba', 'sklearn') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
