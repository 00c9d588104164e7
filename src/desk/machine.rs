//! What a machine wrote: auto-replies, bounces, lists, reports, and our own letters coming back.
//! Such mail is recorded and never answered (RFC 3834 section 2).

use crate::desk::ticket::Machine;
use crate::mail::Message;

/// What kind of machine wrote this message; `None` for a person. Headers decide first, the sender's
/// address last; a subject never does.
///
/// `X-Auto-Response-Suppress` is no sign: Outlook and ticket systems set it on ordinary mail (facts:
/// microsoft-graph 4.5).
pub fn kind(message: &Message) -> Option<Machine> {
    let signs = &message.signs;
    let local = local_part(message);
    let is_report = signs.content_type == "multipart/report";
    let has = |mark: &str| signs.marks.iter().any(|name| name == mark);

    // A failed delivery: RFC 3464, or what older servers send (RFC 5321 section 4.5.5).
    if (is_report && signs.report_type == "delivery-status")
        || has("x-failed-recipients")
        || (signs.empty_return_path && matches!(local.as_str(), "mailer-daemon" | "postmaster"))
        || local == "mailer-daemon"
    {
        return Some(Machine::Bounce);
    }
    if is_report {
        return Some(Machine::Report);
    }
    // RFC 3834 section 5: any value but `no`. `auto-replied` is an answer, the rest are notices.
    match signs.auto_submitted.as_str() {
        "" | "no" => {}
        "auto-replied" => return Some(Machine::AutoReply),
        _ => return Some(if signs.list { Machine::List } else { Machine::Report }),
    }
    if signs.precedence == "auto_reply"
        || ["x-autoreply", "x-autorespond", "x-auto-response-from"].iter().any(|mark| has(mark))
    {
        return Some(Machine::AutoReply);
    }
    if signs.list || matches!(signs.precedence.as_str(), "list" | "bulk" | "junk") {
        return Some(Machine::List);
    }
    // A letter of ours, or of another appliance of our kind, that lost its other marks on the way.
    if signs.own_mark.is_some() {
        return Some(Machine::AutoReply);
    }
    if signs.empty_return_path && is_unattended(&local) {
        return Some(Machine::Report);
    }
    None
}

/// Whether nobody reads what is sent to this local part, by its owner's own word.
fn is_unattended(local: &str) -> bool {
    matches!(
        local,
        "noreply" | "no-reply" | "no_reply" | "donotreply" | "do-not-reply" | "do_not_reply"
    )
}

/// Whether an automatic answer to this message would go nowhere or round in a circle, though a
/// person may have written it: no sender, an unattended address, or one of our own.
pub fn is_unanswerable(message: &Message, own_addresses: &[String]) -> bool {
    let Some(from) = &message.from else { return true };
    let answer_to = message.reply_to.first().unwrap_or(from).key();
    let own = |key: &String| own_addresses.contains(key);
    is_unattended(&local_part(message))
        || !answer_to.contains('@')
        || own(&answer_to)
        || own(&from.key())
}

fn local_part(message: &Message) -> String {
    let key = message.from.as_ref().map(|from| from.key()).unwrap_or_default();
    key.split('@').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Address, MachineSigns};

    fn message(from: &str, signs: MachineSigns) -> Message {
        Message { from: Some(Address::bare(from)), signs, ..Message::default() }
    }

    #[test]
    fn machines_are_told_from_people() {
        let signs = MachineSigns::default;
        let report = |report_type: &str| MachineSigns {
            content_type: "multipart/report".into(),
            report_type: report_type.into(),
            ..signs()
        };
        let submitted = |value: &str| MachineSigns { auto_submitted: value.into(), ..signs() };
        let precedence = |value: &str| MachineSigns { precedence: value.into(), ..signs() };
        let marked = |value: &str| MachineSigns { marks: vec![value.into()], ..signs() };
        for (case, from, signs, expected) in [
            ("a person", "ana@shop.example", signs(), None),
            ("a person who says so", "ana@shop.example", submitted("no"), None),
            (
                "out of office",
                "ana@shop.example",
                submitted("auto-replied"),
                Some(Machine::AutoReply),
            ),
            ("a cron job", "root@host.example", submitted("auto-generated"), Some(Machine::Report)),
            (
                "old out of office",
                "ana@shop.example",
                marked("x-autoreply"),
                Some(Machine::AutoReply),
            ),
            (
                "older out of office",
                "ana@shop.example",
                precedence("auto_reply"),
                Some(Machine::AutoReply),
            ),
            ("a bounce", "postmaster@x.example", report("delivery-status"), Some(Machine::Bounce)),
            ("an old bounce", "MAILER-DAEMON@x.example", signs(), Some(Machine::Bounce)),
            (
                "a bounce by mark",
                "x@x.example",
                marked("x-failed-recipients"),
                Some(Machine::Bounce),
            ),
            (
                "a read receipt",
                "ana@shop.example",
                report("disposition-notification"),
                Some(Machine::Report),
            ),
            (
                "a newsletter",
                "news@x.example",
                MachineSigns { list: true, ..signs() },
                Some(Machine::List),
            ),
            ("bulk", "news@x.example", precedence("bulk"), Some(Machine::List)),
            ("first-class is no list", "ana@x.example", precedence("first-class"), None),
            (
                "our own letter",
                "desk@x.example",
                MachineSigns { own_mark: Some("1".into()), ..signs() },
                Some(Machine::AutoReply),
            ),
            (
                "a shop's notice",
                "noreply@x.example",
                MachineSigns { empty_return_path: true, ..signs() },
                Some(Machine::Report),
            ),
            ("a form that sends as noreply", "noreply@x.example", signs(), None),
        ] {
            assert_eq!(kind(&message(from, signs)), expected, "{case}");
        }
    }

    #[test]
    fn nobody_is_answered_where_nobody_reads() {
        let own = ["support@office.example".to_owned()];
        for (case, from, reply_to, expected) in [
            ("a person", Some("ana@shop.example"), None, false),
            ("no sender", None, None, true),
            ("unattended", Some("no-reply@shop.example"), None, true),
            ("ourselves", Some("Support@Office.example"), None, true),
            (
                "answers to ourselves",
                Some("ana@shop.example"),
                Some("support@office.example"),
                true,
            ),
            ("no address", Some("Ana"), None, true),
        ] {
            let message = Message {
                from: from.map(Address::bare),
                reply_to: reply_to.map(Address::bare).into_iter().collect(),
                ..Message::default()
            };
            assert_eq!(is_unanswerable(&message, &own), expected, "{case}");
        }
    }
}
