"""A person puts a picture on a post at its review, says what it shows, and that very picture goes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.desk.conftest import Flywheel

pytestmark = pytest.mark.long


def _png(file: Path, colour: str) -> bytes:
    file.parent.mkdir(exist_ok=True)
    Image.new("RGB", (8, 8), colour).save(file)
    return file.read_bytes()


def test_a_picture_is_put_on_a_post_at_its_review(
    flywheel: Flywheel, piece: str, workspace: Path, tmp_path: Path
) -> None:
    """One that isn't there, and one that nobody describes, are told at the review; a good one stands on the page with its words."""
    for _ in range(3):
        assert flywheel("review", piece, "--approve").code == 0
    file = tmp_path / "release.md"
    flywheel("review", piece, "--save", file)
    text = file.read_text()
    for line, said in (
        ("Image: media/lamp.png | A lamp, lit", "release.image"),
        ("Image: media/lamp.png", "what it shows"),
    ):
        file.write_text(text.replace("\n\n", f"\n{line}\n\n", 1))
        refused = flywheel("review", piece, "--edit", file)
        assert (refused.code, said in refused.err) == (2, True), refused.err
    drawn = _png(workspace / "media/lamp.png", "yellow")
    file.write_text(text.replace("\n\n", "\nImage: media/lamp.png | A lamp, lit\n\n", 1))
    assert flywheel("review", piece, "--edit", file, "--json").json["status"] == "published"
    (page,) = workspace.glob("site/posts/*/index.html")
    assert 'alt="A lamp, lit"' in page.read_text(encoding="utf-8")
    (shown,) = page.parent.glob("*.png")
    assert shown.read_bytes() == drawn
    flywheel("amend", piece)
    flywheel("review", piece, "--save", file)
    assert "Image: media/lamp.png | A lamp, lit" in file.read_text()
    file.write_text(file.read_text().replace("Image: media/lamp.png | A lamp, lit\n", ""))
    assert flywheel("review", piece, "--edit", file, "--json").json["status"] == "published"
    assert not list(page.parent.glob("*.png"))
