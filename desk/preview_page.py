"""What each channel will show, as HTML files that need nothing else: one for the piece, and one for each article. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from desk.pages import framed
from graph.preview import PostPreview, Span
from state.settings import Identity
from state.text import plain, words

KIND = "preview"
NAMES: Mapping[str, str] = {
    "site": "Site",
    "git": "Git",
    "wordpress": "WordPress",
    "ghost": "Ghost",
    "email": "E-mail",
    "devto": "dev.to",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "linkedin": "LinkedIn",
    "x": "X",
}
TYPES: Mapping[str, str] = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "gif": "gif", "webp": "webp", "avif": "avif"}
"""The ending of an image's name -> its media type below `image/`."""


def pages(
    posts: Sequence[PostPreview], title: str, standing: str, identity: Identity, images: Mapping[str, bytes]
) -> dict[str, str]:
    """HTML by file name; `index.html` is the first. `images` are those that could be read, by their path in the workspace."""
    articles = {f"{p.channel}.html": _article(p, identity) for p in posts if p.html}
    return {"index.html": _index(posts, title, standing, identity, images), **articles}


def _index(
    posts: Sequence[PostPreview], title: str, standing: str, identity: Identity, images: Mapping[str, bytes]
) -> str:
    channels = [(name, list(group)) for name, group in groupby(posts, key=lambda p: p.channel)]
    links = "".join(f'<a href="#{name}">{NAMES[name]}</a>' for name, _ in channels)
    sections = "\n".join(_section(name, group, identity, images) for name, group in channels)
    head = f"<header><h1>{escape(title)}</h1><p class='meta'>{escape(standing)}</p><nav>{links}</nav></header>"
    legend = (
        "<footer>A dotted line is an address that the channel gives when it publishes: this is what it will probably be. "
        "A tinted one is an offer's tracked link.</footer>"
    )
    return _framed(f"Preview: {title}", f"{head}\n{sections}\n{legend}", identity)


def _section(name: str, posts: Sequence[PostPreview], identity: Identity, images: Mapping[str, bytes]) -> str:
    said = "an article" if posts[0].html else f"{len(posts)} posts" if len(posts) > 1 else "one post"
    cards = "".join(_page_card(p) if p.html else _card(p, identity, images) for p in posts)
    kind = ' class="thread"' if len(posts) > 1 else ""
    state = "published" if all(p.published for p in posts) else said
    return f'<section id="{name}"{kind}><h2>{NAMES[name]} <small>{state}</small></h2>{cards}</section>'


def _card(post: PostPreview, identity: Identity, images: Mapping[str, bytes]) -> str:
    text = "".join(map(_span, post.spans))
    shown = "".join(_image(i.path, i.alt, images) for i in post.images)
    return (
        f'<article class="card"><p class="who">{escape(identity.author)}</p>'
        f'<p class="text" dir="auto">{text}</p>{shown}{_count(post)}</article>'
    )


def _span(span: Span) -> str:
    kinds = [
        kind for kind, on in (("link", span.kind != "text"), ("offer", span.kind == "offer"), ("slot", span.slot)) if on
    ]
    said = escape(span.text)
    hint = ' title="Filled in when it is published"' if span.slot else ""
    return f'<span class="{" ".join(kinds)}"{hint}>{said}</span>' if kinds else said


def _count(post: PostPreview) -> str:
    if post.limit is None:
        return ""
    over = " over" if post.size > post.limit else ""
    meter = f'<meter min="0" max="{post.limit}" value="{min(post.size, post.limit)}"></meter>'
    return f'<p class="count{over}">{meter}<span>{counted(post)}</span></p>'


def counted(post: PostPreview) -> str:
    """`213 of 300`; what an article measures, nobody counts."""
    return f"{post.size} of {post.limit}" if post.limit is not None else f"{len(words(plain(post.text)))} words"


def _image(path: str, alt: str, images: Mapping[str, bytes]) -> str:
    ending = path.rpartition(".")[2].lower()
    if path not in images or ending not in TYPES:
        return f'<figure><div class="missing">{escape(path)} can\'t be shown</div>{_alt(alt)}</figure>'
    data = base64.b64encode(images[path]).decode("ascii")
    return f'<figure><img src="data:image/{TYPES[ending]};base64,{data}" alt="{escape(alt)}">{_alt(alt)}</figure>'


def _alt(alt: str) -> str:
    return f"<figcaption>Alt text: {escape(alt) or 'none'}</figcaption>"


def _page_card(post: PostPreview) -> str:
    title = f'<p class="title" dir="auto">{escape(post.title)}</p>'
    told = post.summary and (post.channel == "email" or not post.home)  # a copy says the same again
    summary = f'<p class="summary" dir="auto">{escape(post.summary)}</p>' if told else ""
    facts = "".join(f"<p>{escape(fact)}</p>" for fact in facts_of(post))
    button = f'<a class="open" href="{post.channel}.html">See the {"letter" if post.channel == "email" else "page"}</a>'
    return f'<article class="card">{title}{summary}<div class="facts">{facts}</div>{button}</article>'


def facts_of(post: PostPreview) -> Iterator[str]:
    """What isn't seen on an article's page."""
    yield counted(post)
    if post.channel == "email":
        yield "The title is the subject; the summary stands beside it in the inbox."
    if post.address:
        yield f"{'At' if post.published else 'Will be at'} {post.address}"
    if post.home:
        where = NAMES[post.home]
        yield f"Links to the page on {where}." if post.channel == "email" else f"Names {where} as its original."


def _article(post: PostPreview, identity: Identity) -> str:
    """The site's page as it is; another channel's body in a plain frame, since its page is the service's."""
    if post.html.lstrip().lower().startswith("<!doctype"):
        return post.html
    head = f'<p class="meta">What {NAMES[post.channel]} gets; the page round it is its own. <a href="index.html">All channels</a></p>'
    body = f'<article class="card article" dir="auto"><h1>{escape(post.title)}</h1>\n{post.html}</article>'
    return _framed(f"{post.title} on {NAMES[post.channel]}", f"{head}\n{body}", identity)


def _framed(title: str, main: str, identity: Identity) -> str:
    return framed(KIND, escape(title), main, "preview.css", language=identity.language)
