"""What the documents promise exists: settings, commands, links, words."""

import re
from pathlib import Path

import pytest
import yaml

from shortlist.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

pytestmark = pytest.mark.skipif(
    not DOCUMENTS[0].is_file(), reason="de documenten liggen alleen bij de broncode"
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_readme_lists_every_setting_and_no_other() -> None:
    table = set(re.findall(r"^\|.*?\|", read("README.md"), flags=re.MULTILINE))
    listed = {name for row in table for name in re.findall(r"`(SHORTLIST_\w+)`", row)}
    assert listed == set(re.findall(r"\"(SHORTLIST_\w+)\"", read("shortlist/settings.py")))


def test_the_readme_lists_every_command() -> None:
    rows = "\n".join(re.findall(r"^\| `.*", read("README.md"), flags=re.MULTILINE))
    listed = set(re.findall(r"`([a-z-]+)(?: BESTAND)?`", rows))
    assert listed >= set(COMMANDS)


def test_the_first_screen_of_the_readme_says_what_it_is_not_and_how_to_start() -> None:
    screen = "\n".join(read("README.md").splitlines()[:40])
    for words in (
        "Geen product van Bureau Beke",
        "Geen voorspelling",
        "Geen bewijs",
        "make run",
        "make test",
        "![",
    ):
        assert words in screen


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_to_our_own_files_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    missing = [t for t in targets if "://" not in t and not (document.parent / t).exists()]
    assert missing == []


def test_every_decision_is_in_the_index_and_says_what_holds_it() -> None:
    index = read("docs/adr/README.md")
    decisions = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    assert decisions
    for number, path in enumerate(decisions, start=1):
        assert path.name.startswith(f"{number:04}-")
        assert f"({path.name})" in index
        for part in ("**Question.**", "**Decision.**", "**Why", "**Cost.**", "**Held by.**"):
            assert part in path.read_text(encoding="utf-8"), (path.name, part)


def test_the_glossary_names_words_that_the_code_uses() -> None:
    sources = [*(ROOT / "shortlist").rglob("*.py"), *(ROOT / "rules").rglob("*.yaml")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    rows = re.findall(
        r"^\| [^|]+ \| ([^|]*) \| [^|]+ \| [^|]+ \|$", read("docs/glossary.md"), flags=re.MULTILINE
    )
    names = {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}
    assert len(names) > 40
    assert sorted(name for name in names if not re.search(rf"\b{re.escape(name)}\b", code)) == []


def test_publiccode_has_what_the_standard_asks() -> None:
    found = yaml.safe_load(read("publiccode.yml"))
    assert str(found["publiccodeYmlVersion"]) == "0.4"
    asked = {
        "name",
        "url",
        "platforms",
        "developmentStatus",
        "softwareType",
        "description",
        "legal",
        "maintenance",
    }
    assert asked | {"localisation"} <= set(found)
    assert found["legal"]["license"] == "EUPL-1.2"
    assert found["localisation"].keys() >= {"localisationReady", "availableLanguages"}
    for text in found["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert text["features"]
