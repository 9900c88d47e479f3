"""The workspace's own files: settings, voice, offers, sources, its own checks. Sync: reads files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from agents.voice.profile import ENOUGH_SAMPLES, mixed
from desk.checkup.finding import Finding, failed, from_problems, ok, warning
from state.disclosures import WORDS, spoken
from state.offers import Offer
from state.settings import BM25, Settings, SourceSettings
from state.text import words
from state.workspace import VoiceFolder, WorkspaceError, load_checks, load_offers, load_settings, load_voice


def settings_of(workspace: Path) -> tuple[Settings | None, list[Finding]]:
    """The settings, if they can be read at all, and what was found about them."""
    try:
        settings = load_settings(workspace)
    except WorkspaceError as error:
        return None, list(from_problems("settings", error.problems))
    who = settings.identity
    return settings, [ok("settings", f"flywheel.toml is sound: {who.name}, by {who.author}.")]


def files(workspace: Path, settings: Settings | None, today: date) -> Iterator[Finding]:
    """Everything that is read without a network; what needs settings is left out where there are none."""
    yield from _guarded("voice", lambda: _voice(workspace))
    yield from _guarded("offers", lambda: _offers(load_offers(workspace), today, settings))
    if settings is not None:
        if settings.idle_ceiling:
            yield warning(
                "ceilings",
                f"[ceilings] {settings.idle_ceiling} holds no model back: [models] has no price_in and price_out, so each call counts as free.",
                "Give the prices, in US dollars for a million tokens, or set a ceiling in tokens. What costs nothing needs neither.",
            )
        if settings.unnamed_readers:
            yield warning(
                "tracking",
                "[tracking] url is in https, which a proxy of yours answers, and no proxy_header names its readers: all count as one address, "
                "whose clicks are a flood from the 121st of a minute on.",
                'Write the header that your proxy sets, such as proxy_header = "X-Forwarded-For".',
            )
        yield from _own_checks(workspace, settings)
        if settings.revenue.fit != BM25:
            said = f"Offers are held against a piece by {settings.revenue.fit}; by words where it doesn't answer."
            yield ok("fit", said)


def _guarded(about: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from list(look())
    except WorkspaceError as error:
        yield from from_problems(about, error.problems)


def _voice(workspace: Path) -> Iterator[Finding]:
    folder = load_voice(workspace)
    count = sum(len(words(text)) for _, text in folder.samples)
    told = f"{_count(len(folder.samples), 'sample')} with {count} words, {_count(len(folder.notes), 'note')}, {_count(len(folder.glossary), 'name')} in the glossary."
    if not folder.samples:
        yield warning(
            "voice", told, "Put texts of the author's into voice/*.md: without them no Draft is held to their voice."
        )
    elif count < ENOUGH_SAMPLES:
        yield warning(
            "voice",
            told,
            f"With {ENOUGH_SAMPLES - count} more, {ENOUGH_SAMPLES} in all, a Draft can be held to the voice; until then its distance is advice.",
        )
    else:
        yield ok("voice", told)
    yield from _two_authors(folder)


def _two_authors(folder: VoiceFolder) -> Iterator[Finding]:
    found = mixed([text for _, text in folder.samples])
    if found.two:
        one, other = (", ".join(folder.samples[i][0] for i in group) for group in found.groups)
        said = f"The samples read as if two people wrote them: {one} on one side, {other} on the other."
        yield warning("voice", said, "Keep those of the one whose voice this is; `flywheel voice` shows how they lie.")


def _disclosed(offers: tuple[Offer, ...], language: str) -> Iterator[Finding]:
    """Whether readers are told in their own language who earns by an offer."""
    if any(offer.disclosure != "none" for offer in offers) and not spoken(language):
        known = ", ".join(WORDS)
        yield warning(
            "disclosures",
            f"There are no words for them in `{language}`: offers are disclosed in English.",
            f"Readers must understand them. There are words in {known}; docs/disclosures.md has them.",
        )


def _offers(offers: tuple[Offer, ...], today: date, settings: Settings | None) -> Iterator[Finding]:
    if not offers:
        yield ok("offers", "There are none; pieces go out without. `flywheel offers add` writes one.")
    if settings is not None:
        yield from _disclosed(offers, settings.identity.language)
    for offer in offers:
        about = f"offer {offer.id}"
        if offer.live_on(today):
            yield ok(
                about,
                f"Live{f' until {offer.live_until}' if offer.live_until else ''}: {offer.name}, {offer.price_text}.",
            )
        elif offer.live_until and offer.live_until < today:
            yield warning(
                about, f"Expired on {offer.live_until}.", "Give it a later live_until in offers.toml, or take it out."
            )
        else:
            yield warning(
                about, f"Not live before {offer.live_from}.", "Nothing to do, unless live_from in offers.toml is wrong."
            )


def _own_checks(workspace: Path, settings: Settings) -> Iterator[Finding]:
    bounds = settings.contracts
    every = (bounds.brief, bounds.draft, bounds.offer, bounds.release, bounds.reply)
    names = tuple(name for bound in every for name in bound.checks)
    if not names:
        return
    try:
        load_checks(workspace, names)
    except WorkspaceError as error:
        yield from from_problems("own checks", error.problems)
    else:
        yield ok("own checks", f"{', '.join(names)} can be run.")


async def sources(settings: Settings) -> list[Finding]:
    """Every folder, read as CONTENT reads it; feeds and pages are counted, not fetched."""
    from agents.content.sources import FetchLimits, open_fetcher, open_sources

    given, found = settings.sources, []
    async with open_fetcher(FetchLimits(), allow_loopback=False) as fetcher:
        for source in open_sources(Path(settings.workspace), given.folders, (), (), fetcher):
            about, reading = f"sources {source.name}", await source.read()
            if reading.snapshots:
                found.append(ok(about, f"{_count(len(reading.snapshots), 'document')} can be read."))
            elif not reading.problems:
                found.append(
                    warning(about, "There is nothing in it to read.", "Put Markdown, HTML, PDF or text files into it.")
                )
            for p in reading.problems:
                said = p.message if p.source == source.name else f"{p.source}: {p.message}"
                found.append(warning(about, said, p.fix))
    found += list(_online(given))
    if not any((given.folders, given.feeds, given.pages, given.sitemaps, given.searches.on)):
        found.append(failed("sources", "There is nothing to read.", "Name a folder, a feed or a page in [sources]."))
    return found


def _online(given: SourceSettings) -> Iterator[Finding]:
    """What is fetched when a piece is made: counted here, not asked."""
    named = (("feed", given.feeds), ("page", given.pages), ("sitemap", given.sitemaps))
    told = [_count(len(urls), what) for what, urls in named if urls]
    if told:
        yield ok("sources online", f"{', '.join(told)} named; they are fetched when a piece is made.")
    for name in given.searches.on:
        yield _search(name, given)
    if given.searches.wikipedia and not given.contact:
        fix = 'Write contact = "you@example.org" under [sources].'
        yield warning("contact", "Wikipedia asks programs to say who is behind them, and no contact is named.", fix)
    if given.novelty != BM25:
        yield ok("novelty", f"Topics are compared by {given.novelty}; by words where it doesn't answer.")


def _search(name: str, given: SourceSettings) -> Finding:
    from agents.content.sources.tavily import SearchKeys

    about = f"search {name}"
    if name == "tavily" and SearchKeys().tavily_api_key is None:
        return failed(about, "TAVILY_API_KEY isn't set.", "Set it in .env, or take tavily out of [sources.searches].")
    where = {"searxng": given.searches.searxng, "wikipedia": f"{given.searches.wikipedia}.wikipedia.org"}.get(name)
    most = _count(given.searches.results, "page")
    return ok(about, f"Asked for each piece's topic{f', at {where}' if where else ''}; {most} at most are read.")


def _count(number: int, what: str, several: str = "") -> str:
    return f"{number} {what}" if number == 1 else f"{number} {several or f'{what}s'}"
