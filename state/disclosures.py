"""What is said of an offer before its link: words by class, form of channel and language, and beside them the rules that ask for them.

Rules are named for whoever wants to look them up; this is no legal advice. What of them is kept by which code: docs/disclosures.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Literal

from state.base import Frozen
from state.channels.rules import ChannelRules

DisclosureClass = Literal["own", "affiliate", "sponsored", "tips", "none"]
"""Who earns by an offer: the author who sells it, on commission, by being shown, by gifts; or nobody."""


class Form(StrEnum):
    """How much room for a disclosure there is."""

    WHOLE = "whole"
    """A sentence."""
    LABEL = "label"
    """A few words, first in the offer's paragraph."""


class Source(Frozen):
    """A rule, and what it asks for."""

    cite: str
    name: str
    asks: str


class Words(Frozen):
    """One disclosure, in one language."""

    whole: str
    label: str


FTC_CLEAR = Source(
    cite="16 CFR 255.0(f)",
    name="US, FTC Endorsement Guides",
    asks="difficult to miss, easy to understand, and in social media unavoidable",
)
FTC_CONNECTION = Source(
    cite="16 CFR 255.5(a)",
    name="US, FTC Endorsement Guides",
    asks="what connects the author with the seller is disclosed clearly, and its nature with it",
)
FTC_FORMAT = Source(
    cite="81 FR 22596",
    name="US, FTC Enforcement Policy Statement on Deceptively Formatted Advertisements",
    asks="an advertisement among other texts can be told as one",
)
FTC_101 = Source(
    cite="Disclosures 101",
    name="US, FTC Disclosures 101 for Social Media Influencers (2019)",
    asks="with the endorsement itself, not behind it, behind a MORE or among links; plain words, no `spon`, `collab` or `thanks` alone",
)
CAP_SCOPE = Source(
    cite="CAP Code, Scope I h",
    name="UK, Code of Non-broadcast Advertising",
    asks="an author's own posts count where they sell goods and services, or ask for gifts of money",
)
CAP_2_1 = Source(cite="CAP Code 2.1", name=CAP_SCOPE.name, asks="an advertisement is obviously identifiable as one")
CAP_2_3 = Source(
    cite="CAP Code 2.3",
    name=CAP_SCOPE.name,
    asks="nobody poses as a consumer, and a commercial intent is made clear unless the context makes it obvious",
)
CAP_2_4 = Source(cite="CAP Code 2.4", name=CAP_SCOPE.name, asks="an advertorial is headed as the advertisement it is")
ASA_GUIDE = Source(
    cite="Influencers' guide",
    name="UK, Influencers' guide to making clear that ads are ads (CAP, ASA and CMA, 3rd edition, 2023)",
    asks="`Ad` up front, the author's own products among it; `aff`, `affiliate`, `spon` or thanks alone aren't enough",
)
UCPD_7_2 = Source(
    cite="UCPD art. 7(2)",
    name="EU, Directive 2005/29/EC on unfair commercial practices",
    asks="a commercial intent is named where the context doesn't show it",
)
UCPD_11 = Source(
    cite="UCPD Annex I no. 11", name=UCPD_7_2.name, asks="promotion that was paid for is told from editorial content"
)
UCPD_22 = Source(cite="UCPD Annex I no. 22", name=UCPD_7_2.name, asks="a trader doesn't pose as anybody else")

