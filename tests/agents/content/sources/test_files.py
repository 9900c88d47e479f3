"""Folders: what is read, skipped and refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from agents.content.sources import FolderSource
from state.sources import Reading
from tests.support.sources import Make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    return tmp_path / "sources"


async def read(folder: Path, **settings: int) -> Reading:
    return await FolderSource(folder.parent, "sources", **settings).read()


def codes(reading: Reading) -> dict[str, str]:
    return {found.source: found.code for found in reading.problems}


async def test_every_format_is_read_in_order_of_path(folder: Path, make: Make) -> None:
    """All formats below the folder are read, sub-folders too, sorted by path."""
    (folder / "b").mkdir()
    (folder / "b" / "one.MD").write_text("# One\n\nmarkdown")
    (folder / "a.txt").write_text("Title\n\nplain")
    (folder / "c.html").write_text(make.article())
    (folder / "d.pdf").write_bytes(make.pdf([make.sentence]))
    (folder / "e.rss").write_text(make.rss("<item><title>E</title><description>Entry text</description></item>"))
    reading = await read(folder)
    assert reading.problems == ()
    assert [found.path for found in reading.snapshots] == [
        f"sources/{name}" for name in ("a.txt", "b/one.MD", "c.html", "d.pdf", "e.rss")
    ]
    assert reading.snapshots[-1].origin == "harbour.example"


async def test_a_missing_folder_and_an_empty_one(tmp_path: Path, folder: Path) -> None:
    """Neither gives anything, and each says what to do."""
    (found,) = (await FolderSource(tmp_path, "nowhere").read()).problems
    assert (found.code, found.source) == ("source.folder-missing", "nowhere")
    (folder / ".hidden.md").write_text("hidden")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    assert codes(await read(folder)) == {"sources": "source.folder-empty"}


async def test_hidden_files_and_pictures_are_passed_over(folder: Path) -> None:
    """What is hidden or never holds text isn't mentioned; an unknown format is."""
    for name in (".git/config.md", "photo.png", "notes.md~", "thesis.odt", "a.md"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("text")
    reading = await read(folder)
    assert [found.path for found in reading.snapshots] == ["sources/a.md"]
    assert codes(reading) == {"sources/thesis.odt": "source.unknown-format"}


async def test_links_out_of_the_workspace_are_refused(tmp_path: Path, folder: Path) -> None:
    """A link to a file or folder outside is reported and not followed; one that stays inside is read once."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "secret.md").write_text("secret")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.md").write_text("mine")
    (folder / "file.md").symlink_to(outside / "secret.md")
    (folder / "dir").symlink_to(outside)
    (folder / "notes").symlink_to(tmp_path / "notes")
    (folder / "round").symlink_to(folder)
    (folder / "self.md").symlink_to(folder / "self.md")
    reading = await read(folder)
    assert [found.text for found in reading.snapshots] == ["mine"]
    assert codes(reading) == dict.fromkeys(("sources/file.md", "sources/dir"), "source.outside-workspace")


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "link"])
async def test_a_folder_outside_the_workspace_is_refused(tmp_path: Path, name: str) -> None:
    """Neither dots, nor an absolute path, nor a link lead out."""
    (tmp_path / "link").symlink_to("/")
    (found,) = (await FolderSource(tmp_path, name).read()).problems
    assert found.code == "source.outside-workspace"


async def test_a_file_over_the_limit_is_not_read(folder: Path) -> None:
    """A file larger than the limit is reported; the others are read."""
    (folder / "large.txt").write_text("x" * 1001)
    (folder / "small.txt").write_text("x" * 1000)
    reading = await read(folder, max_bytes=1000)
    assert codes(reading) == {"sources/large.txt": "source.too-large"}
    assert len(reading.snapshots) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="permissions and FIFOs are POSIX")
async def test_what_cannot_be_opened_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file we may not read is a problem, and a FIFO is passed over without waiting for a writer."""
    (folder / "a.md").write_text("text")
    os.mkfifo(folder / "pipe.md")

    def denied(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", denied)
    (found,) = (await read(folder)).problems
    assert (found.source, found.code) == ("sources/a.md", "source.unreadable")
    assert "Permission denied" in found.message


async def test_one_bad_file_does_not_cost_the_others(folder: Path, make: Make) -> None:
    """Broken files are reported beside what the good ones gave."""
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "junk.txt").write_bytes(b"\x00\x01" * 100)
    (folder / "good.md").write_text("---\ntitle: [\n---\nGood.")
    reading = await read(folder)
    assert [found.text for found in reading.snapshots] == ["Good."]
    assert codes(reading) == {
        "sources/bad.pdf": "source.unreadable",
        "sources/good.md": "source.bad-front-matter",
        "sources/junk.txt": "source.undecodable",
    }
