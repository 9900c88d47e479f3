from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import WrongUsage
from desk.texts import editable, joined, parted, read_texts

_lines = st.one_of(
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp"))),
    st.sampled_from(["=== site ===", r"\=== x ===", "", "-----"]),
)
_text = st.lists(_lines, max_size=6).map("\n".join).map(lambda text: text.strip("\n"))
_keys = st.lists(st.sampled_from(["site", "bluesky", "mastodon", "my channel"]), min_size=1, unique=True)


@given(st.data())
def test_what_is_written_is_read_back(data: st.DataObject) -> None:
    """Texts survive the file, lines that look like its own heads among them."""
    texts = {key: data.draw(_text) for key in data.draw(_keys)}
    assert parted(joined(texts), texts) == texts


def test_the_decision_is_no_text() -> None:
    """The key `decision` isn't part of the file."""
    assert editable({"brief": "# One", "decision": "approve"}) == {"brief": "# One"}


def test_one_text_is_the_file_as_it_is() -> None:
    """With one key there are no sections."""
    assert joined({"brief": "# One\n\nTwo"}) == "# One\n\nTwo\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("hello\n=== a ===\nx\n=== b ===\ny", "no section"),
        ("=== a ===\nx\n=== c ===\ny", "no text called c"),
        ("=== a ===\nx\n=== a ===\ny\n=== b ===\n", "twice"),
        ("=== a ===\nx", "=== b ==="),
    ],
)
def test_wrong_sections(content: str, said: str) -> None:
    """A section that is unknown, doubled, missing or has no head is named."""
    with pytest.raises(WrongUsage, match=said):
        parted(content, ("a", "b"))


def test_an_empty_section_is_empty() -> None:
    """A section that was emptied is an empty text, which drops its channel."""
    assert parted("=== a ===\n\n=== b ===\ny\n", ("a", "b")) == {"a": "", "b": "y"}


@pytest.mark.parametrize(("content", "said"), [(b"caf\xe9", "UTF-8"), (b" \n", "is empty")])
def test_files_that_cant_be_read(tmp_path: Path, content: bytes, said: str) -> None:
    """Another encoding, or nothing at all, is refused and the file stays."""
    file = tmp_path / "edit.md"
    file.write_bytes(content)
    with pytest.raises(WrongUsage, match=said):
        read_texts(file, ("brief",))
    assert file.read_bytes() == content


def test_a_windows_file(tmp_path: Path) -> None:
    """A byte order mark and CRLF make no difference."""
    file = tmp_path / "edit.md"
    file.write_bytes("\ufeff=== a ===\r\nx\r\n=== b ===\r\ny\r\n".encode())
    assert read_texts(file, ("a", "b")) == {"a": "x", "b": "y"}
