//! The phrases by which mail programs mark what is not new, in the languages they speak: who wrote
//! the quoted letter, where it begins, and what a telephone puts under a text. All are compared in
//! lower case.

/// Verbs that end or begin the line above a quote: `On … Ana wrote:`.
const WROTE: [&str; 29] = [
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "escribio",
    "ha scritto",
    "scrisse",
    "schreef",
    "escreveu",
    "napisał",
    "napisal",
    "pisze",
    "napsal",
    "skrev",
    "kirjoitti",
    "писал",
    "написал",
    "пишет",
    "пише",
    "написав",
    "yazdı",
    "写道",
    "寫道",
    "書きました",
    "のメール",
    "작성",
    "írta",
    "a scris",
    "έγραψε",
];

/// How such a line begins: a preposition before the date, or the weekday. Digits are checked apart.
const DATE_STARTS: [&str; 74] = [
    "on ",
    "am ",
    "le ",
    "el ",
    "il ",
    "em ",
    "op ",
    "den ",
    "w dniu ",
    "dne ",
    "dnia ",
    "på ",
    "a ",
    "at ",
    "à ",
    "ha ",
    "în ",
    "στις ",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "mo,",
    "di,",
    "mi,",
    "do,",
    "fr,",
    "sa,",
    "so,",
    "mo.",
    "di.",
    "mi.",
    "do.",
    "fr.",
    "sa.",
    "so.",
    "lun",
    "mar",
    "mer",
    "mié",
    "jeu",
    "jue",
    "ven",
    "vie",
    "sam",
    "sáb",
    "dim",
    "dom",
    "seg",
    "ter",
    "qua",
    "qui",
    "sex",
    "ma ",
    "wo ",
    "vr ",
    "pon",
    "wt.",
    "śr.",
    "czw",
    "pt.",
    "sob",
    "po ",
    "út ",
    "st ",
    "čt ",
    "pá ",
    "so ",
    "ne ",
    "mån",
    "lør",
];

/// Between dashes: a copy of the letter that is answered follows.
const ORIGINAL: [&str; 24] = [
    "original message",
    "original mail",
    "ursprüngliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "ursprüngliche mail",
    "urspr. nachricht",
    "message d'origine",
    "message d’origine",
    "message original",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
    "oorspronkelijke bericht",
    "oryginalna wiadomość",
    "wiadomość oryginalna",
    "původní zpráva",
    "ursprungligt meddelande",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "alkuperäinen viesti",
    "исходное сообщение",
    "原始邮件",
];

/// A letter follows that was passed on, which is what its reader wants to see.
const FORWARDED: [&str; 22] = [
    "forwarded message",
    "begin forwarded message",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht",
    "message transféré",
    "début du message transféré",
    "début du message réexpédié",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "mensagem encaminhada",
    "início da mensagem reencaminhada",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "przekazana wiadomość",
    "wiadomość przekazana",
    "přeposlaná zpráva",
    "vidarebefordrat meddelande",
    "videresendt meddelelse",
    "videresendt melding",
    "пересылаемое сообщение",
];

/// The names of header fields in a copied letter.
const FROM: [&str; 14] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "od",
    "från",
    "fra",
    "lähettäjä",
    "от",
    "від",
    "kimden",
    "发件人",
    "寄件者",
];
const DATE: [&str; 26] = [
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "enviado",
    "fecha",
    "inviato",
    "data",
    "verzonden",
    "wysłano",
    "odesláno",
    "skickat",
    "sendt",
    "dato",
    "lähetetty",
    "päivämäärä",
    "отправлено",
    "дата",
    "надіслано",
    "gönderilme",
    "tarih",
    "发送时间",
    "日期",
    "fecha de envío",
    "enviado el",
];
const TO: [&str; 15] = [
    "to",
    "an",
    "à",
    "para",
    "a",
    "aan",
    "do",
    "komu",
    "till",
    "til",
    "vastaanottaja",
    "кому",
    "kime",
    "收件人",
    "收件者",
];
const SUBJECT: [&str; 18] = [
    "subject",
    "betreff",
    "objet",
    "asunto",
    "oggetto",
    "assunto",
    "onderwerp",
    "temat",
    "předmět",
    "ämne",
    "emne",
    "aihe",
    "тема",
    "konu",
    "主题",
    "主旨",
    "件名",
    "제목",
];

/// What a telephone or program puts under a text, by its start.
const SENT_FROM: [&str; 34] = [
    "sent from my ",
    "send from my ",
    "sent from mail for ",
    "sent from yahoo mail",
    "sent from outlook",
    "sent from the all-new ",
    "get outlook for ",
    "gesendet von ",
    "gesendet mit ",
    "von meinem ",
    "outlook für ",
    "envoyé de mon ",
    "envoyé depuis ",
    "envoyé à partir d",
    "télécharger outlook",
    "enviado desde ",
    "enviado de mi ",
    "enviado do meu ",
    "enviado a partir d",
    "obtener outlook",
    "inviato da ",
    "inviato dal ",
    "verzonden vanaf ",
    "verstuurd vanaf ",
    "verzonden met ",
    "wysłane z ",
    "wysłano z ",
    "odesláno z ",
    "skickat från ",
    "sendt fra ",
    "lähetetty ",
    "отправлено с ",
    "отправлено из ",
    "надіслано з ",
];

