//! What the German letters say: topics, answers to earlier letters, greetings and farewells.
//! Plain text in the notation of `wording`; an empty line parts paragraphs. Every character fits
//! into windows-1252, and but for the euro sign and typographic quotes into ISO 8859-1.

use super::wording::Topic;
use super::wording::Writer::{Customer, Staff, Supplier};

pub(super) const TOPICS: [Topic; 24] = [
    Topic(
        Customer,
        "Bestellung {order}: Lieferung überfällig",
        "seit [über einer Woche|zehn Tagen] warte ich auf die Bestellung {order} ({item}). Der Paketdienst weiß von nichts.\n\nKönnen Sie bitte [nachforschen|nachfragen], wo die Sendung geblieben ist?",
    ),
    Topic(
        Customer,
        "[Falscher Artikel geliefert|{order}: falscher Artikel|Statt {item} kam etwas anderes]",
        "heute kam das Paket zu {order} an. Leider war {other} darin, bestellt hatte ich {item}.\n\n[Schicken Sie mir bitte einen Rücksendeschein.|Wie machen wir das mit dem Umtausch?]",
    ),
    Topic(
        Customer,
        "Rückfrage zur Rechnung {invoice}",
        "auf der Rechnung {invoice} stehen {qty} Stück, geliefert wurden aber [zwei weniger|nur elf]. Der Betrag von {amount} stimmt daher nicht.\n\nBitte prüfen Sie das und schicken Sie uns eine Gutschrift.",
    ),
    Topic(
        Customer,
        "[Öffnungszeiten über die Feiertage|Am {day} geöffnet?|Abholung am {day} möglich?]",
        "haben Sie am {day} geöffnet? Auf Ihrer Seite steht [bis 18 Uhr|nichts dazu].\n\nIch würde gegen {time} Uhr vorbeikommen und die Bestellung {order} abholen.",
    ),
    Topic(
        Customer,
        "Reparatur: {item}",
        "unser Gerät ({item}, Nr. {serial}) [brummt|flackert|schaltet sich ab], sobald es [warm|feucht] wird. Gekauft wurde es bei Ihnen im [Frühjahr|Herbst].\n\nFällt das noch unter die Gewährleistung? Die Prüfung könnten wir am {day} übernehmen lassen.",
    ),
    Topic(
        Customer,
        "[Angebot für {qty} Stück|Anfrage: {qty} x {item}|Bitte um Angebot, Lieferung nach {city}]",
        "für unsere Werkstatt in {city} benötigen wir {qty} Stück: {item}.\n\nBitte machen Sie uns ein Angebot einschließlich Lieferung [frei Haus|bis zur Baustelle] und teilen Sie uns die Lieferzeit mit.",
    ),
    Topic(
        Customer,
        "Widerruf der Bestellung {order}",
        "hiermit widerrufe ich meine Bestellung {order} vom vergangenen {day}. Die Ware ist noch verpackt.\n\nBitte bestätigen Sie den Eingang und überweisen Sie {amount} auf das bekannte Konto zurück.",
    ),
    Topic(
        Customer,
        "[Beschwerde über die Montage|Montage am {day}: so nicht|Schäden nach der Montage in {city}]",
        "Ihr Monteur war am {day} bei uns und hat [Löcher in die frisch gestrichene Wand gebohrt|den Müll im Flur stehen lassen|zwei Stunden auf sich warten lassen]. So möchte ich das nicht hinnehmen.\n\nIch bitte um einen Rückruf bis {time} Uhr.",
    ),
    Topic(
        Customer,
        "[Passwort für den Händlerzugang|Händlerzugang gesperrt, Kunde {order}|Zugang zurücksetzen]",
        "mein Zugang zum Händlerbereich ist gesperrt, die Nachricht zum Zurücksetzen kommt nicht an. [Auch im Spam-Ordner ist nichts.|Ich habe es mehrfach versucht.]\n\nKundennummer: {order}",
    ),
    Topic(
        Customer,
        "[Prüfung der Beleuchtung im Büro|Neue Beleuchtung für {qty} Plätze|Beratung vor Ort in {city}]",
        "wir möchten die Beleuchtung an {qty} Arbeitsplätzen erneuern und hätten gern eine Beratung vor Ort in {city}.\n\nPasst Ihnen {day} um {time} Uhr? Gedacht hatten wir an: {item}.",
    ),
    Topic(
        Customer,
        "[Ersatzteil gesucht|Ersatzteil für {serial}|Alte Lampe, Teil {serial}]",
        "für meine {qty} Jahre alte Lampe suche ich [den Schirm|die Fassung|den Schalter]. Auf dem Gehäuse steht {serial}.\n\nKönnen Sie das noch beschaffen, und was würde es ungefähr kosten?",
    ),
    Topic(
        Customer,
        "[Danke für die schnelle Hilfe|Läuft wieder: {item}|Lob für {colleague}]",
        "nur kurz: {item} läuft wieder, alles bestens. {colleague} hat sich wirklich Mühe gegeben.\n\nSchöne Grüße an die Werkstatt!",
    ),
    Topic(
        Customer,
        "[Mahnung trotz Zahlung|Mahnung zu {invoice} unberechtigt|{invoice} ist längst bezahlt]",
        "zu {invoice} haben wir heute eine Mahnung erhalten, obwohl wir {amount} bereits am {day} überwiesen haben.\n\nBitte stornieren Sie die Mahngebühr und bestätigen Sie uns das schriftlich.",
    ),
    Topic(
        Staff,
        "Drucker in Raum {room} streikt",
        "der {printer} [zieht kein Papier mehr ein|druckt nur noch grüne Streifen|meldet Papierstau, obwohl keiner da ist]. Aus- und Einschalten hat nichts geändert.\n\nDie Lieferscheine müssen bis {time} Uhr raus, bitte dringend anschauen.",
    ),
    Topic(
        Staff,
        "[Krankmeldung|Krank bis {day}|Heute krank, {colleague} vertritt]",
        "ich bin leider krank und komme [heute|bis einschließlich {day}] nicht. Die Bescheinigung reiche ich nach.\n\n{colleague} weiß über {order} Bescheid, der Schlüssel für Raum {room} liegt in meinem Fach.",
    ),
    Topic(
        Staff,
        "[Kein Zugriff auf das Laufwerk|Ordner Aufträge gesperrt|Berechtigung fehlt seit {day}]",
        "seit [heute früh|{day}] komme ich nicht mehr an den Ordner \"Aufträge\". Es heißt, mir fehle die Berechtigung. Bei {colleague} geht es.\n\nKönnt ihr das prüfen? Ich brauche die Pläne für {city}.",
    ),
    Topic(
        Staff,
        "[Neuer Rechner für {colleague}|{colleague} fängt am {day} an|Arbeitsplatz in Raum {room}]",
        "{colleague} fängt am {day} an und braucht einen Rechner, ein Telefon und Zugang zur Kasse. Platz ist in Raum {room}.\n\nBitte auch gleich den Schlüssel übergeben.",
    ),
    Topic(
        Staff,
        "[Urlaubsantrag|Urlaub ab {day}|Urlaub, Vertretung {colleague}]",
        "ich würde gern von {day} an [drei Tage|eine Woche] Urlaub nehmen. {colleague} vertritt mich.\n\nFür {order} ist alles vorbereitet.",
    ),
    Topic(
        Staff,
        "[Bildschirm bleibt schwarz|Schwarzer Bildschirm in {room}|Zweiter Bildschirm tot]",
        "nach dem Update bleibt der zweite Bildschirm in {room} schwarz. Das Kabel habe ich getauscht, am Rechner von {colleague} geht er.\n\nLiegt noch einer im Lager?",
    ),
    Topic(
        Supplier,
        "Lieferverzögerung {item}",
        "leider verspätet sich die Lieferung Ihrer {qty} Stück ({item}) zu {order} [um eine Woche|bis {day}]. [Grund ist ein fehlendes Zukaufteil.|Der Container steckt im Zoll fest.]\n\nWünschen Sie eine Teillieferung?",
    ),
    Topic(
        Supplier,
        "Rechnung {invoice}",
        "anbei die Angaben zur Rechnung {invoice} über {amount} für {qty} Stück {item}.\n\nZahlbar innerhalb von 14 Tagen ohne Abzug. Ihre Bestellnummer: {order}.",
    ),
    Topic(
        Supplier,
        "[Preiserhöhung zum nächsten Quartal|Neue Preise: {item}|Preisanpassung, Bestellschluss {day}]",
        "wegen gestiegener Löhne müssen wir unsere Preise anpassen: {item} plus drei Prozent, {other} unverändert.\n\nBestellungen bis {day} berechnen wir noch zum alten Preis.",
    ),
    Topic(
        Supplier,
        "[Wartung Ihrer Telefonanlage|Telefonanlage: Update am {day}|Wartung am {day} ab {time} Uhr]",
        "am {day} ab {time} Uhr spielen wir ein Update auf Ihre Telefonanlage. Während etwa [zwanzig|vierzig] Minuten sind Sie nur über Handy erreichbar.\n\nBitte informieren Sie Ihre Kolleginnen und Kollegen.",
    ),
    Topic(
        Supplier,
        "[Terminbestätigung {city}|Ihr Termin am {day}|Bestätigung: {day}, {time} Uhr]",
        "hiermit bestätigen wir den Termin am {day} um {time} Uhr in Raum {room}. {colleague} bringt die Muster mit ({item}, {other}).\n\nWir freuen uns auf das Gespräch.",
    ),
];

