//! The fields of a delivery status (RFC 3464, RFC 6533), also where groups run together, lines are
//! folded without a space, or the whole stands in the middle of a text.

use super::text::{self, Mention};
use super::{Action, Bounce, MOST_RECIPIENTS, entry, status};

/// Characters kept of one field.
const LONGEST: usize = 4_000;

/// What a report says of one recipient, as written.
#[derive(Default, Debug)]
pub(super) struct Fields {
    final_recipient: String,
    original_recipient: String,
    actual_recipient: String,
    action: String,
    status: String,
    diagnostic: String,
    remote: bool,
}

/// The field a continued line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    None,
    Final,
    Original,
    Diagnostic,
}

/// The recipients in a text that holds a delivery status, in order.
pub(super) fn read(text: &str) -> Vec<Fields> {
    let mut groups: Vec<Fields> = Vec::new();
    let mut group = Fields::default();
    let mut open = Open::None;
    for line in text.lines() {
        let line = line.trim_end();
        if line.trim_start().is_empty() {
            finish(&mut group, &mut groups);
            open = Open::None;
            continue;
        }
        if groups.len() >= MOST_RECIPIENTS {
            break;
        }
        let Some((name, value)) = field(line) else {
            group.continue_with(open, line.trim());
            continue;
        };
        open = Open::None;
        match name.as_str() {
            "final-recipient" => {
                if !group.final_recipient.is_empty() {
                    finish(&mut group, &mut groups);
                }
                group.final_recipient = value;
                open = Open::Final;
            }
            "original-recipient" => {
                if !group.original_recipient.is_empty() {
                    finish(&mut group, &mut groups);
                }
                group.original_recipient = value;
                open = Open::Original;
            }
            "x-actual-recipient" => group.actual_recipient = value,
            "action" => group.action = value,
            "status" => group.status = value,
            "remote-mta" => group.remote = true,
            "diagnostic-code" if group.diagnostic.is_empty() => {
                group.diagnostic = value;
                open = Open::Diagnostic;
            }
            _ => {}
        }
    }
    finish(&mut group, &mut groups);
    groups
}

fn finish(group: &mut Fields, groups: &mut Vec<Fields>) {
    let done = std::mem::take(group);
    if done.names_somebody() {
        groups.push(done);
    } else if let Some(last) = groups.last_mut()
        && last.action.is_empty()
        && last.status.is_empty()
    {
        // A stray empty line cut this group in two.
        last.action = done.action;
        last.status = done.status;
        if last.diagnostic.is_empty() {
            last.diagnostic = done.diagnostic;
        }
    } else if (!done.action.is_empty() || !done.diagnostic.is_empty())
        && !done.status.is_empty()
        && groups.is_empty()
    {
        groups.push(done);
    }
}

/// A field of a delivery status: a name with a hyphen, or one of the two without.
fn field(line: &str) -> Option<(String, String)> {
    if line.starts_with([' ', '\t']) {
        return None;
    }
    let (name, value) = line.split_once(':')?;
    let name = name.trim_end();
    let usual = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let name = name.to_ascii_lowercase();
    let known = name.contains('-') || name == "action" || name == "status";
    let value: String = value.trim().chars().take(LONGEST).collect();
    (usual && known).then_some((name, value))
}

impl Fields {
    fn names_somebody(&self) -> bool {
        !self.final_recipient.is_empty() || !self.original_recipient.is_empty()
    }

    fn continue_with(&mut self, open: Open, line: &str) {
        let value = match open {
            Open::None => return,
            Open::Final => &mut self.final_recipient,
            Open::Original => &mut self.original_recipient,
            Open::Diagnostic => &mut self.diagnostic,
        };
        if value.len() + line.len() < LONGEST {
            if open == Open::Diagnostic {
                value.push(' ');
            }
            value.push_str(line);
        }
    }

    /// The entry these fields make; what they leave open comes from the text of the notice.
    pub(super) fn bounce(&self, overall: Action, mentions: &[Mention], intro: &str) -> Bounce {
        let recipient = self.recipient();
        let diagnostic = match self.diagnostic.split_once(';') {
            Some((kind, rest)) if kind.len() <= 20 && !kind.trim().contains(' ') => rest.trim(),
            _ => self.diagnostic.trim(),
        };
        let status_field = status::enhanced(&self.status).unwrap_or_default();
        let action = match self.action.to_ascii_lowercase() {
            action if action.starts_with("fail") => Action::Failed,
            action if action.starts_with("delay") => Action::Delayed,
            action if action.starts_with("deliver") => Action::Delivered,
            action if action.starts_with("relay") || action.starts_with("expand") => {
                Action::Relayed
            }
            _ => match status_field.as_bytes().first() {
                Some(b'5') => Action::Failed,
                Some(b'2') => Action::Delivered,
                _ => overall,
            },
        };
        let reason = match diagnostic {
            "" => text::reason_for(intro, &recipient, mentions),
            said => said.to_owned(),
        };
        let status = status::of(&[diagnostic, &reason, intro], action, &status_field);
        entry(recipient, action, status, &reason)
    }

    /// The address of the final recipient when it has one, else that of the original one, else
    /// the final recipient as it is called.
    fn recipient(&self) -> String {
        let all = [&self.final_recipient, &self.original_recipient, &self.actual_recipient];
        let found = all.iter().find_map(|field| address_in(field));
        found.unwrap_or_else(|| {
            let called =
                value_of(all.into_iter().find(|field| !field.is_empty()).map_or("", |f| f));
            text::one_line(called.trim_matches(['<', '>', '"', ' ']), 300)
        })
    }
}

