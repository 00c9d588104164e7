//! What a machine wrote: auto-replies, bounces, lists, reports, and our own letters coming back.
//! Such mail is recorded and never answered (RFC 3834 section 2). What a bounce says is read in
//! `mail::report`; the words of absence notes are in `machine/absence.rs`.

mod absence;

use crate::desk::ticket::Machine;
use crate::mail::report::Action;
use crate::mail::{MachineSigns, Message};

/// Further fields of programs that answer for somebody, where their value says so.
const BY_VALUE: [&str; 4] = ["x-post-messageclass", "delivered-to", "preference", "x-precedence"];

/// What kind of machine wrote this message; `None` for a person. Headers decide first, the sender's
/// address next; a subject only together with another sign.
///
/// `X-Auto-Response-Suppress` is no sign: Outlook and ticket systems set it on ordinary mail (facts:
/// microsoft-graph 4.5).
pub fn kind(message: &Message) -> Option<Machine> {
    let signs = &message.signs;
    let local = local_part(message);
    let has = |mark: &str| signs.marks.iter().any(|name| name == mark);

    // A mail server speaks of a letter. One that is only late or has arrived did not bounce.
    if let Some(report) = &message.report {
        let failed = report.action == Action::Failed;
        return Some(if failed { Machine::Bounce } else { Machine::Report });
    }
    // Read receipts (RFC 8098), complaints (RFC 5965) and other reports (RFC 6522).
    if signs.content_type == "multipart/report"
        || matches!(signs.report_type.as_str(), "disposition-notification" | "feedback-report")
        || has("x-hmxmroriginalrecipient")
        || is_domain_report(message)
    {
        return Some(Machine::Report);
    }
    // Somebody accepted or declined (RFC 5546 section 3.2.3); an invitation is a letter.
    if matches!(signs.calendar_method.as_str(), "reply" | "counter" | "declinecounter" | "refresh")
    {
        return Some(Machine::Report);
    }
    let absent = absence::is_announced(&message.subject);
    let responds = MachineSigns::RESPONDERS.iter().chain(&BY_VALUE).any(|mark| has(mark))
        || matches!(
            signs.precedence.as_str(),
            "auto_reply" | "auto-reply" | "autoreply" | "vacation"
        );
    // RFC 3834 section 5: any value but `no`. `auto-replied` is an answer; absence notes of
    // Exchange call themselves generated; the rest are notices.
    match signs.auto_submitted.as_str() {
        "" | "no" => {}
        "auto-replied" => return Some(Machine::AutoReply),
        _ if responds || absent || has("x-ms-exchange-inbox-rules-loop") => {
            return Some(Machine::AutoReply);
        }
        _ => return Some(if signs.list { Machine::List } else { Machine::Report }),
    }
    if has("x-cron-env") {
        return Some(Machine::Report);
    }
    if responds {
        return Some(Machine::AutoReply);
    }
    let bulk = matches!(signs.precedence.as_str(), "list" | "bulk" | "junk");
    let cites = !message.in_reply_to.is_empty() || !message.references.is_empty();
    let weak = signs.empty_return_path
        || signs.suppresses_answers
        || bulk
        || cites
        || has("x-ms-exchange-inbox-rules-loop")
        || has("x-ms-exchange-generated-message-source")
        || is_unattended(&local);
    if weak && !signs.list && (absent || absence::asks_to_confirm(&message.subject)) {
        return Some(Machine::AutoReply);
    }
    if signs.list
        || bulk
        || has("x-google-group-id")
        || has("mailing-list")
        || has("x-mailman-version")
    {
        return Some(Machine::List);
    }
    // A letter of ours, or of another appliance of our kind, that lost its other marks on the way.
    if signs.own_mark.is_some() {
        return Some(Machine::AutoReply);
    }
    // An answer with nobody to bounce it to, in the words of somebody who is away.
    if signs.empty_return_path && absence::is_told(&message.visible_text) {
        return Some(Machine::AutoReply);
    }
    let nobody_answers = message.reply_to.is_empty()
        && (signs.suppresses_answers || has("feedback-id") || has("x-auto-generated"));
    if is_unattended(&local) && (signs.empty_return_path || nobody_answers) {
        return Some(Machine::Report);
    }
    None
}

/// Whether a subject announces an automatic answer, which proves nothing by itself: people write about
/// such things as well.
pub fn announces_itself(message: &Message) -> bool {
    absence::is_announced(&message.subject)
}

/// Whether a letter without any sign of a machine says that its writer is away: too little for a letter
/// that anybody wrote, enough where a wrong guess does no harm.
pub fn tells_absence(message: &Message) -> bool {
    absence::is_announced(&message.subject) || absence::is_told(&message.visible_text)
}

/// A DMARC aggregate report (RFC 7489 section 7.2.1.1): known by its subject and by an attachment
/// named `receiver!domain!begin!end`.
fn is_domain_report(message: &Message) -> bool {
    let subject = message.subject.to_ascii_lowercase();
    let named = |name: &str| name.split('!').count() >= 4;
    (subject.contains("report domain:") && subject.contains("submitter:"))
        || message.attachments.iter().any(|file| {
            named(&file.filename)
                && [".zip", ".gz", ".xml", ".json"].iter().any(|end| file.filename.ends_with(end))
        })
}

/// Whether nobody reads what is sent to this local part, by its owner's own word.
fn is_unattended(local: &str) -> bool {
    matches!(
        local,
        "noreply" | "no-reply" | "no_reply" | "donotreply" | "do-not-reply" | "do_not_reply"
    )
}

/// Whether an automatic answer to this message would go nowhere or round in a circle, though a
/// person may have written it: no sender, an empty Return-Path (RFC 3834 section 2), an unattended
/// address, or one of our own.
pub fn is_unanswerable(message: &Message, own_addresses: &[String]) -> bool {
    let Some(from) = &message.from else { return true };
    let answer_to = message.reply_to.first().unwrap_or(from).key();
    let own = |key: &String| own_addresses.contains(key);
    is_unattended(&local_part(message))
        || message.signs.empty_return_path
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
    use crate::mail::report::Report;
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
    fn what_a_mail_server_says_counts_before_all_else() {
        for (action, expected) in [
            (Action::Failed, Machine::Bounce),
            (Action::Delayed, Machine::Report),
            (Action::Delivered, Machine::Report),
            (Action::Relayed, Machine::Report),
        ] {
            let signs = MachineSigns {
                list: true,
                auto_submitted: "auto-replied".into(),
                ..MachineSigns::default()
            };
            let report = Some(Report { action, ..Report::default() });
            let message = Message { report, ..message("mailer-daemon@x.example", signs) };
            assert_eq!(kind(&message), Some(expected), "{action:?}");
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
