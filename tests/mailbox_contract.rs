//! What every provider must do, whoever hosts the mailbox: each verb of the trait, once and again.
//! A provider is one line in `providers`.

#![allow(clippy::unwrap_used)]

use counterfoil::mail::{Attachment, MessageId, parse};
use counterfoil::mailbox::gate::Pauses;
use counterfoil::mailbox::graph::{self, Graph};
use counterfoil::mailbox::token::{self, SecretText};
use counterfoil::mailbox::{Error, ItemId, Mailbox, Page, Removed, SentState, Sought, http};
use counterfoil::practice::{Practice, Settings};
use counterfoil::time::Timestamp;

/// How long a fetch may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(100);

const ADDRESS: &str = "support@office.example";

/// Puts a letter with this Message-ID, received then, into the folder.
type Deliver = Box<dyn Fn(&str, i64)>;

/// A provider with what a test needs of the world behind it.
struct Provider {
    mailbox: Box<dyn Mailbox>,
    deliver: Deliver,
    left: Box<dyn Fn() -> usize>,
    /// Lets days pass, after which the provider lets go of what was removed.
    later: Box<dyn Fn()>,
}

fn providers() -> Vec<(&'static str, Provider)> {
    vec![("microsoft365", microsoft365())]
}

fn microsoft365() -> Provider {
    let settings = Settings::simple(ADDRESS);
    let practice = std::rc::Rc::new(Practice::start(settings.clone()).unwrap());
    let secret = settings.client_secret.clone();
    let graph = Graph::new(graph::Settings {
        address: ADDRESS.into(),
        folder: "Inbox".into(),
        graph_url: practice.url(),
        side_by_side: 4,
        token: token::Settings {
            login_url: practice.url(),
            tenant_id: settings.tenant_id,
            client_id: settings.client_id,
            resource: "https://graph.microsoft.com".into(),
            secret: Box::new(move || Ok(SecretText::new(secret.clone()))),
            secret_place: "the test".into(),
        },
        http: http::Settings::default(),
        pauses: Pauses::default(),
    });
    let (world, clock) = (std::rc::Rc::clone(&practice), std::rc::Rc::clone(&practice));
    Provider {
        mailbox: Box::new(graph.unwrap()),
        deliver: Box::new(move |id, received| {
            let raw = format!(
                "From: Ana <ana@shop.example>\r\nTo: {ADDRESS}\r\nSubject: About {id}\r\n\
                 Message-ID: <{id}>\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\n\r\nText of {id}.\r\n"
            );
            practice.deliver(ADDRESS, raw.into_bytes(), received).unwrap();
        }),
        left: Box::new(move || world.left().len()),
        later: Box::new(move || clock.advance(31 * 86_400)),
    }
}

fn id(text: &str) -> MessageId {
    MessageId::new(text).unwrap()
}

/// Every line of a listing, page by page.
fn all(list: impl Fn(Option<&counterfoil::mailbox::PagePosition>) -> Result<Page, Error>) -> Page {
    let mut whole = Page::default();
    let mut position = None;
    loop {
        let page = list(position.as_ref()).unwrap();
        whole.items.extend(page.items);
        position = page.next;
        if position.is_none() {
            return whole;
        }
    }
}

