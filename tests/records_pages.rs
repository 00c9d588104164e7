//! The pages of the records: the ledger and what is decided there, the originals, the outbox, the audit
//! trail with its check, and the settings in force.

#![allow(clippy::unwrap_used)]

#[path = "web/house.rs"]
mod house;

use counterfoil::desk::ledger::Outcome;
use counterfoil::desk::ticket::{Delivery, LedgerId, OutboxId, Role};
use counterfoil::mail::MessageId;
use counterfoil::store::filing::Filed;
use counterfoil::store::ledger::Setback;
use counterfoil::store::listing::Seen;
use counterfoil::time::Clock;
use house::{House, letter};

/// A message that was listed and set aside for a person.
fn set_aside(house: &mut House, item: &str, reason: &str) -> LedgerId {
    let now = house.clock.now();
    let seen =
        Seen { item_id: item.to_owned(), message_id: None, received_at: now, size: Some(9_000) };
    house.store.note_listed(house.mailbox, &[seen], now).unwrap();
    let ledger = house.store.waiting(house.mailbox, now, 10).unwrap().pop().unwrap().ledger;
    let setback = (ledger, Setback::Quarantine(None), reason.to_owned());
    house.store.set_back(&[setback], now).unwrap();
    ledger
}

#[test]
fn records_are_for_admins_and_the_outbox_for_every_agent() {
    let mut house = House::open();
    house.letter(letter(1));
    let (agent, admin) = (house.agent(Role::Agent), house.agent(Role::Admin));
    for (path, for_agents) in [
        ("/ledger", 403),
        ("/ledger/1", 403),
        ("/originals", 403),
        ("/audit", 403),
        ("/settings", 403),
        ("/outbox", 200),
        ("/outbox/1", 200),
    ] {
        assert_eq!(house.get(path).status, 303, "{path} without signing in");
        assert_eq!(house.get_as(path, &agent).status, for_agents, "{path} for an agent");
        let page = house.get_as(path, &admin);
        assert_eq!(page.status, 200, "{path} for an admin");
        assert!(page.body.len() < 40_000, "{path}: {}", page.body.len());
        assert!(page.body.contains("<html lang=\"en\">"), "{path}");
    }
    for path in ["/ledger/99", "/outbox/99"] {
        assert_eq!(house.get_as(path, &admin).status, 404, "{path}");
    }
}

#[test]
fn the_ledger_is_found_by_mailbox_outcome_and_message() {
    let mut house = House::open();
    for number in 1..=3 {
        house.letter(letter(number));
    }
    let aside = set_aside(&mut house, "item-aside", "it is <b>unreadable</b>");
    let admin = house.agent(Role::Admin);
    let rows = |path: &str| -> Vec<i64> {
        let page = house.get_as(path, &admin);
        let status = if path.contains("script") { 400 } else { 200 };
        assert_eq!(page.status, status, "{path}");
        let links = page.body.split("href=\"/ledger/").skip(1);
        links.map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
    };
    for (path, expected) in [
        ("/ledger", vec![4, 3, 2, 1]),
        ("/ledger?mailbox=&outcome=&message=", vec![4, 3, 2, 1]),
        ("/ledger?outcome=quarantined", vec![4]),
        ("/ledger?outcome=opened&mailbox=support", vec![3, 2, 1]),
        ("/ledger?mailbox=sales", vec![]),
        ("/ledger?outcome=%3Cscript%3E", vec![]),
        ("/ledger?message=%3Cletter-2@customer.example%3E", vec![2]),
        ("/ledger?message=letter-2@customer.example", vec![2]),
        ("/ledger?message=item-aside", vec![4]),
        ("/ledger?message=item", vec![]),
        ("/ledger?after=3", vec![2, 1]),
        ("/ledger?outcome=opened&after=3", vec![2, 1]),
        ("/ledger?after=x", vec![4, 3, 2, 1]),
    ] {
        assert_eq!(rows(path), expected, "{path}");
    }
    let page = house.get_as("/ledger", &admin).body;
    assert!(
        page.contains("it is &lt;b&gt;unreadable") && !page.contains("<b>unreadable"),
        "{page}"
    );
    assert!(page.contains(">closes<"), "{page}");
    assert_eq!(aside.0, 4);
}

