from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import Flywheel
from tests.support.openai_server import OpenAIServer, good, status

Add = Callable[[str, str], None]


def states(checks: list[dict[str, Any]]) -> dict[str, str]:
    return {check["about"]: check["state"] for check in checks}


def test_a_sound_workspace(flywheel: Flywheel) -> None:
    """With everything in place nothing fails, and what was looked at is listed."""
    ran = flywheel("doctor", "--json")
    assert ran.code == 0
    found = states(ran.json["checks"])
    assert ran.json["ok"] is True
    assert "failed" not in found.values()
    assert {
        "settings",
        "voice",
        "offer bench-roll",
        "sources sources",
        "database",
        "checkpoints",
        "model of voice",
        "channel site",
        "tracing",
    } <= set(found)


def test_for_people(flywheel: Flywheel) -> None:
    """Each finding is a line with a mark; at the end stands the verdict."""
    said = flywheel("doctor").out
    assert "✓ model of voice: extractive" in said
    assert "4 samples with" in said
    assert "Nothing is in the way" in said


def test_every_problem_of_the_settings(flywheel: Flywheel, workspace: Path) -> None:
    """A broken flywheel.toml fails with each mistake and its mending; the other files are still looked at."""
    file = workspace / "flywheel.toml"
    file.write_text(
        file.read_text().replace('language = "en"', 'language = "x!"').replace("per_agent = 2", "per_agent = -1")
    )
    ran = flywheel("doctor", "--json")
    assert ran.code == 1
    bad = [c for c in ran.json["checks"] if c["state"] == "failed"]
    assert len(bad) == 2
    assert all(c["about"] == "settings" and "flywheel.toml:" in c["message"] and c["fix"] for c in bad)
    assert "voice" in states(ran.json["checks"])


def test_no_workspace_at_all(flywheel: Flywheel, tmp_path: Path) -> None:
    """A folder that isn't there fails, and the way to make one is named."""
    ran = flywheel("doctor", "-w", tmp_path / "nowhere", where=False)
    assert ran.code == 1
    assert "flywheel init" in ran.out


def test_offers(flywheel: Flywheel, workspace: Path) -> None:
    """An expired offer is a warning; a broken file is a failure with its line."""
    file = workspace / "offers.toml"
    file.write_text(file.read_text().replace("live_until = 2028-12-31", "live_until = 2026-02-01"))
    ran = flywheel("doctor", "--json")
    assert (ran.code, states(ran.json["checks"])["offer bench-roll"]) == (0, "warning")
    file.write_text(file.read_text().replace('kind = "own"', 'kind = "mine"'))
    ran = flywheel("doctor", "--json")
    assert (ran.code, states(ran.json["checks"])["offers"]) == (1, "failed")


def test_readers_who_may_not_understand_what_is_disclosed(flywheel: Flywheel, workspace: Path) -> None:
    """A language that disclosures have no words in is a warning, and one that they have is none."""
    file = workspace / "flywheel.toml"
    for language, state in (("it", "warning"), ("de-CH", None)):
        file.write_text(re.sub(r'language = "[^"]*"', f'language = "{language}"', file.read_text()))
        checks = flywheel("doctor", "--json").json["checks"]
        assert states(checks).get("disclosures") == state


