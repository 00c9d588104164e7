//! The words of automatic answers: subjects of absence notes in the languages of common mail
//! programs, sentences of people who are away, and requests to confirm a letter.

/// What programs write before the subject they answer, up to a colon or the end.
#[rustfmt::skip]
const PREFIXES: [&str; 107] = [
    "automatic reply", "automatic response", "auto reply", "auto-reply", "autoreply",
    "auto response", "auto-response", "autoresponse", "autoresponder", "out of office",
    "out of the office", "out-of-office", "out of office autoreply", "out of office reply",
    "automated reply", "automated response", "vacation", "vacation reply", "away from my mail",
    "automatische antwort", "automatische antwortmail", "automatische rückantwort",
    "automatische abwesenheitsnotiz", "autoantwort", "auto-antwort", "abwesenheitsnotiz",
    "abwesenheitsnachricht", "abwesenheit", "abwesend", "nicht im büro", "réponse automatique",
    "reponse automatique", "absence du bureau", "absent du bureau", "message d'absence",
    "respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina",
    "resposta automática", "resposta automatica", "fora do escritório", "ausência temporária",
    "risposta automatica", "fuori sede", "fuori ufficio", "automatisch antwoord",
    "automatische reactie", "afwezigheidsbericht", "afwezig", "automatyczna odpowiedź",
    "odpowiedź automatyczna", "autoodpowiedź", "automatická odpověď", "automatická odpoveď",
    "autosvar", "automatiskt svar", "automatisk svar", "frånvarande", "automaattinen vastaus",
    "poissaoloilmoitus", "автоматический ответ", "автоответ", "автоматична відповідь",
    "автовідповідь", "otomatik yanıt", "otomatik cevap", "automatikus válasz", "răspuns automat",
    "automatski odgovor", "αυτόματη απάντηση", "automatisk besvarelse", "trả lời tự động", "auto",
    "ausente", "ausente del despacho", "fuera del despacho", "poza biurem", "nieobecność",
    "nieobecny", "mimo kancelář", "nepřítomnost", "nepřítomen", "abwesenheitsassistent", "frånvaro",
    "ikke til stede", "fraværende", "fravær", "ei paikalla", "poissa", "отсутствие на работе",
    "не в офисе", "нет на месте", "вне офиса", "відсутність", "поза офісом", "ofis dışında",
    "ofis dışında yanıtı", "absence", "assente", "assenza", "respuesta de ausencia",
    "buiten kantoor", "niet aanwezig", "automaattivastaus", "automatisk svarmelding",
    "out of office assistant",
];

/// The same in languages that need no word ends.
#[rustfmt::skip]
const ANYWHERE_AT_START: [&str; 19] = [
    "自动回复", "自動回覆", "自動回信", "自动答复", "自動返信", "自動応答", "不在通知", "不在のお知らせ", "자동 회신", "자동회신", "자동 응답",
    "부재중", "رد تلقائي", "מענה אוטומטי", "外出", "不在:", "外出自动回复", "부재 중", "부재 알림",
];

/// How subjects end that say where somebody is, as Notes writes them.
#[rustfmt::skip]
const AT_END: [&str; 8] = [
    " is out of the office", " is out of office", " ist außer haus", " ist nicht im büro",
    " ist abwesend", " est absent(e)", " è fuori sede", " está fuera de la oficina",
];

/// Whether a subject announces an automatic answer. Of an answer to one (`Re: Automatic reply`) it
/// does not.
pub(super) fn is_announced(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase().replace('’', "'");
    let lower = lower.trim_start_matches(['[', '(', '*', '<', '"', ' ', '【']);
    if ANYWHERE_AT_START.iter().any(|words| lower.starts_with(words)) {
        return true;
    }
    PREFIXES.iter().any(|words| {
        lower.strip_prefix(words).is_some_and(|rest| {
            let rest = rest.trim_start_matches(['\u{a0}', ' ']);
            // A sentence that merely begins so is no announcement.
            rest.is_empty()
                || rest.starts_with([':', '：', ']', ')', '-', '–', '(', '*', '>', '"', '!'])
        })
    }) || AT_END.iter().any(|words| lower.trim_end_matches(['.', '!', ' ']).ends_with(words))
        || [" (out of office)", " (autoreply)", " (auto-reply)", " [autoreply]", " (auto reply)"]
            .iter()
            .any(|end| lower.ends_with(end))
}

