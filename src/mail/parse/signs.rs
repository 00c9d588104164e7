//! What a letter shows of a machine having written it: header fields for `desk::machine`, and what
//! of its parts `mail::report` reads when it may be a notice about another letter.

use std::borrow::Cow;

use super::super::report::{self, Report, Returned};
use super::super::{Address, MachineSigns, MessageId};
use super::parts::Part;
use super::{address, charset, decoded, fields, plain, words};

/// Further fields by which automatic mail gives itself away, beside those of responders; their mere
/// presence is the sign, unless they say `no`.
const MARKS: [&str; 10] = [
    "x-cron-env",
    "x-failed-recipients",
    "x-ms-exchange-message-is-ndr",
    "x-ms-exchange-inbox-rules-loop",
    "x-ms-exchange-generated-message-source",
    "x-hmxmroriginalrecipient",
    "x-google-group-id",
    "mailing-list",
    "x-mailman-version",
    "feedback-id",
];

/// Reads the signs of the letter that was cut into `parts`.
pub(super) fn read(parts: &[Part<'_>]) -> MachineSigns {
    let letter = &parts[0];
    let first = |name: &str| letter.head.get(name).map(|value| fields::text(value, None));
    let word = |name: &str| {
        let text = first(name).unwrap_or_default();
        text.split([';', '(']).next().unwrap_or_default().trim().to_ascii_lowercase()
    };
    let has = |name: &&str| letter.head.get(name).is_some();
    let denied = |name: &&str| matches!(word(name).as_str(), "no" | "false" | "0" | "none");
    let known = MachineSigns::RESPONDERS.iter().chain(&MARKS);
    let present = known.filter(|name| has(name) && !denied(name));
    let mut marks: Vec<String> = present.map(|&name| name.to_owned()).collect();
    // Values by which responders without a field of their own are known.
    for (name, values) in [
        ("x-post-messageclass", &["9"][..]),
        ("delivered-to", &["autoresponder"]),
        ("preference", &["auto_reply", "auto-reply"]),
        ("x-precedence", &["auto_reply", "auto-reply", "auto"]),
        ("x-ricevuta", &["errore-consegna", "preavviso-errore-consegna"]),
    ] {
        if values.contains(&word(name).as_str()) {
            marks.push(name.to_owned());
        }
    }
    let empty = |value: &[u8]| {
        fields::text(value, None).chars().filter(|c| !c.is_whitespace()).eq("<>".chars())
    };
    MachineSigns {
        auto_submitted: word("auto-submitted"),
        precedence: word("precedence"),
        list: ["list-id", "list-unsubscribe", "list-post"].iter().any(has),
        empty_return_path: letter.head.get("return-path").is_some_and(empty),
        content_type: if letter.typed { letter.kind.value.clone() } else { String::new() },
        report_type: report_type(parts),
        calendar_method: parts
            .iter()
            .filter(|part| part.kind.value == "text/calendar")
            .find_map(|part| part.kind.get("method"))
            .map(|method| method.trim().to_ascii_lowercase())
            .unwrap_or_default(),
        suppresses_answers: first("x-auto-response-suppress")
            .is_some_and(|value| !value.eq_ignore_ascii_case("none")),
        marks,
        own_mark: first("x-counterfoil").filter(|mark| !mark.is_empty()),
    }
}

/// The `report-type` parameter, else what the first report part says.
fn report_type(parts: &[Part<'_>]) -> String {
    let said = parts[0].kind.get("report-type").map(|said| said.trim().to_ascii_lowercase());
    said.filter(|said| !said.is_empty()).unwrap_or_else(|| {
        let kinds = parts.iter().map(|part| part.kind.value.as_str());
        let first = kinds.into_iter().find_map(|kind| match kind {
            "message/delivery-status" | "message/global-delivery-status" => Some("delivery-status"),
            "message/disposition-notification" | "message/global-disposition-notification" => {
                Some("disposition-notification")
            }
            "message/feedback-report" => Some("feedback-report"),
            _ => None,
        });
        first.unwrap_or_default().to_owned()
    })
}

/// What the letter reports about another one, when it is such a notice. `text` is its text as read.
pub(super) fn report(
    parts: &[Part<'_>],
    signs: &MachineSigns,
    subject: &str,
    text: &str,
) -> Option<Report> {
    let letter = &parts[0];
    let field = |name: &str| {
        letter.head.all(name).map(|value| fields::text(value, None)).collect::<Vec<_>>().join(", ")
    };
    // How programs write the name of the field; a plain search is the quickest.
    const FIELD: [&str; 4] = ["essage-ID:", "essage-Id:", "essage-id:", "ESSAGE-ID:"];
    let from = words::decode(&field("from"));
    let outside = report::Outside {
        from: &from,
        subject,
        signs,
        has_status: parts.iter().any(is_status),
        carries_letter: parts.iter().any(is_letter) || FIELD.iter().any(|name| text.contains(name)),
    };
    let suspicion = report::suspect(&outside)?;
    let keys = |text: &str| address::list(text).into_iter().map(|a| a.key()).collect::<Vec<_>>();
    let mut inside = report::Inside { text: Cow::Borrowed(text), ..report::Inside::default() };
    for name in ["to", "cc", "from", "delivered-to", "x-original-to", "reply-to"] {
        inside.ours.extend(keys(&field(name)));
    }
    inside.failed = keys(&field("x-failed-recipients"));
    inside.cites =
        address::ids([field("in-reply-to"), field("references")].iter().map(String::as_str));
    look_inside(parts, &mut inside);
    if inside.returned.as_ref().is_none_or(|returned| returned.message_id.is_none()) {
        let inlined = report::inlined_letter(text);
        let inlined = inlined.map(|head| returned(head.as_bytes()));
        if let Some(inlined) = inlined.filter(|inlined| *inlined != Returned::default()) {
            let known = inside.returned.take().unwrap_or_default();
            inside.returned = Some(if known.to.is_empty() {
                inlined
            } else {
                Returned { message_id: inlined.message_id, ..known }
            });
        }
    }
    report::read(suspicion, inside)
}

fn is_status(part: &Part<'_>) -> bool {
    matches!(part.kind.value.as_str(), "message/delivery-status" | "message/global-delivery-status")
}

/// Whether a part is a letter that came back, or its header.
fn is_letter(part: &Part<'_>) -> bool {
    matches!(
        part.kind.value.as_str(),
        "message/rfc822"
            | "message/global"
            | "message/global-headers"
            | "message/rfc822-headers"
            | "message/partial"
            | "text/rfc822-headers"
            | "text/rfc822-header"
            | "text/rfc822"
    )
}

/// Finds the delivery status and the letter that came back among the parts.
fn look_inside(parts: &[Part<'_>], inside: &mut report::Inside<'_>) {
    const LOOKED_AT: usize = 40;
    let leaves = parts.iter().filter(|part| part.children.is_empty());
    for part in leaves.take(LOOKED_AT) {
        let kind = part.kind.value.as_str();
        if is_status(part) {
            inside.statuses.push(start_of(part));
            continue;
        }
        let may_be_letter = is_letter(part);
        // Some give these parts a type of their own liking.
        let odd = !may_be_letter
            && (part.disposition.value == "attachment"
                || !matches!(
                    kind,
                    "text/plain" | "text/html" | "multipart/report" | "multipart/mixed"
                ))
            && (kind.starts_with("text/")
                || kind.starts_with("message/")
                || kind == "application/octet-stream");
        if !may_be_letter && !odd {
            continue;
        }
        let content = start_of(part);
        let has = |name: &str| content.to_ascii_lowercase().contains(name);
        if odd && has("final-recipient:") {
            inside.statuses.push(content);
        } else if may_be_letter || has("message-id:") {
            let found = returned(content.trim_start().as_bytes());
            let better = inside
                .returned
                .as_ref()
                .is_none_or(|known| known.message_id.is_none() && found.message_id.is_some());
            if better && found != Returned::default() {
                inside.returned = Some(found);
            }
        }
    }
}

/// The start of a part's content, decoded.
fn start_of(part: &Part<'_>) -> String {
    let body = part.body.get(..report::MOST_BYTES).unwrap_or(part.body);
    let decoded = decoded::content_of(part, body);
    plain(charset::decode(&decoded, part.kind.get("charset").as_deref()))
}

/// What the header of a letter says that a notice carries.
fn returned(raw: &[u8]) -> Returned {
    let (head, _) = fields::head(raw, 0, |_| false);
    let values = |name: &str| -> Vec<String> {
        head.all(name).map(|value| fields::text(value, None)).collect()
    };
    let addresses = |name: &str| -> Vec<Address> {
        values(name).iter().flat_map(|value| address::list(value)).collect()
    };
    let message_id = values("message-id").iter().find_map(|value| address::own_id(value));
    let cites = [values("in-reply-to"), values("references")].concat();
    let cited: Vec<MessageId> = address::ids(cites.iter().map(String::as_str));
    let subject = values("subject").first().map(|subject| words::decode(subject));
    Returned {
        cited: cited.into_iter().filter(|id| message_id.as_ref() != Some(id)).collect(),
        message_id,
        own_mark: values("x-counterfoil").into_iter().find(|mark| !mark.is_empty()),
        to: [addresses("to"), addresses("cc")].concat(),
        subject: fields::one_line(&subject.unwrap_or_default()),
    }
}
