"""What wants an answer, by rule: ordinary words are left alone, whatever script they are in."""

from __future__ import annotations

import pytest

from agents.distribution.triage import OFTEN, asks, judge


@pytest.mark.parametrize(
    "said",
    [
        "Do you follow me so far?",
        "Isn't that to shoot yourself in the foot?",
        "Who would kill time under a bridge?",
        "What does NASA say about the ISS?",
        "I wrote about this at https://blog.example/bridges a while ago, do you agree?",
        "Could you check my page numbers, please?",
        "كيف سقط الجسر؟",
        "איך נפל הגשר?",
        "橋はなぜ落ちたのですか？",
        "¿Por qué se cayó el puente?",
        "Πώς έπεσε η γέφυρα\u037e",
        "how did the bridge fall",
        "“Why did it fall?”",
    ],
)
def test_ordinary_questions(said: str) -> None:
    """A question stays open."""
    assert judge(said, 1).mark == "open"


@pytest.mark.parametrize(
    "said", ["", "👏👏👏", "?!", "Lovely.", "Great; thanks.", "See https://a.example/?q=1 for more of it all"]
)
def test_what_asks_nothing(said: str) -> None:
    """No words, a remark, or a question mark inside an address ask nothing."""
    assert not asks(said)
    assert judge(said, 1).mark == "ignored"


def test_the_same_words() -> None:
    """So many times the same words are a machine's; a few short ones are many people's."""
    said = "Have you seen our new site?"
    assert judge(said, OFTEN - 1).mark == "open"
    assert judge(said, OFTEN).mark == "spam"
    assert judge("Thank you! Why?", OFTEN).mark == "open"


def test_the_reason_is_told() -> None:
    """Each mark says what it was made for."""
    assert judge("Check out my profile, will you?", 1).reason == "it says “Check out my profile”"
    assert judge("https://a.example/1", 1).reason == "it is a link and little else"
