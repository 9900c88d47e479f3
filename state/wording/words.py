"""The words of pages, letters and posts, by language.

What stands in a post is known again by these: one that changes is a new one, and the old one has to stay known, as a Release may hold it.
No space before a colon: what reads Markdown back would take it out.
"""

from __future__ import annotations

from collections.abc import Mapping

from state.base import Frozen


class Words(Frozen):
    """`{...}` is filled in."""

    read_all: str
    """Before a link, in a short post or an answer."""
    online: str
    """A link's words, in a letter."""
    sources: str
    """The heading of the list of sources."""
    courtesies: tuple[str, ...]
    """What an answer may say without a source, as it says nothing."""
    of: str
    """Whose words follow, and where they were written: {who}, {where}."""
    offer: str
    """What a screen reader calls the frame of an offer."""
    by: str
    """Before the author's name."""
    described: str
    """A site, for search engines: {name}, {author}."""
    skip: str
    site: str
    all_posts: str
    feed: str
    first_published: str
    """{link} is where the article is at home."""
    subscribed: str
    """Why a reader gets a letter called {name}."""
    on_the_web: str
    """Before an address."""
    read_on_the_web: str
    unsubscribe: str
    """A button's, and a link's."""
    leaving: str
    """The heading above that button, of {name}."""
    leave: str
    """{name} goes to {address}: stop it?"""
    left: str
    left_said: str
    unknown: str
    unknown_said: str
    disorder: str
    disorder_said: str
    unknown_link: str
    links_later: str
    months: tuple[str, ...]
    day: str
    """{day}, {month}, {year}."""
    first: str = ""
    """How the first day of a month is written, where that is another way."""


