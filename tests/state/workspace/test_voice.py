from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from state.text import names, numbers
from state.wording import JOINING
from state.workspace import Framing, VoiceFolder, WorkspaceError, load_voice, media_files

Write = Callable[..., Path]


def test_a_workspace_without_voice_has_plain_defaults(tmp_path: Path) -> None:
    """Nothing is needed to begin with."""
    assert load_voice(tmp_path) == VoiceFolder()


def test_samples_and_notes_are_told_apart(write: Write) -> None:
    """Essays lie in voice/, notes in voice/notes/; what is for people, empty or of another kind is left out."""
    for path in (
        "b.md",
        "a.txt",
        "C.MD",
        "notes/n.md",
        "README.md",
        "notes/readme.txt",
        "_draft.md",
        ".hidden.md",
        "x.docx",
    ):
        write(f"Words of {path}.", f"voice/{path}")
    write(" \n", "voice/empty.md")
    write("# not a name\nAnn Example\n\n  Marl Lane \nAnn Example\n", "voice/glossary.txt")
    folder = load_voice(write("not read", "voice/deeper/d.md"))
    assert [path for path, _ in folder.samples] == ["voice/C.MD", "voice/a.txt", "voice/b.md"]
    assert folder.notes == (("voice/notes/n.md", "Words of notes/n.md."),)
    assert folder.glossary == ("Ann Example", "Marl Lane")


def test_texts_from_windows_read_the_same(write: Write) -> None:
    """No byte order mark and no carriage return gets into a text, so its hash is the same everywhere."""
    folder = load_voice(write(b"\xef\xbb\xbfOne.\r\n\r\nTwo.\r\n", "voice/a.md"))
    assert folder.samples == (("voice/a.md", "One.\n\nTwo.\n"),)


def test_all_unreadable_files_are_told(write: Write) -> None:
    """Each file in another encoding is named, with line and offset."""
    for path in ("voice/a.md", "voice/notes/b.txt", "voice/glossary.txt"):
        write("Fine.\nCafé.".encode("latin-1"), path)
    with pytest.raises(WorkspaceError) as caught:
        load_voice(write(b"\xff", "voice/framing.toml"))
    said = [(p.path, p.line) for p in caught.value.problems]
    assert said == [("voice/a.md", 2), ("voice/framing.toml", 1), ("voice/glossary.txt", 2), ("voice/notes/b.txt", 2)]


def test_framing_keeps_defaults_for_what_it_leaves_out(write: Write) -> None:
    """One key of the author's own doesn't take the others away."""
    framing = load_voice(write('bridge = ["On we go."]\n', "voice/framing.toml")).framing
    assert framing == Framing(bridge=("On we go.",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('bridg = ["x"]', ":1: bridg: unknown key. Did you mean `bridge`?"),
        ("closing = []", ":1: closing: must not be empty."),
        ('closing = "Bye."', ":1: closing: expected a list, got the text `Bye.`."),
        ('opening = [\n"Hello.",\n""]', ":3: opening, item 2: must be a sentence on one line."),
        ('attribution = ["They say:"]', ":1: attribution, item 1: must say {who} once"),
        ('attribution = ["{who} of {where}:"]', "must say {who} once"),
        ('contrast = ["But {who} differs."]', "`{who}` would be printed as it stands."),
        ("opening = [1]", ":1: opening, item 1: expected text, got the number 1."),
        ("opening = [\n", ":1: Not valid TOML"),
    ],
)
def test_each_mistake_in_framing_is_named(write: Write, text: str, said: str) -> None:
    """A sentence that would be printed wrongly is found before it is."""
    with pytest.raises(WorkspaceError) as caught:
        load_voice(write(text, "voice/framing.toml"))
    (line,) = str(caught.value).splitlines()
    assert line.startswith("voice/framing.toml:")
    assert said in line


@pytest.mark.parametrize("language", list(JOINING))
@pytest.mark.parametrize("kind", list(Framing.model_fields))
def test_our_own_sentences_claim_nothing(kind: str, language: str) -> None:
    """There are at least four of each, none twice, with no number and no name, and only attribution has its slot."""
    sentences: tuple[str, ...] = getattr(Framing().said_in(language), kind)
    assert len(set(sentences)) == len(sentences) >= 4
    for sentence in sentences:
        assert not numbers(sentence)
        assert not names(sentence.replace("{who}", "somebody"))
        assert sentence.count("{who}") == (kind == "attribution")


def test_what_the_author_gave_stays_in_its_words() -> None:
    """Only what was left to us follows the language; one that we have no words in gets English."""
    given = Framing(bridge=("Weiter so.",))
    assert given.said_in("de-CH").bridge == ("Weiter so.",)
    assert given.said_in("de-CH").opening == JOINING["de"].opening
    assert given.said_in("it") == given


def test_media_are_listed_relative_to_the_workspace(write: Write, tmp_path: Path) -> None:
    """Pictures at any depth count; what is hidden, leads out of the workspace, or only looks like a picture by its name, doesn't."""
    for path in (
        "media/a.png",
        "media/2026/b.jpg",
        "media/.DS_Store",
        "media/.cache/c.png",
        "media/letter.png",
        "media/d.svg",
    ):
        write("x", f"space/{path}")
    for path in ("secret.png", "space/media/a.png", "space/media/2026/b.jpg", "space/media/.cache/c.png"):
        Image.new("RGB", (2, 2)).save(tmp_path / path)
    (tmp_path / "space/media/linked.png").symlink_to(tmp_path / "secret.png")
    assert media_files(tmp_path / "space") == frozenset({"media/a.png", "media/2026/b.jpg", "media/d.svg"})
    assert media_files(tmp_path / "none") == frozenset()
