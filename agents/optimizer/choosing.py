"""Thompson sampling: draw a rate for each candidate from what is believed about it, and take the highest. Pure.

An arm is so taken as often as it is likely to be the best (Thompson, Biometrika 25 (1933), 285-294; Russo et al., A Tutorial on
Thompson Sampling, arXiv:1707.02038).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from agents.optimizer.beliefs import Belief, Prior, belief
from agents.optimizer.counting import counts_of, estimates, prior_from, rounded
from state.choices import Choice, How, Weighed
from state.contracts.learnings import Finding, Tally
from state.settings import Optimizer
from state.trade import Part


def seed_of(piece: str, part: Part, *more: str) -> str:
    """The seed of a piece's choice of a part: hex sha256, so that the same piece chooses the same again."""
    return hashlib.sha256("\0".join((piece, part, *more)).encode()).hexdigest()


def choose(
    part: Part,
    candidates: Iterable[str],
    findings: Sequence[Finding],
    *,
    seed: str,
    policy: Optimizer,
    prior: Prior | None = None,
    channel: str = "",
) -> Choice:
    """One of `candidates`, all of which the contract would take. Their order doesn't matter, nor what else is among them.

    A banned one is never taken; of pinned ones, if any are here, one is. Else, in a share of choices (`policy.explore`), one of them by
    lot. `prior` is fitted to all `findings` of the part unless it is given.
    """
    names = sorted(set(candidates))
    banned = {name for name in names if f"{part}:{name}" in policy.ban}
    pinned = {name for name in names if f"{part}:{name}" in policy.pin} - banned
    open_ = [name for name in names if name in pinned] or [name for name in names if name not in banned]
    unit = findings[0].unit if findings else "clicks"
    weighed = _weighed(names, findings, prior, seed=seed, money=unit != "clicks")
    best = max(open_, key=lambda name: (weighed[name].drawn or 0.0, name), default="")
    how: How = "pinned" if pinned else "drawn" if len(open_) > 1 else "only" if open_ else "told"
    if how == "drawn" and _lot(seed, "explore") < policy.explore:
        best, how = max(open_, key=lambda name: _lot(seed, "arm", name)), "explored"
    marked = [w.model_copy(update={"banned": True, "drawn": None}) if w.name in banned else w for w in weighed.values()]
    ranked = sorted(marked, key=lambda w: (w.banned, -(w.drawn or 0.0), w.name))
    return Choice(
        part=part,
        picked=best,
        how=how,
        unit=unit,
        seed=seed,
        channel=channel,
        candidates=tuple(ranked),
    )


def told(part: Part, candidates: Iterable[str], findings: Sequence[Finding]) -> Choice:
    """What is known of these, for a person: nothing is chosen."""
    unit = findings[0].unit if findings else "clicks"
    weighed = _weighed(sorted(set(candidates)), findings, None, seed="", money=unit != "clicks")
    ranked = sorted((w.model_copy(update={"drawn": None}) for w in weighed.values()), key=lambda w: (-w.rate, w.name))
    return Choice(part=part, how="told", unit=unit, seed="", candidates=tuple(ranked))


def settled(choice: Choice | None, taken: str) -> tuple[Choice, ...]:
    """The choice as it was followed: a writer that took something else says so in it. Nothing where there was no choice."""
    if choice is None:
        return ()
    return (choice if choice.picked == taken else choice.model_copy(update={"picked": taken, "how": "otherwise"}),)


def _weighed(
    names: Sequence[str], findings: Sequence[Finding], prior: Prior | None, *, seed: str, money: bool
) -> dict[str, Weighed]:
    known: Mapping[str, Finding] = {f.name: f for f in findings}
    shared = prior or prior_from({name: f.counted for name, f in known.items()})
    believed = belief(counts_of(known[n].counted if n in known else Tally() for n in names), shared)
    found = {}
    for at, name in enumerate(names):
        of = known.get(name)
        stated = (of.rate, of.low, of.high) if of and of.tally else estimates(believed.at(at), money=money)[0]
        rate, low, high = stated
        drawn = rounded(_drawn(believed, at, seed, name, money=money))
        found[name] = Weighed(
            name=name, n=of.n if of else 0, clicks=_clicks(of), rate=rate, low=low, high=high, drawn=drawn
        )
    return found


def _clicks(of: Finding | None) -> int:
    """As counted; of a Finding without a tally, as its rate says."""
    return 0 if of is None else of.clicks if of.tally else round(of.counted.clicks)


def _drawn(believed: Belief, at: int, seed: str, name: str, *, money: bool) -> float:
    """The draw of one arm, from a stream of its own: another candidate more or less changes no draw."""
    return float(believed.at(at).draw(np.random.default_rng(_number(seed, "arm", name)), money=money)[0])


def _number(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8])


def _lot(seed: str, *parts: str) -> float:
    """0 to 1, the same each time."""
    return _number(seed, "lot", *parts) / 2**64
