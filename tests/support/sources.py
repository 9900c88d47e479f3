"""What sources are tested on: search services that a test scripts, PDF bytes, short limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from pydantic import SecretStr
from pypdf import PdfReader, PdfWriter

from agents.content.sources import FetchLimits
from agents.content.sources.arxiv import Arxiv
from agents.content.sources.hackernews import HackerNews
from agents.content.sources.search import Engine
from agents.content.sources.searxng import Searxng
from agents.content.sources.tavily import Tavily
from agents.content.sources.wikipedia import Wikipedia
from tests.support.web import SENTENCE, Web, answer, article, rss, sitemap

LIMITS = FetchLimits(
    max_bytes=400_000, total_seconds=60, connect_seconds=20, silent_seconds=20, redirects=3, backoff_seconds=0.01
)
IMPATIENT = LIMITS.model_copy(update={"total_seconds": 1.2, "silent_seconds": 0.5})
"""For tests of what doesn't answer; on a busy machine nothing else may need to be quick."""


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
    rest: dict[str, object] = {
        "answer": None,
        "follow_up_questions": None,
        "images": [],
        "response_time": 1.09,
        "request_id": "1f2e3d4c",
    }
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
    """The makers of test material, as one fixture."""

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
    impatient: FetchLimits = IMPATIENT
    sentence: str = SENTENCE
