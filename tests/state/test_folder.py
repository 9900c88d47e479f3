"""Files that are whole or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from state.folder import Changed, swap


def test_a_file_is_swapped_for_another(tmp_path: Path) -> None:
    """What was read is replaced, and nothing else is left in the folder; a file that isn't there is made."""
    file = tmp_path / "offers.toml"
    swap(file, None, b"one")
    swap(file, b"one", b"two")
    assert file.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("old", [None, b"one"])
def test_what_somebody_else_wrote_stays(tmp_path: Path, old: bytes | None) -> None:
    """A file that came up, or that changed, since it was read is left as it is."""
    file = tmp_path / "offers.toml"
    file.write_bytes(b"theirs")
    with pytest.raises(Changed):
        swap(file, old, b"ours")
    assert file.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_went_is_not_brought_back(tmp_path: Path) -> None:
    """Somebody removed it."""
    with pytest.raises(Changed):
        swap(tmp_path / "offers.toml", b"one", b"two")
    assert list(tmp_path.iterdir()) == []


def test_rights_and_links_stay(tmp_path: Path) -> None:
    """A file that only its owner may read stays so; a link stays a link, and what it leads to is changed."""
    kept = tmp_path / "elsewhere" / "offers.toml"
    kept.parent.mkdir()
    kept.write_bytes(b"one")
    kept.chmod(0o600)
    link = tmp_path / "offers.toml"
    link.symlink_to(kept)
    swap(link, b"one", b"two")
    assert link.is_symlink()
    assert kept.read_bytes() == b"two"
    assert kept.stat().st_mode & 0o777 == 0o600
