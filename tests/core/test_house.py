"""The house rules of docs/adr/0001 that a machine can check: what a room may know, what a file may hold.

Whoever breaks one on purpose adds a line with the reason to one of the tables below; a line that is no longer
needed fails too, so that the tables stay short.
"""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest
from importlinter import cli as import_linter

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "shortlist"

WORKING_NAMES = {"tables", "schemas", "work", "pages", "api", "commands"}
"""Files that speak to database, browser or command line in every room, as ``…_files.py`` does to files.

All others are pure.
"""

FRAMEWORKS = {"flask", "flask_wtf", "sqlmodel", "sqlalchemy", "alembic", "marshmallow", "yaml"}
SQL_LIBRARIES = {"sqlmodel", "sqlalchemy", "alembic"}

NOT_PURE = {
    "shortlist.app": "the composition root",
    "shortlist.settings": "makes the secret key of an installation",
    "shortlist.serving": "starts the processes",
    "shortlist.navigation": "lists the rooms' pages for the composition root",
    "shortlist.storing": "engine, session, migrations, job queue: the only room that is nothing but database",
    "shortlist.guarding.door": "decides per request who may come in",
    "shortlist.guarding.audit": "writes and checks the log in the transaction of the action",
    "shortlist.demo.chain": "fills the fictitious city through the rooms' use cases",
    "shortlist.demo.deciding": "the same, from priority to plan van aanpak",
    "shortlist.demo.ending": "the same, from a transfer to the OM to a closed group",
    "shortlist.demo.connecting": "the same, for referrals, concerns and slow procedures",
    "shortlist.demo.figures": "the same, for figures from elsewhere",
    "shortlist.demo.week": "the same, from requests to reports",
    "shortlist.demo.roles": "the same, for the roles of members",
    "shortlist.demo.trial": "the same, for a trial with the reading",
    "shortlist.demo.doubles": "the same, for who was noted twice",
    "shortlist.showing.install": "hangs layout, filters and static files into the application",
    "shortlist.showing.forms": "keeps what was typed between browser and schema",
    "shortlist.showing.dutch": "marshmallow's messages in Dutch",
}
"""Module or package → why it may know a framework, a clock or chance although its name says otherwise.

A stopwatch (``perf_counter``, ``monotonic``) is no clock.
"""

SQL_OUTSIDE = {
    "shortlist.guarding.door": "answers a write that collided at its commit; it asks nothing of the database itself",
    "shortlist.guarding.audit": "listens to every statement, so that no read of personal data goes unlogged",
}
"""Module → why it knows SQL outside tables.py, work.py and storing/."""

LEARNING: dict[str, str] = {
    "shortlist.differentiating.training": "fits and judges the logistic of the reading",
    "shortlist.differentiating.fairness.clusters": "clusters rows in which people and reading differ",
    "shortlist.planning.hot_times": "clusters places and moments of observations",
}
"""Module → why it may use scikit-learn: it trains, evaluates or clusters. Reading a model needs none."""

RECORDS_OF_PERSONS = {"Presence", "Membership", "MemberRole"}
"""Rows about a person who may have been noted twice."""

READS_RECORDS_AS_THEY_ARE: dict[str, str] = {
    "shortlist.demo.work": "writes the fictitious city",
}
"""Module → why it may touch those rows without asking ``identities`` who is who: else one person counts twice."""

MOST_LINES = 600
"""Except for migrations: those are DDL, written by Alembic and read by nobody for pleasure."""

LONG_FILES: dict[str, str] = {}
"""File → why it has more than MOST_LINES lines."""

BANNED_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}


# What a room may know ---------------------------------------------------------------------------------------


@cache
def imports() -> grimp.ImportGraph:
    """Return who imports whom, libraries included."""
    return grimp.build_graph("shortlist", include_external_packages=True, cache_dir=None)