/// The same by its end, in languages that put the verb last.
const FROM_SENT: [&str; 5] = ["から送信", "gönderildi", "에서 보냄", "傳送", "发送"];

/// What a line says about a copied letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Field {
    From,
    Date,
    To,
    Subject,
}

/// The header field a line of a copied letter shows, and its value. Stars are bold print.
pub(super) fn field(line: &str) -> Option<(Field, &str)> {
    const LONGEST: usize = 30;
    let line = line.trim().trim_start_matches(['*', '_']);
    let (at, colon) = line.char_indices().take(LONGEST).find(|(_, c)| matches!(c, ':' | '：'))?;
    let name = line[..at].trim_end_matches([' ', '*', '\u{a0}']).to_lowercase();
    let name = name.as_str();
    let field = match name {
        name if FROM.contains(&name) => Field::From,
        name if DATE.contains(&name) => Field::Date,
        name if TO.contains(&name) => Field::To,
        name if SUBJECT.contains(&name) => Field::Subject,
        _ => return None,
    };
    Some((field, line[at + colon.len_utf8()..].trim_matches(['*', ' '])))
}

/// Whether the line says, between dashes, that the answered letter follows.
pub(super) fn is_original(line: &str) -> bool {
    dashed(line).is_some_and(|phrase| ORIGINAL.contains(&phrase.as_str()))
}

/// Whether the line says that a letter follows which was passed on.
pub(super) fn is_forwarded(line: &str) -> bool {
    let phrase = dashed(line).or_else(|| {
        let announced = line.trim().strip_suffix(':')?;
        (announced.len() < 60).then(|| announced.trim().to_lowercase())
    });
    phrase.is_some_and(|phrase| FORWARDED.contains(&phrase.as_str()))
}

/// What stands between two or more dashes at both ends of a line.
fn dashed(line: &str) -> Option<String> {
    let line = line.trim().trim_matches('*');
    if line.len() > 200 || !line.starts_with("--") {
        return None;
    }
    Some(line.trim_matches(['-', ' ', ':', '\u{a0}']).to_lowercase())
}

/// Whether a line (or several joined) names who wrote what follows.
/// `quote_follows` tells whether the next line is a quoted one, which makes a weak form certain.
pub(super) fn is_attribution(text: &str, quote_follows: bool) -> bool {
    let text = text.trim().trim_matches(['*', '_']).to_lowercase();
    let Some(text) = text.strip_suffix([':', '：']) else { return false };
    let text = text.trim_end();
    let verb = WROTE.iter().any(|verb| text.contains(verb));
    let mail = text.contains('@');
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let date_first = starts_like_a_date(text);
    let certain = mail || has_a_time_or_year(text);
    let dated = date_first && digit && (verb || (mail && text.ends_with('>')));
    let named = verb && mail && digit;
    ((dated || named) && (certain || quote_follows)) || (verb && quote_follows && text.len() < 120)
}

/// Whether a line begins like the date in such a line.
pub(super) fn starts_like_a_date(text: &str) -> bool {
    const LONGEST: usize = 8;
    let text = text.trim_start_matches(['*', '_', ' ']);
    let start: String = text.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    start.starts_with(|c: char| c.is_ascii_digit())
        || DATE_STARTS.iter().any(|known| start.starts_with(known))
}

fn has_a_time_or_year(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    bytes.windows(4).any(|four| {
        digits(four) || (digits(&four[..1]) && matches!(four[1], b':' | b'.') && digits(&four[2..]))
    })
}