CLASS_ASKED_BY: Mapping[DisclosureClass, tuple[Source, ...]] = {
    "own": (FTC_FORMAT, CAP_2_1, CAP_2_3, UCPD_7_2, UCPD_22),
    "affiliate": (FTC_CONNECTION, CAP_2_1, CAP_2_3, UCPD_7_2, UCPD_11),
    "sponsored": (FTC_CONNECTION, CAP_2_1, CAP_2_4, UCPD_7_2, UCPD_11),
    "tips": (CAP_SCOPE, CAP_2_1, CAP_2_3),
    "none": (),
}
FORM_ASKED_BY: Mapping[Form, tuple[Source, ...]] = {
    Form.WHOLE: (FTC_CLEAR, CAP_2_4),
    Form.LABEL: (FTC_CLEAR, FTC_101, ASA_GUIDE),
}
LANGUAGE_ASKED_BY: Mapping[str, tuple[Source, ...]] = {
    "en": (ASA_GUIDE,),
    "de": (
        Source(
            cite="§ 5a Abs. 4 UWG",
            name="Germany; BGH, 9.9.2021, I ZR 90/20 (Influencer I)",
            asks="a commercial purpose is made known, at first glance",
        ),
        Source(
            cite="§ 22 Abs. 1 MStV",
            name="Germany; Leitfaden der Medienanstalten, Werbekennzeichnung bei Online-Medien",
            asks="`Werbung` or `Anzeige`, at the beginning",
        ),
    ),
    "fr": (
        Source(
            cite="Loi n° 2023-451, art. 5",
            name="France, as amended by the ordonnance of 6 November 2024",
            asks="« publicité », « collaboration commerciale » or words to the same effect",
        ),
    ),
    "es": (
        Source(
            cite="LSSI art. 20.1",
            name="Spain, Ley 34/2002; Ley 3/1991 de Competencia Desleal, art. 26",
            asks="a commercial communication is clearly identifiable",
        ),
        Source(
            cite="Código de conducta de publicidad a través de influencers",
            name="Spain, AEA, Autocontrol and IAB Spain (2025)",
            asks="«publicidad» and the like, and none that is unclear",
        ),
    ),
}
_ENGLISH = "en"
# The sentences stand in articles that are published: one that changes is a new one, and the old one has to stay known.
# No straight apostrophe and no space before a colon: an editor would change the one, and `plain` takes out the other.
WORDS: Mapping[str, Mapping[DisclosureClass, Words]] = {
    _ENGLISH: {
        "own": Words(whole="This one is mine: I made it and I sell it.", label="Ad (my own):"),
        "affiliate": Words(
            whole="Advertisement: I earn a commission if you buy through this link.", label="Ad (I earn a commission):"
        ),
        "sponsored": Words(whole="Advertisement: I am paid to show you this.", label="Ad (I am paid):"),
        "tips": Words(whole="This one is for me: what you give, I keep.", label="Ad (tips for me):"),
    },
    "de": {
        "own": Words(
            whole="Werbung in eigener Sache: Das ist von mir, und ich verkaufe es.", label="Werbung (in eigener Sache):"
        ),
        "affiliate": Words(
            whole="Anzeige: Für Käufe über diesen Link bekomme ich eine Provision.",
            label="Anzeige (ich bekomme Provision):",
        ),
        "sponsored": Words(
            whole="Anzeige: Ich werde dafür bezahlt, das hier zu zeigen.", label="Anzeige (ich werde bezahlt):"
        ),
        "tips": Words(
            whole="Werbung in eigener Sache: Was gegeben wird, behalte ich.", label="Werbung (Trinkgeld für mich):"
        ),
    },
    "fr": {
        "own": Words(
            whole="Publicité pour mon propre travail. Je le fais et je le vends.", label="Publicité (mon travail) –"
        ),
        "affiliate": Words(
            whole="Publicité. Je touche une commission sur les achats faits par ce lien.",
            label="Publicité (je touche une commission) –",
        ),
        "sponsored": Words(whole="Publicité. On me paie pour montrer ceci.", label="Publicité (on me paie) –"),
        "tips": Words(
            whole="Publicité pour mon propre travail. Je garde ce que vous donnez.", label="Publicité (dons pour moi) –"
        ),
    },
    "es": {
        "own": Words(whole="Publicidad de mi propio trabajo: lo hago y lo vendo.", label="Publicidad (de mi trabajo):"),
        "affiliate": Words(
            whole="Publicidad: recibo una comisión por las compras hechas con este enlace.",
            label="Publicidad (recibo una comisión):",
        ),
        "sponsored": Words(whole="Publicidad: me pagan por mostrar esto.", label="Publicidad (me pagan):"),
        "tips": Words(
            whole="Publicidad de mi propio trabajo: me quedo con lo que se da.", label="Publicidad (propinas para mí):"
        ),
    },
}
_LABELS: Mapping[str, str] = {w.whole: w.label for table in WORDS.values() for w in table.values()}


def form_on(rules: ChannelRules) -> Form:
    """The form that a channel takes. Whether it takes articles settles it: there an offer has a frame of its own and room for a sentence, while
    in a short post it is a paragraph among others that is read in passing, so that its first word has to say it.
    """
    return Form.WHOLE if rules.article else Form.LABEL


def disclosure_for(cls: DisclosureClass, form: Form, language: str = _ENGLISH) -> str:
    """The words for an offer of a class; empty for `none`. `language` is a tag such as `de-CH`: English, where we have no words in it."""
    words = WORDS[spoken(language) or _ENGLISH].get(cls)
    return "" if words is None else words.whole if form is Form.WHOLE else words.label


def spoken(language: str) -> str:
    """The language of a tag as `WORDS` has it; empty where it has none."""
    name = language.partition("-")[0].lower()
    return name if name in WORDS else ""


def asked(cls: DisclosureClass) -> str:
    """Who wants a class to be told, in a line."""
    return f"{', '.join(source.cite for source in CLASS_ASKED_BY[cls])} ask for it"


def in_form(whole: str, form: Form) -> str:
    """A sentence of ours in a form. What is no sentence of ours stays as it is: it is never said by less."""
    return whole if form is Form.WHOLE else _LABELS.get(whole, whole)


def enough(cls: DisclosureClass, form: Form, language: str, placed: str = "") -> tuple[str, ...]:
    """What discloses an offer where there is room for a form: its words, or the whole sentence. So do those that it was `placed` with,
    whatever the language is set to by now. None for what there is nothing to say of.
    """
    return tuple(dict.fromkeys(_enough(cls, form, language, placed)))


def _enough(cls: DisclosureClass, form: Form, language: str, placed: str) -> Iterator[str]:
    known = {table[cls].whole for table in WORDS.values() if cls in table}
    for whole in (disclosure_for(cls, Form.WHOLE, language), placed):
        if whole in known:
            yield in_form(whole, form)
            yield whole
