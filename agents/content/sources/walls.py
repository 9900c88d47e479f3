"""What stands in the place of an article: a paywall, a cookie banner, a page for scripts, a test for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Wall = Literal["paywall", "cookies", "scripts", "robots"]

TOO_LITTLE = 200
"""Characters of main text under which a page counts as unread."""
SHORT = 1500
"""Characters of main text up to which a page may be no more than the beginning of an article, or a wall's own words."""

_LOOKED_AT = 500_000
"""Characters of a page in which marks are sought."""

SAID: Mapping[Wall, str] = {
    "paywall": "a paywall: the page asks for a subscription",
    "cookies": "a cookie wall: the page asks for consent first",
    "scripts": "the page is filled in by scripts, which aren't run here",
    "robots": "the page wants a proof that a person is reading",
}

# Words that sites put up, in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish.
_MARKS: Mapping[Wall, re.Pattern[str]] = {
    "robots": re.compile(
        r"verify (that )?you are (a )?human|checking your browser|just a moment\.\.\.|are you a robot|unusual traffic"
        r"|complete the captcha|press (and|&amp;|&) hold|cf-challenge|challenge-platform",
        re.IGNORECASE,
    ),
    "paywall": re.compile(
        r"(subscribe|sign in|log in|register) (now )?to (continue|keep) reading|to (continue|keep) reading(,| this)"
        r"|subscribers? (only|exclusive)|exclusive to subscribers|(for|to) (paying )?subscribers|already a subscriber"
        r"|subscribe to read|become a (subscriber|member) to|reached your (article )?limit|free articles? (left|remaining)"
        r"|this (post|article|story) is for (paid|paying)|start your (free )?trial"
        r"|jetzt weiterlesen|weiterlesen mit|nur für abonnenten|jetzt abonnieren|bereits abonnent"
        r"|réservé aux abonnés|article est réservé|déjà abonné|abonnez-vous pour|il vous reste \d+ ?%"
        r"|contenido exclusivo para suscriptores|suscríbete para (seguir|continuar)|ya eres suscriptor"
        r"|riservato agli abbonati|abbonati per (continuare|leggere)|sei già abbonato"
        r"|exclusivo para assinantes|assine para (continuar|ler)|já é assinante"
        r"|alleen voor abonnees|word abonnee|al abonnee|tylko dla (abonentów|prenumeratorów)|wykup dostęp",
        re.IGNORECASE,
    ),
    "cookies": re.compile(
        r"accept (all )?(cookies|and continue)|we (and our (\d+ )?partners )?(use|store)[^.]{0,40} cookies"
        r"|cookie (settings|preferences|policy|consent)|manage (my |your )?(preferences|choices|consent)"
        r"|consent to (the use of )?cookies|alle (cookies )?akzeptieren|zustimmen und weiter|wir (verwenden|nutzen) cookies"
        r"|tout accepter|accepter et (continuer|fermer)|continuer sans accepter|nous utilisons des cookies"
        r"|aceptar (todas las )?cookies|utilizamos cookies|accetta (tutti i cookie|e continua)|utilizziamo i cookie"
        r"|aceitar (todos os )?cookies|cookies accepteren|wij gebruiken cookies|używamy plików cookie",
        re.IGNORECASE,
    ),
    "scripts": re.compile(
        r"(enable|turn on|activate) javascript|javascript (is|has been) (disabled|required)|requires javascript"
        r"|javascript (aktivieren|einschalten)|activer javascript|activar javascript|attiva(re)? javascript"
        r"|<div id=[\"']?(root|app|__next)[\"']?>\s*</div>",
        re.IGNORECASE,
    ),
}


def wall_shown(words: str) -> Wall | None:
    """Name the wall whose marks are in a page, or in its text; None if it shows none that we know."""
    return next((wall for wall, marks in _MARKS.items() if marks.search(words, 0, _LOOKED_AT)), None)


def is_wall(text: str) -> bool:
    """Tell whether a short main text is a wall's own words: a test for people, or two marks of a cookie banner."""
    if len(text) >= SHORT:
        return False
    return bool(_MARKS["robots"].search(text)) or len(_MARKS["cookies"].findall(text)) >= 2


def breaks_off(html: str, text: str, free: bool | None) -> bool:
    """Tell whether a short main text is only an article's beginning: a subscription is asked for, or it isn't free."""
    return len(text) < SHORT and (
        free is False or (bool(_MARKS["paywall"].search(html, 0, _LOOKED_AT)) and _ends_open(text))
    )


def _ends_open(text: str) -> bool:
    """Tell whether the text itself ends in a call to subscribe, or in mid-sentence."""
    end = text[-300:]
    return (
        bool(_MARKS["paywall"].search(end)) or not re.search(r"[.!?:”\"'’»)\]]\s*$", end) or end.endswith(("...", "…"))
    )
