"""Who is taken for a program and who for a person, and what a visitor's hash tells."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from desk.web import visitors
from desk.web.visitors import Floods, Salt, hashed, host_of, household, is_program

TODAY, TOMORROW = date(2026, 6, 1), date(2026, 6, 2)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        " ",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/116.0.1938.76 Safari/537.36",
        "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
        "Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.example/) Bot",
        "http.rb/5.1.1 (Mastodon/4.2.0; +https://social.example/)",
        "Misskey/2024.5.0 (https://misskey.example)",
        "Pleroma 2.6.0; https://pleroma.example <admin@pleroma.example>",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slack-ImgProxy (+https://api.slack.com/robots) fetch",
        "Twitterbot/1.0",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "meta-externalagent/1.1",
        "WhatsApp/2.23.20.0",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Iframely/1.3.1 (+https://iframely.com/docs/about)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
        "Mozilla/5.0 (compatible; SkypeUriPreview) AppleWebKit/537.36",
        "curl/8.5.0",
        "Wget/1.21.4",
        "python-requests/2.32.0",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
        "axios/1.7.2",
        "GPTBot/1.1",
        "ClaudeBot/1.0",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    ],
)
def test_a_program(agent: str) -> None:
    """Crawlers, what draws cards for feeds and chats, scanners and libraries; so does what doesn't say what it is."""
    assert is_program(agent.encode())


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 9; CUBOT X18 Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/460.0]",
        "Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
    ],
)
def test_a_person(agent: str) -> None:
    """Browsers, those inside other programs among them, and a telephone that is called Cubot."""
    assert not is_program(agent.encode())


def test_a_hash_tells_nothing_without_its_salt() -> None:
    """One visitor is one under one salt; address and browser don't run into one another."""
    salt, other = b"a" * 16, b"b" * 16
    assert hashed(salt, b"192.0.2.1", b"x") == hashed(salt, b"192.0.2.1", b"x")
    assert hashed(salt, b"192.0.2.1", b"x") != hashed(other, b"192.0.2.1", b"x")
    assert hashed(salt, b"192.0.2.1", b"1x") != hashed(salt, b"192.0.2.11", b"x")


def test_a_salt_lasts_a_day_and_no_longer(tmp_path: Path) -> None:
    """A restart takes it up on its own day; another day's is not taken up, and is written over."""
    path = tmp_path / "salt"
    first = Salt(path)
    first.load(TODAY)
    key = first.of(TODAY)
    first.keep(TODAY)
    second = Salt(path)
    second.load(TODAY)
    assert second.of(TODAY) == key
    third = Salt(path)
    third.load(TOMORROW)
    assert third.of(TOMORROW) != key
    third.keep(TOMORROW)
    assert key.hex() not in path.read_text()
    assert third.of(TODAY) not in (key, third.of(TOMORROW))


@pytest.mark.parametrize("content", ["", "2026-06-01", "2026-06-01 zz", "nonsense and more", "2026-06-01 aa bb"])
def test_a_salt_that_can_t_be_read(tmp_path: Path, content: str) -> None:
    """A file that a crash cut off is as none."""
    (tmp_path / "salt").write_text(content)
    salt = Salt(tmp_path / "salt")
    salt.load(TODAY)
    assert len(salt.of(TODAY)) == 16


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("not:an:address", "not:an:address"),
        ("", ""),
    ],
)
def test_a_household(address: str, home: str) -> None:
    """Of IPv6 a subscriber has a whole /64, and may take a new address of it for each click; what a socket for both writes of IPv4 is no /64."""
    assert household(address) == home


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        (b"https://bsky.app/profile/ann?x=1", "bsky.app"),
        (b"android-app://org.mastodon.android/", "org.mastodon.android"),
        (b"", ""),
        (b"nonsense", ""),
        (b"https://[broken", ""),
        (b'https://a"b\\c.example/', 'a"b\\c.example'),
        (b"https://user:secret@host.example:8080/", "host.example"),
    ],
)
def test_a_referrer(referrer: bytes, host: str) -> None:
    """Its host, and nothing else of it."""
    assert host_of(referrer) == host


def test_what_a_flood_remembers(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come in a minute, a bounded number is remembered."""
    monkeypatch.setattr(visitors, "_REMEMBERED", 100)
    floods = Floods()
    for n in range(1000):
        floods.is_one(f"v{n}", f"a{n}")
    assert len(floods._seen) <= 102
