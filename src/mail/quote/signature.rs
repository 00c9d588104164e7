//! Signatures: what follows `-- `, and what telephones and mail programs put under a text by
//! themselves (`Sent from my iPhone`). Closing formulas and names are the writer's words and stay.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::marks::pattern;
use super::{Line, is_blank, is_invisible};

/// How such a line begins, in lower case. A device or a program must be named after it.
const STARTS: &str = "sent from|sent with|sent via|sent by|sent using|sent on|sent through|send from|\
    sent in the|this email was sent from|this message was sent from|get outlook for|get bluemail|\
    get typeapp|download outlook|yahoo mail|gesendet von|gesendet mit|gesendet über|gesendet aus|\
    gesendet via|gesendet vom|von meinem|von meiner|von unterwegs|diese nachricht wurde|\
    diese e-mail wurde|diese mail wurde|versendet mit|versandt mit|verschickt mit|verschickt von|\
    outlook für|holen sie sich outlook|laden sie outlook|hol dir outlook|envoyé de|envoyé d'|envoyé d’|\
    envoyé depuis|envoyé à partir|envoyé avec|envoyé via|envoyé par|envoyé du|provenance|\
    obtenez outlook|obtenir outlook|télécharger outlook|téléchargez outlook|enviado desde|enviado de|\
    enviado do|enviado da|enviado a partir|enviado por|enviado con|enviado com|enviado via|\
    enviado através|enviada do|enviado pelo|enviado mediante|obtener outlook|obtén outlook|\
    obtenga outlook|descargar outlook|descarga outlook|obter o outlook|obter outlook|\
    obtenha o outlook|obtenha outlook|baixar o outlook|baixe o outlook|transferir o outlook|\
    inviato da|inviato dal|inviato con|inviato tramite|inviata da|inviato dall|scarica outlook|\
    ottieni outlook|ottenere outlook|verzonden vanaf|verstuurd vanaf|verzonden met|verstuurd met|\
    verzonden vanuit|verzonden via|verstuurd via|verstuurd vanuit|verzonden van|outlook voor|\
    downloaden outlook|haal outlook|wysłane z|wysłano z|wysłano za|wysłane za|wysłane przez|\
    pobierz outlook|pobierz program|pobierz aplikację|uzyskaj aplikację|uzyskaj outlook|odesláno z|\
    odesláno ze|odesláno pomocí|odeslané z|posláno z|stáhnout outlook|získat outlook|\
    získejte outlook|odoslané z|poslané z|skickat från|skickat med|skickades från|skickat via|\
    hämta outlook|skaffa outlook|ladda ned outlook|sendt fra|sendt med|sendt via|hent outlook|\
    få outlook|last ned outlook|skaff deg outlook|skaff outlook|lähetetty|hanki outlook|lataa outlook|\
    отправлено с|отправлено из|отправлено через|отправлено от|отправлено со|послано с|\
    скачать outlook|скачайте outlook|получить outlook|загрузить outlook|надіслано з|надіслано із|\
    надіслано зі|відправлено з|надіслано через|надіслано від|отримати outlook|завантажити outlook|\
    发自|發自|发送自|來自|来自|由我的|從我的|从我的|從 |获取|下载 outlook|取得 |下載 outlook|나의|내 |\
    trimis de pe|trimis din|trimis de la|obțineți outlook|descărcați outlook|poslano s|poslano iz|\
    nabavite outlook|saadetud minu|saadetud|στάλθηκε από|απεσταλμένο από|εστάλη από|\
    αποκτήστε το outlook|נשלח מ|أُرسلت من|أرسلت من|تم الإرسال من|مرسل من|enviat des|küldve|\
    outlook letöltése";

/// How such a line ends in languages that put the verb last.
const ENDS: [&str; 16] = [
    "gesendet",
    "geschrieben",
    "から送信",
    "から送信されました",
    "より送信",
    "を入手",
    "を取得",
    "gönderildi",
    "edinin",
    "에서 보냄",
    "에서 보냈습니다",
    "에서 전송됨",
    "받기",
    "다운로드",
    "küldve",
    "送信",
];

