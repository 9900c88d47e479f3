"""WordPress: articles by its REST API and an application password.

A tag `fw-<key>` marks a post from its first draft on. Whoever sends looks for it first: a draft that a crash left is
completed, and never made a second time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from channels.blog import Upload, is_upload, same_html, upload_of
from channels.html import article_html
from channels.http import TIMEOUT
from channels.opening import Opening
from channels.wordpress_comments import Comments, is_comment
from channels.wordpress_rest import VARIABLE, Rest
from state.channels import Engagement, Gone, OutgoingPost, Receipt, Response, Strength
from state.wording import words_in


def open_channel(opening: Opening) -> WordPressChannel:
    """Its options are `url`, the blog's address with its path, and `user`, the login name of who posts."""
    opening.knows("url", "user")
    url = opening.address("url", "https://example.org/blog")
    user = opening.need("user", "noor")
    password = opening.secret(VARIABLE, "an application password, from Users > Profile in WordPress")
    return WordPressChannel(url, user, password, opening.workspace, language=opening.site.language)


class WordPressChannel:
    """Publishes articles, and answers comments on them: a post whose `reply_to` names something there is a comment."""

    name: ClassVar[str] = "wordpress"
    strength: ClassVar[Strength] = Strength.LOOKUP

    def __init__(
        self,
        url: str,
        user: str,
        password: SecretStr,
        workspace: Path,
        *,
        language: str = "en",
        timeout: float = TIMEOUT,
    ) -> None:
        self._workspace, self._language = workspace, language
        self._rest = Rest(url, user, password, timeout=timeout)
        self._comments = Comments(self._rest)

    async def send(self, post: OutgoingPost) -> Receipt:
        """Publish the post, in the place of whatever bears its marker."""
        if post.reply_to:
            return await self._comments.send(post)
        image = await upload_of(post, self._workspace)
        there = await self._marked(post.key) or await self._draft(post)
        return await self._publish(post, there["id"], image, slug=post.slug or "")

    async def find(self, post: OutgoingPost) -> Receipt | None:
        if post.reply_to:
            return await self._comments.find(post)
        there = await self._marked(post.key)
        return (
            _receipt(there) if there and there["status"] == "publish" and _says(there, post, self._language) else None
        )

    async def edit(self, post: OutgoingPost, remote_id: str) -> Receipt:
        """Its address stays: what leads there isn't changed with it."""
        if is_comment(remote_id):
            return await self._comments.edit(post, remote_id)
        image = await upload_of(post, self._workspace)
        there = await self._there(remote_id)
        taken_off = image is None and await self._has_ours(int(there.get("featured_media") or 0))
        return await self._publish(post, int(remote_id), image, **({"featured_media": 0} if taken_off else {}))

    async def delete(self, remote_id: str) -> None:
        """Put it into WordPress's bin, out of which a person can take it for as long as the blog keeps what is there."""
        if is_comment(remote_id):
            await self._comments.delete(remote_id)
        else:
            await self._rest.delete(f"posts/{remote_id}")

    async def engagement(self, remote_id: str) -> Engagement:
        await self._there(remote_id)
        return await self._comments.engagement(remote_id)

    async def mentions(self, since: datetime) -> tuple[Response, ...]:
        """None: WordPress has no such thing."""
        return ()

    async def aclose(self) -> None:
        await self._rest.aclose()

    async def _there(self, remote_id: str) -> dict[str, Any]:
        """Raise Gone unless the post is there; an update would take it out of the bin."""
        query = {"context": "edit", "_fields": "status,featured_media"}
        response = await self._rest.get(f"posts/{remote_id}", query, absent=(404,))
        if response.status_code == 404 or response.json()["status"] == "trash":
            raise Gone(f"WordPress doesn't have the post {remote_id} any more.")
        there: dict[str, Any] = response.json()
        return there

    async def _has_ours(self, media: int) -> bool:
        """Whether this featured image is one that we uploaded."""
        if not media:
            return False
        response = await self._rest.get(f"media/{media}", {"_fields": "slug"}, absent=(404,))
        return response.status_code != 404 and is_upload(response.json()["slug"])

    async def _marked(self, key: str) -> dict[str, Any] | None:
        """The published post with this marker, else the oldest one; what is in the bin doesn't count."""
        tags = (await self._rest.get("tags", {"slug": _marker(key), "_fields": "id"})).json()
        if not tags:
            return None
        query = {"tags": tags[0]["id"], "status": "any", "context": "edit", "orderby": "id", "order": "asc"}
        found: list[dict[str, Any]] = (await self._rest.get("posts", query)).json()
        return min(found, key=lambda post: post["status"] != "publish", default=None)

    async def _draft(self, post: OutgoingPost) -> dict[str, Any]:
        """Make a draft with the marker. Where another process has been faster, its post is the one, and the draft goes."""
        tag = await self._rest.post("tags", absent=(400,), json={"name": _marker(post.key)})
        number = tag.json()["id"] if tag.is_success else tag.json()["data"]["term_id"]
        fields = {"title": _plain(post.title), "status": "draft", "tags": [number]}
        draft: dict[str, Any] = (await self._rest.post("posts", json=fields)).json()
        first = await self._marked(post.key)
        if first is None or first["id"] == draft["id"]:
            return draft
        await self._rest.delete(f"posts/{draft['id']}")
        return first

    async def _publish(self, post: OutgoingPost, number: int, image: Upload | None, **rest: int | str) -> Receipt:
        fields = _fields(post, self._language) | rest
        if image:
            fields["featured_media"] = await self._uploaded(image, number)
        there = (await self._rest.post(f"posts/{number}", json=fields)).json()
        if there["status"] == "future":  # its clock is behind ours
            now = {"status": "publish", "date_gmt": there["modified_gmt"]}
            there = (await self._rest.post(f"posts/{number}", json=now)).json()
        return _receipt(there)

    async def _uploaded(self, image: Upload, number: int) -> int:
        """The id of the image among those that belong to the post; uploaded where it isn't there."""
        uploads = await self._rest.everything("media", {"parent": number, "_fields": "id,slug,alt_text"})
        there = next((upload for upload in uploads if image.is_called(upload["slug"])), None)
        said = {"alt_text": image.alt}
        if there is None:
            described = {**said, "title": image.alt, "slug": image.name, "post": str(number)}
            there = (await self._rest.post("media", data=described, files=image.file())).json()
        elif there["alt_text"] != image.alt:
            await self._rest.post(f"media/{there['id']}", json=said)
        return int(there["id"])


