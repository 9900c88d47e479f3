"""`/r/CODE` by real HTTP: where it leads, what is counted, and what is not."""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import server
from desk.web import codes
from desk.web.onward import click_parameter, open_for_click
from desk.web.visitors import PER_ADDRESS, PER_VISITOR
from state.ledger import close_ledgers
from state.links import code_of
from state.trade import ClickRef, Link
from state.wording import WORDS
from tests.desk.web.conftest import CODES, NOW, PIECE, URLS, Site, counted, later, served

pytestmark = pytest.mark.long

CARDS = [
    "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
    "Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.example/) Bot",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "",
]


def test_the_server_has_the_route() -> None:
    """What posts link to is served beside LangGraph's server."""
    assert "/r/{code}" in {getattr(route, "path", "") for route in server.app.routes}


def test_a_reader_is_sent_on_and_counted(site: Site) -> None:
    """The answer leads to the row's address, isn't kept by caches, and the click is counted with the referrer's host alone."""
    answer = site.get(referer="https://bsky.app/profile/ann?secret=1")
    assert (answer.status_code, answer.headers["location"]) == (302, URLS["course"])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "strict-origin"
    assert "set-cookie" not in answer.headers
    (row,) = site.clicks()
    assert re.fullmatch(r"[0-9a-f]{16}", row["id"])
    assert (row["code"], row["bot"], row["referrer"]) == (CODES["course"], 0, "bsky.app")
    assert row["at"] == "2026-06-01 12:00:00.000000"


def test_nothing_personal_is_kept(site: Site) -> None:
    """No file holds the address or the browser's name: a hash stands for both."""
    site.get(agent="Mozilla/5.0 Peculiar")
    files = [p for p in (site.workspace / ".flywheel").rglob("*") if p.is_file()]
    before = b"".join(p.read_bytes() for p in files)
    assert site.clicks()[0]["visitor"].encode() in before
    for secret in (b"127.0.0.1", b"Peculiar"):
        assert secret not in before


@pytest.mark.parametrize(
    ("offer", "parameter"),
    [("stripe", "client_reference_id"), ("lemon", "checkout[custom][click]"), ("gumroad", "click"), ("course", None)],
)
def test_the_shop_is_told_of_the_click(site: Site, offer: str, parameter: str | None) -> None:
    """A shop that takes it gets the click's id, in its own parameter; one that nobody knows gets its address as it is."""
    location = urlsplit(site.get(offer).headers["location"])
    (row,) = site.clicks()
    query = parse_qs(location.query)
    plain = urlsplit(URLS[offer])
    assert (location.hostname, location.path, location.fragment) == (plain.hostname, plain.path, plain.fragment)
    assert {k: v for k, v in query.items() if k != parameter} == parse_qs(plain.query)
    if parameter:
        (told,) = query[parameter]
        assert ClickRef.parse(told) == ClickRef(code=row["code"], click=row["id"])
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,200}", told)  # what Stripe takes


def test_shops_of_the_workspaces_own() -> None:
    """A host that the settings name is told as they say; its name as part of another's isn't."""
    hosts = {"pay.upkeep.example": "client_reference_id"}
    assert click_parameter("https://pay.upkeep.example/x", hosts) == "client_reference_id"
    assert click_parameter("https://eu.pay.upkeep.example/x", hosts) == "client_reference_id"
    assert click_parameter("https://notpay.upkeep.example/x", hosts) is None
    assert click_parameter("https://buy.stripe.com.evil.example/x", {}) is None


@given(
    st.sampled_from(["https://shop.example/", "https://buy.stripe.com/a/b"]),
    st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=3),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8),
)
def test_whatever_the_landing_page(base: str, query: dict[str, str], fragment: str) -> None:
    """Its parameters are kept beside the click's, and the header that names it is one line of ASCII."""
    url = f"{base}?{urlencode({**query, 'click': 'old'})}#{fragment}"
    for parameter in ("click", None):
        before, behind = open_for_click(url, parameter)
        whole = before + ("abc-1" if parameter else "") + behind
        assert re.fullmatch(r"[!-~]+", whole)
        kept = parse_qs(urlsplit(whole).query, keep_blank_values=True)
        assert kept == {k: [v] for k, v in query.items()} | {"click": ["abc-1" if parameter else "old"]}