def test_sources(flywheel: Flywheel, workspace: Path, add: Add) -> None:
    """A folder that isn't there, and a document that can't be read, are named with what to do."""
    (workspace / "sources" / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    file = workspace / "flywheel.toml"
    file.write_text(file.read_text().replace('folders = ["sources"]', 'folders = ["sources", "elsewhere"]'))
    checks = flywheel("doctor", "--json").json["checks"]
    assert states(checks)["sources elsewhere"] == "warning"
    assert any("broken.pdf" in c["message"] and c["fix"] for c in checks)


def test_what_is_read_online(flywheel: Flywheel, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds, sitemaps and searches are listed; a search without its key fails, and Wikipedia wants a contact."""
    monkeypatch.delenv("TAVILY_API_KEY", raising=False)
    file = workspace / "flywheel.toml"
    online = (
        'folders = ["sources"]\nfeeds = ["https://a.example/feed"]\nsitemaps = ["https://a.example"]\n'
        'novelty = "openai:text-embedding-3-small"\n[sources.searches]\ntavily = true\nwikipedia = "en"\n'
        '[revenue]\nfit = "openai:text-embedding-3-small"\n'
    )
    file.write_text(file.read_text().replace('folders = ["sources"]\n', online, 1))
    ran = flywheel("doctor", "--json")
    found = {c["about"]: (c["state"], c["message"]) for c in ran.json["checks"]}
    assert ran.code == 1
    assert found["sources online"] == ("ok", "1 feed, 1 sitemap named; they are fetched when a piece is made.")
    assert found["search tavily"] == ("failed", "TAVILY_API_KEY isn't set.")
    assert found["search wikipedia"][0] == "ok"
    assert "en.wikipedia.org" in found["search wikipedia"][1]
    assert found["contact"][0] == "warning"
    assert "text-embedding-3-small" in found["novelty"][1]
    assert found["fit"] == (
        "ok",
        "Offers are held against a piece by openai:text-embedding-3-small; by words where it doesn't answer.",
    )


def test_own_checks(flywheel: Flywheel, workspace: Path) -> None:
    """A check of the workspace's own that can't be loaded fails here, not in mid-piece."""
    (workspace / "mine.py").write_text("1 / 0\n")
    file = workspace / "flywheel.toml"
    file.write_text(file.read_text().replace("[contracts.draft]", '[contracts.draft]\nchecks = ["mine.py:short"]'))
    ran = flywheel("doctor", "--json")
    assert (ran.code, states(ran.json["checks"])["own checks"]) == (1, "failed")


def test_the_database(flywheel: Flywheel, workspace: Path) -> None:
    """A ledger or a checkpoint file that is none fails, with where it lies."""
    (workspace / ".flywheel").mkdir()
    for name in ("ledger.db", "checkpoints.db"):
        (workspace / ".flywheel" / name).write_text("not a database " * 100)
    ran = flywheel("doctor", "--json")
    found = states(ran.json["checks"])
    assert (ran.code, found["database"], found["checkpoints"]) == (1, "failed", "failed")


def test_a_model_without_a_key(flywheel: Flywheel, workspace: Path) -> None:
    """A model that can't be asked fails for the agents that use it, and for no others."""
    file = workspace / "flywheel.toml"
    file.write_text(
        file.read_text().replace('default = "extractive"', 'default = "extractive"\nvoice = "openai:gpt-5-mini"')
    )
    ran = flywheel("doctor", "--json")
    found = states(ran.json["checks"])
    assert (ran.code, found["model of voice"], found["model of content"]) == (1, "failed", "ok")
    assert "OPENAI_API_KEY" in next(c["message"] for c in ran.json["checks"] if c["about"] == "model of voice")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('url = "https://go.letter.example"', "warning"),
        ('url = "https://go.letter.example"\nproxy_header = "X-Forwarded-For"', None),
        ('url = "http://127.0.0.1:8770"', None),
    ],
)
def test_readers_that_nobody_names(flywheel: Flywheel, add: Add, lines: str, told: str | None) -> None:
    """What answers https is a proxy, and all who come through it are one reader unless the settings say how it names them."""
    add("flywheel.toml", f"\n[tracking]\n{lines}\n")
    assert states(flywheel("doctor", "--json").json["checks"]).get("tracking") == told


def test_a_ceiling_that_no_call_can_reach(flywheel: Flywheel, workspace: Path) -> None:
    """Dollars over a model without prices count nothing, and that is told; with prices, and without a model, there is nothing to tell."""
    file = workspace / "flywheel.toml"
    plain = file.read_text()
    dollars = plain.replace("# dollars_day = 2.00", "dollars_day = 2.00")
    modelled = dollars.replace('default = "extractive"', 'default = "openai:gpt-5-mini"', 1)
    priced = modelled.replace("# price_in", "price_in", 1)
    for text, told in ((plain, None), (dollars, None), (modelled, "warning"), (priced, None)):
        file.write_text(text)
        checks = flywheel("doctor", "--json").json["checks"]
        assert states(checks).get("ceilings") == told
    file.write_text(modelled)
    checks = flywheel("doctor", "--json").json["checks"]
    assert "dollars_day" in next(c["message"] for c in checks if c["about"] == "ceilings")


@pytest.mark.long
@pytest.mark.parametrize(("code", "state"), [(200, "ok"), (401, "failed"), (503, "failed")])
def test_a_model_is_really_asked(
    flywheel: Flywheel, workspace: Path, endpoint: OpenAIServer, code: int, state: str
) -> None:
    """One call for all agents that share the model; what the endpoint says is what is found."""
    file = workspace / "flywheel.toml"
    file.write_text(file.read_text().replace('default = "extractive"', 'default = "openai:m-1"'))
    endpoint.always(good({"word": "ready"}) if code == 200 else status(code))
    found = states(flywheel("doctor", "--json").json["checks"])
    assert {found[f"model of {agent}"] for agent in ("content", "voice", "revenue", "distribution")} == {state}
    assert len(endpoint.requests) == 1


def test_channels(flywheel: Flywheel, workspace: Path, add: Add) -> None:
    """A channel that misses an option, and a site that can't be written to, are failures."""
    add("flywheel.toml", "\n[channels.bluesky]\n")
    (workspace / "site").write_text("a file, not a folder")
    ran = flywheel("doctor", "--json")
    found = states(ran.json["checks"])
    assert (ran.code, found["channel bluesky"], found["channel site"]) == (1, "failed", "failed")


def test_tracing(flywheel: Flywheel) -> None:
    """Tracing that is on without a key fails; that it is on is said."""
    from langsmith.utils import get_env_var

    get_env_var.cache_clear()  # type: ignore[attr-defined]
    os.environ["LANGSMITH_TRACING"] = "true"
    os.environ["LANGSMITH_ENDPOINT"] = "http://127.0.0.1:9"
    try:
        found = states(flywheel("doctor", "--json").json["checks"])
    finally:
        get_env_var.cache_clear()  # type: ignore[attr-defined]
    assert found["tracing"] == "failed"
