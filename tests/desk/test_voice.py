"""`flywheel voice`: the author's page in the terminal and as a file, and how far a text is from it."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.voice.profile import measure
from agents.voice.profile.portrait import portrait
from desk.pages import mark
from desk.voice_page import KIND, page
from state.text import words
from tests.desk.conftest import Flywheel

ORNATE = (
    "Whereupon the venerable {0}, of which so much had been spoken, was with great ceremony conveyed unto the {1}.",
    "It is, I would humbly submit, a {0} of the most singular excellence; nor shall any {1} be likened thereunto!",
    "Had but the {0} been suffered to remain, how different had been the fortunes of that illustrious {1}!",
    "Thus did the {0}, being greatly astonished, bethink himself of the {1}; and thus was the matter concluded.",
)


def ornate(seed: int) -> str:
    """Some 600 words in a manner that isn't Nora's; repeatable."""
    chance, nouns = random.Random(seed), ("lamp", "kettle", "bridge", "river", "window")
    parts = [chance.choice(ORNATE).format(chance.choice(nouns), chance.choice(nouns)) for _ in range(32)]
    return "\n\n".join(" ".join(parts[i : i + 4]) for i in range(0, len(parts), 4))


class _Text(HTMLParser):
    """What a reader sees, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "line", "circle", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.said.append(data)


def read_page(file: Path) -> str:
    parser = _Text()
    parser.feed(re.sub(r"<(line|circle|rect)\b([^>]*)/>", r"<\1\2>", file.read_text(encoding="utf-8")))
    assert parser.open == []
    return " ".join(" ".join(parser.said).split())


def test_the_page_in_the_terminal(flywheel: Flywheel, workspace: Path) -> None:
    """It says in sentences how the author writes, what is missing for a gate, and where the page with plots is."""
    ran = flywheel("voice")
    assert ran.code == 0
    for said in (
        "How Nora Whitlock writes",
        "Your sentences have 15 words on average",
        "You contract 31 words in a thousand",
        "my-mothers-kettle.md",
        "it takes 5,000 to hold a draft to them. Put 1,707 more into voice/",
        "The samples read as one author's.",
        "My mother owned the same electric kettle for twenty-six years.",
        "leverage",
    ):
        assert said in ran.out
    assert str(workspace / ".flywheel" / "voice.html") in ran.out


def test_the_page_as_a_file(flywheel: Flywheel, workspace: Path, tmp_path: Path) -> None:
    """The page is one well-formed HTML file that fetches nothing, with a plot of lengths, of words and of every sample."""
    file = tmp_path / "deep" / "me.html"
    assert flywheel("voice", "--page", file).code == 0
    html = file.read_text(encoding="utf-8")
    assert html.startswith(mark(KIND))
    assert html.count("<svg") == 1 + 16 + 4
    assert not re.search(r"(?:src|href)=\"(?!data:)|url\(|@import", html)
    said = read_page(file)
    for part in (
        "How Nora Whitlock writes",
        "Your sentences",
        "11–15",
        "listening-to-rivets.md",
        "Words you never use",
    ):
        assert part in said
    assert flywheel("voice", "--page", file).code == 0
    assert not (workspace / ".flywheel" / "voice.html").exists()


def test_what_is_in_a_sample_is_text(flywheel: Flywheel, workspace: Path, tmp_path: Path) -> None:
    """Markup in a sample or in its name is shown as it stands and runs nowhere."""
    name = "a-<img src=x onerror=alert(1)>&.md"
    (workspace / "voice" / name).write_text("“<script>alert(1)</script>” is how I open.\n\nIt ends. So it goes.\n")
    file = tmp_path / "me.html"
    flywheel("voice", "--page", file)
    html = file.read_text(encoding="utf-8")
    assert "<script" not in html and "<img" not in html
    assert name in read_page(file)