/// Hands in what is known of the letter with this Message-ID.
fn sought<T>(name: &str, ask: impl FnOnce(&Sought<'_>) -> T) -> T {
    let message_id = id(name);
    let is_it = |raw: &[u8]| parse::parse(raw).message_id.as_ref() == Some(&message_id);
    ask(&Sought {
        message_id: Some(&message_id),
        received_at: Timestamp::from_unix(1_770_000_000),
        is_it: &is_it,
        take: &|_| true,
    })
}

#[test]
fn a_folder_is_listed_whole_and_the_oldest_comes_first() {
    for (name, provider) in providers() {
        for number in (0..1_203).rev() {
            (provider.deliver)(&format!("m{number}@x"), 1_770_000_000 + number);
        }
        let listed = all(|position| provider.mailbox.list(position)).items;
        assert_eq!(listed.len(), 1_203, "{name}");
        let times: Vec<_> = listed.iter().map(|item| item.received_at.unix()).collect();
        assert!(times.is_sorted(), "{name}");
        assert_eq!(listed[0].message_id, Some(id("m0@x")), "{name}");
        assert!(listed[0].size.is_none_or(|size| size > 100), "{name}");
    }
}

#[test]
fn a_message_is_fetched_copied_and_removed_and_doing_it_twice_is_harmless() {
    for (name, Provider { mailbox, deliver, .. }) in providers() {
        deliver("a@x", 1_770_000_000);
        deliver("b@x", 1_770_000_001);
        let items = all(|position| mailbox.list(position)).items;
        let (a, b) = (&items[0].item, &items[1].item);

        let raw = mailbox.fetch(a, 1 << 20, PATIENCE).unwrap();
        let message = parse::parse(&raw);
        assert_eq!((message.message_id, message.text.trim()), (Some(id("a@x")), "Text of a@x."));
        assert!(matches!(mailbox.fetch(a, 10, PATIENCE), Err(Error::TooLarge { .. })), "{name}");

        assert_eq!(
            sought("a@x", |sought| mailbox.find_copy(sought, "Done/2026")).unwrap(),
            None,
            "{name}"
        );
        let copy = mailbox.copy(a, "Done/2026").unwrap();
        assert_ne!(&copy, a, "{name}");
        assert_eq!(
            sought("a@x", |sought| mailbox.find_copy(sought, "Done/2026")).unwrap(),
            Some(copy),
            "{name}"
        );

        for time in ["first", "again"] {
            let removed = sought("a@x", |sought| mailbox.remove(a, sought)).unwrap();
            assert!(matches!(removed, Removed::Recoverable(_)), "{name}, {time}: {removed:?}");
        }
        for time in ["first", "again"] {
            mailbox.move_to(b, "Done").unwrap_or_else(|error| panic!("{name}, {time}: {error}"));
        }
        assert!(all(|position| mailbox.list(position)).items.is_empty(), "{name}");
        let lingering = all(|position| mailbox.recoverable(position)).items;
        assert_eq!(lingering.len(), 1, "{name}");
        assert_eq!(lingering[0].message_id, Some(id("a@x")), "{name}");
    }
}

#[test]
fn what_is_not_there_is_gone_and_nothing_worse() {
    for (name, Provider { mailbox, deliver, later, .. }) in providers() {
        deliver("a@x", 1_770_000_000);
        let there = all(|position| mailbox.list(position)).items[0].item.clone();
        let removed = sought("a@x", |sought| mailbox.remove(&there, sought)).unwrap();
        let Removed::Recoverable(nowhere) = removed else { panic!("{name}: {removed:?}") };
        later();
        let outcome = mailbox.fetch(&nowhere, 100, PATIENCE);
        assert!(matches!(outcome, Err(Error::Gone(_))), "{name}: {outcome:?}");
        assert!(matches!(mailbox.copy(&nowhere, "Done"), Err(Error::Gone(_))), "{name}");
        assert_eq!(
            sought("a@x", |sought| mailbox.remove(&nowhere, sought)).unwrap(),
            Removed::Gone,
            "{name}"
        );
        assert_eq!(mailbox.sent_state(&nowhere, None).unwrap(), SentState::Missing, "{name}");
        assert_eq!(mailbox.find_outgoing(&id("no@x")).unwrap(), None, "{name}");
    }
}

#[test]
fn a_draft_leaves_once_and_can_be_found_again() {
    for (name, Provider { mailbox, left, .. }) in providers() {
        let raw = format!(
            "From: {ADDRESS}\r\nTo: ana@shop.example\r\nSubject: Re: Lamp\r\n\
             Message-ID: <ours@office.example>\r\n\r\nOn Monday.\r\n"
        );
        let draft = mailbox.draft(raw.as_bytes()).unwrap();
        let given = draft.message_id.clone().unwrap();
        let state = || mailbox.sent_state(&draft.item, Some(&given)).unwrap();
        assert_eq!((state(), left()), (SentState::Draft, 0), "{name}");
        let (found, found_state) = mailbox.find_outgoing(&given).unwrap().unwrap();
        assert_eq!((found.item, found_state), (draft.item.clone(), SentState::Draft), "{name}");
        mailbox.send(&draft.item).unwrap();
        assert_eq!((state(), left()), (SentState::Sent, 1), "{name}");
        assert!(mailbox.send(&draft.item).is_err(), "{name}");
        assert_eq!(left(), 1, "{name}");
        let (_, found_state) = mailbox.find_outgoing(&given).unwrap().unwrap();
        assert_eq!(found_state, SentState::Sent, "{name}");
    }
}

#[test]
fn files_are_added_to_a_draft_and_a_draft_can_be_taken_back() {
    for (name, Provider { mailbox, left, .. }) in providers() {
        let raw = format!("From: {ADDRESS}\r\nTo: ana@shop.example\r\nSubject: Lamp\r\n\r\nx\r\n");
        let file = |name: &str| Attachment {
            filename: name.into(),
            content_type: "application/pdf".into(),
            ..Attachment::default()
        };
        let content = vec![b'x'; 4_000_000];
        let add = |draft: &ItemId, name: &str, size: usize| {
            mailbox.attach(draft, &file(name), size as u64, &mut &content[..size])
        };
        let draft = mailbox.draft(raw.as_bytes()).unwrap();
        add(&draft.item, "small.pdf", 1_000).unwrap();
        add(&draft.item, "large.pdf", content.len()).unwrap();
        mailbox.send(&draft.item).unwrap();
        assert_eq!(left(), 1, "{name}");
        assert!(add(&draft.item, "late.pdf", 10).is_err(), "{name}");
        let copy = mailbox.fetch(&draft.item, 9_000_000, PATIENCE).unwrap();
        let files = parse::parse(&copy).attachments;
        let seen: Vec<_> = files.iter().map(|file| (&*file.filename, file.bytes.len())).collect();
        assert_eq!(seen, [("small.pdf", 1_000), ("large.pdf", content.len())], "{name}");

        let draft = mailbox.draft(raw.as_bytes()).unwrap();
        let given = draft.message_id.unwrap();
        assert!(mailbox.find_outgoing(&given).unwrap().is_some(), "{name}");
        mailbox.discard(&draft.item).unwrap();
        mailbox.discard(&draft.item).unwrap();
        assert_eq!(mailbox.find_outgoing(&given).unwrap(), None, "{name}");
        assert_eq!(left(), 1, "{name}");
    }
}