/// Whether a telephone or a mail program wrote this line by itself.
pub(super) fn is_sent_from(line: &str) -> bool {
    const MOST_WORDS: usize = 9;
    let line = line.trim().trim_matches(['*', '_']).to_lowercase();
    let line = line.split(['<', '(', '[']).next().unwrap_or_default().trim().trim_end_matches('.');
    let short = line.split_whitespace().count() <= MOST_WORDS && !line.contains([',', '!', '?']);
    let english = |line: &str| {
        // `Sent from my desk is much easier` is a sentence.
        !line.starts_with("sent from my ") || line.split_whitespace().count() <= 7
    };
    let device = |line: &str| {
        // `Von meinem Chef` is a sentence too, until a verb ends it.
        !line.starts_with("von meinem ") || line.ends_with("gesendet")
    };
    short
        && english(line)
        && device(line)
        && (SENT_FROM.iter().any(|start| line.starts_with(start))
            || FROM_SENT.iter().any(|end| line.ends_with(end))
            || line.starts_with("发自我的")
            || line.starts_with("發自我的"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributions_are_known_in_many_languages() {
        for text in [
            "On Mon, 4 May 2026 at 10:00, Ana <ana@x.example> wrote:",
            "On 04/05/2026 10:00, Ana wrote:",
            "Am 04.05.2026 um 10:00 schrieb Ana Muster:",
            "Am Mo., 4. Mai 2026 um 10:00 Uhr schrieb Ana <ana@x.example>:",
            "Ana <ana@x.example> schrieb am Mo., 4. Mai 2026, 10:00:",
            "Le lun. 4 mai 2026 à 10:00, Ana <ana@x.example> a écrit :",
            "Le 4 mai 2026 à 10:00, Ana a écrit\u{a0}:",
            "El lun, 4 may 2026 a las 10:00, Ana (<ana@x.example>) escribió:",
            "Il giorno lun 4 mag 2026 alle ore 10:00 Ana <ana@x.example> ha scritto:",
            "Op ma 4 mei 2026 om 10:00 schreef Ana <ana@x.example>:",
            "Em seg., 4 de mai. de 2026 às 10:00, Ana <ana@x.example> escreveu:",
            "pon., 4 maj 2026 o 10:00 Ana <ana@x.example> napisał(a):",
            "W dniu 04.05.2026 o 10:00, Ana pisze:",
            "po 4. 5. 2026 v 10:00 odesílatel Ana <ana@x.example> napsal:",
            "Dne 4.5.2026 v 10:00 Ana napsal(a):",
            "Den mån 4 maj 2026 kl 10:00 skrev Ana <ana@x.example>:",
            "Den man. 4. maj 2026 kl. 10.00 skrev Ana <ana@x.example>:",
            "man. 4. mai 2026 kl. 10:00 skrev Ana <ana@x.example>:",
            "ma 4. toukok. 2026 klo 10.00 Ana (ana@x.example) kirjoitti:",
            "пн, 4 мая 2026 г. в 10:00, Ana <ana@x.example> написал:",
            "4 May 2026 Pzt 10:00 tarihinde Ana <ana@x.example> şunu yazdı:",
            "Ana <ana@x.example> 于2026年5月4日周一 10:00写道：",
            "2026年5月4日(月) 10:00 Ana <ana@x.example>:",
            "2026년 5월 4일 (월) 오전 10:00, Ana <ana@x.example>님이 작성:",
            "04.05.2026, 10:00, \"Ana\" <ana@x.example>:",
        ] {
            assert!(is_attribution(text, false), "{text}");
        }
        assert!(is_attribution("Ana Muster wrote:", true));
        for text in [
            "On page 3 you wrote:",
            "My boss wrote: nothing",
            "Ana Muster wrote:",
            "These are the steps:",
            "On 4 May 2026 at 10:00 we meet here:",
        ] {
            assert!(!is_attribution(text, false), "{text}");
        }
    }

    #[test]
    fn separators_and_fields_are_known() {
        for line in [
            "-----Original Message-----",
            "----- Ursprüngliche Nachricht -----",
            "--- Message d'origine ---",
        ] {
            assert!(is_original(line), "{line}");
        }
        for line in [
            "---------- Forwarded message ---------",
            "Begin forwarded message:",
            "-------- Weitergeleitete Nachricht --------",
        ] {
            assert!(is_forwarded(line), "{line}");
        }
        for line in ["Original Message", "-- Ana", "----------", "the original message:"] {
            assert!(!is_original(line) && !is_forwarded(line), "{line}");
        }
        assert_eq!(field("*From:* Ana"), Some((Field::From, "Ana")));
        assert_eq!(field("Objet : x"), Some((Field::Subject, "x")));
        assert_eq!(field("Note: x"), None);
    }

    #[test]
    fn telephones_are_known() {
        for line in [
            "Sent from my iPhone",
            "Sent from my Verizon Wireless BlackBerry",
            "Get Outlook for iOS<https://aka.ms/o0ukef>",
            "Von meinem iPhone gesendet",
            "Gesendet von Mail für Windows",
            "Envoyé de mon iPhone",
            "Enviado desde mi iPhone",
            "Inviato da iPhone",
            "Verzonden vanaf mijn iPhone",
            "Enviado do meu iPhone",
            "Wysłane z iPhone'a",
            "Odesláno z iPhonu",
            "Skickat från min iPhone",
            "Sendt fra min iPhone",
            "Отправлено с iPhone",
            "iPhoneから送信",
            "发自我的 iPhone",
        ] {
            assert!(is_sent_from(line), "{line}");
        }
        for line in [
            "Sent from my desk, is much easier then my mobile phone.",
            "Von meinem Chef kam nichts",
            "I sent from my account",
            "Get Outlook",
        ] {
            assert!(!is_sent_from(line), "{line}");
        }
    }
}
