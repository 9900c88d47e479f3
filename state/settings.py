"""Settings of a piece: read once, by `assign`, and frozen into its state."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from state.base import AGENTS, AgentName, Frozen
from state.clock import Clock
from state.records import ReviewPoint

EXTRACTIVE = "extractive"
"""The writer that needs no model."""
Policy = Literal["always", "on_flag", "never"]


class Models(Frozen):
    """Which writer each agent uses: `extractive`, or `provider:model` as LangChain's init_chat_model takes it."""

    default: str = EXTRACTIVE
    content: str | None = None
    voice: str | None = None
    revenue: str | None = None
    distribution: str | None = None
    passes: int = Field(default=3, ge=1, le=3)
    """How often VOICE goes over a piece: 1 drafts, 2 edits too, 3 polishes too. A call each."""
    timeout: float = Field(default=60.0, gt=0)
    """Seconds for one call."""
    retries: int = Field(default=3, ge=0)
    """How often a call is tried again after a 429, a 5xx or a time-out."""
    price_in: float = Field(default=0.0, ge=0)
    """US dollars for a million prompt tokens; 0 when the model costs nothing."""
    price_out: float = Field(default=0.0, ge=0)

    def of(self, agent: AgentName) -> str:
        chosen: str | None = getattr(self, agent)
        return chosen or self.default


class Reviews(Frozen):
    brief: Policy = "always"
    draft: Policy = "always"
    offer: Policy = "always"
    release: Policy = "always"
    autopublish: bool = False
    """Only with this on may `release` be anything but `always`."""

    def policy(self, point: ReviewPoint) -> Policy:
        if point == "review_reply" or (point == "review_release" and not self.autopublish):
            return "always"
        chosen: Policy = getattr(self, point.removeprefix("review_"))
        return chosen


class Bounds(Frozen):
    """How often a piece may go back before a person is asked."""

    per_agent: int = Field(default=2, ge=0)
    """Automatic re-works of one agent's contract."""
    total: int = Field(default=6, ge=0)
    """Automatic re-works of a piece."""
    person: int = Field(default=10, ge=1)
    """Re-works that people may order."""


class Ceilings(Frozen):
    """What a piece and a day may cost. None means no ceiling."""

    tokens_piece: int | None = Field(default=None, gt=0)
    tokens_day: int | None = Field(default=None, gt=0)
    dollars_piece: float | None = Field(default=None, gt=0)
    dollars_day: float | None = Field(default=None, gt=0)


class BriefBounds(Frozen):
    min_evidence: int = Field(default=3, ge=1)
    max_evidence: int = Field(default=12, ge=1)
    min_origins: int = Field(default=2, ge=1)
    min_angles: int = Field(default=2, ge=1)
    checks: tuple[str, ...] = ()


class DraftBounds(Frozen):
    min_words: int = Field(default=150, ge=1)
    max_words: int = Field(default=2000, ge=1)
    min_paragraphs: int = Field(default=4, ge=1)
    banned_phrases: tuple[str, ...] = ()
    required_phrases: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


class OfferBounds(Frozen):
    max_insertions: int = Field(default=3, ge=0)
    words_per_insertion: int = Field(default=600, ge=1)
    """A piece carries one offer for every so many words, and one if it is shorter; two stand as far apart."""
    checks: tuple[str, ...] = ()


class ReleaseBounds(Frozen):
    max_parts: int = Field(default=8, ge=1)
    """Posts in one thread."""
    checks: tuple[str, ...] = ()


class ReplyBounds(Frozen):
    checks: tuple[str, ...] = ()


class ContractBounds(Frozen):
    """A workspace may tighten these, never loosen them. `checks` are the workspace's own, as `file.py:function`."""

    brief: BriefBounds = BriefBounds()
    draft: DraftBounds = DraftBounds()
    offer: OfferBounds = OfferBounds()
    release: ReleaseBounds = ReleaseBounds()
    reply: ReplyBounds = ReplyBounds()


class Searches(Frozen):
    """The searches of a workspace, asked for each piece's topic; all are off unless it names them."""

    searxng: str | None = None
    """The address of an instance."""
    tavily: bool = False
    """Wants TAVILY_API_KEY."""
    wikipedia: str | None = Field(default=None, pattern=r"^[a-z][a-z-]{1,15}$")
    """A language code."""
    arxiv: bool = False
    hacker_news: bool = False
    results: int = Field(default=5, gt=0, le=20)
    """Read of each search."""

    @property
    def on(self) -> tuple[str, ...]:
        """Names of those that are switched on, as the workspace writes them."""
        return tuple(name for name in ("searxng", "tavily", "wikipedia", "arxiv", "hacker_news") if getattr(self, name))


