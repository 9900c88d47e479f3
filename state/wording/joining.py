"""Sentences that join quotations, for a writer without a model and an author who gave none: they state no fact, so they fit any piece.

No capital inside a sentence but for `I`: a capitalised word is taken for a name, and no evidence would hold it. So the German ones do without nouns there.
"""

from __future__ import annotations

from collections.abc import Mapping

from state.base import Frozen


class Joining(Frozen):
    """The kinds, and what each is for, are those of `Framing` in `state/workspace/voice.py`."""

    attribution: tuple[str, ...]
    bridge: tuple[str, ...]
    contrast: tuple[str, ...]
    opening: tuple[str, ...]
    closing: tuple[str, ...]


JOINING: Mapping[str, Joining] = {
    "en": Joining(
        attribution=(
            "In the words of {who}:",
            "I am quoting {who} here:",
            "This comes from {who}:",
            "I found this in {who}:",
            "As {who} has it:",
            "I take this from {who}:",
        ),
        bridge=(
            "There is more to say about this.",
            "I kept reading, because the next part matters as well.",
            "The next point belongs beside it.",
            "It helps to hold that in mind for what follows.",
            "I would add this to it.",
            "That leads on to something else.",
        ),
        contrast=(
            "I looked for another source, so as not to rest on one alone.",
            "Somebody else comes at it from a different side.",
            "It is worth setting another account next to that.",
            "I wanted to hear this from elsewhere too.",
            "Another source gives it a different light.",
        ),
        opening=(
            "I have been reading about this, and some of it is worth passing on.",
            "I wanted to understand this better, so I went to the sources.",
            "This has been on my mind, and I would like to set down what I found.",
            "I started with a question, and these are the answers that stayed with me.",
            "I have collected what I read about this, with a note of where each part comes from.",
        ),
        closing=(
            "That is as far as my reading goes, and the sources are there for anyone who wants more.",
            "I will leave it there for now.",
            "I would be glad to hear what others make of it.",
            "I mean to come back to this when I know more.",
            "The sources say it better than I could, so I will stop here.",
        ),
    ),
    "de": Joining(
        attribution=(
            "Wie {who} es sagt:",
            "Hier zitiere ich {who}:",
            "Das kommt von {who}:",
            "Gefunden habe ich das bei {who}:",
            "So steht es bei {who}:",
            "Ich übernehme das von {who}:",
        ),
        bridge=(
            "Dazu gibt es noch mehr zu sagen.",
            "Ich habe weitergelesen, denn auch das hier gehört dazu.",
            "Das hier gehört gleich daneben.",
            "Es hilft, das nicht gleich wieder zu vergessen.",
            "Das möchte ich noch hinzufügen.",
            "Von hier führt es noch weiter.",
        ),
        contrast=(
            "Ich wollte mich nicht nur auf eines verlassen und habe weitergesucht.",
            "Jemand anderes sieht es noch einmal anders.",
            "Es lohnt sich, etwas anderes danebenzustellen.",
            "Ich wollte das auch noch anderswo hören.",
            "Anderswo klingt es ein wenig anders.",
        ),
        opening=(
            "Darüber habe ich gelesen, und manches davon ist es wert, weitergegeben zu werden.",
            "Ich wollte das besser verstehen und habe nachgelesen.",
            "Das beschäftigt mich schon länger, und ich möchte festhalten, was ich gefunden habe.",
            "Anfangs wollte ich nur etwas wissen, und das hier ist geblieben.",
            "Hier steht, was ich darüber gelesen habe, und jeweils dabei, woher es kommt.",
        ),
        closing=(
            "So weit bin ich gekommen, und wer mehr will, findet unten alles.",
            "Dabei belasse ich es vorerst.",
            "Gern würde ich hören, was andere davon halten.",
            "Darauf möchte ich zurückkommen, wenn ich mehr weiß.",
            "Besser, als es hier schon gesagt ist, könnte ich es nicht sagen, also höre ich hier auf.",
        ),
    ),
    "fr": Joining(
        attribution=(
            "Selon {who}:",
            "Je cite ici {who}:",
            "Voici ce que dit {who}:",
            "J’ai trouvé cela chez {who}:",
            "Ces mots sont de {who}:",
            "Je reprends cela de {who}:",
        ),
        bridge=(
            "Il y a plus à dire.",
            "J’ai continué à lire, car la suite compte aussi.",
            "Ce qui suit va avec.",
            "Cela aide à comprendre la suite.",
            "J’ajouterais encore ceci.",
            "Cela mène à autre chose.",
        ),
        contrast=(
            "J’ai cherché une autre source, pour ne pas me fier à une seule.",
            "Quelqu’un d’autre le voit autrement.",
            "Il vaut la peine de mettre un autre récit à côté.",
            "Je voulais aussi l’entendre ailleurs.",
            "Une autre source lui donne un autre éclairage.",
        ),
        opening=(
            "J’ai lu à ce sujet, et une partie mérite d’être transmise.",
            "Je voulais mieux comprendre, alors j’ai consulté les sources.",
            "Cela me trotte dans la tête, et je voudrais noter ce que j’ai trouvé.",
            "Tout est parti d’une question, et voici les réponses qui me sont restées.",
            "J’ai réuni ce que j’ai lu à ce sujet, en notant d’où vient chaque partie.",
        ),
        closing=(
            "Ma lecture va jusque-là, et les sources sont là pour qui veut aller plus loin.",
            "Je m’arrête là pour le moment.",
            "J’aimerais savoir ce que d’autres en pensent.",
            "Je compte y revenir quand j’en saurai plus.",
            "Les sources le disent mieux que moi, alors je m’arrête ici.",
        ),
    ),
    "es": Joining(
        attribution=(
            "En palabras de {who}:",
            "Cito aquí a {who}:",
            "Esto viene de {who}:",
            "Lo encontré en {who}:",
            "Así lo dice {who}:",
            "Esto lo tomo de {who}:",
        ),
        bridge=(
            "Hay más que decir sobre esto.",
            "Seguí leyendo, porque lo que viene también importa.",
            "Lo siguiente va junto a ello.",
            "Conviene tenerlo presente para lo que sigue.",
            "A eso le añadiría esto.",
            "Eso lleva a otra cosa.",
        ),
        contrast=(
            "Busqué otra fuente, para no apoyarme en una sola.",
            "Alguien más lo mira desde otro lado.",
            "Vale la pena poner otro relato al lado.",
            "También quise oírlo en otra parte.",
            "Otra fuente lo muestra con otra luz.",
        ),
        opening=(
            "He estado leyendo sobre esto, y una parte merece contarse.",
            "Quería entenderlo mejor, así que fui a las fuentes.",
            "Esto me ronda la cabeza, y quisiera anotar lo que encontré.",
            "Empecé con una pregunta, y estas son las respuestas que se me quedaron.",
            "He reunido lo que leí sobre esto, con una nota de dónde viene cada parte.",
        ),
        closing=(
            "Hasta aquí llega mi lectura, y las fuentes están ahí para quien quiera más.",
            "Por ahora lo dejo aquí.",
            "Me gustaría saber qué piensan otros.",
            "Pienso volver a esto cuando sepa más.",
            "Las fuentes lo dicen mejor que yo, así que paro aquí.",
        ),
    ),
}