@pytest.mark.parametrize(
    "path",
    [
        "/r/",
        "/r/abcdefghij",
        "/r/abc",
        "/r/ABCDEFGHIJ",
        "/r/..%2f..%2fetc%2fpasswd",
        "/r/https:%2f%2fevil.example",
        "/r/%2f%2fevil.example",
        "/r/abcdefghij%0d%0aLocation:%20https:%2f%2fevil.example",
        f"/r/{CODES['course']}%00",
        f"/r/{CODES['course']}x",
        f"/r/{CODES['script']}",
    ],
)
def test_what_is_no_code_leads_nowhere(site: Site, path: str) -> None:
    """Only a code of the ledger's leads anywhere: whatever else is asked for is 404, and nothing is counted."""
    answer = site.client.get(path)
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert site.clicks() == []


def test_a_reader_is_told_in_the_authors_language(workspace: Path) -> None:
    """Whoever followed a link that was cut off reads so in the language of the piece that it stood in."""
    file = workspace / "flywheel.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('language = "en"', 'language = "fr-CA"'), encoding="utf-8")
    with served(workspace) as here:
        answer = here.client.get("/r/abcdefghij")
        assert (answer.status_code, answer.text) == (404, WORDS["fr"].unknown_link)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_request_can_t_say_where_to(site: Site) -> None:
    """A query, a host or a header of the request's changes nothing of where a code leads."""
    for query in ("?url=https://evil.example", "?click=1&next=//evil.example", "?utm_source=evil"):
        answer = site.client.get(f"/r/{CODES['course']}{query}", headers={"x-forwarded-host": "evil.example"})
        assert answer.headers["location"] == URLS["course"]


def test_a_landing_page_can_t_write_headers(site: Site) -> None:
    """A line break and letters beyond ASCII in a row's address are percent-encoded."""
    answer = site.get("odd")
    assert answer.status_code == 302
    assert answer.headers["location"] == "https://upkeep.example/k%C3%A4se%0D%0ASet-Cookie:%20a=b?utm_source=site"
    assert "set-cookie" not in answer.headers


def test_only_following_is_answered(site: Site) -> None:
    """A form can't be sent through a redirect."""
    assert site.get(method="POST").status_code == 405
    assert site.clicks() == []


@pytest.mark.parametrize("agent", CARDS)
def test_programs_are_marked(site: Site, agent: str) -> None:
    """What draws a link's card is redirected, so that the card is the shop's, and counted apart."""
    assert site.get(agent=agent).status_code == 302
    assert site.bots() == [True]


@pytest.mark.parametrize(
    "headers", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x-purpose": "preview"}]
)
def test_a_browser_that_looks_ahead_is_no_reader(site: Site, headers: dict[str, str]) -> None:
    """Nor is a HEAD; then the reader does come."""
    assert site.get(**headers).status_code == 302
    assert site.get(method="HEAD").headers["location"] == URLS["course"]
    site.get()
    assert sorted(site.bots()) == [False, True, True]


