"""The language of a text, and sources in another one than the author's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.content.sources import other_languages
from agents.content.sources.language import NAMES, guess_language, is_function_word
from state.sources import Snapshot

TEXTS = {
    "cs": "Most byl otevřen v roce 1967 a denně po něm jezdí asi čtyřicet tisíc aut. Inspektoři zjistili, že se ocelová lana"
    " uvnitř betonu rozpadají, ale oprava bude trvat jen jedenáct týdnů, protože díly už jsou na skladě.",
    "da": "Broen blev åbnet i 1967, og omkring fyrre tusind biler kører over den hver dag. Inspektørerne fandt ud af, at"
    " kablerne ruster inde i betonen, men det vil kun tage elleve uger at skifte dem ud, fordi delene allerede er på lager.",
    "de": "Die Brücke wurde 1967 eröffnet, und etwa vierzigtausend Autos fahren jeden Tag über sie. Die Prüfer stellten fest,"
    " dass die Kabel im Beton rosten, aber die Reparatur dauert nur elf Wochen, weil die Teile schon auf Lager sind.",
    "el": "Η γέφυρα άνοιξε το 1967 και περίπου σαράντα χιλιάδες αυτοκίνητα περνούν από αυτήν κάθε μέρα. Οι επιθεωρητές"
    " βρήκαν ότι τα καλώδια σκουριάζουν μέσα στο σκυρόδεμα, αλλά η επισκευή θα διαρκέσει μόνο έντεκα εβδομάδες.",
    "en": "The bridge was opened in 1967, and about forty thousand cars pass over it every day. The inspectors found that the"
    " cables are rusting inside the concrete, but it will take only eleven weeks to replace them, since the parts are there.",
    "es": "El puente se abrió en 1967 y unos cuarenta mil coches pasan por él cada día. Los inspectores descubrieron que los"
    " cables se oxidan dentro del hormigón, pero la reparación solo durará once semanas porque las piezas ya están en el almacén.",
    "fi": "Silta avattiin vuonna 1967, ja sitä pitkin kulkee joka päivä noin neljäkymmentätuhatta autoa. Tarkastajat huomasivat,"
    " että vaijerit ruostuvat betonin sisällä, mutta korjaus kestää vain yksitoista viikkoa, koska osat ovat jo varastossa.",
    "fr": "Le pont a été ouvert en 1967 et environ quarante mille voitures y passent chaque jour. Les inspecteurs ont constaté"
    " que les câbles rouillent dans le béton, mais la réparation ne durera que onze semaines, car les pièces sont en stock.",
    "hu": "A hidat 1967-ben nyitották meg, és naponta körülbelül negyvenezer autó halad át rajta. Az ellenőrök azt találták,"
    " hogy a kábelek rozsdásodnak a betonban, de a javítás csak tizenegy hétig fog tartani, mert az alkatrészek már megvannak.",
    "it": "Il ponte è stato aperto nel 1967 e circa quarantamila auto vi passano ogni giorno. Gli ispettori hanno scoperto che"
    " i cavi si arrugginiscono nel cemento, ma la riparazione durerà solo undici settimane perché i pezzi sono già in magazzino.",
    "nl": "De brug werd in 1967 geopend en er rijden elke dag ongeveer veertigduizend auto's over. De inspecteurs ontdekten dat"
    " de kabels in het beton roesten, maar de reparatie zal maar elf weken duren, omdat de onderdelen al op voorraad zijn.",
    "no": "Broen ble åpnet i 1967, og omtrent førti tusen biler kjører over den hver dag. Inspektørene fant ut at kablene ruster"
    " inne i betongen, men det vil bare ta elleve uker å bytte dem ut, fordi delene allerede er på lager, sier de nå.",
    "pl": "Most został otwarty w 1967 roku i codziennie przejeżdża przez niego około czterdziestu tysięcy samochodów. Inspektorzy"
    " stwierdzili, że liny rdzewieją w betonie, ale naprawa potrwa tylko jedenaście tygodni, bo części są już w magazynie.",
    "pt": "A ponte foi aberta em 1967 e cerca de quarenta mil carros passam por ela todos os dias. Os inspetores descobriram que"
    " os cabos enferrujam dentro do concreto, mas o conserto não vai durar mais que onze semanas, pois as peças já estão lá.",
    "ro": "Podul a fost deschis în 1967 și aproximativ patruzeci de mii de mașini trec pe el în fiecare zi. Inspectorii au"
    " constatat că sunt cabluri care ruginesc în beton, dar reparația va dura doar unsprezece săptămâni, pentru că piesele sunt acolo.",
    "ru": "Мост был открыт в 1967 году, и каждый день по нему проезжает около сорока тысяч машин. Инспекторы обнаружили, что"
    " тросы ржавеют внутри бетона, но ремонт займёт только одиннадцать недель, так как детали уже есть на складе.",
    "sv": "Bron öppnades 1967 och omkring fyrtio tusen bilar kör över den varje dag. Inspektörerna fann att kablarna rostar inne"
    " i betongen, men det kommer bara att ta elva veckor att byta ut dem, eftersom delarna redan är på lager.",
    "tr": "Köprü 1967 yılında açıldı ve her gün yaklaşık kırk bin araba bu köprüden geçiyor. Müfettişler kabloların betonun"
    " içinde paslandığını buldu ama onarım için on bir hafta yeterli olacak, çünkü parçalar çok önce geldi ve depoda duruyor.",
    "uk": "Міст було відкрито в 1967 році, і щодня по ньому проїжджає близько сорока тисяч машин. Інспектори виявили, що троси"
    " іржавіють усередині бетону, але ремонт триватиме лише одинадцять тижнів, бо деталі вже є на складі.",
}


def snapshot(text: str, **fields: object) -> Snapshot:
    return Snapshot.of(text, title="T", origin="a.example", retrieved_at=datetime(2024, 3, 5, tzinfo=UTC), **fields)


@pytest.mark.parametrize("code", TEXTS)
def test_each_language_is_told_from_two_sentences(code: str) -> None:
    """Thirty-odd words of plain prose are enough."""
    assert guess_language(TEXTS[code]) == code


def test_every_language_has_a_text_here() -> None:
    """What can be told apart is tested."""
    assert set(TEXTS) == set(NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The bridge was opened.",
        " ".join(f"item{number} 12 kg" for number in range(40)),
        "橋は1967年に開通し、毎日およそ四万台の車が通る。" * 10,
        f"{TEXTS['en']} {TEXTS['fr']}",
        "Zeven kleine woorden " * 20,
    ],
)
def test_where_it_is_not_clear_nothing_is_said(text: str) -> None:
    """Short texts, lists, other scripts and mixed texts have no language here."""
    assert guess_language(text) is None


def test_a_source_in_another_language_is_flagged() -> None:
    """The flag names the document, both languages and what to do; the author's own language and unclear texts pass."""
    found = [
        snapshot(TEXTS["en"]),
        snapshot(TEXTS["fr"], url="https://a.example/pont"),
        snapshot(TEXTS["de"], path="sources/a.md"),
        snapshot("Short."),
    ]
    flags = other_languages(found, "en")
    assert [(flag.source, flag.code) for flag in flags] == [
        ("https://a.example/pont", "source.other-language"),
        ("sources/a.md", "source.other-language"),
    ]
    assert flags[0].message == "It seems to be in French, and you write in English."


def test_what_isnt_quoted_is_flagged_together() -> None:
    """Of many documents those that are quoted are flagged one by one, and the rest in one flag a language."""
    found = [snapshot(f"{TEXTS['de']} {n}", path=f"sources/{n}.md") for n in range(4)]
    flags = other_languages([*found, snapshot(TEXTS["fr"], path="f.md")], "en-GB", quoted={found[1].sha256})
    assert [flag.source for flag in flags] == ["sources/1.md", "sources/0.md and 2 more", "f.md"]
    assert flags[1].message.startswith("Not quoted, as little as the others: it seems to be in German")
    assert flags[2].message.startswith("Not quoted: it seems to be in French")


def test_an_author_of_another_language_gets_no_flags() -> None:
    """Where the author's language isn't one that we know, nothing is compared."""
    assert other_languages([snapshot(TEXTS["en"])], "ja") == ()


def test_function_words_are_known_by_language() -> None:
    """The same word can be a function word in one language and a topic in another."""
    assert is_function_word("Die", "de")
    assert not is_function_word("die", "en")


@given(st.text(max_size=300))
def test_any_text_has_a_language_or_none(text: str) -> None:
    """Nothing raises."""
    assert guess_language(text) in {None, *NAMES}