/// What somebody adds to an earlier letter.
pub(super) const ANSWERS: [&str; 15] = [
    "gibt es hier schon etwas Neues? [Es eilt langsam.|Ich warte noch.]",
    "ich hatte vergessen: die Gerätenummer ist {serial}.",
    "hat sich erledigt, [es geht wieder|das Paket ist da]. Danke trotzdem!",
    "{day} um {time} Uhr passt gut. Ich bringe die Unterlagen mit.",
    "ja, bitte so machen. {amount} ist in Ordnung.",
    "nein, es geht um {item} und nicht um {other}.",
    "seit {day} ist der Fehler wieder da, diesmal in Raum {room}.",
    "das habe ich versucht, es hat leider [nichts gebracht|nur kurz geholfen].",
    "ich nehme {colleague} dazu, dort liegt der Vorgang.",
    "vielen Dank für die schnelle Antwort! Gehört {order} zur selben Lieferung?",
    "so geht das nicht. Mir wurde bis {day} eine Antwort zugesagt.",
    "die Bestellnummer lautet {order}, falls Sie danach fragen.",
    "könnten wir das bitte schriftlich haben, mit der Summe von {amount}?",
    "entschuldigen Sie die späte Antwort, ich war bis {day} in {city}.\n\nEs bleibt bei {qty} Stück.",
    "kurze Ergänzung: die Leuchte hinten ist aus, nicht grün.",
];

/// First lines; the text after them goes on in lower case.
pub(super) const GREETINGS: [&str; 7] = [
    "Guten Tag,",
    "Hallo,",
    "Sehr geehrte Damen und Herren,",
    "Guten Morgen,",
    "Liebes Team,",
    "Hallo zusammen,",
    "Moin,",
];

/// Last lines before the name.
pub(super) const FAREWELLS: [&str; 6] = [
    "Mit freundlichen Grüßen",
    "Viele Grüße",
    "Freundliche Grüße",
    "Beste Grüße",
    "Danke und Gruß",
    "Schöne Grüße",
];

/// A sentence that some letters have before their farewell.
pub(super) const ASIDES: [&str; 7] = [
    "Für Rückfragen bin ich bis {time} Uhr erreichbar.",
    "Es eilt nicht.",
    "Eine kurze Rückmeldung bis {day} würde mir helfen.",
    "Bitte antworten Sie an diese Adresse, nicht an die auf der Rechnung.",
    "{colleague} weiß im Zweifel Bescheid.",
    "Der Parkplatz ist hinter dem Haus, Zufahrt über die Mühlenstraße.",
    "Die frühere Nachricht können Sie löschen.",
];
