//! What Exchange Online writes to a sender whose letter did not arrive: a report after RFC 3464 in
//! three parts, the first for people, the last the letter itself. Who gets one is decided elsewhere.

use super::answers::{boundary, one_line};
use super::clock::mail_date;
use super::correspondents::Reached;
use super::header::Letter;
use super::ids::{hashed, mixed};

/// The name every Exchange organisation signs its reports with.
const SYSTEM: &str = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e";

/// Why a letter did not arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// The tenant itself has no such mailbox.
    UnknownHere,
    /// The letter has more recipients than the mailbox may write to at once.
    TooMany,
    /// Another organisation has no such mailbox.
    Unknown,
    /// The mailbox there is full.
    Full,
    /// The server there does not want the letter.
    Unwanted,
    /// The server there does not answer yet.
    Delayed,
    /// The server there never answered.
    Expired,
}

impl Failure {
    /// The enhanced status code (RFC 3463) and what the server said.
    fn said(self, address: &str, remote: &str) -> (&'static str, String) {
        match self {
            Self::UnknownHere => (
                "5.1.10",
                format!(
                    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {address} not found by \
                     SMTP address lookup"
                ),
            ),
            Self::TooMany => {
                ("5.5.3", "550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients".to_owned())
            }
            Self::Unknown => (
                "5.1.1",
                format!("550 5.1.1 <{address}>: Recipient address rejected: User unknown"),
            ),
            Self::Full => ("5.2.2", format!("552 5.2.2 <{address}>: Mailbox full, over quota")),
            Self::Unwanted => (
                "5.7.1",
                format!("550 5.7.1 <{address}>: Sender address rejected: not wanted by {remote}"),
            ),
            Self::Delayed => ("4.4.7", "400 4.4.7 Message delayed".to_owned()),
            Self::Expired => ("4.4.7", "550 4.4.7 QUEUE.Expired; message expired".to_owned()),
        }
    }

    /// What a person reads first.
    fn in_words(self, address: &str, remote: &str) -> String {
        let sentence = match self {
            Self::UnknownHere | Self::Unknown => format!(
                "The email address you entered couldn't be found at {remote}. Please check it and \
                 try to send the message again."
            ),
            Self::TooMany => "It has more recipients than one message may have. Please send it to \
                              fewer at a time."
                .to_owned(),
            Self::Full => "The recipient's mailbox is full and can't take messages now.".to_owned(),
            Self::Unwanted => {
                format!("{remote} doesn't take messages from you, by its own decision.")
            }
            Self::Delayed => {
                "This message hasn't been delivered yet. Delivery will continue to be \
                              attempted."
                    .to_owned()
            }
            Self::Expired => {
                format!("{remote} didn't answer, however often delivery was tried.")
            }
        };
        let opening = match self {
            Self::Delayed => "Delivery is delayed to these recipients or groups:",
            _ => "Delivery has failed to these recipients or groups:",
        };
        format!("{opening}\r\n\r\n{address}\r\n\r\n{sentence}\r\n")
    }
}

/// The report on a letter that did not arrive, to the mailbox that sent it.
pub(super) fn report(letter: &Reached<'_>, failure: Failure) -> Vec<u8> {
    let tenant = &letter.house.settings.tenant_domain;
    let (own, address) = (&letter.account.settings.address, letter.address);
    let remote = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let (status, said) = failure.said(address, remote);
    let original = letter.facts.message_id.as_deref().unwrap_or_default();
    let number = mixed(hashed(original) ^ hashed(address) ^ failure as u64);
    let server = format!("EXCH{:04}.{tenant}", number % 10_000);
    let date = mail_date(letter.now);
    let subject = Letter::read(letter.raw).and_then(|letter| letter.get("Subject"));
    let subject = one_line(&subject.unwrap_or_default());
    let (opening, action) = match failure {
        Failure::Delayed => ("Delivery delayed", "delayed"),
        _ => ("Undeliverable", "failed"),
    };
    let within = matches!(failure, Failure::UnknownHere | Failure::TooMany);
    let remote_mta =
        if within { String::new() } else { format!("Remote-MTA: dns;mx.{remote}\r\n") };
    let cites = if original.is_empty() {
        String::new()
    } else {
        format!("In-Reply-To: {original}\r\nReferences: {original}\r\n")
    };
    let words = failure.in_words(address, remote);
    let (outer, inner) = (boundary(number), boundary(number ^ 1));
    let mut raw = format!(
        "Received: from {server} (2001:db8::1) by EXCH0001.{tenant} with HTTPS; {date}\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"{outer}\"\r\n\
         From: Microsoft Outlook <{SYSTEM}@{tenant}>\r\nTo: {own}\r\nDate: {date}\r\n\
         Subject: {opening}: {subject}\r\nMessage-ID: <{number:016x}@{server}>\r\n{cites}\
         X-MS-Exchange-Message-Is-Ndr:\r\nContent-Language: en-US\r\nReturn-Path: <>\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\r\n\
         --{outer}\r\nContent-Type: multipart/alternative; differences=Content-Type;\r\n \
         boundary=\"{inner}\"\r\n\r\n\
         --{inner}\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\r\n{words}\r\n\
         Diagnostic information for administrators:\r\n\r\nGenerating server: {server}\r\n\r\n\
         {address}\r\nRemote server returned '{said}'\r\n\r\n\
         --{inner}\r\nContent-Type: text/html; charset=\"us-ascii\"\r\n\r\n\
         <html><head></head><body><p>{}</p>\r\n<p>Diagnostic information for administrators:</p>\r\n\
         <p>Generating server: {server}</p><p>{address}<br>Remote server returned '{}'</p></body>\
         </html>\r\n--{inner}--\r\n\r\n\
         --{outer}\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns;{server}\r\nReceived-From-MTA: dns;{server}\r\nArrival-Date: {date}\r\n\
         \r\nOriginal-Recipient: rfc822;{address}\r\nFinal-Recipient: rfc822;{address}\r\n\
         Action: {action}\r\nStatus: {status}\r\n{remote_mta}Diagnostic-Code: smtp;{said}\r\n\r\n\
         --{outer}\r\nContent-Type: message/rfc822\r\n\r\n",
        words.trim_end().replace("\r\n", "<br>\r\n"),
        said.replace('<', "&lt;").replace('>', "&gt;"),
    )
    .into_bytes();
    raw.extend_from_slice(letter.raw);
    raw.extend_from_slice(format!("\r\n--{outer}--\r\n").as_bytes());
    raw
}