class ReadingBudget(Frozen):
    """The most that all fetches of one reading may take together."""

    pages: int = Field(default=600, gt=0)
    """Addresses asked for, whether or not they answer. A robots.txt and redirects don't count."""
    bytes: int = Field(default=100_000_000, gt=0)
    """As sent."""
    seconds: float = Field(default=180, gt=0)
    """From the start of the reading, waiting for turns and crawl delays included."""


BM25 = "bm25"
"""The way to tell how alike texts are that needs no model: by the words that they share."""


class SourceSettings(Frozen):
    folders: tuple[str, ...] = ("sources",)
    feeds: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    """Addresses of sitemaps, or of sites whose robots.txt names theirs."""
    contact: str = ""
    """The owner's web or mail address, which servers are told."""
    novelty: str = BM25
    """How scouting tells what is new from what was published: `bm25`, or `provider:model` for an embedding model."""
    searches: Searches = Searches()
    budget: ReadingBudget = ReadingBudget()
    allow_loopback: bool = False
    """For tests and for a feed server on this machine: opens loopback addresses, and nothing else."""


class RevenueSettings(Frozen):
    """How REVENUE tells which offer fits a piece."""

    fit: str = BM25
    """`bm25`, or `provider:model` for an embedding model."""
    enough: float | None = Field(default=None, ge=0, le=1)
    """How well an offer has to fit before it is placed; None for what was measured (docs/placement.md)."""


class Identity(Frozen):
    """Whose name it goes out under."""

    name: str = "My notebook"
    author: str = "The author"
    url: str = "https://example.invalid"
    """Where the site will live, without a trailing slash."""
    language: str = "en"
    timezone: str = "UTC"
    domains: tuple[str, ...] = ()
    """Further hosts that posts may link to."""


class Schedule(Frozen):
    """When posts go out. Times of day are the channel's, by its `timezone`, else the author's."""

    quiet: str | None = Field(default=None, pattern=r"^\d\d:\d\d-\d\d:\d\d$")
    """Nothing goes out between these, such as `22:00-07:00`; they may pass midnight."""
    window_days: int = Field(default=7, ge=1, le=90)
    """For how long after its approval a post may go out, where its Release says nothing else."""
    grace_hours: float = Field(default=12, gt=0)
    """A post that is later than this parks, and a person is asked."""
    approval_days: int = Field(default=14, ge=1)
    """An approval that is older asks again."""


class Tracking(Frozen):
    """How it is counted who follows the link of an offer."""

    url: str = ""
    """Where readers reach this machine's `/r/CODE`, without a trailing slash; empty for links that carry UTM tags alone."""
    proxy_header: str = Field(default="", pattern=r"^[A-Za-z0-9-]*$")
    """The header in which a proxy of the owner's names the reader's address; empty to believe none."""
    stripe_hosts: tuple[str, ...] = ()
    """Further hosts of Stripe Payment Links."""
    lemonsqueezy_hosts: tuple[str, ...] = ()
    """Further hosts of Lemon Squeezy's checkout."""
    click_hosts: tuple[str, ...] = ()
    """Other shops that are told of a click, by the parameter `click`."""


class Wheel(Frozen):
    """What `flywheel up` does by itself, and when: cron expressions by the clock of `[identity] timezone`; empty is never."""

    make: str = "0 6 * * *"
    """When a piece is begun."""
    engage: str = "15 * * * *"
    """When channels are asked what people did."""
    learn: str = "30 3 * * *"
    """When it is worked out what paid."""
    waiting: int = Field(default=3, ge=1)
    """With so many pieces at work or waiting for a review no other is begun."""