def our_modules() -> list[str]:
    return sorted(module for module in imports().modules if module.split(".")[0] == "shortlist")


def within(module: str, table: dict[str, str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in table)


def pure_modules() -> list[str]:
    return [
        module
        for module in our_modules()
        if (name := module.rsplit(".", 1)[-1]) not in WORKING_NAMES
        and not name.endswith("_files")
        and not within(module, NOT_PURE)
    ]


def direct_users_of(*libraries: str) -> set[str]:
    return {
        module
        for library in libraries
        if library in imports().modules
        for module in imports().find_modules_that_directly_import(library)
    }


def source(module: str) -> ast.Module:
    path = ROOT.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(module: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of something imported, by the dotted name under which its library knows it."""
    tree = source(module)
    real: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            real |= {
                alias.asname or top: alias.name if alias.asname else top
                for alias in node.names
                for top in [alias.name.split(".")[0]]
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            real |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            head, _, rest = name.partition(".")
            if head in real:
                yield ".".join(part for part in (real[head], rest) if part), node


def sql_names(module: str) -> set[str]:
    """Return what a module takes from the SQL libraries by name, or the library's name when taken whole."""
    taken: set[str] = set()
    for node in ast.walk(source(module)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in SQL_LIBRARIES:
            taken |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            taken |= {alias.name for alias in node.names if alias.name.split(".")[0] in SQL_LIBRARIES}
    return taken


def test_rooms_form_a_line_and_every_module_has_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code = import_linter.lint_imports(
        config_filename=str(ROOT / ".importlinter"), no_cache=True, no_logo=True
    )
    assert code == 0, capsys.readouterr().out


def frameworks_reached(module: str) -> list[str]:
    """Return the import chains from ``module`` to each framework that it reaches, also through others."""
    chains = (
        imports().find_shortest_chain(importer=module, imported=framework)
        for framework in sorted(FRAMEWORKS & imports().modules)
    )
    return [" → ".join(chain) for chain in chains if chain]


def clocks_read(module: str) -> list[str]:
    clocks = {"now", "utcnow", "today"}
    times = {"time.time", "time.time_ns", "time.localtime", "time.gmtime"}
    return [
        f"{module}:{call.lineno} {name}"
        for name, call in calls(module)
        if name in times or (name.startswith("datetime.") and name.rsplit(".", 1)[-1] in clocks)
    ]


def lots_drawn(module: str) -> list[str]:
    """Return the calls that draw from an unseeded source."""
    seeded = {"random.Random", "numpy.random.default_rng", "numpy.random.SeedSequence"}
    generators = {f"numpy.random.{name}" for name in ("Generator", "PCG64", "Philox")}
    return [
        f"{module}:{call.lineno} {name}"
        for name, call in calls(module)
        if name.startswith(("random.", "numpy.random.", "secrets.", "uuid.uuid1", "uuid.uuid4"))
        and name not in generators
        and not (name in seeded and (call.args or call.keywords))
    ]


def test_pure_modules_reach_no_framework_not_even_through_another_module() -> None:
    chains = [chain for module in pure_modules() for chain in frameworks_reached(module)]
    assert not chains, "\n".join(chains)


def test_pure_modules_look_at_no_clock() -> None:
    readers = [place for module in pure_modules() for place in clocks_read(module)]
    assert not readers, "\n".join(readers)


def test_pure_modules_draw_no_lots_without_a_seed() -> None:
    lots = [place for module in pure_modules() for place in lots_drawn(module)]
    assert not lots, "\n".join(lots)


def test_every_exemption_from_purity_is_still_needed() -> None:
    idle = [
        name
        for name in NOT_PURE
        if not any(
            frameworks_reached(module) or clocks_read(module) or lots_drawn(module)
            for module in our_modules()
            if module == name or module.startswith(f"{name}.")
        )
    ]
    assert idle == []


def test_sql_stays_in_tables_work_and_storing() -> None:
    """Others may name the type ``Session`` that they hand on, and nothing else."""
    users = {
        module
        for module in direct_users_of(*SQL_LIBRARIES)
        if not module.startswith("shortlist.storing") and module.rsplit(".", 1)[-1] not in {"tables", "work"}
        if sql_names(module) - {"Session"}
    }
    assert users == set(SQL_OUTSIDE)


def test_scikit_learn_is_used_only_where_a_model_is_made_or_judged() -> None:
    assert direct_users_of("sklearn") == set(LEARNING)


def test_whoever_reads_records_of_persons_asks_who_is_who() -> None:
    forgetful = set()
    for module in our_modules():
        taken = {
            alias.name
            for node in ast.walk(source(module))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shortlist.")
            for alias in node.names
        }
        if taken & RECORDS_OF_PERSONS and "identities" not in taken:
            forgetful.add(module)
    assert forgetful == set(READS_RECORDS_AS_THEY_ARE)


def takes_g(node: ast.ImportFrom) -> bool:
    return node.module == "flask" and any(alias.name == "g" for alias in node.names)


def test_nothing_of_ours_lives_on_flask_g() -> None:
    users = [
        module
        for module in direct_users_of("flask")
        for node in ast.walk(source(module))
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "flask"
            and "g" in {a.name for a in node.names}
        )
        or dotted(node) == "flask.g"
    ]
    assert users == []


# What a file may hold ---------------------------------------------------------------------------------------


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file of the repository, the vendored ones excepted."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listing.returncode != 0:
        pytest.skip("geen git-checkout: de regels over bestanden gelden voor de broncode")
    names = sorted(name for name in listing.stdout.decode().split("\0") if name)
    return tuple(
        ROOT / name for name in names if not name.startswith("static/vendor/") and (ROOT / name).is_file()
    )


def texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of the tracked files, those with one of ``suffixes`` when given."""
    for path in tracked():
        if suffixes and path.suffix not in suffixes:
            continue
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_outgrows_its_reader() -> None:
    long = {
        name: lines
        for name, text in texts(".py", ".html", ".j2", ".js")
        if (lines := text.count("\n")) > MOST_LINES and "/migrations/versions/" not in name
    }
    assert set(long) == set(LONG_FILES), long


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in tracked() if path.stem.lower() in BANNED_NAMES] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    machine = re.compile(r"(?<![\w.~-])/(?:wo[r]k|ro[o]t|ho[m]e|Us[e]rs|op[t]|mn[t])/[\w.]+")
    registry = re.compile(
        r"\bpypi[.]org/simple|files[.]pythonhosted[.]org|registry[.](?:npmjs|yarnpkg)|(?<!emit-)(?:extra-)?index-url"
        r"|(?<!emit-)find-links\b"
    )
    found = [
        f"{name}: {match.group()}"
        for name, text in texts()
        for pattern in (machine, registry)
        for match in pattern.finditer(text)
        if name
        not in {"tests/core/test_house.py", "tests/packaging/test_lock.py"}  # they look for these words
    ]
    assert not found, "\n".join(found)


def test_every_ignore_carries_its_reason() -> None:
    reasoned = re.compile(
        r"#\s*(?:(?:ruff: )?noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)* — \S.{3,}"
        r"|type: ignore\[[\w, -]+\]\s+# \S.{3,}"
        r"|pragma: no cover — \S.{3,}|fmt: (?:skip|off|on))"
    )
    ignore = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover|ruff:|mypy:)")
    bare = [
        f"{name}:{token.start[0]} {token.string}"
        for name, text in texts(".py")
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and ignore.search(token.string)
        if not reasoned.search(token.string)
    ]
    assert not bare, "\n".join(bare)


def test_every_rule_that_ruff_leaves_out_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    bare = [line for line in text.splitlines() if re.match(r'\s+"[A-Z]+\d*",', line) and "#" not in line]
    assert bare == []
