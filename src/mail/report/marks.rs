//! Who sends notices and what they say: the lists of `words` held against sender, subject and text.

use super::words;

/// Who a message is from, as far as notices are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sender {
    /// The part of a mail server that writes nothing but notices.
    Daemon,
    /// A name servers use, behind which a person may be.
    System,
    /// An address nobody reads, which shops use as much as servers.
    Unattended,
    /// Anybody.
    Other,
}

/// What is told of a letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Topic {
    /// Nothing of the kind.
    None,
    /// It failed.
    Failure,
    /// It is late.
    Delay,
    /// It arrived.
    Success,
}

/// Reads the From field: address and display name.
pub(super) fn sender(from: &str) -> Sender {
    let lower = from.to_lowercase();
    let holds = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    if holds(words::DAEMONS) {
        return Sender::Daemon;
    }
    let local = lower.rsplit(['<', ' ', '"', ':']).find(|word| word.contains('@'));
    let local = local.and_then(|address| address.split('@').next()).unwrap_or_default();
    // A domain may be called anything.
    let domain = lower.find('@').map_or(lower.len(), |at| at);
    let after = lower.rfind(['>', '(']).filter(|at| *at > domain).unwrap_or(lower.len());
    let names = [&lower[..domain], &lower[after..]];
    if lower.trim().trim_matches(['<', '>']).is_empty()
        || words::SYSTEM_LOCALS.contains(&local)
        || words::SYSTEM_NAMES.iter().any(|word| names.iter().any(|name| name.contains(word)))
    {
        return Sender::System;
    }
    if words::UNATTENDED_LOCALS.contains(&local) {
        return Sender::Unattended;
    }
    Sender::Other
}

/// What a subject announces.
pub(super) fn topic(subject: &str) -> Topic {
    let lower = subject.to_lowercase().replace('’', "'");
    let holds = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    // Delays and successes are often called "delivery status notification" as failures are.
    let begins = words::SUCCESS_STARTS.iter().any(|word| lower.trim_start().starts_with(word));
    if begins || holds(words::SUCCESS_SUBJECTS) {
        return Topic::Success;
    }
    let late = holds(words::DELAY_SUBJECTS) || holds(words::DELAYS);
    if late && !holds(words::PLAIN_FAILURES) {
        return Topic::Delay;
    }
    if holds(words::FAILURES) || holds(words::FAILURE_SUBJECTS) {
        return Topic::Failure;
    }
    Topic::None
}

/// What a text, in lower case, says happened.
pub(super) fn spoken(lower: &str) -> Topic {
    let holds = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    if holds(words::DELAY_PHRASES) && !is_final(lower) {
        return Topic::Delay;
    }
    if holds(words::FAILURES) {
        return Topic::Failure;
    }
    if holds(words::SUCCESS_PHRASES) {
        return Topic::Success;
    }
    if holds(words::FAILURE_PHRASES) {
        return Topic::Failure;
    }
    Topic::None
}

/// Whether a text, in lower case, says that nobody tries any more.
pub(super) fn is_final(lower: &str) -> bool {
    words::FINAL.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_told_apart() {
        for (from, expected) in [
            ("Mail Delivery System <MAILER-DAEMON@mx.example>", Sender::Daemon),
            ("postoffice@x.example (Mail Delivery System)", Sender::System),
            ("Mail Delivery Subsystem <x@y.example>", Sender::System),
            ("Ana <ana@mailserver.example>", Sender::Other),
            ("MAILER-DAEMON", Sender::Daemon),
            ("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example", Sender::Daemon),
            ("postmaster@x.example", Sender::System),
            ("Postmaster <post_master@x.example>", Sender::System),
            ("System Administrator <admin@x.example>", Sender::System),
            ("No-Reply@x.example", Sender::Unattended),
            ("<>", Sender::System),
            ("", Sender::System),
            ("Ana <ana@x.example>", Sender::Other),
            ("Delivery Shop <orders@shop.example>", Sender::Other),
        ] {
            assert_eq!(sender(from), expected, "{from}");
        }
    }

    #[test]
    fn subjects_announce_what_happened() {
        for (subject, expected) in [
            ("Undeliverable: order", Topic::Failure),
            ("Delivery Status Notification (Failure)", Topic::Failure),
            ("Delivery Status Notification (Delay)", Topic::Delay),
            ("Delivery Status Notification (Relay)", Topic::Success),
            ("Returned mail: warning: could not send for 5 days", Topic::Failure),
            ("Warning: could not send message for past 4 hours", Topic::Delay),
            ("Unzustellbar: Angebot", Topic::Failure),
            ("Verzögert: Angebot", Topic::Delay),
            ("Non remis : devis", Topic::Failure),
            ("Невозможно доставить: заказ", Topic::Failure),
            ("系统退信", Topic::Failure),
            ("Your order", Topic::None),
            ("Order is delayed", Topic::None),
        ] {
            assert_eq!(topic(subject), expected, "{subject}");
        }
    }
}