WORDS: Mapping[str, Words] = {
    "en": Words(
        read_all="Read it all:",
        online="Read it online",
        sources="Sources",
        courtesies=(
            "Thank you.",
            "Thank you for asking.",
            "Thank you for reading.",
            "Good question.",
            "Thank you for the question.",
        ),
        of="{who} of {where}",
        offer="Offer",
        by="By",
        described="{name}, by {author}",
        skip="Skip to the text",
        site="Site",
        all_posts="All posts",
        feed="Feed",
        first_published="First published at {link}.",
        subscribed="You get this mail because you subscribed to {name}.",
        on_the_web="On the web:",
        read_on_the_web="Read it on the web",
        unsubscribe="Unsubscribe",
        leaving="Unsubscribe from {name}?",
        leave="You get {name} at {address}. Do you want to stop it?",
        left="You are unsubscribed",
        left_said="{name} won't be sent to you any more.",
        unknown="This link is not known",
        unknown_said="No subscription has this link. Perhaps it was cut off: copy it whole from the mail, or answer the mail.",
        disorder="Something is out of order",
        disorder_said="This can't be done just now. Please try again in a while, or answer the mail.",
        unknown_link="This link is not known. Perhaps it was cut off: copy it whole.",
        links_later="Links can't be looked up just now. Please try again in a moment.",
        months=(
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        day="{day} {month} {year}",
    ),
    "de": Words(
        read_all="Alles lesen:",
        online="Online lesen",
        sources="Quellen",
        courtesies=(
            "Danke.",
            "Danke für die Frage.",
            "Danke fürs Lesen.",
            "Gute Frage.",
            "Vielen Dank.",
        ),
        of="{who} ({where})",
        offer="Angebot",
        by="Von",
        described="{name}, von {author}",
        skip="Zum Text springen",
        site="Website",
        all_posts="Alle Beiträge",
        feed="Feed",
        first_published="Zuerst erschienen auf {link}.",
        subscribed="Diese Mail kommt, weil {name} mit dieser Adresse abonniert ist.",
        on_the_web="Im Web:",
        read_on_the_web="Im Web lesen",
        unsubscribe="Abbestellen",
        leaving="{name} abbestellen?",
        leave="{name} geht an {address}. Soll das aufhören?",
        left="Abbestellt",
        left_said="{name} wird nicht mehr an diese Adresse geschickt.",
        unknown="Dieser Link ist nicht bekannt",
        unknown_said="Zu diesem Link gibt es kein Abonnement. Vielleicht wurde er abgeschnitten: Bitte ganz aus der Mail kopieren oder auf die Mail antworten.",
        disorder="Etwas ist nicht in Ordnung",
        disorder_said="Das geht gerade nicht. Bitte in einer Weile noch einmal versuchen oder auf die Mail antworten.",
        unknown_link="Dieser Link ist nicht bekannt. Vielleicht wurde er abgeschnitten: Bitte ganz kopieren.",
        links_later="Links lassen sich gerade nicht nachschlagen. Bitte gleich noch einmal versuchen.",
        months=(
            *("Januar", "Februar", "März", "April", "Mai", "Juni"),
            *("Juli", "August", "September", "Oktober", "November", "Dezember"),
        ),
        day="{day}. {month} {year}",
    ),
    "fr": Words(
        read_all="Texte intégral:",
        online="Lire en ligne",
        sources="Sources",
        courtesies=(
            "Merci.",
            "Merci pour la question.",
            "Merci de la lecture.",
            "Bonne question.",
            "Merci beaucoup.",
        ),
        of="{who} ({where})",
        offer="Offre",
        by="Par",
        described="{name}, par {author}",
        skip="Aller au texte",
        site="Site",
        all_posts="Tous les articles",
        feed="Flux",
        first_published="Publié en premier sur {link}.",
        subscribed="Ce message arrive parce que cette adresse est abonnée à {name}.",
        on_the_web="Sur le web:",
        read_on_the_web="Lire sur le web",
        unsubscribe="Se désabonner",
        leaving="Se désabonner de {name} ?",
        leave="{name} est envoyé à {address}. Faut-il arrêter ?",
        left="Désabonnement fait",
        left_said="{name} ne sera plus envoyé à cette adresse.",
        unknown="Ce lien est inconnu",
        unknown_said="Aucun abonnement ne porte ce lien. Il a peut-être été coupé : copiez-le en entier depuis le message, ou répondez au message.",
        disorder="Quelque chose ne va pas",
        disorder_said="Ce n’est pas possible pour le moment. Réessayez dans un instant, ou répondez au message.",
        unknown_link="Ce lien est inconnu. Il a peut-être été coupé : copiez-le en entier.",
        links_later="Les liens ne peuvent pas être consultés pour le moment. Réessayez dans un instant.",
        months=(
            *("janvier", "février", "mars", "avril", "mai", "juin"),
            *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
        ),
        day="{day} {month} {year}",
        first="1er",
    ),
    "es": Words(
        read_all="Texto completo:",
        online="Leer en línea",
        sources="Fuentes",
        courtesies=(
            "Gracias.",
            "Gracias por la pregunta.",
            "Gracias por leer.",
            "Buena pregunta.",
            "Muchas gracias.",
        ),
        of="{who}, de {where}",
        offer="Oferta",
        by="Por",
        described="{name}, por {author}",
        skip="Ir al texto",
        site="Sitio",
        all_posts="Todas las entradas",
        feed="Canal web",
        first_published="Publicado primero en {link}.",
        subscribed="Este correo llega porque esta dirección está suscrita a {name}.",
        on_the_web="En la web:",
        read_on_the_web="Leer en la web",
        unsubscribe="Darse de baja",
        leaving="¿Darse de baja de {name}?",
        leave="{name} se envía a {address}. ¿Dejar de enviarlo?",
        left="Baja hecha",
        left_said="{name} ya no se enviará a esta dirección.",
        unknown="Este enlace no se conoce",
        unknown_said="Ninguna suscripción tiene este enlace. Quizá se cortó: hay que copiarlo entero del correo, o responder al correo.",
        disorder="Algo no funciona",
        disorder_said="Ahora mismo no se puede. Se puede intentar de nuevo dentro de un rato, o responder al correo.",
        unknown_link="Este enlace no se conoce. Quizá se cortó: hay que copiarlo entero.",
        links_later="Ahora mismo no se pueden consultar los enlaces. Se puede intentar de nuevo en un momento.",
        months=(
            *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
            *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ),
        day="{day} de {month} de {year}",
    ),
}