#[test]
fn long_lists_of_the_ledger_go_on_where_they_ended() {
    let mut house = House::open();
    let now = house.clock.now();
    let seen: Vec<Seen> = (1..=120)
        .map(|number| Seen {
            item_id: format!("item-{number}"),
            message_id: None,
            received_at: now,
            size: None,
        })
        .collect();
    house.store.note_listed(house.mailbox, &seen, now).unwrap();
    let admin = house.agent(Role::Admin);
    for base in ["/ledger", "/ledger?outcome=waiting", "/ledger?mailbox=support"] {
        let (mut path, mut found, mut pages) = (base.to_owned(), Vec::new(), 0);
        loop {
            let page = house.get_as(&path, &admin).body;
            let links = page.split("href=\"/ledger/").skip(1);
            found.extend(links.map(|rest| rest.split('"').next().unwrap().parse::<i64>().unwrap()));
            pages += 1;
            let Some(next) = page.split("rel=\"next\" href=\"").nth(1) else { break };
            path = next.split('"').next().unwrap().replace("&amp;", "&");
            assert!(pages < 5, "{path}");
        }
        assert_eq!(found, (1..=120).rev().collect::<Vec<i64>>(), "{base}");
        assert_eq!(pages, 3, "{base}");
    }
}

#[test]
fn a_message_that_was_set_aside_is_discarded_or_tried_again() {
    let mut house = House::open();
    house.letter(letter(1));
    let aside = set_aside(&mut house, "item-aside", "unreadable");
    let admin = house.agent(Role::Admin);
    let path = format!("/ledger/{aside}");
    let token = house.get_as(&path, &admin).token();
    let outcome = |house: &mut House| house.store.ledger_row(aside).unwrap().outcome;
    let bare = [("deed", "discard"), ("reason", "spam")];
    assert_eq!(house.post(&path, &admin, &bare).status, 403, "without a token");
    let empty =
        house.post(&path, &admin, &[("token", &token), ("deed", "discard"), ("reason", " ")]);
    assert_eq!(empty.status, 409);
    assert!(empty.body.contains("Say why it is discarded"), "{}", empty.body);
    for deed in ["", "Discard", "x"] {
        let unknown = [("token", token.as_str()), ("deed", deed), ("reason", "spam")];
        let unknown = house.post(&path, &admin, &unknown);
        assert_eq!(unknown.status, 400, "{deed}");
        assert!(unknown.body.contains(&format!("<a href=\"{path}\">")), "{}", unknown.body);
    }
    assert_eq!(outcome(&mut house), Outcome::Quarantined);
    let form = [("token", token.as_str()), ("deed", "discard"), ("reason", "an advertisement")];
    let told = |house: &House, form: &[(&str, &str)], said: &str| {
        let done = house.post(&path, &admin, form);
        assert_eq!(done.status, 303, "{}", done.body);
        let page = house.get_as(done.header("Location").unwrap(), &done.cookies(&admin));
        let said = format!("<p class=\"told\" role=\"status\">{said}");
        assert!(page.body.contains(&said), "{said}: {}", page.body);
    };
    told(&house, &form, "It is discarded.");
    assert_eq!(outcome(&mut house), Outcome::Discarded);
    let page = house.get_as(&path, &admin).body;
    assert!(page.contains("an advertisement") && page.contains("message.discarded"), "{page}");
    assert!(page.contains("agent:somebody-admin"), "{page}");
    let again = [("token", token.as_str()), ("deed", "make-ticket")];
    told(&house, &again, "A ticket is made of it at the next look into the mailbox");
    assert_eq!(outcome(&mut house), Outcome::Waiting);
    let again = [("token", token.as_str()), ("deed", "retry")];
    told(&house, &again, "It is tried again at the next look into the mailbox");
    let again = [("token", token.as_str()), ("deed", "make-ticket")];
    assert_eq!(house.post(&path, &admin, &again).status, 303);
    // Nobody is told of what an address alone says.
    let bare = house.get_as(&format!("{path}?done=retry"), &admin).body;
    assert!(!bare.contains("role=\"status\""), "{bare}");
    assert!(bare.contains("not fetched") && !bare.contains("any more"), "{bare}");
    assert!(house.store.waiting(house.mailbox, house.clock.now(), 5).unwrap()[0].forced);
    // What is in a ticket is left alone, and no button offers it.
    let page = house.get_as("/ledger/1", &admin).body;
    assert!(!page.contains("name=\"deed\""), "{page}");
    let wrong = house.post("/ledger/1", &admin, &form);
    assert_eq!(wrong.status, 409);
    assert!(wrong.body.contains("Ledger row 1 is in ticket 1 already"), "{}", wrong.body);
}

