"""A real HTTP server on loopback whose answers a test writes, search services on it, a fetcher with short limits, PDF bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO

import pytest
import stamina
from pydantic import SecretStr
from pypdf import PdfReader, PdfWriter

from agents.content.sources import Fetcher, FetchLimits, open_fetcher
from agents.content.sources.arxiv import Arxiv
from agents.content.sources.hackernews import HackerNews
from agents.content.sources.search import Engine
from agents.content.sources.searxng import Searxng
from agents.content.sources.tavily import Tavily
from agents.content.sources.wikipedia import Wikipedia

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]

LIMITS = FetchLimits(
    max_bytes=400_000, total_seconds=0.5, connect_seconds=0.4, silent_seconds=0.15, redirects=3, backoff_seconds=0.01
)
SENTENCE = "The harbour froze in the winter of 1929 and nobody could take the boats out for eleven weeks."


@dataclass
class Web:
    """Answers by path, with its query or without. A handler writes the response; of several, each answers one request.

    `asked` leaves robots.txt out, which is counted apart: every host's is asked for first.
    """

    port: int = 0
    handlers: dict[str, list[Handler]] = field(default_factory=dict)
    posted: list[str] = field(default_factory=list)
    robots_asked: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def on(self, path: str, *handlers: Handler) -> str:
        self.handlers[path] = list(handlers)
        return self.url(path)

    def page(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", **headers: str) -> str:
        return self.on(path, answer(200, body, kind, **headers))

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self.serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.respond(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path = head[0].split(" ")[:2]
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
            if path == "/robots.txt":
                self.robots_asked += 1
            else:
                self.asked.append((path, headers))
            if method == "POST":
                self.posted.append((await reader.readexactly(int(headers["content-length"]))).decode())
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                queue = self.handlers.get(path) or self.handlers.get(path.partition("?")[0])
                queue = queue or [answer(404, "no such page")]
                await (queue.pop(0) if len(queue) > 1 else queue[0])(writer)
                await writer.drain()
            finally:
                self.at_once -= 1


def answer(status: int, body: str | bytes = b"", kind: str = "text/html; charset=utf-8", **headers: str) -> Handler:
    """Write one whole response; underscores in header names become hyphens."""
    data = body.encode() if isinstance(body, str) else body

    async def handler(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(data)}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + data)

    return handler


def make_pdf(*pages: Sequence[str], title: str = "", author: str = "") -> bytes:
    """Write a PDF by hand: one line of Helvetica for each string, 14 points apart."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 760 Td {shown} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< /Title ({title}) /Author ({author}) >>")
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(out)}\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}%%EOF\n".encode()


