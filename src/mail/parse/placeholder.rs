//! Plain branches that say nothing: blank ones, and those in which a program only regrets that HTML
//! is not shown. Then the HTML branch is what the writer wrote. A person who writes about HTML is
//! told apart by having written the same in both branches.

/// Characters of a plain branch that only regrets.
const LONGEST: usize = 600;

/// What is said of HTML by programs and hardly by people.
const REGRETS: &[&str] = &[
    "support",
    "unable to",
    "not able to",
    "cannot display",
    "can't display",
    "cannot read",
    "can't read",
    "cannot view",
    "can't view",
    "not display",
    "does not show",
    "html format",
    "html version",
    "html-version",
    "html-format",
    "html capable",
    "html-capable",
    "html enabled",
    "html-enabled",
    "html e-mail",
    "html email",
    "html mail",
    "unterstützt",
    "nicht dargestellt",
    "nicht darstellen",
    "nicht anzeigen",
    "nicht angezeigt",
    "html-fähig",
    "html-e-mail",
    "html-mail",
    "html-ansicht",
    "ne prend pas en charge",
    "ne peut pas afficher",
    "n'affiche pas",
    "format html",
    "version html",
    "no soporta",
    "no admite",
    "formato html",
    "versión html",
    "versão html",
    "não suporta",
    "não exibe",
    "non supporta",
    "in grado di",
    "ondersteunt",
    "niet weergeven",
    "nie obsługuje",
    "formacie html",
    "wersji html",
    "nepodporuje",
    "formátu html",
    "stöder inte",
    "understøtter ikke",
    "støtter ikke",
    "не поддерживает",
    "формате html",
    "html形式",
    "対応して",
    "htmlメール",
    "不支持",
];

/// Where a plain branch only says that the letter lies elsewhere.
const ELSEWHERE: &[&str] = &[
    "in your browser",
    "in a browser",
    "in your web browser",
    "view this email",
    "view this e-mail",
    "view this message",
    "online version",
    "im browser",
    "onlineversion",
    "online-version",
    "votre navigateur",
    "version en ligne",
    "su navegador",
    "tu navegador",
    "no navegador",
    "seu navegador",
    "nel browser",
    "tuo browser",
    "je browser",
    "uw browser",
    "w przeglądarce",
    "в браузере",
    "ブラウザ",
];

/// Whether nothing of a text can be seen.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| !is_seen(c))
}

/// Whether something of an HTML that was made safe can be seen.
pub(super) fn shows_something(safe: &str) -> bool {
    let texts = safe.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    safe.contains("<img") || texts.into_iter().any(|text| !is_blank(text))
}

fn is_seen(c: char) -> bool {
    !(c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
}

/// What a plain branch says of itself.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// That HTML is not shown.
    Regret,
    /// Where the letter lies.
    Elsewhere,
}

fn says(plain: &str) -> Option<Says> {
    if plain.chars().nth(LONGEST).is_some() {
        return None;
    }
    let said = plain.to_lowercase();
    let one_of = |phrases: &[&str]| phrases.iter().any(|phrase| said.contains(phrase));
    let preamble = (said.contains("multi-part") || said.contains("multipart"))
        && (said.contains("mime") || said.contains("message"));
    if preamble || (said.contains("html") && one_of(REGRETS)) {
        return Some(Says::Regret);
    }
    one_of(ELSEWHERE).then_some(Says::Elsewhere)
}

/// Whether a plain branch may only stand in for another, by its own words.
pub(super) fn may_stand_in(plain: &str) -> bool {
    says(plain).is_some()
}

/// Whether the plain branch only stands in for the HTML branch, of which this is the text.
pub(super) fn stands_in(plain: &str, html: &str) -> bool {
    let much_longer = || html.chars().nth(5 * plain.chars().count().max(40)).is_some();
    let says = says(plain).is_some_and(|says| says == Says::Regret || much_longer());
    says && !is_blank(html) && !begins_alike(plain, html)
}

/// Whether two texts are the same but for spaces and signs.
pub(super) fn same_words(plain: &str, html: &str) -> bool {
    letters(plain).eq(letters(html))
}

/// Whether the HTML holds the beginning of the plain text.
fn begins_alike(plain: &str, html: &str) -> bool {
    const COMPARED: usize = 30;
    let start: String = letters(plain).take(COMPARED).collect();
    let within: String = letters(html).collect();
    within.contains(&start)
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_known() {
        let offer = "Dear customer, your invoice for May is ready. ".repeat(20);
        for (plain, html, expected) in [
            ("Your mail client does not support HTML.", "Your invoice", true),
            ("This is a multi-part message in MIME format.\n", "Your invoice", true),
            ("Ihr E-Mail-Programm unterstützt leider keine HTML-E-Mails.", "Ihre Rechnung", true),
            ("Votre messagerie n'affiche pas le format HTML.", "Votre facture", true),
            ("Twój program nie obsługuje wiadomości HTML.", "Faktura", true),
            ("Ваша программа не поддерживает HTML", "Счёт", true),
            ("このメールはHTML形式です。", "請求書", true),
            ("View this email in your browser: https://x.example/1", &offer, true),
            ("View this email in your browser: https://x.example/1", "Short", false),
            ("Dear customer, your invoice for May is ready. Online version: x", &offer, false),
            ("Your form does not support HTML.", "Your form does not support HTML. Ana", false),
            ("Your invoice", "Your invoice", false),
            ("See you in the html", "Anything", false),
            ("It does not support HTML", "", false),
            (&format!("no support for html {offer}"), "Your invoice", false),
        ] {
            assert_eq!(stands_in(plain, html), expected, "{plain}");
        }
    }

    #[test]
    fn blank_and_equal_texts_are_known() {
        assert!(is_blank("\u{a0}\n\u{200b}\u{feff} \t") && !is_blank(" . "));
        assert!(shows_something("<p>a</p>") && shows_something("<p><img></p>"));
        assert!(!shows_something("<p>\u{a0}</p><br>"));
        assert!(same_words("Hello, Ana!\n\nBen", "Hello Ana ben") && !same_words("a", "ab"));
    }
}