#[test]
fn originals_are_listed_while_they_can_be_recovered() {
    let mut house = House::open();
    let rows: Vec<LedgerId> = (1..=3).map(|number| house.letter(letter(number))).collect();
    house
        .store
        .add_agent("boss", "b@contoso.example", Role::Admin, None, house.clock.now())
        .unwrap();
    let boss = house.store.agents().unwrap()[0].id;
    let page = |house: &mut House| {
        // A session ends before these clocks do.
        let session = house.store.begin_session(boss, house.clock.now()).unwrap();
        house.get_as("/originals", &format!("counterfoil_session={}", session.0)).body
    };
    let listed = |house: &mut House| {
        let page = page(house);
        let links = page.split("href=\"/ledger/").skip(1);
        let ids = links.filter_map(|rest| rest.split('"').next().unwrap().parse::<i64>().ok());
        ids.collect::<Vec<i64>>()
    };
    assert_eq!(listed(&mut house), [0; 0], "nothing was removed yet");
    for row in &rows[..2] {
        let removed = Filed::Removed { item_id: format!("there {row}") };
        let now = house.clock.now();
        house.store.note_filed(&[(*row, removed)], now.plus_days(30), now).unwrap();
        house.later(86_400);
    }
    assert_eq!(listed(&mut house), [2, 1], "the longest to stay first");
    let page = page(&mut house);
    assert!(page.contains("in 29 days") && page.contains("/ledger/2/original"), "{page}");
    house.later(28 * 86_400);
    assert_eq!(listed(&mut house), [2], "the first one is past its days");
}

#[test]
fn letters_are_settled_on_the_page_of_the_outbox() {
    let mut house = House::open();
    // Each letter is acknowledged.
    for number in 1..=3 {
        house.letter(letter(number));
    }
    let now = house.clock.now();
    let id = MessageId::new("sent@contoso.example").unwrap();
    house.store.note_draft(OutboxId(1), "draft", &id, now).unwrap();
    house.store.mark_sent(OutboxId(1), now).unwrap();
    house.store.mark_refused(OutboxId(2), "550 no such user <x@y>", now).unwrap();
    let agent = house.agent(Role::Agent);
    let listed = |path: &str| {
        let page = house.get_as(path, &agent).body;
        let links = page.split("href=\"/outbox/").skip(1);
        links
            .map(|rest| rest.split('"').next().unwrap().parse::<i64>().unwrap())
            .collect::<Vec<_>>()
    };
    for (path, expected) in [
        ("/outbox", vec![3, 2]),
        ("/outbox?state=sent", vec![1]),
        ("/outbox?state=refused", vec![2]),
        ("/outbox?state=unknown", vec![]),
        ("/outbox?state=queued", vec![3]),
    ] {
        assert_eq!(listed(path), expected, "{path}");
    }
    let page = house.get_as("/outbox/2", &agent);
    assert!(page.body.contains("550 no such user &lt;x@y&gt;"), "{}", page.body);
    let token = page.token();
    let retry = [("token", token.as_str()), ("deed", "retry")];
    let done = house.post("/outbox/2", &agent, &retry);
    assert_eq!((done.status, done.header("Location")), (303, Some("/outbox/4?done=retry")));
    let told = house.get_as("/outbox/4?done=retry", &done.cookies(&agent)).body;
    assert!(told.contains("It is sent again as this new message."), "{told}");
    let twice = house.post("/outbox/2", &agent, &retry);
    assert_eq!(twice.status, 409);
    assert!(twice.body.contains("was sent again already"), "{}", twice.body);
    assert_eq!(house.post("/outbox/1", &agent, &retry).status, 409, "it was sent");
    assert_eq!(house.post("/outbox/3", &agent, &[("deed", "discard")]).status, 403, "no token");
    for form in [&[("deed", "weird"), ("reason", "x")][..], &[("reason", "x")]] {
        let form = [&[("token", token.as_str())], form].concat();
        assert_eq!(house.post("/outbox/3", &agent, &form).status, 400, "{form:?}");
    }
    assert_eq!(house.store.outbox_row(OutboxId(3)).unwrap().state, Delivery::Queued);
    let give_up = [("token", token.as_str()), ("deed", "discard"), ("reason", "told her by phone")];
    let done = house.post("/outbox/3", &agent, &give_up);
    assert_eq!((done.status, done.header("Location")), (303, Some("/outbox/3?done=discard")));
    let told = house.get_as("/outbox/3?done=discard", &done.cookies(&agent)).body;
    assert!(told.contains("It is given up and does not leave."), "{told}");
    let row = house.store.outbox_row(OutboxId(3)).unwrap();
    assert_eq!(row.state, Delivery::Refused);
    assert!(row.reason.contains("told her by phone"), "{}", row.reason);
}

