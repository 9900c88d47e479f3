"""Posts as pages: templates filled with escaped text and sanitised articles. Pure: no clock, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import quote

from channels.identity import SiteIdentity
from channels.markdown import to_html
from channels.pictures import file_names
from state.base import digest_of
from state.channels import OutgoingPost
from state.text import holds_verbatim, plain
from state.wording import day_in, words_in

GENERATOR = "Content Flywheel"
_RIGHT_TO_LEFT = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "khw", "ks", "ps", "sd", "ug", "ur", "yi"))


def post_page(post: OutgoingPost, site: SiteIdentity) -> str:
    """Render the page of an article. It needs a title, a slug and an aware `published_at`.

    Its first image leads, the others follow the text. Where the article has its home elsewhere, the page says so.
    """
    title, slug = post.title or "", post.slug or ""
    images = [
        _fill("image.html", {"src": name, "alt": image.alt})
        for name, image in zip(file_names(post), post.images, strict=True)
    ]
    summary = _fill("summary.html", {"text": post.summary}) if post.summary and not _opens(post) else ""
    main = _fill(
        "article.html",
        {
            "title": title,
            "by": words_in(site.language).by,
            "author": site.author,
            "digest": digest_of(post),
        },
        summary=summary,
        time=_time(post.published_at, site),
        lead=images[0] if images else "",
        body=to_html(post.text, language=site.language),
        more="".join(images[1:]),
    )
    url = post.canonical or site.permalink(slug)
    meta = [
        ("name", "author", site.author),
        ("property", "og:type", "article"),
        ("property", "article:published_time", post.published_at.isoformat()),
        *_described(post.summary),
        *_open_graph(title, url, site),
    ]
    heading = title if title == site.name else f"{title} · {site.name}"
    banner = _fill("banner.html", {"home": "../../index.html", "name": site.name})
    return _base(site, main, title=heading, url=url, up="../../", meta=meta, banner=banner)


def index_page(posts: Sequence[OutgoingPost], site: SiteIdentity) -> str:
    """Render the list of posts, in the order given."""
    items = "".join(_list_item(post, site) for post in posts)
    words = words_in(site.language)
    main = _fill("list.html", {"name": site.name, "by": words.by, "author": site.author}, items=items)
    url = f"{site.base_url}/"
    meta = [
        ("property", "og:type", "website"),
        *_described(words.described.format(name=site.name, author=site.author)),
        *_open_graph(site.name, url, site),
    ]
    return _base(site, main, title=site.name, url=url, up="", meta=meta)


def _list_item(post: OutgoingPost, site: SiteIdentity) -> str:
    return _fill(
        "list-item.html",
        {"href": f"posts/{quote(post.slug or '')}/index.html", "title": post.title or "", "digest": digest_of(post)},
        time=_time(post.published_at, site),
        summary=_fill("list-summary.html", {"text": post.summary}) if post.summary else "",
    )


def _opens(post: OutgoingPost) -> bool:
    """Whether the summary is how the text opens anyway: then it describes the page, and isn't said twice on it."""
    return holds_verbatim(plain(post.text.partition("\n\n")[0]), post.summary or "")


def _described(summary: str | None) -> list[tuple[str, str, str]]:
    return [("name", "description", summary), ("property", "og:description", summary)] if summary else []


def _open_graph(title: str, url: str, site: SiteIdentity) -> list[tuple[str, str, str]]:
    return [
        ("property", "og:title", title),
        ("property", "og:url", url),
        ("property", "og:site_name", site.name),
        ("name", "twitter:card", "summary"),
    ]


def _base(
    site: SiteIdentity,
    main: str,
    *,
    title: str,
    url: str,
    up: str,
    meta: Sequence[tuple[str, str, str]],
    banner: str = "",
) -> str:
    """Put `main` into the frame. `up` leads from the page to the site's folder: links work from a disk, too."""
    language, words = site.language.split("-")[0].casefold(), words_in(site.language)
    text = {
        "language": site.language,
        "direction": "rtl" if language in _RIGHT_TO_LEFT else "ltr",
        "generator": GENERATOR,
        "title": title,
        "url": url,
        "home": f"{up}index.html",
        "feed": f"{up}feed.xml",
        "name": site.name,
        "skip": words.skip,
        "site": words.site,
        "all": words.all_posts,
        "feed_name": words.feed,
    }
    lines = "\n".join(f'<meta {kind}="{name}" content="{escape(content)}">' for kind, name, content in meta)
    return _fill(
        "base.html", text, meta=lines, style=_source("style.css").strip(), banner=banner.strip(), main=main.strip()
    )


def _time(moment: datetime, site: SiteIdentity) -> str:
    """Render a `<time>`: the day in the site's words."""
    return f'<time datetime="{moment.isoformat()}">{day_in(site.language, moment.date())}</time>'


def _fill(template: str, text: Mapping[str, str], **html: str) -> str:
    """Fill a template: `text` is escaped, `html` is put in as it is."""
    escaped = {name: escape(value) for name, value in text.items()}
    return Template(_source(template)).substitute(escaped, **html)


@cache
def _source(name: str) -> str:
    return files("channels").joinpath("templates", name).read_text(encoding="utf-8")