/// Devices and programs, by a piece of their names.
const DEVICES: &str = "iphon|ipad|ipod|ios|android|samsung|galaxy|huawei|xiaomi|redmi|oppo|vivo|oneplus|\
    nokia|xperia|htc|motorola|google pixel|blackberry|windows|outlook|gmail|yahoo|aol|gmx|web.de|t-online|\
    mail.com|mail.ru|yandex|яндекс|proton|tutanota|superhuman|spark|airmail|mailspring|mailbird|\
    em client|thunderbird|k-9|fairemail|bluemail|typeapp|aqua mail|aquamail|boxer|zoho|zimbra|roundcube|\
    canary|edison|mymail|libero|orange|laposte|freenet|sparrow|mailtrack|smartphone|handy|mobile|mobil|\
    phone|tablet|gerät|device|appareil|dispositiv|toestel|urządzeni|telefon|teléfono|téléphone|telefone|\
    puhelim|телефон|смартфон|планшет|мобил|cihaz|手机|手機|邮箱|網易|网易|华为|小米|三星|スマート|\
    携帯|휴대|스마트폰|모바일|갤럭시|아이폰|네이버|macbook|apple watch|mail app|mail-app|mailapp|\
    e-mail app|celular|cellulare|móvil|komórk|matkapuhel|ajfon|айфон";

static START: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("^(?:{STARTS})")));
static DEVICE: LazyLock<Regex> = LazyLock::new(|| pattern(&DEVICES.replace('.', "[.]")));

/// The first two characters of every start: most lines are told apart by them.
static BEGINNINGS: LazyLock<HashSet<(char, char)>> =
    LazyLock::new(|| STARTS.split('|').filter_map(beginning).collect());

fn beginning(text: &str) -> Option<(char, char)> {
    let mut chars = text.chars().flat_map(char::to_lowercase);
    Some((chars.next()?, chars.next()?))
}

/// Marks the signatures in one stretch of new text.
pub(super) fn mark(lines: &[&str], kinds: &mut [Line]) {
    // RFC 3676 section 4.3 names `-- `; many programs lose the space.
    const MOST_LINES: usize = 30;
    let near = kinds.len().saturating_sub(MOST_LINES);
    let delimits = |line: &&str| matches!(line.trim_end(), "--" | "—" | "––");
    let exact = lines[near..].iter().position(|line| *line == "-- ");
    let delimiter = exact.or_else(|| lines[near..].iter().rposition(delimits));
    let mut end = kinds.len();
    if let Some(at) = delimiter {
        kinds[near + at..].fill(Line::Signature);
        end = near + at;
    }
    mark_devices(lines, &mut kinds[..end]);
    while let Some(last) = kinds[..end].iter().rposition(|kind| *kind == Line::New) {
        let others = kinds[..last].contains(&Line::New);
        let alone = last == 0 || kinds[last - 1] == Line::Blank;
        if !(others && alone && is_dashed_name(lines[last])) {
            return;
        }
        kinds[last] = Line::Signature;
        end = last;
    }
}

/// Marks what programs wrote by themselves: at the end of a paragraph, with an excuse after it.
fn mark_devices(lines: &[&str], kinds: &mut [Line]) {
    const MOST_EXCUSES: usize = 2;
    let end = kinds.iter().rposition(|kind| *kind == Line::New).map_or(0, |last| last + 1);
    for at in 0..kinds.len() {
        if kinds[at] != Line::New {
            continue;
        }
        let first = at == 0 || kinds[at - 1] != Line::New;
        let following = kinds[at + 1..].iter().take(MOST_EXCUSES + 1);
        let after = following.take_while(|kind| **kind == Line::New).count();
        let last = at + 1 == end;
        if (last || (first && after <= MOST_EXCUSES)) && is_sent_from(lines[at]) {
            kinds[at..=at + after].fill(Line::Signature);
        }
    }
}