def _marker(key: str) -> str:
    return f"fw-{key}"


def _fields(post: OutgoingPost, language: str) -> dict[str, Any]:
    return {
        "title": _plain(post.title),
        "content": _content(post, language),
        "excerpt": _plain(post.summary),
        "date_gmt": post.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "status": "publish",
    }


def _content(post: OutgoingPost, language: str) -> str:
    """One block of HTML: WordPress would make paragraphs and line breaks of its own in anything else."""
    return f"<!-- wp:html -->\n{_inert(article_html(post, language) + _first_published(post, language))}\n<!-- /wp:html -->"


def _first_published(post: OutgoingPost, language: str) -> str:
    """Say where the article is at home. WordPress has no field for it, and those of its plugins can't be set by the API."""
    if not post.canonical:
        return ""
    shown = urlsplit(post.canonical)
    link = f'<a href="{escape(post.canonical)}" rel="noopener">{escape(shown.netloc + shown.path.rstrip("/"))}</a>'
    return f"<p>{words_in(language).first_published.format(link=link)}</p>\n"


def _plain(text: str | None) -> str:
    return _inert(escape(text or "", quote=False))


def _inert(html: str) -> str:
    """Write `[`, with which shortcodes begin, as WordPress's own filter for users of lesser rights would leave it."""
    return html.replace("[", "&#091;")


def _says(there: dict[str, Any], post: OutgoingPost, language: str) -> bool:
    said = (there["title"]["raw"], there["excerpt"]["raw"], there["content"]["raw"])
    meant = (_plain(post.title), _plain(post.summary), _content(post, language))
    return all(map(same_html, said, meant))


def _receipt(there: dict[str, Any]) -> Receipt:
    return Receipt(url=there["link"], remote_id=str(there["id"]))
