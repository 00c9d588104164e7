//! In which of a few given languages somebody wrote, by the commonest words of each; and how one
//! greets in it. A guess good enough to choose between wordings an office has, and for nothing else.

/// The commonest words of languages in Latin letters that are not common in the others here.
#[rustfmt::skip]
const WORDS: [(&str, &[&str]); 15] = [
    ("en", &["the", "and", "is", "are", "you", "your", "with", "have", "not", "this", "that", "please", "my", "for", "we", "it", "was", "hello", "can", "thanks"]),
    ("de", &["der", "die", "und", "ist", "nicht", "ich", "wir", "sie", "ein", "eine", "mit", "bitte", "auf", "für", "ihre", "den", "das", "hallo", "danke", "wird", "grüße"]),
    ("fr", &["le", "les", "et", "est", "vous", "je", "nous", "une", "pour", "dans", "pas", "votre", "avec", "bonjour", "merci", "du", "des", "sur", "cordialement"]),
    ("es", &["el", "los", "las", "y", "es", "que", "una", "por", "para", "con", "su", "gracias", "hola", "no", "mi", "usted", "saludos", "está"]),
    ("it", &["il", "gli", "che", "di", "è", "per", "una", "con", "non", "sono", "grazie", "buongiorno", "della", "del", "vostro", "ciao", "saluti"]),
    ("nl", &["het", "een", "en", "niet", "van", "ik", "wij", "dat", "voor", "met", "u", "uw", "graag", "bedankt", "hallo", "zijn", "deze", "groeten"]),
    ("pt", &["os", "não", "uma", "um", "em", "para", "com", "você", "obrigado", "obrigada", "olá", "seu", "do", "da", "está", "meu", "minha"]),
    ("pl", &["nie", "się", "jest", "na", "że", "proszę", "dziękuję", "dzień", "dobry", "i", "w", "z", "do", "mam", "czy", "witam", "pozdrawiam"]),
    ("sv", &["och", "är", "inte", "jag", "det", "ett", "som", "för", "på", "tack", "hej", "vi", "kan", "hälsningar", "med"]),
    ("da", &["og", "er", "ikke", "jeg", "det", "et", "som", "på", "tak", "hej", "vi", "kan", "venlig", "hilsen", "af", "til"]),
    ("nb", &["og", "er", "ikke", "jeg", "det", "et", "som", "på", "takk", "hei", "vi", "kan", "vennlig", "hilsen", "av", "til"]),
    ("fi", &["ja", "ei", "on", "että", "se", "kiitos", "hei", "olen", "voitteko", "terveisin", "mutta", "kun"]),
    ("cs", &["a", "je", "se", "na", "že", "prosím", "děkuji", "dobrý", "den", "jsem", "není", "pozdravem", "pro"]),
    ("hu", &["az", "és", "nem", "hogy", "egy", "kérem", "köszönöm", "van", "üdvözlettel", "tisztelt", "meg"]),
    ("tr", &["ve", "bir", "bu", "için", "değil", "merhaba", "teşekkürler", "lütfen", "ile", "çok", "var"]),
];

/// Whether a letter belongs to the script of a language that is not written in Latin letters.
fn is_of_script(language: &str, letter: char) -> bool {
    let within = |first: u32, last: u32| (first..=last).contains(&u32::from(letter));
    match language {
        "ru" | "uk" | "bg" | "sr" => within(0x400, 0x52f),
        "el" => within(0x370, 0x3ff),
        "he" => within(0x590, 0x5ff),
        "ar" | "fa" => within(0x600, 0x6ff),
        "ko" => within(0xac00, 0xd7af),
        "ja" => within(0x3040, 0x30ff),
        "zh" => within(0x4e00, 0x9fff),
        "th" => within(0xe00, 0xe7f),
        _ => false,
    }
}

/// How much of a text is looked at, in characters.
const LOOKED_AT: usize = 2_000;

