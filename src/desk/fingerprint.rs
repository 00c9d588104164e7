//! By what the same letter is told from another one with the same Message-ID.

use ring::digest;

use crate::desk::digest::hex;
use crate::mail::{Address, Message};

/// What two deliveries of the same letter share though the provider rebuilt their bytes (facts:
/// microsoft-graph 2.3): sender, recipients, subject, date, what it cites, its texts, and the names
/// and contents of its attachments. Anything that differs makes it another letter, for a letter
/// too many can be closed, and one too few is lost.
pub fn fingerprint(message: &Message) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut field = |bytes: &[u8]| {
        context.update(&(bytes.len() as u64).to_be_bytes());
        context.update(bytes);
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for list in [&message.to, &message.cc, &message.reply_to] {
        field(&list.len().to_be_bytes());
        list.iter().for_each(|address| field(address.key().as_bytes()));
    }
    let from = message.from.as_ref();
    field(from.map(Address::key).unwrap_or_default().as_bytes());
    field(from.map(|from| from.name.as_str()).unwrap_or_default().as_bytes());
    field(message.subject.as_bytes());
    field(message.sent_at.map(|at| at.to_string()).unwrap_or_default().as_bytes());
    message.cited().iter().for_each(|id| field(id.as_str().as_bytes()));
    field(words(&message.text).as_bytes());
    field(words(message.html.as_deref().unwrap_or_default()).as_bytes());
    for attachment in &message.attachments {
        field(attachment.filename.as_bytes());
        field(&attachment.bytes);
    }
    hex(context.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Attachment;

    fn letter() -> Message {
        Message {
            from: Some(Address { address: "Ana@shop.example".into(), name: "Ana".into() }),
            subject: "Printer jams".into(),
            text: "It jams.".into(),
            ..Message::default()
        }
    }

    #[test]
    fn a_fingerprint_sees_content_and_not_line_breaks() {
        let first = fingerprint(&letter());
        let mut rebuilt = letter();
        rebuilt.text = "It\n jams.\n".into();
        assert_eq!(fingerprint(&rebuilt), first);
        let mut other = letter();
        other.attachments.push(Attachment { filename: "a".into(), ..Attachment::default() });
        assert_ne!(fingerprint(&other), first);
        let mut other = letter();
        other.text = "It jams again.".into();
        assert_ne!(fingerprint(&other), first);
        let mut other = letter();
        other.cc.push(Address::bare("ben@shop.example"));
        assert_ne!(fingerprint(&other), first);
    }
}