def locked_pdf(password: str) -> bytes:
    """Encrypt a PDF of one line with AES-256."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf([SENTENCE]))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def article(title: str = "The frozen harbour", paragraphs: int = 5, head: str = "") -> str:
    """Write a page with that many paragraphs, a menu and a footer."""
    text = "".join(f"<p>Paragraph {number}. {SENTENCE}</p>" for number in range(1, paragraphs + 1))
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>{title}</h1>{text}</article><footer>All rights reserved</footer></body></html>"
    )


def rss(*items: str, extra: str = "") -> str:
    """Write an RSS feed around `items`."""
    return (
        f'<?xml version="1.0"?>{extra}<rss version="2.0"><channel><title>Harbour news</title>'
        f"<link>https://harbour.example/</link>{''.join(items)}</channel></rss>"
    )


def sitemap(*entries: tuple[str, str], root: str = "urlset") -> str:
    """Write a sitemap of (address, lastmod), or with `root` "sitemapindex" an index of sitemaps."""
    tag = "url" if root == "urlset" else "sitemap"
    listed = "".join(f"<{tag}><loc>{url}</loc><lastmod>{changed}</lastmod></{tag}>" for url, changed in entries)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{listed}</{root}>"
    )


SERVICES = ("searxng", "tavily", "wikipedia", "arxiv", "hackernews")
KEY = "tvly-dev-abcdef0123456789"


def service(web: Web, kind: str) -> Engine:
    """Give the engine of that kind, asking this server."""
    url = web.url("")
    engines: dict[str, Engine] = {
        "searxng": Searxng(url),
        "tavily": Tavily(SecretStr(KEY), url),
        "wikipedia": Wikipedia(address=url),
        "arxiv": Arxiv(url),
        "hackernews": HackerNews(url),
    }
    return engines[kind]


def service_path(kind: str) -> str:
    """Give the path that the service is asked at first."""
    return {
        "searxng": "/search",
        "tavily": "/search",
        "wikipedia": "/w/rest.php/v1/search/page",
        "arxiv": "/api/query",
        "hackernews": "/api/v1/search",
    }[kind]


def script_service(web: Web, kind: str, *urls: str) -> None:
    """Let the service answer in its real shape; a web search finds `urls`."""
    said = {
        "searxng": searxng_answer,
        "tavily": tavily_answer,
        "wikipedia": wikipedia_hits,
        "arxiv": arxiv_answer,
        "hackernews": hackernews_answer,
    }[kind](*urls)
    web.page(service_path(kind), said, "application/atom+xml" if kind == "arxiv" else "application/json")
    if kind == "wikipedia":
        web.page("/w/api.php", wikipedia_article(), "application/json")


def searxng_answer(*urls: str) -> str:
    results = [
        {
            "url": url,
            "title": "The frozen harbour",
            "content": "The harbour froze ... eleven weeks.",
            "publishedDate": None,
            "thumbnail": "",
            "engine": "duckduckgo",
            "template": "default.html",
            "parsed_url": ["https", "a.example", "/", "", "", ""],
            "engines": ["duckduckgo", "brave"],
            "positions": [1, 3],
            "score": 2.5,
            "category": "general",
        }
        for url in urls
    ]
    rest = {
        "answers": [],
        "corrections": [],
        "infoboxes": [],
        "suggestions": [],
        "unresponsive_engines": [["qwant", "timeout"]],
    }
    return json.dumps({"query": "frozen harbour", "number_of_results": 0, "results": results, **rest})


def tavily_answer(*urls: str) -> str:
    results = [
        {"url": url, "title": "The frozen harbour", "content": "The harbour froze.", "score": 0.98, "raw_content": None}
        for url in urls
    ]
    rest = {"answer": None, "follow_up_questions": None, "images": [], "response_time": 1.09, "request_id": "1f2e3d4c"}
    return json.dumps({"query": "frozen harbour", "results": results, **rest})


def hackernews_answer(*urls: str) -> str:
    linked = [_story(str(101 + at), url, None) for at, url in enumerate(urls)]
    asked = _story("900", None, f"<p>{SENTENCE}<p>Does anybody know why &amp; how?")
    return json.dumps({"hits": [*linked, asked], "nbHits": 2, "page": 0, "nbPages": 1, "hitsPerPage": 5, "params": ""})


def _story(number: str, url: str | None, text: str | None) -> dict[str, object]:
    return {
        "objectID": number,
        "title": "Ask HN: the frozen harbour?",
        "url": url,
        "author": "jroe",
        "points": 57,
        "num_comments": 12,
        "created_at": "2024-03-05T10:00:00Z",
        "created_at_i": 1709632800,
        "story_id": int(number),
        "story_text": text,
        "_tags": ["story", "author_jroe", f"story_{number}"],
        "_highlightResult": {"title": {"value": "<em>frozen</em>", "matchLevel": "full", "matchedWords": ["frozen"]}},
    }


def wikipedia_hits(*_urls: str) -> str:
    hit = {"id": 7, "key": "Frozen_harbour", "title": "Frozen harbour", "matched_title": None, "thumbnail": None}
    return json.dumps({"pages": [hit | {"excerpt": "The <span class=searchmatch>harbour</span>", "description": None}]})


def wikipedia_article() -> str:
    text = f"{SENTENCE}\nIt thawed in March.\n\n\n== History ==\n{SENTENCE}\n\n\n=== The thaw ===\nIt was slow."
    page = {"pageid": 7, "ns": 0, "title": "Frozen harbour", "extract": text}
    return json.dumps({"batchcomplete": True, "query": {"pages": [page]}})


def arxiv_answer(*_urls: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        '<link href="http://arxiv.org/api/query?search_query%3Dall:ice" rel="self" type="application/atom+xml"/>'
        '<title type="html">ArXiv Query: search_query=all:ice</title><id>http://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id>'
        "<updated>2024-03-06T00:00:00-05:00</updated>"
        '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>'
        "<entry><id>http://arxiv.org/abs/2403.00001v1</id><updated>2024-03-05T18:00:00Z</updated>"
        f"<published>2024-03-05T18:00:00Z</published><title>On harbours\n  that freeze</title><summary>  {SENTENCE}\n"
        "We model $x &lt; 1$.\n</summary>"
        "<author><name>Jane Roe</name></author><author><name>Joe Poe</name></author>"
        '<link href="http://arxiv.org/abs/2403.00001v1" rel="alternate" type="text/html"/>'
        '<link title="pdf" href="http://arxiv.org/pdf/2403.00001v1" rel="related" type="application/pdf"/>'
        "</entry></feed>"
    )


@dataclass(frozen=True)
class Make:
    """The makers of test material, as one fixture: importlib mode has no importable conftest."""

    answer = staticmethod(answer)
    article = staticmethod(article)
    locked_pdf = staticmethod(locked_pdf)
    pdf = staticmethod(make_pdf)
    rss = staticmethod(rss)
    sitemap = staticmethod(sitemap)
    service = staticmethod(service)
    service_path = staticmethod(service_path)
    script_service = staticmethod(script_service)
    services: tuple[str, ...] = SERVICES
    key: str = KEY
    limits: FetchLimits = LIMITS
    sentence: str = SENTENCE


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    site = Web()
    server = await asyncio.start_server(site.accept, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()
    left = list(site.tasks)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with open_fetcher(LIMITS, allow_loopback=True) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quick_retries() -> Iterator[None]:
    """Three attempts without any wait between them."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
