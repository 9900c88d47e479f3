"""What one value of flywheel.toml must look like: each rule gives it back in its normal form, or refuses it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from state.channels import RULES as CHANNEL_RULES
from state.settings import BM25
from state.workspace.arms import arm_rule
from state.workspace.cron import cron
from state.workspace.problems import Refused, closest, meant
from state.workspace.rates import currency
from state.workspace.times import quiet_here, quiet_hours, time_of_day

Rule: TypeAlias = Callable[[str], str]
"""Raises `Refused`."""

# Shapes of RFC 5646 (BCP 47) that a site and a sentence splitter can use: en, de-CH, zh-Hant-TW.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_MODEL = re.compile(r"[a-z0-9_]+:\S+")
_CHECK = re.compile(r"(?P<file>[^:]+\.py):(?P<function>[^\W\d]\w*)")
_HOST = re.compile(r"[^\s/:@?#\[\]*.]+(\.[^\s/:@?#\[\]*.]+)*")


def one_line(value: str) -> str:
    """Keep text that can stand in a heading or a feed: not empty, one line, no control characters."""
    text = value.strip()
    if not text:
        raise Refused("must not be empty.", "Fill it in, or leave the key out.")
    if not text.isprintable():
        raise Refused("holds a line break or a control character.", "Write it on one line, in plain text.")
    return text


def language(value: str) -> str:
    """Keep a language tag as the web writes it."""
    if _LANGUAGE.fullmatch(value):
        return value
    guess = value.strip().replace("_", "-").partition(".")[0]
    fits = bool(_LANGUAGE.fullmatch(guess))
    raise Refused(
        f"`{value}` is not a language tag.", f"Did you mean `{guess}`?" if fits else "Write a tag such as en or de-CH."
    )


def timezone(value: str) -> str:
    """Keep the name of a time zone that the tz database knows."""
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        guess = closest(value, available_timezones())
    hint = f"Did you mean `{guess}`?" if guess else "Write one such as Europe/London or UTC."
    raise Refused(f"`{value}` is not a time zone.", hint)


def site_address(value: str) -> str:
    """Keep where a site lives, without a slash at its end."""
    parts = _address(value)
    if "?" in value or "#" in value:
        raise Refused("a site's address has no ? and no # in it.", f"Write `{parts.scheme}://{parts.netloc}`.")
    return value.strip().rstrip("/")


def page_address(value: str) -> str:
    """Keep the address of a feed or of a page."""
    _address(value)
    return value.strip()


def _address(value: str) -> SplitResult:
    """Split a web address; a password in it is refused, since settings are kept with each piece."""
    text = value.strip()
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"\s", text) or not text.isprintable():
        guess = f"https://{text}"
        bare = re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", text)
        hint = f"Did you mean `{guess}`?" if bare else "Write one such as https://example.org."
        raise Refused(f"`{text}` is not an http or https address.", hint)
    if parts.username is not None:
        raise Refused("holds a user name or a password, and settings are kept in the open.", "Take them out.")
    return parts


def host(value: str) -> str:
    """Keep a host's name in lower case."""
    text = value.strip().lower()
    if _HOST.fullmatch(text):
        return text
    found = re.search(r"(?:\w+://)?(?:[^\s/@]*@)?(?P<host>[^\s/:@?#\[\]*]+)", text)
    guess = found["host"].strip(".") if found else ""
    fix = f"Did you mean `{guess}`?" if _HOST.fullmatch(guess) else "Write one such as example.org."
    raise Refused(f"`{value}` is not a host's name.", fix)


def writer(value: str) -> str:
    """Keep the name of a writer: `extractive`, or `provider:model`."""
    if value == "extractive" or _MODEL.fullmatch(value):
        return value
    if closest(value, ["extractive"]):
        raise Refused(f"`{value}` is not a writer.", "Did you mean `extractive`?")
    raise Refused(
        f"`{value}` names no provider.", "Write `extractive`, or `provider:model`, such as `openai:gpt-5-mini`."
    )


def likeness_rule(what: str) -> Rule:
    """Make the rule for the name of a way to compare texts, `bm25` or `provider:model`, by which `what` is told."""

    def likeness(value: str) -> str:
        if value == BM25 or _MODEL.fullmatch(value):
            return value
        guess = "Did you mean `bm25`?" if closest(value, [BM25]) else "Write `bm25`, or `provider:model`."
        raise Refused(f"`{value}` is no way to tell {what}.", guess)

    return likeness


def encyclopedia(value: str) -> str:
    """Keep the language code of a Wikipedia: the first part of its host's name."""
    text = value.strip().lower()
    if re.fullmatch(r"[a-z][a-z-]{1,15}", text):
        return text
    found = re.match(r"(?:https?://)?([a-z][a-z-]{1,15})\.(?:m\.)?wikipedia\.org", text)
    fix = f"Did you mean `{found[1]}`?" if found else "Write a language code such as en."
    raise Refused(f"`{value}` is no language of Wikipedia's.", fix)


