//! The acknowledgement of a new ticket: to its sender alone, and nothing in it that a forged sender
//! could use to have us deliver his own words.

use crate::desk::intake::{MAX_CITED, NewArticle, Policy};
use crate::desk::template;
use crate::desk::ticket::{Kind, Machine, TicketNumber};
use crate::mail::{Message, MessageId, subject};

/// The acknowledgement of a new ticket, only to its sender; `None` when the message names nobody.
pub(super) fn compose(
    message: &Message,
    number: TicketNumber,
    policy: &Policy,
) -> Option<NewArticle> {
    let from = message.from.as_ref()?;
    let to = message.reply_to.first().unwrap_or(from).clone();
    let greeting = if may_be_repeated(&from.name) {
        format!("Hello {},", from.name)
    } else {
        "Hello,".to_owned()
    };
    let tag = policy.tag(number);
    let short_subject: String = message.subject.chars().take(120).collect();
    let text = template::fill(
        template::ACKNOWLEDGEMENT,
        &[
            ("greeting", &greeting),
            ("desk", &policy.desk),
            ("subject", &short_subject),
            ("number", &number.to_string()),
            ("signature", &policy.signature),
        ],
    )
    // The template is ours and a test fills it, so every placeholder is known.
    .unwrap_or_default();
    let text = format!("{}\n", text.trim_end());
    let mut cited: Vec<MessageId> = message.message_id.iter().cloned().collect();
    cited.extend(message.cited().into_iter().filter(|id| Some(id) != message.message_id.as_ref()));
    cited.truncate(MAX_CITED);
    Some(NewArticle {
        from: Some(policy.address.clone()),
        to: vec![to],
        subject: subject::reply(&message.subject, &tag),
        in_reply_to: message.message_id.clone(),
        cited,
        visible_text: text.clone(),
        text,
        machine: Some(Machine::AutoReply),
        ..NewArticle::empty(Kind::EmailOut)
    })
}

/// Whether a name from outside may stand in a letter of ours. A forged sender could otherwise have
/// us deliver an advertisement.
fn may_be_repeated(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= 60
        && !name.contains(['@', '/', ':'])
        && !name.to_lowercase().contains("www.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::thread::TagKey;
    use crate::mail::Address;
    use crate::time::Timestamp;

    fn policy() -> Policy {
        Policy {
            address: Address { address: "desk@office.example".into(), name: "Office".into() },
            own_addresses: vec!["desk@office.example".into()],
            acknowledge: true,
            activated_at: Timestamp::from_unix(0),
            reopen_days: 14,
            desk: "Office".into(),
            signature: "The desk".into(),
            ticket_tag: "CF".into(),
            tag_key: TagKey::new(b"key"),
            rules: Vec::new(),
        }
    }

    fn letter() -> Message {
        Message {
            message_id: MessageId::new("a1@shop.example"),
            from: Some(Address { address: "ana@shop.example".into(), name: "Ana".into() }),
            to: vec![Address::bare("desk@office.example")],
            cc: vec![Address::bare("boss@shop.example")],
            subject: "Printer jams".into(),
            ..Message::default()
        }
    }

    #[test]
    fn an_acknowledgement_goes_to_the_sender_alone_and_names_the_ticket() {
        let article = compose(&letter(), TicketNumber(8), &policy()).unwrap();
        assert_eq!(
            article.to,
            [Address { address: "ana@shop.example".into(), name: "Ana".into() }]
        );
        assert!(article.cc.is_empty() && article.bcc.is_empty());
        assert!(article.text.starts_with("Hello Ana,\n"), "{}", article.text);
        assert!(article.text.contains("ticket 8"), "{}", article.text);
        assert!(article.text.ends_with("The desk\n"), "{}", article.text);
        assert!(article.subject.starts_with("Re: Printer jams [CF#8-"), "{}", article.subject);
        assert_eq!(article.in_reply_to, MessageId::new("a1@shop.example"));
    }

    #[test]
    fn an_advertisement_as_name_is_not_repeated() {
        for name in ["buy at http://x.example", "www.x.example", "a@x.example", &"x".repeat(61), ""]
        {
            let mut message = letter();
            message.from.as_mut().unwrap().name = name.to_owned();
            let article = compose(&message, TicketNumber(8), &policy()).unwrap();
            assert!(article.text.starts_with("Hello,\n"), "{name}");
        }
    }
}
