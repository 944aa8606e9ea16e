"""Short grammars of the other languages that people write in during a flood abroad."""

from __future__ import annotations

from dataclasses import dataclass

from demo.grammar import Lexicon, words


@dataclass(frozen=True)
class Phrases:
    """One language: templates of pleasure, displeasure and plain statement, with their slots."""

    good: tuple[str, ...]
    bad: tuple[str, ...]
    plain: tuple[str, ...]
    lexicon: Lexicon


def _phrases(good: str, bad: str, plain: str, **slots: str) -> Phrases:
    return Phrases(words(good), words(bad), words(plain), {slot: words(text) for slot, text in slots.items()})


PHRASES = {
    "es": _phrases(
        """gracias a {helper}, {nice} trabajo|por fin {nice} noticias en {place}|{helper} ayudan mucho, qué {nice}
        orgullosos de {helper} en {town}|ya estamos a salvo, {helper} {nice}|qué alegría ver a {helper} en {place}""",
        """otra vez agua en {place}, qué {ugly}|perdimos {lost}, {ugly} noche|nadie ayuda en {place}, {ugly}
        tengo miedo, {river} sigue subiendo|qué vergüenza, {helper} no llegan|todo {ugly} en {town}, sin {lost}""",
        """{river} a {number} metros en {place} {hour}|carretera cortada entre {town} y {place} {hour}
        lluvia {hour} sobre {town}|{helper} en {place} {hour}|clases suspendidas en {town} {hour}
        aviso naranja {hour} para {town}""",
        helper="los bomberos|los voluntarios|los vecinos|los policías|los del ayuntamiento",
        nice="grandes|buenas|estupendas|maravillosas|enormes",
        ugly="horrible|terrible|triste|fatal|desastroso",
        lost="la casa|el coche|los muebles|la cocina|la tienda",
        hour="esta noche|hoy|mañana|ahora|desde ayer",
    ),
    "de": _phrases(
        """danke an {helper}, {nice}|endlich {nice} Nachrichten aus {town}|{helper} waren {nice} heute
        stolz auf {helper} in {place}|alle in Sicherheit, {helper} {nice}|so {nice}, was {helper} in {place} leisten""",
        """schon wieder Wasser in {place}, {ugly}|{lost} ist hin, {ugly}|niemand hilft in {place}, {ugly}
        ich habe Angst, {river} steigt weiter|{ugly}, {helper} kommen nicht
        alles {ugly} in {town}, {lost} voller Schlamm""",
        """{river} bei {number} Metern in {place} {hour}|Straße zwischen {town} und {place} gesperrt {hour}
        Regen {hour} über {town}|{helper} in {place} {hour}|Schule in {town} bleibt {hour} geschlossen
        Unwetterwarnung {hour} für {town}""",
        helper="die Feuerwehr|das Technische Hilfswerk|die Nachbarn|die Helfer|die Studenten",
        nice="großartig|wunderbar|spitze|herzlich|toll",
        ugly="furchtbar|schrecklich|traurig|zum Heulen|unfassbar schlimm",
        lost="der Keller|das Haus|das Auto|die Küche|der Laden",
        hour="heute Nacht|heute|morgen|jetzt|seit gestern",
    ),
    "it": _phrases(
        """grazie a {helper}, {nice}|finalmente {nice} notizie da {town}|{helper} {nice} oggi a {place}
        fieri di {helper} a {town}|siamo in salvo, {helper} {nice}|che gioia vedere {helper} a {place}""",
        """ancora acqua in {place}, {ugly}|abbiamo perso {lost}, {ugly}|nessuno aiuta a {place}, {ugly}
        ho paura, {river} sale ancora|che vergogna, {helper} non arrivano|tutto {ugly} a {town}, {lost} nel fango""",
        """{river} a {number} metri a {place} {hour}|strada chiusa tra {town} e {place} {hour}
        pioggia {hour} su {town}|{helper} a {place} {hour}|scuole chiuse a {town} {hour}
        allerta arancione {hour} per {town}""",
        helper="i pompieri|i volontari|i vicini|gli angeli del fango|i ragazzi della scuola",
        nice="bravissimi|splendidi|meravigliosi|belle|stupendi",
        ugly="terribile|orribile|triste|un disastro|tremendo",
        lost="la casa|la macchina|i mobili|la cucina|il negozio",
        hour="stanotte|oggi|domani|adesso|da ieri",
    ),
    "fr": _phrases(
        """merci à {helper}, {nice}|enfin de {nice} nouvelles de {town}|{helper} ont été {nice} à {place}
        fiers de {helper} à {town}|tout le monde est à l'abri, {helper} {nice}
        quelle joie de voir {helper} à {place}""",
        """encore de l'eau à {place}, {ugly}|on a perdu {lost}, {ugly}|personne n'aide à {place}, {ugly}
        j'ai peur, {river} monte encore|quelle honte, {helper} ne viennent pas|tout est {ugly} à {town}""",
        """{river} à {number} mètres à {place} {hour}|route coupée entre {town} et {place} {hour}
        pluie {hour} sur {town}|{helper} à {place} {hour}|écoles fermées à {town} {hour}
        vigilance orange {hour} pour {town}""",
        helper="les pompiers|les bénévoles|les voisins|les secouristes|les gens du village",
        nice="formidables|bonnes|superbes|généreux|magnifiques",
        ugly="affreux|terrible|triste|désastreux|horrible",
        lost="la maison|la voiture|les meubles|la cuisine|la boutique",
        hour="cette nuit|aujourd'hui|demain|maintenant|depuis hier",
    ),
    "tl": _phrases(
        """salamat sa {helper}, {nice}|sa wakas {nice} balita sa {town}|{nice} ang {helper} sa {place}
        ipinagmamalaki namin ang {helper} ng {town}|ligtas na kami, {nice} ang {helper}
        ang saya makita ang {helper} sa {place}""",
        """baha na naman sa {place}, {ugly}|nawala ang {lost}, {ugly}|walang tumutulong sa {place}, {ugly}
        natatakot ako, tumataas pa ang {river}|nakakahiya, wala pa ang {helper}
        {ugly} dito sa {town}, basa ang {lost}""",
        """nasa {number} metro ang {river} sa {place} {hour}|sarado ang daan mula {town} hanggang {place} {hour}
        ulan {hour} sa {town}|nasa {place} ang {helper} {hour}|walang pasok sa {town} {hour}
        orange warning {hour} sa {town}""",
        helper="mga bumbero|mga kapitbahay|mga volunteer|coast guard|mga estudyante",
        nice="ang galing|mabuting|magandang|ang bait|napakabait",
        ugly="nakakalungkot|ang hirap|nakakatakot|grabe ang sama|kawawa kami",
        lost="bahay|kotse|gamit|kusina|tindahan",
        hour="ngayong gabi|ngayon|bukas|kanina|mula kahapon",
    ),
}  # fmt: skip