/// A field without its type: `rfc822; ana@x.example` (RFC 3464 section 2.1.2).
fn value_of(field: &str) -> &str {
    match field.split_once(';') {
        Some((kind, rest)) if !kind.contains('@') => rest.trim(),
        _ => field.trim(),
    }
}

/// The mail address in a recipient field. Addresses of other networks that a gateway wrapped
/// (`IMCEASMTP-ana+40x+2Eexample@gateway`) are unwrapped, those that cannot be are none.
fn address_in(field: &str) -> Option<String> {
    let value = value_of(field);
    let first = |text: &str| text::addresses(text).next().map(|(at, end)| text[at..end].to_owned());
    let plain = first(value).filter(|_| !value.contains("\\x{"));
    let address = plain.or_else(|| first(&unescape(value)))?;
    let Some(wrapped) = address.strip_prefix("IMCEA").and_then(|rest| rest.split_once('-')) else {
        return Some(address);
    };
    let local = wrapped.1.rsplit_once('@').map_or(wrapped.1, |(local, _)| local);
    let inner = hex_unescape(local);
    first(&inner)
}

/// The escapes of RFC 6533 section 3 (`\x{3B1}`) and of RFC 3461 section 4 (`+40`), undone.
fn unescape(value: &str) -> String {
    if let Some((first, rest)) = value.split_once("\\x{") {
        let mut plain = first.to_owned();
        for piece in rest.split("\\x{") {
            let (code, after) = piece.split_once('}').unwrap_or((piece, ""));
            plain.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
            plain.push_str(after);
        }
        return plain;
    }
    hex_unescape(value)
}

/// `+40` is an `@` (RFC 3461 section 4).
fn hex_unescape(value: &str) -> String {
    let mut pieces = value.split('+');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code.filter(|code| code.is_ascii_graphic() || *code == b' ') {
            Some(code) => {
                plain.push(char::from(code));
                plain.push_str(&piece[2..]);
            }
            None => {
                plain.push('+');
                plain.push_str(piece);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(text: &str) -> String {
        let entries = read(text).into_iter().map(|fields| {
            let bounce = fields.bounce(Action::Failed, &[], "");
            format!("{} {:?} {} {}", bounce.recipient, bounce.action, bounce.status, bounce.reason)
        });
        entries.collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn fields_are_read_in_all_their_forms() {
        for (case, text, expected) in [
            (
                "plain",
                "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no\n",
                "a@x.example Failed 5.1.1 550 no",
            ),
            (
                "two",
                "Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822;b@x.example\nAction: delayed\nStatus: 4.4.1\n",
                "a@x.example Failed 5.1.1  | b@x.example Delayed 4.4.1 ",
            ),
            (
                "groups run together",
                "Reporting-MTA: dns; mx\nFinal-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822;b@x.example\nAction: failed\nStatus: 5.2.2\n",
                "a@x.example Failed 5.1.1  | b@x.example Failed 5.2.2 ",
            ),
            (
                "cut in two",
                "Final-Recipient: rfc822;a@x.example\n\nAction: failed\nStatus: 5.2.1\n",
                "a@x.example Failed 5.2.1 ",
            ),
            (
                "reply over lines",
                "Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp;550-5.1.1 no\n   such user\n550 5.1.1 here\n",
                "a@x.example Failed 5.1.1 550-5.1.1 no such user 550 5.1.1 here",
            ),
            (
                "comments",
                "Final-Recipient: RFC822; <a@x.example> (Ana)\nAction: failed (bad)\nStatus: 5.1.1 (bad destination)\n",
                "a@x.example Failed 5.1.1 ",
            ),
            (
                "x400",
                "Final-Recipient: x400; /G=A/S=B/O=x/C=de/\nOriginal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n",
                "a@x.example Failed 5.1.1 ",
            ),
            (
                "only x400",
                "Final-Recipient: x400; /S=B/C=de/\nAction: failed\nStatus: 5.1.1\n",
                "/S=B/C=de/ Failed 5.1.1 ",
            ),
            (
                "utf-8",
                "Final-Recipient: utf-8; jür\\x{2D}gen@x.example\nAction: failed\nStatus: 5.1.1\n",
                "jür-gen@x.example Failed 5.1.1 ",
            ),
            (
                "wrapped",
                "Final-Recipient: rfc822; IMCEASMTP-ana+40x+2Eexample@gate.example\nAction: failed\nStatus: 5.1.1\n",
                "ana@x.example Failed 5.1.1 ",
            ),
            (
                "escaped",
                "Final-Recipient: rfc822; ana+40x.example\nAction: failed\nStatus: 5.1.1\n",
                "ana@x.example Failed 5.1.1 ",
            ),
            (
                "no action",
                "Final-Recipient: rfc822;a@x.example\nStatus: 2.1.5\n",
                "a@x.example Delivered 2.1.5 ",
            ),
            (
                "no recipient",
                "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n",
                " Failed 5.1.1 550 no such user",
            ),
            ("nothing", "Hello: this is\n\ntext-only: x\n", ""),
        ] {
            assert_eq!(summary(text), expected, "{case}");
        }
    }
}
