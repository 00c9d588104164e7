//! The names that header fields have in copied letters, in the languages that mail programs speak.
//! Programs write `From: Ana`, `*From:* Ana`, `From : Ana`, `发件人：Ana` and `| From | Ana |`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A header field of a copied letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::mail) enum Field {
    /// Who wrote it.
    From,
    /// When it was sent.
    Date,
    /// Whom it went to.
    To,
    /// Who received a copy.
    Cc,
    /// Its subject.
    Subject,
    /// Any other that programs put among them, such as attachments and importance.
    Other,
}

/// The names of each field, in lower case, parted by bars.
const NAMES: [(Field, &str); 6] = [
    (
        Field::From,
        "from|sender|von|absender|de|expéditeur|expediteur|remitente|remetente|da|mittente|van|\
         afzender|od|nadawca|odesílatel|odosielateľ|från|avsändare|fra|afsender|avsender|lähettäjä|\
         от|от кого|отправитель|від|від кого|відправник|kimden|gönderen|发件人|寄件者|寄件人|發件人|\
         发信人|差出人|送信者|送信元|보낸 사람|보낸사람|보낸이|보내는 사람|발신|발신인|발신자|feladó|\
         küldő|de la|expeditor|šalje|pošiljatelj|saatja|kellelt|από|αποστολέας|מאת|من|المرسل|nuo|od kogo",
    ),
    (
        Field::Date,
        "date|sent|sent at|sent on|date sent|gesendet|gesendet am|datum|envoyé|envoyé le|envoye|\
         date d'envoi|enviado|enviado el|enviado em|enviada|enviada em|fecha|fecha de envío|data|\
         data de envio|inviato|inviato il|data invio|verzonden|verzonden op|verstuurd|wysłano|wysłane|\
         wysłana|data wysłania|odesláno|odoslané|dátum|skickat|skickades|sendt|dato|lähetetty|\
         päivämäärä|päiväys|pvm|отправлено|дата|дата отправки|когда|надіслано|відправлено|коли|\
         gönderilme tarihi|gönderilme|gönderildi|gönderim tarihi|gönderme tarihi|tarih|发送时间|\
         发送日期|日期|时间|发件时间|寄件日期|傳送時間|傳送日期|寄件時間|寄送日期|發送時間|發送日期|時間|\
         送信日時|日付|日時|送信日|보낸 날짜|보낸날짜|보낸 시간|날짜|일시|일자|작성일|elküldve|küldve|\
         küldés ideje|trimis|trimis la|dată|poslano|saadetud|kuupäev|στάλθηκε|εστάλη|ημερομηνία|נשלח|\
         תאריך|تاريخ الإرسال|تم الإرسال|التاريخ|أرسلت|أُرسلت|تاريخ|išsiųsta",
    ),
    (
        Field::To,
        "to|an|empfänger|à|a|destinataire|destinatario|destinatário|para|aan|ontvanger|do|komu|\
         adresat|adresát|till|mottagare|til|modtager|mottaker|vastaanottaja|кому|kime|alıcı|收件人|\
         收件者|收信人|宛先|送信先|받는 사람|받는사람|받는이|수신|수신인|수신자|címzett|către|catre|pre|\
         prima|za|kellele|saaja|προς|אל|إلى|المستلم|kam",
    ),
    (
        Field::Cc,
        "cc|kopie|kopie an|copie|copie à|copia|con copia|cópia|kopia|do wiadomości|dw|kopi|kopio|\
         копия|копія|bilgi|抄送|副本|참조|másolatot kap|másolat|kópia|kopija|koopia|κοινοποίηση|κοιν.|\
         κοιν|עותק|نسخة",
    ),
    (
        Field::Subject,
        "subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|temat|tytuł|předmět|predmet|ämne|\
         emne|aihe|otsikko|тема|konu|主题|主旨|主題|标题|標題|件名|题目|제목|tárgy|subiect|naslov|teema|\
         θέμα|נושא|הנדון|الموضوع|موضوع|tema",
    ),
    (
        Field::Other,
        "bcc|ccn|cci|cco|blindkopie|udw|密送|密件副本|숨은 참조|hemlig kopia|skrytá kopie|скрытая копия|\
         reply-to|reply to|antwort an|antworten an|répondre à|responder a|responder para|rispondi a|\
         antwoord aan|beantwoorden aan|odpowiedź do|odpovědět|svar till|svar til|vastaa|ответить|回复|\
         返信先|회신|attachments|attachment|attached|anlagen|anlage|anhänge|anhang|pièces jointes|\
         pièce jointe|adjuntos|datos adjuntos|archivos adjuntos|allegati|allegato|anexos|anexo|bijlagen|\
         bijlage|załączniki|załącznik|přílohy|příloha|prílohy|bilagor|bilaga|vedhæftede filer|vedhæftet|\
         vedlegg|liitteet|liite|вложения|вложение|вкладення|ekler|附件|添付ファイル|첨부|첨부파일|\
         mellékletek|atașări|atașamente|privici|prilozi|manused|συνημμένα|importance|priority|wichtigkeit|\
         priorität|importanza|priorità|priorité|importancia|prioridad|importância|prioridade|prioriteit|\
         urgentie|ważność|priorytet|důležitost|prioritet|tärkeys|важность|önem|重要性|优先级|重要度|\
         organization|organisation|message-id|mailed-by|signed-by|security|category|categories|\
         kategorien|user-agent|sensitivity|on behalf of|im auftrag von|resent-from|resent-date|\
         resent-to|x-mailer|list-id|return-path|delivered-to|newsgroups|newsgruppen",
    ),
];