def contact(value: str) -> str:
    """Keep the address that servers are told: a web page, or a mail address."""
    text = value.strip()
    if not text or re.fullmatch(r"[^\s@()<>]+@[^\s@()<>]+\.[^\s@()<>.]+", text):
        return text
    if "@" in text and "://" not in text:
        raise Refused(f"`{value}` is not a mail address.", "Write one such as you@example.org.")
    return page_address(text)


def phrase(value: str) -> str:
    """Keep a phrase that has a word in it."""
    if re.search(r"[^\W_]", value):
        return value.strip()
    raise Refused("a phrase needs a word in it.", "Fill it in, or take it out.")


def folder_rule(workspace: Path) -> Rule:
    """Make the rule for a folder below `workspace`: relative, with forward slashes, and not the workspace itself."""

    def folder(value: str) -> str:
        path = inside(workspace, value)
        if path == ".":
            raise Refused(
                "the whole workspace can't be a source: it holds settings and secrets.",
                'Name a folder in it, such as "sources".',
            )
        return path

    return folder


def inside(workspace: Path, value: str) -> str:
    """Give a relative path below `workspace` in its normal form; `.` for the workspace. Raises `Refused`."""
    text = value.strip()
    if not text or "\0" in text:
        raise Refused("must name a path.", 'Write one such as "sources".')
    if "\\" in text:
        raise Refused(f"`{text}` has a backslash in it.", f"Did you mean `{text.replace(chr(92), '/')}`?")
    absolute = PurePosixPath(text).is_absolute() or PureWindowsPath(text).drive or text.startswith("~")
    if absolute or not real(workspace / text).is_relative_to(real(workspace)):
        raise Refused(
            f"`{text}` lies outside the workspace.",
            "Write a path relative to flywheel.toml; copy or move there what you want to use.",
        )
    return _normal(text)


def real(path: Path) -> Path:
    """Follow every link, where `Path.resolve` would raise on a link to itself."""
    return Path(os.path.realpath(path))


def _normal(text: str) -> str:
    parts: list[str] = []
    for part in PurePosixPath(text).parts:
        if part == "..":
            del parts[-1:]
        else:
            parts.append(part)
    return PurePosixPath(*parts).as_posix()


def check_rule(workspace: Path) -> Rule:
    """Make the rule for a check of the workspace's own: `file.py:function`, the file there."""

    def check(value: str) -> str:
        file, function = split_check(workspace, value)
        return f"{file}:{function}"

    return check


def split_check(workspace: Path, value: str) -> tuple[str, str]:
    """Give the file, relative to `workspace` and there, and the function that `file.py:function` names.

    Raises `Refused`.
    """
    found = _CHECK.fullmatch(value.strip())
    if not found:
        raise Refused(f"`{value}` doesn't name a check.", "Write it as `checks.py:function`.")
    file = inside(workspace, found["file"])
    if not (workspace / file).is_file():
        there = sorted(path.name for path in workspace.glob("*.py"))
        fix = meant(file, there, what="files") if there else f"Write {file}, or take the check out."
        raise Refused(f"there is no file {file} in the workspace.", fix)
    return file, found["function"]


def rules(workspace: Path) -> Mapping[tuple[str, ...], Rule]:
    """Map each key of flywheel.toml whose text must have a certain form to its rule; a list's rule is its items'."""
    own_check = check_rule(workspace)
    return {
        ("identity", "name"): one_line,
        ("identity", "author"): one_line,
        ("identity", "url"): site_address,
        ("identity", "language"): language,
        ("identity", "timezone"): timezone,
        ("identity", "domains"): host,
        **{("models", key): writer for key in ("default", "content", "voice", "revenue", "distribution")},
        ("sources", "folders"): folder_rule(workspace),
        ("sources", "feeds"): page_address,
        ("sources", "pages"): page_address,
        ("sources", "sitemaps"): page_address,
        ("sources", "contact"): contact,
        ("sources", "novelty"): likeness_rule("what is new"),
        ("revenue", "fit"): likeness_rule("what fits"),
        ("sources", "searches", "searxng"): page_address,
        ("sources", "searches", "wikipedia"): encyclopedia,
        ("schedule", "quiet"): quiet_hours,
        ("sales", "currency"): currency,
        **{("wheel", key): cron for key in ("make", "engage", "learn")},
        **{("channels", name, "times"): time_of_day for name in CHANNEL_RULES},
        **{("channels", name, "timezone"): timezone for name in CHANNEL_RULES},
        **{("channels", name, "quiet"): quiet_here for name in CHANNEL_RULES},
        **{("optimizer", key): arm_rule(workspace) for key in ("pin", "ban")},
        ("contracts", "draft", "banned_phrases"): phrase,
        ("contracts", "draft", "required_phrases"): phrase,
        ("tracking", "url"): site_address,
        **{("tracking", f"{shop}_hosts"): host for shop in ("stripe", "lemonsqueezy", "click")},
        **{("contracts", name, "checks"): own_check for name in ("brief", "draft", "offer", "release", "reply")},
    }