/// Whether a telephone or a mail program wrote this line by itself.
fn is_sent_from(line: &str) -> bool {
    const LONGEST: usize = 200;
    const MOST_WORDS: usize = 10;
    const STOPS: [char; 4] = ['.', '!', ':', '。'];
    let frame =
        |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '[' | ']') || is_invisible(c);
    let line = line.trim_matches(frame);
    if line.is_empty() || line.len() > LONGEST {
        return false;
    }
    let ends = |text: &str| ENDS.iter().any(|end| text.ends_with(end));
    // Most lines are told apart without reading them whole.
    let known = beginning(line).is_some_and(|two| BEGINNINGS.contains(&two));
    let bare = line.trim_end_matches(STOPS);
    if !(known || ends(bare) || bare.ends_with(['>', ')']) || line.contains("www.av")) {
        return false;
    }
    let plain = without_brackets(line);
    let plain = plain.split("http").next().unwrap_or_default();
    // `Sent from my Galaxy, an AT&T smartphone`, `Sent with K-9 Mail. Please excuse my brevity.`
    let plain = plain.split(", an ").next().unwrap_or_default();
    let plain = match plain.split_once(". ") {
        Some((first, rest)) if is_excuse(rest) => first,
        _ => plain,
    };
    let plain = plain.trim_matches(frame);
    let plain = plain.trim_end_matches(STOPS);
    let lower = plain.to_lowercase();
    let lower = lower.as_str();
    let words = lower.split_whitespace().count();
    if words > MOST_WORDS || lower.contains([',', '?', ';']) {
        return false;
    }
    if line.contains("www.avast.com") || line.contains("www.avg.com") {
        return lower.starts_with("vir") || lower.contains("virus");
    }
    let device = DEVICE.is_match(lower);
    let german = lower.ends_with("gesendet") || lower.ends_with("geschrieben");
    if lower.starts_with("von mein") {
        // `Von meinem Telefon geht es nicht` is a sentence.
        return device && german;
    }
    let joke = lower.starts_with("sent from my ") && words <= 7;
    let verb = START.is_match(lower);
    joke || (device && verb) || (device && !german && ends(lower))
}

/// Whether the rest of such a line asks for patience, or for the reader's custom.
fn is_excuse(rest: &str) -> bool {
    const WORDS: [&str; 12] = [
        "excuse",
        "brevity",
        "typo",
        "get the app",
        "kürze",
        "entschuldig",
        "tippfehler",
        "brièveté",
        "brevedad",
        "brevidade",
        "brevità",
        "beknopt",
    ];
    let rest = rest.to_lowercase();
    WORDS.iter().any(|word| rest.contains(word))
}

/// A line without what stands in brackets: addresses of links, mostly.
fn without_brackets(line: &str) -> String {
    let mut depth = 0_usize;
    let mut plain = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

/// `-Ana Muster` or `-- Ana`, alone at the end.
fn is_dashed_name(line: &str) -> bool {
    const MOST_WORDS: usize = 3;
    let line = line.trim();
    let Some(name) = line.strip_prefix("--").map(str::trim_start).or(line.strip_prefix('-')) else {
        return false;
    };
    name.starts_with(char::is_uppercase)
        && name.split_whitespace().count() <= MOST_WORDS
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\''))
}

/// Whether the lines after a rule are the footer of a mailing list: few, the last ones, and with an
/// address of it.
pub(super) fn is_list_footer(following: &[&str]) -> bool {
    const MOST_LINES: usize = 8;
    let mut shown = following.iter().filter(|line| !is_blank(line));
    let mut address = false;
    let number =
        shown.by_ref().take(MOST_LINES).inspect(|line| address |= is_address(line)).count();
    number > 0 && address && shown.next().is_none()
}

fn is_address(line: &str) -> bool {
    line.contains('@') || line.contains("://") || line.contains("www.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_no_signatures() {
        for line in [
            "Sent from my desk, is much easier then my mobile phone.",
            "Von meinem Chef kam nichts",
            "Von meinem Telefon geht es nicht",
            "I sent from my account",
            "Get Outlook",
            "Gesendet von Ana",
            "Enviado desde Madrid",
            "Lähetetty eilen",
            "Which iPhone was it",
            "来自北京",
            "The photo was sent from my phone yesterday",
            "",
        ] {
            assert!(!is_sent_from(line), "{line}");
        }
    }

    #[test]
    fn names_after_a_dash_are_short() {
        for line in ["-Ana", "-- Ana Muster", "-A. Muster-Frau"] {
            assert!(is_dashed_name(line), "{line}");
        }
        for line in ["- one", "-ana", "-Ana has left the house", "-A1", "Ana", "- Ana"] {
            assert!(!is_dashed_name(line), "{line}");
        }
    }
}
