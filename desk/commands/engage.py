"""`flywheel engage`: what people did with what was posted, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Mapping

from desk.engaging import Conversations
from desk.opened import Opened, opened
from desk.output import Output
from desk.place import Place
from desk.replies_said import count_line, public_response, say_response
from state.records import WAITING, OutboxRow, PostCount, ResponseRow


def run(place: Place, *, as_json: bool) -> int:
    """1 when a channel couldn't be asked; what the others told is kept all the same."""
    output = Output(as_json=as_json)
    with opened(place) as desk:
        talks = Conversations.beside(desk.desk)
        troubles = desk.do(talks.engage())
        posts, counts, waiting = _found(desk)
        _say_counts(posts, counts, output)
        for trouble in troubles:
            output.say(f"Not asked: {trouble}")
        output.say()
        output.say("These wait for you:" if waiting else "Nothing waits for an answer.")
        for row in waiting:
            say_response(row, place, output)
        output.result(
            {
                "posts": [_public(posts[key], counts[key]) for key in counts],
                "waiting": [public_response(row, place) for row in waiting],
                "troubles": list(troubles),
            }
        )
    return 1 if troubles else 0


def _found(desk: Opened) -> tuple[Mapping[str, OutboxRow], Mapping[str, list[PostCount]], tuple[ResponseRow, ...]]:
    ledger = desk.desk.ledger
    posts = {row.key: row for row in desk.do(ledger.outbox())}
    counts: dict[str, list[PostCount]] = {}
    for count in desk.do(ledger.counts()):
        counts.setdefault(count.post, []).append(count)
    return posts, counts, desk.do(ledger.responses(WAITING))


def _say_counts(posts: Mapping[str, OutboxRow], counts: Mapping[str, list[PostCount]], output: Output) -> None:
    rows = [
        (posts[key].piece, posts[key].post_id, count_line(told), posts[key].url or "") for key, told in counts.items()
    ]
    if rows:
        output.rows(("piece", "post", "so far", "where"), rows)
    else:
        output.say("Nobody did anything yet that a channel tells of.")


def _public(post: OutboxRow, counts: list[PostCount]) -> dict[str, object]:
    return {
        "piece": post.piece,
        "post": post.post_id,
        "channel": post.channel,
        "url": post.url,
        "counts": {c.kind.value: c.count for c in counts},
    }