static FIELDS: LazyLock<HashMap<&'static str, Field>> = LazyLock::new(|| {
    let each = |&(field, names): &(Field, &'static str)| names.split('|').map(move |n| (n, field));
    NAMES.iter().flat_map(each).collect()
});

/// Characters that stand around names and values: stars and underscores are bold print, bars are
/// table cells, the others direct the writing.
fn is_frame(c: char) -> bool {
    c.is_whitespace() || matches!(c, '*' | '_' | '|') || super::is_invisible(c)
}

/// The field that a line shows, and its value.
pub(in crate::mail) fn field(line: &str) -> Option<(Field, &str)> {
    const LONGEST: usize = 30;
    let shown = line.trim_start_matches(is_frame);
    let cells = line.trim_start().starts_with('|');
    let ends_name = |c: char| matches!(c, ':' | '：') || (cells && c == '|');
    let (at, end) = shown.char_indices().take(LONGEST).find(|&(_, c)| ends_name(c))?;
    let field = named(&shown[..at])?;
    Some((field, shown[at + end.len_utf8()..].trim_matches(is_frame)))
}

/// The field with that name, in any case.
fn named(name: &str) -> Option<Field> {
    const LONGEST_BYTES: usize = 60;
    let name = name.trim_matches(is_frame);
    if name.is_empty() {
        return None;
    }
    if name.len() > LONGEST_BYTES {
        return None;
    }
    // Only when something differs is a copy needed.
    let differs = |c: char| c.is_uppercase() || c == '\u{a0}';
    if !name.contains(differs) {
        return FIELDS.get(name).copied();
    }
    let lower: String = name.chars().map(|c| if c == '\u{a0}' { ' ' } else { c }).collect();
    FIELDS.get(lower.to_lowercase().as_str()).copied()
}

/// All fields of a header block that a program wrote into one line, in order: `From: Ana
/// <a@x.example>To: Us Sent: Monday Subject: x`. Empty unless there are three, From and Subject
/// among them.
pub(in crate::mail) fn run_together(line: &str) -> Vec<(Field, &str)> {
    const LONGEST_LINE: usize = 4_000;
    const LONGEST_NAME: usize = 20;
    if line.matches([':', '：']).take(3).count() < 3 {
        return Vec::new();
    }
    let mut found: Vec<(Field, usize, usize)> = Vec::new();
    for (colon, mark) in line.match_indices([':', '：']).take_while(|(at, _)| *at < LONGEST_LINE) {
        let from = found.last().map_or(0, |&(_, _, end)| end);
        let before = &line[from..colon];
        let mut best = None;
        for (back, c) in before.char_indices().rev().take(LONGEST_NAME) {
            let stands_alone = !before[..back].ends_with(char::is_alphanumeric);
            // `GMT+2Subject:` happens, `Photo:` holds no `To:`.
            let begins = !c.is_lowercase() && c.is_alphabetic();
            if begins
                && (stands_alone || before.len() - back >= 4)
                && let Some(field) = named(&before[back..])
            {
                best = Some((field, from + back));
            }
        }
        if let Some((field, at)) = best.filter(|best| found.iter().all(|seen| seen.0 != best.0)) {
            found.push((field, at, colon + mark.len()));
        }
    }
    let has = |wanted: Field| found.iter().any(|&(field, ..)| field == wanted);
    if found.len() < 3 || !has(Field::From) || !has(Field::Subject) {
        return Vec::new();
    }
    let ends = found.iter().skip(1).map(|&(_, at, _)| at).chain([line.len()]);
    found
        .iter()
        .zip(ends)
        .map(|(&(field, _, start), end)| (field, line[start..end].trim_matches(is_frame)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_by_many_names() {
        for (line, expected) in [
            ("From: Ana", (Field::From, "Ana")),
            ("*From:* Ana", (Field::From, "Ana")),
            ("**Von:** Ana", (Field::From, "Ana")),
            ("*De*: Ana", (Field::From, "Ana")),
            ("Objet\u{a0}: x: y", (Field::Subject, "x: y")),
            ("BETREFF:\tx", (Field::Subject, "x")),
            ("\u{200e}Отправлено:\u{a0}\u{200e}x", (Field::Date, "x")),
            ("收件人：a@x.example", (Field::To, "a@x.example")),
            ("| From | Ana |", (Field::From, "Ana")),
            ("Subject: | x", (Field::Subject, "x")),
            ("보낸\u{a0}사람: Ana", (Field::From, "Ana")),
            ("Cc:", (Field::Cc, "")),
            ("Anlagen: a.pdf", (Field::Other, "a.pdf")),
        ] {
            assert_eq!(field(line), Some(expected), "{line}");
        }
        for line in ["Note: x", "From Berlin", ": x", "", "From | x", "fromage: x"] {
            assert_eq!(field(line), None, "{line}");
        }
    }

    #[test]
    fn a_block_in_one_line_is_cut_into_its_fields() {
        let line =
            "From: Ana <a@x.example>To: Us Sent: Monday, 10:00:00 GMT+2Subject: Photo: the lamp";
        assert_eq!(
            run_together(line),
            [
                (Field::From, "Ana <a@x.example>"),
                (Field::To, "Us"),
                (Field::Date, "Monday, 10:00:00 GMT+2"),
                (Field::Subject, "Photo: the lamp"),
            ]
        );
        for line in ["From: Berlin To: Munich Date: Monday", "Subject: x", "", "Photo: x To: y"] {
            assert!(run_together(line).is_empty(), "{line}");
        }
    }
}