def test_a_file_of_somebodys_own_stays(flywheel: Flywheel, tmp_path: Path) -> None:
    """--page never writes over a file that isn't a page of its own."""
    file = tmp_path / "essay.md"
    file.write_text("my words")
    ran = flywheel("voice", "--page", file)
    assert (ran.code, file.read_text()) == (2, "my words")
    assert "isn't a page" in ran.err


def test_for_machines(flywheel: Flywheel) -> None:
    """--json has the profile's numbers, each sample's distance and limit, and whether they are two people's."""
    told = flywheel("voice", "--json").json
    assert told["profile"]["words"] == 3293
    assert "grams" not in told["profile"]
    assert told["samples"][0]["name"] == "a-drain-is-a-small-thing.md"
    assert all(0 < s["distance"] < s["limit"] for s in told["samples"])
    assert (told["mixture"]["two"], told["rules"]) == (False, 0)


def test_without_samples(flywheel: Flywheel, workspace: Path) -> None:
    """With nothing to measure it fails and says what to put where; a sample without a word is none."""
    for file in (workspace / "voice").glob("*.md"):
        file.unlink()
    (workspace / "voice" / "empty.md").write_text("---\n")
    for words_ in (("voice",), ("voice", "--check", workspace / "offers.toml")):
        ran = flywheel(*words_)
        assert ran.code == 1
        assert "There are no samples in voice/" in ran.err
        assert "three or more essays" in ran.err


def test_a_sample_that_cant_be_read(flywheel: Flywheel, workspace: Path) -> None:
    """A sample that isn't text is named, with what to do about it."""
    (workspace / "voice" / "scan.md").write_bytes(b"\xff\xfe\x00caf\xe9 \x81")
    ran = flywheel("voice", "--json")
    assert ran.code == 1
    assert ran.json["error"]["kind"] == "workspace"
    assert "voice/scan.md" in ran.err


def test_one_sample_in_another_language(flywheel: Flywheel, workspace: Path) -> None:
    """Samples that aren't English are measured all the same, and the page says that the distance is weak."""
    for file in (workspace / "voice").glob("*.md"):
        file.unlink()
    for i in range(2):
        text = f"Ich gehe jeden Tag zur Brücke. Dort steht der alte Mann und schweigt über die Nummer {i}. "
        (workspace / "voice" / f"bruecke-{i}.md").write_text(text * 20, encoding="utf-8")
    ran = flywheel("voice")
    assert ran.code == 0
    assert "aren't in English" in ran.out
    assert "Reading ease" not in ran.out
    assert "in a thousand words you say" not in ran.out.lower()


def test_two_authors(flywheel: Flywheel, workspace: Path) -> None:
    """Samples in two manners are told apart by name, on the page and by the doctor."""
    for seed in range(4):
        (workspace / "voice" / f"ornate-{seed}.md").write_text(ornate(seed))
    told = flywheel("voice", "--json").json
    assert told["mixture"]["two"] is True
    ours, theirs = sorted(told["sides"], key=lambda side: "ornate-0.md" in side)
    assert theirs == [f"ornate-{seed}.md" for seed in range(4)]
    assert "my-mothers-kettle.md" in ours
    ran = flywheel("doctor", "--json")
    found = [c for c in ran.json["checks"] if c["about"] == "voice" and "two people" in c["message"]]
    assert [c["state"] for c in found] == ["warning"]
    assert "voice/ornate-2.md" in found[0]["message"]
    assert "flywheel voice" in found[0]["fix"]


def test_how_far_a_text_is(flywheel: Flywheel, workspace: Path, tmp_path: Path) -> None:
    """A text of the author's own is within the limit; one in another manner is past it, with what is off."""
    own = flywheel("voice", "--check", workspace / "voice" / "listening-to-rivets.md", "--json").json
    assert own["distance"] <= own["threshold"]
    other = tmp_path / "other.md"
    other.write_text(ornate(1))
    ran = flywheel("voice", "--check", other)
    assert ran.code == 0
    assert "past your limit" in ran.out
    assert "That is advice" in ran.out
    assert "exclamation marks" in ran.out