/// Sentences of people who are away.
#[rustfmt::skip]
const SENTENCES: [&str; 80] = [
    "out of the office", "out of office", "i am away", "i'm away", "i am currently away",
    "on vacation", "on annual leave", "on maternity leave", "on parental leave", "on holiday until",
    "no longer with the company", "no longer work", "automatic reply", "automated response",
    "auto-generated", "automatically generated", "nicht im büro", "nicht im hause", "außer haus",
    "im urlaub", "abwesend", "derzeit nicht erreichbar", "elternzeit", "absent du bureau",
    "je suis absent", "en congé", "actuellement absent", "fuera de la oficina",
    "estoy de vacaciones", "me encuentro fuera", "fora do escritório", "estou de férias",
    "fuori ufficio", "sono assente", "afwezig", "niet aanwezig", "jestem poza biurem",
    "nejsem v kanceláři", "в отпуске", "不在にしております", "ik ben afwezig", "niet op kantoor",
    "niet op het werk", "nejsem v práci", "mimo kancelář", "na dovolené", "inte på kontoret",
    "på semester", "ikke på kontoret", "på ferie", "poissa toimistolta", "lomalla", "нет в офисе",
    "отсутствую", "не в офисе", "не в офісі", "у відпустці", "ofis dışında", "izindeyim", "不在办公室",
    "休假", "出差", "不在です", "부재중", "휴가", "na urlopie", "nieobecn", "estoy fuera de", "ausente",
    "in ferie", "en vacances", "en congés", "de férias", "parental leave", "on leave until",
    "out of my office", "wieder im büro", "wieder erreichbar", "zurzeit nicht", "elternurlaub",
];

/// Whether the words are those of somebody who is away.
pub(super) fn is_told(text: &str) -> bool {
    const LOOKED_AT: usize = 2_000;
    let start: String = text.chars().take(LOOKED_AT).collect();
    let lower = start.to_lowercase();
    SENTENCES.iter().any(|sentence| lower.contains(sentence))
}

/// Whether a subject asks the writer to prove to be a person, as guards against spam do.
pub(super) fn asks_to_confirm(subject: &str) -> bool {
    const REQUESTS: [&str; 13] = [
        "please confirm your message",
        "please confirm your email",
        "requires verification verify#",
        "your email requires verification",
        "confirmation required",
        "(spamblocker)",
        "(verify)",
        "antispam uol",
        "please verify your message",
        "spam arrest",
        "bitte bestätigen sie ihre nachricht",
        "message awaiting confirmation",
        "challenge:",
    ];
    let lower = subject.to_lowercase();
    REQUESTS.iter().any(|request| lower.contains(request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_of_automatic_answers_are_known() {
        for (subject, expected) in [
            ("Automatic reply: your order", true),
            ("Automatische Antwort: Ihre Bestellung", true),
            ("Abwesenheitsnotiz", true),
            ("Réponse automatique : devis", true),
            ("Out of Office: back on Monday", true),
            ("[Auto-Reply] Order", true),
            ("自动回复:订单", true),
            ("自動返信", true),
            ("Order (out of office)", true),
            ("AUTO: Ana is out of the office (returning 11.05.2026)", true),
            ("Ana Muster ist außer Haus.", true),
            ("Ausente: pedido", true),
            ("부재 중: 주문", true),
            ("Re: Automatic reply: your order", false),
            ("Automatic reply does not work any more", false),
            ("Out of office reply stays on after my holiday", false),
            ("Autositze: Bestellung", false),
            ("Vacation rentals", false),
            ("", false),
        ] {
            assert_eq!(is_announced(subject), expected, "{subject}");
        }
    }
}