/// The part of a language tag that names the language (RFC 5646 section 2.2.1), in lower case: `de`
/// of `de-AT`.
pub fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// Which of these languages a text is written in, by its place among them; `None` when nothing
/// speaks for any. Of two that are equally likely it is the first.
pub fn guess<'a>(text: &str, among: impl Iterator<Item = &'a str>) -> Option<usize> {
    let start: String = text.chars().take(LOOKED_AT).collect::<String>().to_lowercase();
    let scores = among.map(|tag| score(&start, &primary(tag)));
    let best = scores.enumerate().filter(|(_, score)| *score > 0);
    best.max_by_key(|(place, score)| (*score, std::cmp::Reverse(*place))).map(|(place, _)| place)
}

/// The language of a text, of those in Latin letters that are told apart here; English when nothing
/// speaks for another.
pub fn of(text: &str) -> &'static str {
    guess(text, WORDS.iter().map(|(tag, _)| *tag)).map_or("en", |place| WORDS[place].0)
}

fn score(text: &str, language: &str) -> usize {
    let by_script = text.chars().filter(|letter| is_of_script(language, *letter)).count();
    // Chinese characters are Japanese beside a few kana.
    if language == "zh" && text.chars().any(|letter| is_of_script("ja", letter)) {
        return 0;
    }
    let language = if language == "no" { "nb" } else { language };
    let words =
        WORDS.iter().find(|(name, _)| *name == language).map_or(&[][..], |(_, words)| words);
    let by_words =
        text.split(|c: char| !c.is_alphabetic()).filter(|word| words.contains(word)).count();
    by_script + by_words
}

/// A greeting in this language, with a name or without.
pub fn greeting(tag: &str, name: &str) -> String {
    let word = match primary(tag).as_str() {
        "de" => "Guten Tag",
        "fr" => "Bonjour",
        "es" => "Hola",
        "it" => "Buongiorno",
        "nl" => "Beste",
        "pt" => "Olá",
        "pl" => "Dzień dobry",
        "sv" | "da" => "Hej",
        "nb" | "no" | "fi" => "Hei",
        "cs" => "Dobrý den",
        "hu" => "Jó napot",
        "tr" => "Merhaba",
        "ru" => "Здравствуйте",
        "uk" => "Добрий день",
        _ => "Hello",
    };
    if name.is_empty() { format!("{word},") } else { format!("{word} {name},") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_chosen_among_those_given() {
        let all = ["en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "cs", "ru", "ja", "zh"];
        for (text, expected) in [
            ("The printer is broken, please help.", Some("en")),
            ("Der Drucker ist kaputt, bitte helfen Sie uns.", Some("de")),
            ("Bonjour, l'imprimante est en panne. Merci pour votre aide", Some("fr")),
            ("Hola, la impresora no funciona. Gracias por su ayuda.", Some("es")),
            ("Buongiorno, la stampante non funziona. Grazie per il vostro aiuto", Some("it")),
            ("De printer doet het niet, graag een nieuwe voor het kantoor", Some("nl")),
            ("Olá, a impressora não funciona. Obrigado", Some("pt")),
            ("Dzień dobry, drukarka nie działa, proszę o pomoc", Some("pl")),
            ("Hej, skrivaren är trasig och det fungerar inte", Some("sv")),
            ("Dobrý den, tiskárna není v pořádku, prosím o pomoc", Some("cs")),
            ("Здравствуйте, принтер сломан", Some("ru")),
            ("プリンターが壊れました", Some("ja")),
            ("打印机坏了", Some("zh")),
            ("12345", None),
            ("", None),
        ] {
            let found = guess(text, all.into_iter()).map(|place| all[place]);
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(guess("Der Drucker ist kaputt", ["en", "de-AT"].into_iter()), Some(1));
        assert_eq!(guess("Der Drucker ist kaputt", ["", "fr"].into_iter()), None);
        assert_eq!((of("Der Drucker ist kaputt"), of("?")), ("de", "en"));
    }

    #[test]
    fn a_greeting_is_of_its_language() {
        for (tag, name, expected) in
            [("de-AT", "Ana", "Guten Tag Ana,"), ("en", "", "Hello,"), ("", "Ana", "Hello Ana,")]
        {
            assert_eq!(greeting(tag, name), expected, "{tag}");
        }
    }
}
