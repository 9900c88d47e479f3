"""Imports point one way, resolve to this checkout, and keep untrusted input, secrets and outward acts apart."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("agents", "channels", "desk", "graph", "state")
ROOMS = ("content", "voice", "revenue", "distribution")
MAY_IMPORT = {
    "state": set(),
    "agents": {"state"},
    "channels": {"state"},
    "graph": {"agents", "channels", "state"},
    "desk": {"graph", "agents", "channels", "state"},
}
"""desk -> graph -> agents, channels -> state."""
TRANSPORT = {"graph/transports.py", "desk/checkup/outside.py", "graph/preview.py"}
"""One module opens channels, for the drainer and for engage. The doctor opens a channel to see whether it could be opened, and calls nothing on it.
The preview renders articles as the transports do, by functions that take text and give text."""
RENDERS = {
    "channels",
    "channels.SiteIdentity",
    "channels.facets",
    "channels.facets.facets",
    "channels.html",
    "channels.html.article_html",
    "channels.render",
    "channels.render.post_page",
}
"""All that the preview takes of channels/: nothing that opens one."""
READS_STRANGERS = {
    "httpx",
    "httpx2",
    "httpx_secure",
    "feedparser",
    "trafilatura",
    "pypdf",
    "charset_normalizer",
    "lxml",
}
"""Libraries by which somebody else's bytes come in."""
MODEL_KEY = {"agents.writer.opening", "agents.writer.open_writer", "agents.writer.LanguageModelWriter"}
"""Where the model's key is read, and what carries it."""
HOLDS_SECRETS = {"pydantic_settings", "keyring", "dotenv"}


@cache
def files(package: str) -> tuple[Path, ...]:
    return tuple(sorted((ROOT / package).rglob("*.py")))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(file: Path) -> Iterator[str]:
    """Dotted names that a file imports, wherever it does; of `from a import b`, both `a` and `a.b`."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: an import says from where, in full"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops(file: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(file)}


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def room(file: Path) -> str:
    """Which room of `agents` a file lies in."""
    return file.relative_to(ROOT / "agents").parts[0]


def environment_names(file: Path) -> set[str]:
    """Names and strings in the code of a file, docstrings aside, by which it could reach the environment."""
    return {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute | ast.Name)
    } & {"environ", "getenv", "environb", "SecretStr", "BaseSettings"}


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_one_way(package: str) -> None:
    """desk -> graph -> agents, channels -> state, and never back."""
    assert files(package)
    strays = {named(f): tops(f) & set(PACKAGES) - MAY_IMPORT[package] - {package} for f in files(package)}
    assert {f: found for f, found in strays.items() if found} == {}


def test_the_rooms_dont_know_each_other() -> None:
    """CONTENT, VOICE, REVENUE and DISTRIBUTION meet in contracts, not in code."""
    for file in files("agents"):
        others = {f"agents.{name}" for name in ROOMS} - {f"agents.{room(file)}"}
        found = {name for name in imported(file) if ".".join(name.split(".")[:2]) in others}
        assert found == set(), named(file)


def test_only_the_drainer_holds_transport() -> None:
    """Publishing credentials live in channels/, and one module acts with them."""
    outside = {named(f) for p in PACKAGES if p != "channels" for f in files(p) if "channels" in tops(f)}
    assert outside <= TRANSPORT
    assert "graph/transports.py" in outside


def test_the_preview_only_renders() -> None:
    """What shows a post before it is approved can't send it."""
    taken = {name for name in imported(ROOT / "graph" / "preview.py") if name.partition(".")[0] == "channels"}
    assert taken <= RENDERS


@pytest.mark.parametrize("package", PACKAGES)
def test_our_packages_are_this_checkouts(package: str) -> None:
    """A library that installs a package of the same name is a loud clash, not a quiet one."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert [Path(place).resolve() for place in spec.submodule_search_locations or ()] == [ROOT / package]


@pytest.mark.parametrize("package", PACKAGES)
def test_tests_dont_reach_the_code(package: str) -> None:
    """No module of ours imports its tests, or a library that only tests have."""
    for file in files(package):
        assert tops(file) & {"tests", "pytest", "hypothesis"} == set(), named(file)


def test_no_room_holds_all_three() -> None:
    """Untrusted input, secrets and an outward act never meet in one room of an agent's."""
    for name in (*ROOMS, "writer"):
        mine = [f for f in files("agents") if room(f) == name]
        assert mine
        strangers = any(tops(f) & READS_STRANGERS for f in mine)
        secrets = any(environment_names(f) or tops(f) & HOLDS_SECRETS for f in mine)
        acts = any("channels" in tops(f) or "state.ledger" in set(imported(f)) for f in mine)
        held = {"untrusted input": strangers, "secrets": secrets, "outward acts": acts}
        assert not held["outward acts"], name
        assert not all(held.values()), (name, held)


def test_who_reads_strangers() -> None:
    """CONTENT is the one agent that reads other people's pages: it never sees the model's key, and no transport.

    A key that opens a search or a source is no credential that can act.
    """
    readers = {room(f) for f in files("agents") if tops(f) & READS_STRANGERS}
    assert readers - {"writer"} == {"content"}
    for file in files("agents"):
        if room(file) == "content":
            names = set(imported(file))
            assert not names & MODEL_KEY, named(file)


@pytest.mark.parametrize("name", ROOMS)
def test_no_agent_can_act(name: str) -> None:
    """No room writes to the ledger, its outbox among it, starts a process, or opens a channel."""
    for file in files("agents"):
        if room(file) == name:
            forbidden = {n for n in imported(file) if n.startswith(("state.ledger", "subprocess", "smtplib", "socket"))}
            assert forbidden == set(), named(file)


def test_one_module_takes_the_models_key() -> None:
    """What `OPENAI_*` holds is read in agents/writer and nowhere else."""
    readers = set()
    for package in PACKAGES:
        for file in files(package):
            fields = {
                node.target.id
                for node in ast.walk(tree(file))
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            }
            asked = {
                str(arg.value)
                for node in ast.walk(tree(file))
                if isinstance(node, ast.Call | ast.Subscript)
                for arg in (*getattr(node, "args", ()), getattr(node, "slice", None))
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            }
            if any(f.startswith("openai_") for f in fields) or any(a.startswith("OPENAI_") for a in asked):
                readers.add(named(file))
    assert readers == {"agents/writer/opening.py"}