def test_a_text_that_would_fail(flywheel: Flywheel, workspace: Path, tmp_path: Path) -> None:
    """With samples enough the check is a gate: past the limit it exits 1; so it does for a phrase that the author ruled out."""
    draft = tmp_path / "draft.md"
    draft.write_text("I walked out to the bridge. We leveraged the tide.")
    assert flywheel("voice", "--check", draft).code == 0
    flywheel("voice", "rules", "--add", "never 'leverage'")
    ran = flywheel("voice", "--check", draft, "--json")
    assert (ran.code, ran.json["passed"]) == (1, False)
    assert ran.json["rules"] == [{"rule": 1, "text": "never 'leverage'", "said": "leveraged"}]
    essays = "\n\n".join(f.read_text() for f in sorted((workspace / "voice").glob("*.md")))
    (workspace / "voice" / "notes-of-mine.md").write_text(essays.replace("bridge", "tower"))
    far = tmp_path / "far.md"
    far.write_text(ornate(2))
    ran = flywheel("voice", "--check", far, "--json")
    assert (ran.code, ran.json["gate"]) == (1, True)


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"\xff\xfe\x00"])
def test_a_text_that_cant_be_checked(flywheel: Flywheel, tmp_path: Path, content: bytes | None) -> None:
    """A file that isn't there, is empty or isn't text is refused by name."""
    file = tmp_path / "x.md"
    if content is not None:
        file.write_bytes(content)
    ran = flywheel("voice", "--check", file)
    assert ran.code == 2
    assert "x.md" in ran.err


def test_page_or_check(flywheel: Flywheel, tmp_path: Path) -> None:
    """Either the page or a check, not both."""
    assert flywheel("voice", "--page", tmp_path / "a", "--check", tmp_path / "b").code == 2


def test_the_odd_one_out() -> None:
    """Of several samples the farthest is named; a single one has nothing to be held against, nor has one of a few words."""
    plain = "I don't know why. I went out to look at it, and I came back. It was there, and so was I. " * 12
    samples = [*((f"plain-{i}", f"{plain}\n\nThat was day {i}, I think.") for i in range(4)), ("odd", ornate(3))]
    found = portrait(samples, measure([text for _, text in samples]))
    far = max((s for s in found.samples if s.distance is not None), key=lambda s: s.distance or 0.0)
    assert far.name == "odd"
    alone = portrait(samples[:1], measure([samples[0][1]]))
    assert [s.distance for s in alone.samples] == [None]
    short = portrait([*samples[:2], ("short", "Hello. I am here.")], measure([t for _, t in samples[:2]]))
    assert short.samples[-1].distance is None


def test_the_bars_count_every_sentence() -> None:
    """Every sentence without a quotation is in one bar, the longest in the last."""
    lines = ["Yes.", "It is so.", " ".join(["word"] * 30) + ".", " ".join(["word"] * 99) + ".", "He said “no” to me."]
    text = "\n\n".join(lines)
    found = portrait([("a", text)], measure([text]))
    assert sum(count for _, count in found.lengths) == 4
    assert (found.lengths[0], found.lengths[-1][1], found.longest) == ((5, 2), 1, 99)
    assert len(words(text)) == found.profile.words + 1


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=20),
        st.text(max_size=80) | st.integers(1, 30).map(lambda n: "I don't know. Is it so? <b>It is</b>, isn't it. " * n),
        min_size=1,
        max_size=4,
    )
)
def test_any_samples_make_a_page(texts: dict[str, str]) -> None:
    """Whatever the samples hold and are called, the page is whole: every tag is closed, and nothing of theirs is markup."""
    profile = measure(list(texts.values()))
    if not profile.words:
        return
    html = page("<i>Nora</i>", portrait(list(texts.items()), profile), (), datetime(2026, 6, 1, tzinfo=UTC))
    assert "<b>" not in html and "<i>" not in html
    assert ":nan" not in html and '"nan' not in html
    parser = _Text()
    parser.feed(re.sub(r"<(line|circle|rect)\b([^>]*)/>", r"<\1\2>", html))
    assert parser.open == []