class ChannelSettings(Frozen):
    name: str
    options: tuple[tuple[str, str], ...] = ()
    times: tuple[str, ...] = ()
    """Times of day, `09:00`, at which its posts go out; empty is as soon as they may."""
    timezone: str | None = None
    """Its readers' zone; the author's where it isn't said."""
    quiet: str | None = None
    """Its own quiet hours; empty for none, None for those of `[schedule]`."""
    per_hour: int | None = Field(default=None, ge=1)
    """The most posts that go out in an hour."""
    limit: int | None = None
    """What one post may measure, where the server said otherwise than the channel's rules; asked when a piece begins."""
    trouble: str = ""
    """Why no post can go there, asked when a piece begins: then the piece is made for the other channels."""

    def clock(self, identity: Identity, schedule: Schedule) -> Clock:
        """Its own, where it has one; else the author's."""
        quiet = schedule.quiet if self.quiet is None else self.quiet or None
        return Clock(timezone=self.timezone or identity.timezone, quiet=quiet)


Attribution = Literal["last", "first", "linear"]
"""Whose a sale is: the link that led to the shop, the first of its offer that was followed, or each of those in equal parts."""
Counting = Literal["checkout", "payment_intents"]


class SalesSettings(Frozen):
    """How what shops report is counted, and to whom it is credited."""

    attribution: Attribution = "last"
    window_days: int = Field(default=30, ge=1, le=365)
    """A click counts towards a sale for this long."""
    stripe: Counting = "checkout"
    """What Stripe is counted by: Checkout (payment links and subscriptions among it), or every payment intent."""
    test_events: bool = False
    """Whether what shops report in test mode counts."""
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    """What is converted is converted into this."""
    rates: tuple[tuple[str, str], ...] = ()
    """Currency, and what one of it is worth in `currency`, as a decimal number in text."""

    @property
    def worth(self) -> Mapping[str, Decimal]:
        """What one of each currency is worth in the home currency."""
        return {currency: Decimal(rate) for currency, rate in self.rates}


class Optimizer(Frozen):
    """How choices are made by what paid. A thing is named `part:name`, such as `offers:bench-roll`."""

    explore: float = Field(default=0.02, ge=0, le=1)
    """Share of choices that are made by lot, so that nothing is given up for good."""
    pin: tuple[str, ...] = ()
    """Taken wherever the contract allows it."""
    ban: tuple[str, ...] = ()
    """Never taken."""
    enough: int = Field(default=100, ge=1)
    """Views of a part below which nothing is said of it."""
    enough_sales: int = Field(default=10, ge=1)
    """Sales below which a part is judged by its clicks alone."""
    half_life_days: float = Field(default=730, gt=0)
    """In which an observation loses half of its weight."""


class Settings(Frozen):
    """Everything that must not change in mid-piece."""

    workspace: str
    """Absolute path."""
    database: str
    """Ledger URL with no password in it (a password stays in the environment)."""
    identity: Identity = Identity()
    models: Models = Models()
    sources: SourceSettings = SourceSettings()
    reviews: Reviews = Reviews()
    bounds: Bounds = Bounds()
    ceilings: Ceilings = Ceilings()
    contracts: ContractBounds = ContractBounds()
    schedule: Schedule = Schedule()
    wheel: Wheel = Wheel()
    channels: tuple[ChannelSettings, ...] = (ChannelSettings(name="site"),)
    sales: SalesSettings = SalesSettings()
    optimizer: Optimizer = Optimizer()
    tracking: Tracking = Tracking()
    revenue: RevenueSettings = RevenueSettings()

    def clock_of(self, channel: str) -> Clock:
        """The clock that a channel's posts go by; the author's for a channel that isn't on (any more)."""
        own = next((c for c in self.channels if c.name == channel), ChannelSettings(name=channel))
        return own.clock(self.identity, self.schedule)

    def zone_of(self, channel: str) -> ZoneInfo:
        return self.clock_of(channel).zone

    @property
    def idle_ceiling(self) -> str:
        """The ceiling in dollars that no call can reach, as there is a model and no price of its tokens; empty where there is none."""
        named = {"dollars_piece": self.ceilings.dollars_piece, "dollars_day": self.ceilings.dollars_day}
        modelled = any(self.models.of(agent) != EXTRACTIVE for agent in AGENTS)
        priced = self.models.price_in or self.models.price_out
        return next((name for name, dollars in named.items() if dollars), "") if modelled and not priced else ""

    @property
    def unnamed_readers(self) -> bool:
        """Whether readers of links come by a proxy that no header is read of: an address in https is answered by something before us."""
        return self.tracking.url.startswith("https://") and not self.tracking.proxy_header