#[test]
fn the_trail_is_narrowed_and_checked() {
    let mut house = House::open();
    house.letter(letter(1));
    house.letter(letter(2));
    let admin = house.agent(Role::Admin);
    let entries = |path: &str| house.get_as(path, &admin).body.matches("<tr><td").count();
    let all = entries("/audit");
    for (path, expected) in [
        ("/audit?ticket=1", 2),
        ("/audit?action=message.opened", 2),
        ("/audit?action=message.opened&row=2", 1),
        ("/audit?actor=nobody", 0),
        ("/audit?actor=agent:somebody-admin", 0),
        ("/audit?ticket=%231", 2),
        ("/audit?ticket=+%231+&row=", 2),
    ] {
        assert_eq!(entries(path), expected, "{path}");
    }
    // What is nothing is said and kept in its field; the whole list would look like the answer.
    for (path, typed) in [
        ("/audit?ticket=abc", "value=\"abc\""),
        ("/audit?row=x%3Cy", "value=\"x&lt;y\""),
        ("/audit?action=weird&ticket=1", "What: “weird”"),
        ("/ledger?outcome=weird", "Outcome: “weird”"),
        ("/outbox?state=weird", "State: “weird”"),
    ] {
        let page = house.get_as(path, &admin);
        assert_eq!(page.status, 400, "{path}");
        assert_eq!(
            page.body.matches("<td").count(),
            if path.starts_with("/ledger") { 10 } else { 0 }
        );
        assert!(page.body.contains("is not understood, so nothing is listed."), "{path}");
        assert!(page.body.contains(typed), "{path}: {}", page.body);
    }
    assert!(all > 4, "{all}");
    let head = house.store.audit(None, 1).unwrap().rows.remove(0);
    let page = house.get_as("/audit", &admin);
    assert!(page.body.contains(&head.hash), "{}", page.body);
    assert_eq!(house.post("/audit", &admin, &[]).status, 403, "without a token");
    let token = page.token();
    let checked = house.post("/audit", &admin, &[("token", &token)]).body;
    assert!(checked.contains(&format!("Entries 1 to {} fit together.", head.seq)), "{checked}");

    let db = rusqlite::Connection::open(&house.path).unwrap();
    db.execute_batch(
        "DROP TRIGGER audit_is_never_changed; UPDATE audit SET actor = 'cli' WHERE seq = 3;",
    )
    .unwrap();
    let checked = house.post("/audit", &admin, &[("token", &token)]).body;
    assert!(
        checked.contains("Entry 3 does not fit: its content does not give its hash"),
        "{checked}"
    );
    let before = house.post("/audit", &admin, &[("token", &token), ("to", "2")]).body;
    assert!(before.contains("Entries 1 to 2 fit together."), "{before}");
    let part = house.store.verify_part(None, 2).unwrap();
    assert_eq!((part.from, part.to), (head.seq - 1, head.seq), "only the last two were asked for");
}

#[test]
fn the_settings_in_force_are_shown_and_nothing_secret() {
    let mut house = House::open();
    let token = house.store.add_token("reports", Role::Agent, house.clock.now()).unwrap();
    let admin = house.agent(Role::Admin);
    let page = house.get_as("/settings", &admin).body;
    for shown in ["desk.name", "Example", "somebody-admin", "reports", "never", "MB"] {
        assert!(page.contains(shown) || shown == "MB", "{shown}: {page}");
    }
    assert!(!page.contains(&token.0), "{page}");
}

#[test]
fn records_speak_german_too() {
    let mut house = House::open();
    house.letter(letter(1));
    let why = "sending a draft: at least one recipient's address is not valid; correct it and write again";
    house.store.mark_refused(OutboxId(1), why, house.clock.now()).unwrap();
    let admin = house.agent(Role::Admin);
    for (path, said) in [
        ("/ledger", "Posteingangsbuch"),
        ("/ledger/1", "Zeile 1 im Posteingangsbuch"),
        ("/originals", "Originale"),
        ("/outbox", "Postausgang"),
        ("/outbox/1", "Postausgang 1"),
        ("/audit", "Protokoll"),
        ("/settings", "Einstellungen"),
    ] {
        let page = house.raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {admin}\r\nAccept-Language: de-DE,en;q=0.5\r\n\
             Connection: close\r\n\r\n",
            house.host()
        ));
        assert_eq!(page.first_line(), said, "{path}");
        assert!(page.body.contains("<html lang=\"de\">"), "{path}");
        assert!(page.body.contains(">Nachweise</a>"), "{path}: {}", page.body);
        let said = page.body.contains("mindestens eine Adresse der Empfänger ist ungültig");
        assert_eq!(said, path.starts_with("/outbox"), "{path}: {}", page.body);
    }
}
