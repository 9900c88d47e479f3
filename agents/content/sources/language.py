"""Which language a text is in, told by its function words. Cheap, offline, and silent where it isn't sure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from agents.content.sources.errors import problem
from state.sources import Snapshot, SourceProblem

MIN_WORDS = 20
"""Words under which no guess is made."""
_SAMPLE = 2000
"""Words looked at, from the start."""
_RATE = 0.12
"""Share of the words that must be function words of the language; running prose has 0.25 to 0.5."""
_LEAD = 1.25
"""How much more often than the second language's the best one's must occur."""

NAMES: Mapping[str, str] = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hu": "Hungarian",
    "it": "Italian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
}
"""The languages that can be told apart, by ISO 639-1 code (Norwegian: Bokmål)."""

_SAME: Mapping[str, str] = {"nb": "no", "nn": "no"}
"""Codes that are read as another."""

_WORDS: Mapping[str, str] = {
    "cs": "a se v na je že s z do o k i to jako za by ale jsou po od podle které který která však byl bylo jsem ve tak"
    " při pro až už nebo své jeho jsme kdy také si není co před",
    "da": "og i at det er en til af på for som med de den der ikke har et fra var jeg han men om også kan vil efter ved"
    " blev sig hvor eller være over skal havde hun ud dem op nu så mange når hvad noget",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er"
    " hat dass sie nach wird bei einer um am sind noch wie einem über so zum war haben nur oder aber vor zur bis mehr"
    " durch man wurde wenn ich sein kann",
    "el": "και το να του η της με που την από για είναι στο οι τα στην δεν ο θα τον των τους σε τη μια ένα στη ότι"
    " αυτό κατά αλλά τις ως στα όπως ήταν έχει πως όταν στον στις μας",
    "en": "the of and to in a is that for it as was with on by he be at his are this from or had not have an which but"
    " were they you one their has its who there been if more when will would so no she we can what about out than"
    " into them only some could these then her",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más pero sus le o este sí porque"
    " esta entre cuando muy sin sobre ser también me hasta hay donde quien desde todo nos durante todos uno les ni"
    " contra otros fue había era",
    "fi": "ja on ei että oli se hän mutta ovat kuin myös joka sen tai kun niin mukaan jo olla nyt vain ole ollut sekä"
    " jos tämä siitä sitä kanssa joita jotka mitä vielä voi hänen tämän minä olisi kuitenkin noin ne jonka siis"
    " oliko eikä ettei koska",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son ses"
    " aux ou mais comme on cette nous été leur ont elle d l y lui tout fait était sa ces aussi sans entre après peut"
    " deux c n s qu",
    "hu": "a az és hogy nem is egy volt ez ha már csak de meg el mint még vagy azt kell van ezt lehet több után között"
    " pedig minden amely sem szerint aki majd fel ki volna mert ami nagyon így úgy ezek voltak akkor által",
    "it": "di e il la che in a per un è del non una con i le da sono si della al gli dei nel ha più come alla lo ma"
    " delle anche o dal se su nella questo ed suo tra stato essere sua hanno l dell all anni fra quando ci chi dalla"
    " degli cui era",
    "nl": "de van het een en in is dat op te zijn met voor die niet aan er om ook als dan maar bij of uit nog worden"
    " door naar heeft hij ze wordt tot over je hebben was ik al zo wel kan geen meer deze werd had moet zich veel",
    "no": "og i det er på som en til å for av at med de ikke den har om et fra var jeg men han seg vil kan så ble også"
    " skal dette eller etter hun sier være hadde vi nå ved mot bare noe opp ut enn når der slik mer hva",
    "pl": "w i na z się nie do to że jest o jak a po od za przez dla co ale czy już są tym tylko było tak być jego ich"
    " ze która który które jej tego może oraz był była jako także ma przy u pod ich lub przed nad",
    "pt": "de a que o e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou"
    " quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas foi são é está"
    " ser tem era",
    "ro": "și de în a la cu pe nu care din că o un este mai se pentru au ce fi sau prin sunt ca al dar lui fost să"
    " după le ale s ei ar fără avea acest această până când ne dintre între doar era",
    "ru": "и в не на что с по это как а к но он из у от за его о так для же то все было бы или мы был она они только"
    " еще вы ее до при если уже этом когда чтобы их был были этого со может",
    "sv": "och i att det som en på är av för med den till inte har de ett om var jag men så från kan han när sig eller"
    " vi hade efter ut ska också vid nu där blir mot detta hon över alla skulle bara upp mycket genom två då än sin"
    " vara",
    "tr": "ve bir bu da de için ile çok daha gibi olarak olan ama kadar ne o en var sonra her değil göre ki ya olduğu"
    " mi ise şey ben veya yok bunu onun diye bütün hem ancak oldu şu",
    "uk": "і в на не що з у та до як за це від він але його про для по й є так а із чи або все вона вони було при"
    " коли ще їх був бути щоб якщо під також вже був була цього які який",
}


def guess_language(text: str) -> str | None:
    """Guess the language of `text` as a key of `NAMES`; None for a short text, one of another language, or a mixed one."""
    words = _words(text)[:_SAMPLE]
    if len(words) < MIN_WORDS:
        return None
    rates = sorted(((sum(word in known for word in words) / len(words), code) for code, known in _known().items()))
    (second, _), (best, code) = rates[-2:]
    return code if best >= _RATE and best >= second * _LEAD else None


def is_function_word(word: str, language: str) -> bool:
    """Tell whether `word` is one of the commonest of `language`, a key of `NAMES`, which carry no topic."""
    return word.casefold() in _known()[language]


def other_languages(
    snapshots: Iterable[Snapshot], author: str, *, quoted: Collection[str] | None = None
) -> tuple[SourceProblem, ...]:
    """Flag what is in another language than the `author`'s (a language tag): its quotes need translating.

    With `quoted` (sha256), the documents among them one by one, and the others together, one flag a language. Documents
    stay: this is advice about sources that were read. A text whose language isn't clear isn't flagged.
    """
    own = author.partition("-")[0].lower()
    own = _SAME.get(own, own)
    if own not in NAMES:
        return ()
    guesses = ((found, guess_language(found.text)) for found in snapshots)
    others = [(found, code) for found, code in guesses if code and code != own]
    single = [(found, code) for found, code in others if quoted is None or found.sha256 in quoted]
    rest = defaultdict[str, list[Snapshot]](list)
    for found, code in others:
        if quoted is not None and found.sha256 not in quoted:
            rest[code].append(found)
    return (
        *(_flag(found, code, own) for found, code in single),
        *(_flag_all(documents, code, own) for code, documents in rest.items()),
    )


def _flag(found: Snapshot, code: str, author: str) -> SourceProblem:
    message = f"It seems to be in {NAMES[code]}, and you write in {NAMES[author]}."
    fix = "Translate what you quote from it and say so, or look for the same in your own language."
    return problem(_place(found), "source.other-language", message, fix)


def _flag_all(documents: Sequence[Snapshot], code: str, author: str) -> SourceProblem:
    more = f" and {len(documents) - 1} more" if len(documents) > 1 else ""
    message = f"Not quoted{more and ', as little as the others'}: it seems to be in {NAMES[code]}, and you write in {NAMES[author]}."
    fix = "Nothing to do, unless it holds what you need: then translate it into a file of its own."
    return problem(f"{_place(documents[0])}{more}", "source.other-language", message, fix)


def _place(found: Snapshot) -> str:
    return found.url or found.path or found.title


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).casefold())


@cache
def _known() -> Mapping[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in _WORDS.items()}
