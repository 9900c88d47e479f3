from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from channels import NotConfigured, Opening, SiteChannel, SiteIdentity, open_channel


def opening(name: str, tmp_path: Path, identity: SiteIdentity, **options: str) -> Opening:
    return Opening(name=name, options=options, workspace=tmp_path, site=identity)


def test_the_site_opens_in_the_workspace(tmp_path: Path, identity: SiteIdentity) -> None:
    """The site's folder is `site` in the workspace unless an option names another."""
    opened = open_channel(opening("site", tmp_path, identity))
    assert isinstance(opened, SiteChannel)
    assert (opened.folder, opened.site) == (tmp_path / "site", identity)
    elsewhere = open_channel(opening("site", tmp_path, identity, folder="public/blog"))
    assert isinstance(elsewhere, SiteChannel)
    assert elsewhere.folder == tmp_path / "public/blog"
    assert not list(tmp_path.iterdir())


def test_an_unknown_option_is_named(tmp_path: Path, identity: SiteIdentity) -> None:
    """A misspelt option is an error that names it, and the options there are."""
    with pytest.raises(NotConfigured, match="no option foldr: it knows folder"):
        open_channel(opening("site", tmp_path, identity, foldr="x"))


def test_an_unknown_channel_is_named(tmp_path: Path, identity: SiteIdentity) -> None:
    """A channel that there isn't is an error that names those there are."""
    with pytest.raises(NotConfigured, match="no channel blusky; there are site,"):
        open_channel(opening("blusky", tmp_path, identity))


@pytest.mark.parametrize(
    "fields",
    [
        {"base_url": "example.org"},
        {"base_url": "ftp://example.org"},
        {"base_url": "https://"},
        {"base_url": "https://example.org/?a"},
        {"base_url": "https://example.org/#a"},
        {"name": " "},
        {"author": ""},
        {"author": "a\x07b"},
        {"language": 'en"'},
        {"language": ""},
    ],
)
def test_a_bad_identity_is_refused(identity: SiteIdentity, fields: dict[str, str]) -> None:
    """An address that isn't one, an empty name or a tag that is no language never reaches a page."""
    with pytest.raises(ValidationError):
        SiteIdentity.model_validate(identity.model_dump() | fields)


def test_an_address_ends_without_a_slash() -> None:
    """However the address ends, permalinks have one slash between their parts, and are ASCII."""
    site = SiteIdentity(name="U", base_url="https://example.org/blog//", author="N")
    assert site.base_url == "https://example.org/blog"
    assert site.permalink("ü-x") == "https://example.org/blog/posts/%C3%BC-x/"
