"""A workspace's year, made up: pieces on channels, links, readers who follow them, orders and refunds. Written into a real ledger."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from state.channels import Kind
from state.ledger import Ledger
from state.records import OutboxRow, PostState
from state.trade import MICROS, Click, Link, Part, Sale, Trait

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TELLS = ("bluesky", "mastodon")
"""The channels that tell views."""


def code_of(*words: object) -> str:
    """Ten letters, as the codes of links are."""
    digest = hashlib.sha256("/".join(map(str, words)).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:10]


@dataclass
class Takings:
    """Writes into a ledger what a workspace would have written."""

    ledger: Ledger

    async def piece(
        self, piece: str, title: str = "", *, at: datetime = START, traits: dict[Part, str] | None = None
    ) -> None:
        await self.ledger.start_piece(piece, topic=f"on {piece}", driver="embedded", now=at)
        await self.ledger.update_piece(piece, now=at, title=title or f"About {piece}", status="published")
        named = [Trait(piece=piece, part=part, name=name) for part, name in (traits or {}).items()]
        await self.ledger.write_traits(named)

    async def post(
        self,
        piece: str,
        channel: str,
        *,
        at: datetime = START,
        number: int = 1,
        state: PostState = PostState.CONFIRMED,
        post_id: str = "",
        views: int | None = None,
    ) -> OutboxRow:
        row = OutboxRow(
            key=f"{piece}/{channel}/{post_id or number}",
            piece=piece,
            post_id=post_id or f"{channel}-{number}",
            channel=channel,
            release="r",
            state=state,
            published_at=at,
            remote_id="there",
        )
        await self.ledger.write_outbox([row])
        if views is not None:
            await self.viewed(row, views, at=at + timedelta(days=1))
        return row

    async def viewed(self, row: OutboxRow, views: int, *, at: datetime) -> None:
        await self.ledger.record_counts(row, {Kind.VIEW: views, Kind.LIKE: 3}, now=at)

    async def link(self, piece: str, channel: str, offer: str, variant: str = "") -> str:
        code = code_of(piece, channel, offer, variant)
        link = Link(code=code, piece=piece, channel=channel, offer=offer, variant=variant, url="https://shop.example/x")
        await self.ledger.write_links([link], now=START)
        return code

    async def click(
        self, code: str, times: int = 1, *, at: datetime = START, bot: bool = False, visitor: str = ""
    ) -> list[str]:
        """So many people follow it, a minute after one another, or one `visitor`; gives the clicks' ids."""
        made = [
            Click(
                id=hashlib.sha256(f"{code}/{at}/{i}/{bot}".encode()).hexdigest()[:16],
                code=code,
                at=at + timedelta(minutes=i),
                visitor=visitor or f"{code}-{at}-{i}",
                bot=bot,
                referrer="",
            )
            for i in range(times)
        ]
        await self.ledger.record_clicks(made)
        return [click.id for click in made]

    async def sell(
        self,
        order: str,
        amount: float,
        *,
        click: str | None = None,
        code: str | None = None,
        at: datetime = START,
        currency: str = "GBP",
        refund: bool = False,
        offer: str = "",
    ) -> Sale:
        sale = Sale(
            event=f"{order}-{'refund' if refund else 'sale'}",
            shop="stripe",
            order=order,
            kind="refund" if refund else "sale",
            amount=round(amount * MICROS),
            currency=currency,
            click=click,
            code=code,
            offer=offer,
            at=at,
        )
        await self.ledger.record_sale(sale)
        return sale


ANGLES = ("what it cost", "who decided", "how it is done", "what was lost")
HOOKS = ("a question", "a number", "a scene")
THEMES = ("repair", "tools", "waste", "design", "law")
CHANNELS = ("site", "bluesky", "mastodon", "email", "devto")
OFFERS = ("repair-guide", "newsletter", "toolkit")


def year(pieces: int, clicks: int, seed: int = 5) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A year's rows by table, in the order in which they may be written: five posts a piece. For benchmarks, by plain INSERTs."""
    chance = random.Random(seed)
    out = [(f"p{i:05d}", START + timedelta(days=365 * i / pieces)) for i in range(pieces)]
    about: dict[str, object] = {"waiting_at": None, "reason": "", "insight": "", "driver": "embedded"}
    yield (
        "pieces",
        [
            {"piece": p, "topic": f"topic {p}", "title": f"The {chance.choice(THEMES)} of {p}", "status": "published"}
            | about
            | {"created_at": at, "updated_at": at}
            for p, at in out
        ],
    )
    posts = [(p, c, at + timedelta(hours=chance.randrange(10))) for p, at in out for c in CHANNELS]
    row: dict[str, object] = {"release": "r", "state": "confirmed", "depends_on": [], "tries": 1, "reason": ""}
    yield (
        "outbox",
        [
            row
            | {"key": f"{p}/{c}", "piece": p, "post_id": f"{c}-1", "channel": c, "published_at": at, "action": "create"}
            for p, c, at in posts
        ],
    )
    yield (
        "traits",
        [
            {"piece": p, "part": part, "name": chance.choice(names)}
            for p, _ in out
            for part, names in (("angles", ANGLES), ("hooks", HOOKS), ("themes", THEMES))
        ],
    )
    yield (
        "engagement",
        [
            {"piece": p, "post": f"{p}/{c}", "channel": c, "kind": "view", "count": n, "at": at + timedelta(days=2)}
            for p, c, at in posts
            if c in TELLS
            for n in (chance.randrange(50, 900),)
        ],
    )
    offered = [(p, c, at, code_of(p, c), chance.choice(OFFERS)) for p, c, at in posts]
    link: dict[str, object] = {"variant": "", "url": "https://shop.example/x"}
    yield (
        "links",
        [link | {"code": code, "piece": p, "channel": c, "offer": o, "at": at} for p, c, at, code, o in offered],
    )
    weights = [(1 + CHANNELS.index(c)) * (1 + OFFERS.index(o)) for _, c, _, _, o in offered]
    followed = [
        (f"{i:032x}", code, at + timedelta(hours=chance.expovariate(1 / 60)), o)
        for i, (_, _, at, code, o) in enumerate(chance.choices(offered, weights, k=clicks))
    ]
    yield (
        "clicks",
        [
            {
                "id": i,
                "code": code,
                "at": at,
                "visitor": f"{i[-5:]}-{at:%j}",
                "bot": chance.random() < 0.1,
                "referrer": "",
            }
            for i, code, at, _ in followed
        ],
    )
    bought = [(i, code, at, o) for i, code, at, o in followed if chance.random() < 0.01 * (1 + OFFERS.index(o))]
    sale: dict[str, Any] = {"shop": "stripe", "currency": "GBP"}
    rows = [
        sale
        | {"event": f"e{i}", "order": f"o{i}", "kind": "sale", "amount": (10 + 15 * OFFERS.index(o)) * MICROS}
        | {
            "code": code,
            "click": i if k % 20 else None,
            "offer": o,
            "at": at + timedelta(minutes=chance.randrange(600)),
        }
        for k, (i, code, at, o) in enumerate(bought)
    ]
    lost = [
        r | {"code": None, "click": None, "event": f"{r['event']}-u", "order": f"{r['order']}-u"} for r in rows[::25]
    ]
    back = [r | {"event": f"{r['event']}-r", "kind": "refund", "at": r["at"] + timedelta(days=5)} for r in rows[::15]]
    yield "sales", [*rows, *lost, *back]