def test_a_flood_from_one_visitor(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past so many clicks in a minute they are marked, and still redirected; a minute later they are believed again."""
    minute = [1.0]
    monkeypatch.setattr("desk.web.visitors.monotonic", lambda: minute[0])
    assert {site.get().status_code for _ in range(PER_VISITOR + 5)} == {302}
    assert site.bots().count(True) == 5
    minute[0] += 60
    site.get()
    assert site.bots().count(False) == PER_VISITOR + 1


def test_a_flood_that_changes_its_name(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One address with a new browser at each click is found by the address."""
    monkeypatch.setattr("desk.web.visitors.monotonic", lambda: 1.0)
    for n in range(PER_ADDRESS + 3):
        site.get(agent=f"Mozilla/5.0 {n}")
    assert site.bots().count(True) == 3


def test_the_days_of_a_visitor(site: Site) -> None:
    """One visitor is one in a day and another the next day; a clock that jumps back brings no forgotten salt back."""
    hours = [0, 1, 24, -24]
    for step in hours:
        later(site, hours=step)
        site.get()
    site.get()
    by_time = {row["id"]: row["visitor"] for row in site.clicks()}
    assert len(by_time) == 5
    assert len(set(by_time.values())) == 3
    salt = (site.workspace / ".flywheel" / "clicks" / "salt").read_text()
    assert salt.startswith("2026-06-01 ")


def test_a_day_ends_without_a_click(site: Site) -> None:
    """The salt of a day is gone at its end, whether or not anybody comes."""
    site.get()
    site.clicks()
    kept = site.workspace / ".flywheel" / "clicks" / "salt"
    before = kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    later(site, days=1)
    site.clicks()
    assert kept.read_text().split()[0] == "2026-06-02"
    assert before.split()[1] not in kept.read_text()


def test_a_restart_in_the_day(site: Site, workspace: Path) -> None:
    """A visitor is the same one after it, and the next process counts what this one left."""
    site.get()
    first = site.clicks()[0]["visitor"]
    with served(workspace) as again:
        again.get()
        assert again.clicks()[-1]["visitor"] == first
    assert len(counted(workspace)) == 2


@pytest.mark.parametrize(("setting", "one"), [("", True), ('proxy_header = "X-Forwarded-For"', False)])
def test_only_a_proxy_of_the_owners_is_believed(
    workspace: Path, add: Callable[..., None], site: Site, setting: str, one: bool
) -> None:
    """Who names another address is the same visitor, unless the settings say that a proxy does it; then the proxy's word counts,
    the last one.
    """
    add("flywheel.toml", f"\n[tracking]\n{setting}\n")
    with served(workspace) as here:
        for address in ("198.51.100.1", "198.51.100.2", "203.0.113.9, 198.51.100.2"):
            here.get(**{"x-forwarded-for": address})
        assert len({row["visitor"] for row in here.clicks()}) == (1 if one else 2)


def test_settings_that_change_while_it_runs(site: Site, add: Callable[..., None]) -> None:
    """A shop that is told of clicks from now on is, by links that were followed before too; a file that is broken changes nothing."""
    assert site.get("mine").headers["location"] == URLS["mine"]
    add("flywheel.toml", '\n[tracking]\nclick_hosts = ["pay.upkeep.example"]\nproxy_header = "X-Real-IP"\n')
    assert len(site.clicks()) == 1
    told = URLS["mine"] + f"?click={CODES['mine']}-"
    assert site.get("mine", **{"x-real-ip": "198.51.100.1"}).headers["location"].startswith(told)
    assert len({row["visitor"] for row in site.clicks()}) == 2
    add("flywheel.toml", "\n[tracking\n")
    site.run(site.redirects.flush())
    assert site.get("mine").headers["location"].startswith(told)
    assert len(site.clicks()) == 3
    assert site.client.get("/healthz").json() == {"trouble": ""}


def test_a_full_disk(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Readers are sent on while nothing can be written; it is said in the log, once, and in /healthz; then all are counted."""
    site.get()
    assert len(site.clicks()) == 1
    place = site.redirects._place
    assert place is not None
    journal = place.journal._file
    assert journal is not None
    fine, full = os.dup(journal._fd), os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, journal._fd)
    with caplog.at_level(logging.WARNING, "flywheel.redirect"):
        assert {site.get().status_code for _ in range(3)} == {302}
        assert len(site.clicks()) == 1
    assert [r.message for r in caplog.records] == [
        "Links lead on, but clicks can't be counted just now. [Errno 28] No space left on device"
    ]
    assert site.client.get("/healthz").json() == {"trouble": "Clicks wait: No space left on device"}
    os.dup2(fine, journal._fd)
    os.close(fine)  # the lock is held as long as this is open
    site.clicks()  # writes down what was held
    assert len(site.clicks()) == 4
    assert site.client.get("/healthz").json() == {"trouble": ""}
    os.close(full)


def test_a_ledger_that_can_t_be_used(site: Site) -> None:
    """A code that is known leads on, its click waits; one that has to be looked up is 503 and not 404. Then both are counted."""
    site.get()
    ledger = site.workspace / ".flywheel" / "ledger.db"
    site.run(close_ledgers())
    aside = ledger.rename(ledger.with_suffix(".aside"))
    ledger.mkdir()
    assert site.get().status_code == 302
    assert site.get("stripe").status_code == 503
    site.run(site.redirects.flush())
    trouble = site.client.get("/healthz").json()["trouble"]
    assert trouble.startswith("Clicks wait: ")
    assert str(site.workspace) not in trouble
    ledger.rmdir()
    aside.rename(ledger)
    assert site.get("stripe").status_code == 302
    assert len(site.clicks()) == 3


def test_guessing_codes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many codes are guessed, a bounded number is remembered, and those that there are still lead on."""
    monkeypatch.setattr(codes, "KEPT", 20)
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    for n in range(50):
        assert site.client.get(f"/r/aaaaaaaa{alphabet[n // 32]}{alphabet[n % 32]}").status_code == 404
    assert len(site.redirects._codes._absent) == 20
    assert site.get().status_code == 302


def test_a_link_that_is_published_after_it_was_asked_for(
    site: Site, in_ledger: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a code wasn't there is believed for moments only."""
    code = code_of(PIECE, "x", "course")
    clock = [1000.0]
    monkeypatch.setattr("desk.web.codes.monotonic", lambda: clock[0])
    assert site.client.get(f"/r/{code}").status_code == 404
    link = Link(code=code, piece=PIECE, channel="x", offer="course", url="https://upkeep.example/x")
    in_ledger(lambda ledger: ledger.write_links([link], now=NOW))
    clock[0] += 2.1
    assert site.client.get(f"/r/{code}").status_code == 302


def test_a_reader_who_hangs_up(site: Site) -> None:
    """Half a request counts nothing and harms nobody."""
    address = (site.client.base_url.host, site.client.base_url.port or 0)
    with socket.create_connection(address) as half:
        half.sendall(f"GET /r/{CODES['course']} HT".encode())
    assert site.get().status_code == 302
    assert len(site.clicks()) == 1


@pytest.mark.parametrize("torn", [b'{"id":"x","code":', b"\n\n", b"\x00\x00\xff\n", b"[]\n"])
def test_what_a_crash_left(site: Site, workspace: Path, torn: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A line that is cut off, and a click on a link that isn't there any more, keep no other from being counted; a click told twice is one."""
    folder = workspace / ".flywheel" / "clicks"
    good = '{"id":"%s","code":"%s","at":"2026-06-01T12:00:00+00:00","visitor":"v","bot":false,"referrer":""}\n'
    first = good % ("a-1", CODES["course"])
    gone = good % ("b-1", "abcdefghij")
    (folder / "0-left.jsonl").write_bytes((first + gone + first).encode() + torn)
    assert [row["id"] for row in site.clicks()] == ["a-1"]
    assert not (folder / "0-left.jsonl").exists()


def test_another_process_writes_its_own_file(site: Site, workspace: Path) -> None:
    """Two processes of one workspace count side by side: what one is writing into is left alone by the other."""
    with served(workspace) as other:
        site.get()
        other.get()
        assert len(other.clicks()) == 1  # the first one's click is still in the file that it writes into
        assert len(site.clicks()) == 2


def test_a_workspace_that_can_t_be_read(workspace: Path, add: Callable[..., None]) -> None:
    """With a mistake in the settings the server starts, says so, and answers 503 till it is mended."""
    text = (workspace / "flywheel.toml").read_text()
    add("flywheel.toml", "\n[identty]\n")
    with served(workspace) as broken:
        assert broken.get().status_code == 503
        assert broken.client.get("/healthz").json() == {
            "trouble": "Clicks wait: the workspace's settings can't be read"
        }
        (workspace / "flywheel.toml").write_text(text)
        broken.run(broken.redirects.flush())
        assert broken.get().status_code == 404
