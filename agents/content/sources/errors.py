"""Errors of the sources.

SourceError             one document or feed gave nothing; carries the `SourceProblem` to report
└── FetchError          the network's part of it; knows whether asking again may help

They stay inside this package: a `Source` turns each into a problem of its `Reading`.
"""

from __future__ import annotations

from typing import Literal

from state.sources import SourceProblem

Code = Literal[
    "source.bad-answer",
    "source.bad-front-matter",
    "source.bad-url",
    "source.budget-spent",
    "source.cut-short",
    "source.entries-skipped",
    "source.failed",
    "source.folder-empty",
    "source.folder-missing",
    "source.guessed-encoding",
    "source.http-error",
    "source.key-missing",
    "source.key-refused",
    "source.no-text",
    "source.not-a-feed",
    "source.not-a-sitemap",
    "source.not-found",
    "source.other-language",
    "source.outside-workspace",
    "source.private-address",
    "source.robots",
    "source.timeout",
    "source.too-large",
    "source.too-little-text",
    "source.too-many-redirects",
    "source.undecodable",
    "source.unknown-format",
    "source.unreachable",
    "source.unreadable",
    "source.unsafe-xml",
]


class SourceError(Exception):
    """Nothing could be read, and `problem` says what a person can do about it."""

    def __init__(self, problem: SourceProblem) -> None:
        super().__init__(f"{problem.source}: {problem.message}")
        self.problem = problem


class FetchError(SourceError):
    """A URL gave no page.

    `transient`: asking again may help. `retry_after`: seconds the server asked us to wait, None if it didn't say.
    `status`: what the server answered, None if it didn't.
    """

    def __init__(
        self,
        problem: SourceProblem,
        *,
        transient: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(problem)
        self.transient = transient
        self.retry_after = retry_after
        self.status = status


def problem(source: str, code: Code, message: str, fix: str) -> SourceProblem:
    """Build a `SourceProblem` whose code is one of ours."""
    return SourceProblem(source=source, code=code, message=message, fix=fix)


def failure(source: str, code: Code, message: str, fix: str) -> SourceError:
    """Build the error to raise for a document that can't be read."""
    return SourceError(problem(source, code, message, fix))
