//! What agents change in tickets: each change, merging two, splitting one, linking, and opening one for
//! somebody who called. Mail finds its way afterwards, and every change is in the trail.

#![allow(clippy::unwrap_used)]

#[path = "support/house.rs"]
mod house;

use counterfoil::desk::change::Change;
use counterfoil::desk::opening::Opening;
use counterfoil::desk::ticket::{ArticleId, Kind, Priority, Role, State, Ticket, TicketNumber};
use counterfoil::mail::Address;
use counterfoil::store::audit::Verdict;
use counterfoil::store::lists::{Filter, Which};
use house::{House, NOW};

const ONE: TicketNumber = TicketNumber(1);
const TWO: TicketNumber = TicketNumber(2);

fn two_tickets() -> House {
    let mut house = House::new();
    house.store.add_agent("ben", "ben@office.example", Role::Agent, None, NOW).unwrap();
    house.letter("Ana <ana@shop.example>", "Lamp", "");
    house.letter("Ana <ana@shop.example>", "Lamp again", "");
    house
}

fn actions(house: &mut House, number: TicketNumber) -> Vec<(String, String)> {
    let mut rows = house.store.audit(None, 1_000).unwrap().rows;
    rows.sort_by_key(|entry| entry.seq);
    let own = rows.into_iter().filter(|entry| entry.ticket == Some(number));
    own.map(|entry| (entry.action, entry.detail)).collect()
}

fn ids(ticket: &Ticket) -> Vec<i64> {
    ticket.articles.iter().map(|article| article.id.0).collect()
}

#[test]
fn changes_are_made_together_or_not_at_all_and_told_once() {
    let mut house = two_tickets();
    let later = NOW.plus_seconds(60);
    let changes = [
        Change::Assign(Some("Ben".into())),
        Change::Priority(Priority::High),
        Change::Queue(Some("Workshop".into())),
        Change::Tag(vec!["Lamp".into(), "glass".into()]),
        Change::Due(Some(NOW)),
        Change::Subject("Broken lamp".into()),
        Change::State(State::Pending),
    ];
    house.store.change_ticket(ONE, &changes, "agent:ben", later).unwrap();
    let ticket = house.store.ticket(ONE).unwrap();
    assert_eq!((ticket.assignee.as_deref(), ticket.priority), (Some("ben"), Priority::High));
    assert_eq!((ticket.queue.as_deref(), ticket.state), (Some("Workshop"), State::Pending));
    assert_eq!((ticket.tags, ticket.due_at), (vec!["glass".into(), "lamp".into()], Some(NOW)));
    assert_eq!((ticket.subject.as_str(), ticket.updated_at), ("Broken lamp", later));
    let told = actions(&mut house, ONE);
    let about = |action: &str| told.iter().filter(|(word, _)| word == action).count();
    for action in ["assigned", "priority", "queue", "tags", "due", "subject", "state"] {
        assert_eq!(about(&format!("ticket.{action}")), 1, "{told:?}");
    }
    assert!(told.iter().all(|(_, detail)| !detail.contains("lamp")), "{told:?}");

    // Done again nothing changes, and one that cannot be made undoes those before it.
    house.store.change_ticket(ONE, &changes, "agent:ben", later.plus_seconds(1)).unwrap();
    assert_eq!(house.store.ticket(ONE).unwrap().updated_at, later);
    let bad = [Change::Priority(Priority::Low), Change::Assign(Some("eve".into()))];
    let error = house.store.change_ticket(ONE, &bad, "agent:ben", later).unwrap_err();
    assert!(error.to_string().contains("no active user `eve`"), "{error}");
    assert_eq!(house.store.ticket(ONE).unwrap().priority, Priority::High);
    assert_eq!(actions(&mut house, ONE), told);
}

#[test]
fn a_merged_ticket_goes_on_in_the_other_one() {
    let mut house = two_tickets();
    let theirs = house.subject_with_tag(2);
    house.store.change_ticket(TWO, &[Change::Hold(true)], "cli", NOW).unwrap();
    house.store.change_ticket(ONE, &[Change::State(State::Closed)], "cli", NOW).unwrap();
    let before = [ONE, TWO].map(|number| ids(&house.store.ticket(number).unwrap()));
    house.store.merge_tickets(TWO, ONE, "agent:ben", NOW).unwrap();
    let (one, two) = (house.store.ticket(ONE).unwrap(), house.store.ticket(TWO).unwrap());
    let mut all = before.concat();
    all.sort_unstable();
    assert_eq!((ids(&one), ids(&two)), (all, vec![]));
    assert_eq!((two.state, two.merged_into), (State::Closed, Some(ONE)));
    assert_eq!((one.state, one.hold), (State::Open, true));

    // Its tag and its letters lead to the other one, and it takes no change of its own.
    let joined = house.letter("ana@shop.example", &theirs, "");
    assert_eq!(joined.number, ONE);
    let cites = "In-Reply-To: <letter2@shop.example>\r\n";
    assert_eq!(house.letter("ana@shop.example", "Re: Lamp", cites).number, ONE);
    let error = house.store.change_ticket(TWO, &[Change::Assign(None)], "cli", NOW).unwrap_err();
    assert!(error.to_string().contains("ticket 2 was merged into ticket 1"), "{error}");
    let told = actions(&mut house, ONE);
    assert!(told.contains(&("ticket.took_over".into(), "ticket 2".into())), "{told:?}");

    // What is merged on leads to the last one.
    let three = house.letter("ana@shop.example", "Lamp, third", "").number;
    house.store.merge_tickets(ONE, three, "agent:ben", NOW).unwrap();
    assert_eq!(house.store.ticket(TWO).unwrap().merged_into, Some(three));
    assert_eq!(house.letter("ana@shop.example", &theirs, "").number, three);
    let again = house.store.merge_tickets(three, ONE, "agent:ben", NOW).unwrap_err();
    assert!(again.to_string().contains("ticket 1 was merged into ticket 3"), "{again}");
    assert!(matches!(house.store.verify_audit().unwrap(), Verdict::Whole { .. }));
}

#[test]
fn a_part_of_a_ticket_becomes_one_of_its_own() {
    let mut house = two_tickets();
    let theirs = house.subject_with_tag(1);
    house.letter("Ana <ana@shop.example>", &format!("{theirs} and the fax"), "");
    let whole = house.store.ticket(ONE).unwrap();
    let last = whole.articles.last().unwrap().id;
    let other = house.store.ticket(TWO).unwrap().articles[0].id;
    for (case, articles, expected) in [
        ("none", vec![], "name the articles"),
        ("of another", vec![last, other], "not all of these articles are of ticket 1"),
        ("all", whole.articles.iter().map(|article| article.id).collect(), "would be left empty"),
        ("unknown", vec![ArticleId(999)], "not all of these articles are of ticket 1"),
    ] {
        let error = house.store.split_ticket(ONE, &articles, "cli", NOW).unwrap_err().to_string();
        assert!(error.contains(expected), "{case}: {error}");
    }
    let new = house.store.split_ticket(ONE, &[last], "agent:ben", NOW).unwrap();
    let part = house.store.ticket(new).unwrap();
    assert_eq!((ids(&part), part.state), (vec![last.0], State::New));
    assert_eq!(part.requester.unwrap().address, "ana@shop.example");
    assert_eq!(part.links[0].for_people(), "Split from");
    assert_eq!(ids(&house.store.ticket(ONE).unwrap()).len(), whole.articles.len() - 1);
    // An answer to the letter that left follows it.
    let cites = "In-Reply-To: <letter3@shop.example>\r\n";
    assert_eq!(house.letter("ana@shop.example", "Re: fax", cites).number, new);
}

#[test]
fn lists_show_the_newest_activity_first_and_the_counts_agree() {
    let mut house = two_tickets();
    for n in 3..=9 {
        house.letter(&format!("p{n}@shop.example"), "Lamp", "");
    }
    let change = |house: &mut House, number: i64, change: Change, seconds: i64| {
        let at = NOW.plus_seconds(seconds);
        house.store.change_ticket(TicketNumber(number), &[change], "cli", at).unwrap();
    };
    change(&mut house, 1, Change::Assign(Some("ben".into())), 1);
    change(&mut house, 2, Change::Queue(Some("Workshop".into())), 2);
    change(&mut house, 2, Change::State(State::Pending), 3);
    change(&mut house, 3, Change::State(State::Closed), 4);
    change(&mut house, 4, Change::Delete, 5);
    change(&mut house, 5, Change::Tag(vec!["glass".into()]), 6);
    change(&mut house, 6, Change::Assign(Some("ben".into())), 7);
    change(&mut house, 6, Change::Assign(None), 8);
    let list = |house: &mut House, filter: Filter| {
        let (mut numbers, mut after) = (Vec::new(), None);
        loop {
            let part = house.store.tickets(&filter, after, 2).unwrap();
            assert!(part.rows.len() <= 2);
            numbers.extend(part.rows.iter().map(|ticket| ticket.number.0));
            match part.next {
                Some(next) => after = Some(next),
                None => return numbers,
            }
        }
    };
    let any = Filter::default;
    let ben = || Some(Some("ben".to_owned()));
    for (case, filter, expected) in [
        ("all", any(), vec![6, 5, 3, 2, 1, 9, 8, 7]),
        ("open", Filter { which: Which::Open, ..any() }, vec![6, 5, 1, 9, 8, 7]),
        ("closed", Filter { which: Which::In(State::Closed), ..any() }, vec![3]),
        ("mine", Filter { which: Which::Active, assignee: ben(), ..any() }, vec![1]),
        (
            "of nobody",
            Filter { which: Which::Open, assignee: Some(None), ..any() },
            vec![6, 5, 9, 8, 7],
        ),
        (
            "of a queue",
            Filter { which: Which::Active, queue: Some("Workshop".into()), ..any() },
            vec![2],
        ),
        ("tagged", Filter { tag: Some("Glass".into()), ..any() }, vec![5]),
        (
            "of Ana",
            Filter { requester: Some(Address::bare("ANA@shop.example")), ..any() },
            vec![2, 1],
        ),
        ("elsewhere", Filter { mailbox: Some("sales".into()), ..any() }, vec![]),
    ] {
        assert_eq!(list(&mut house, filter), expected, "{case}");
    }
    let counts = house.store.ticket_counts("ben").unwrap();
    assert_eq!((counts.open, counts.mine, counts.unassigned), (6, 1, 5));
    assert_eq!((counts.pending, counts.closed, counts.deleted), (1, 1, 1));
    assert_eq!(counts.queues, [("Workshop".to_owned(), 1)]);
}

#[test]
fn a_link_is_seen_from_both_sides_and_can_be_taken_away() {
    let mut house = two_tickets();
    house.store.link_tickets(ONE, TWO, true, "cli", NOW).unwrap();
    house.store.link_tickets(TWO, ONE, true, "cli", NOW).unwrap();
    for number in [ONE, TWO] {
        let links = house.store.ticket(number).unwrap().links;
        assert_eq!((links.len(), links[0].for_people()), (1, "Linked with"));
    }
    house.store.link_tickets(TWO, ONE, false, "cli", NOW).unwrap();
    assert!(house.store.link_tickets(TWO, ONE, false, "cli", NOW).is_err(), "there is none");
    assert!(house.store.ticket(ONE).unwrap().links.is_empty());
    assert!(house.store.link_tickets(ONE, ONE, true, "cli", NOW).is_err());
    assert!(house.store.link_tickets(ONE, TicketNumber(99), true, "cli", NOW).is_err());
}

#[test]
fn a_ticket_is_opened_for_somebody_who_called() {
    let mut house = two_tickets();
    let opening = Opening {
        requester: Address { address: "carl@shop.example".into(), name: "Carl".into() },
        subject: "Key lost".into(),
        text: "He called.".into(),
        attachments: Vec::new(),
        send: false,
        queue: Some("Front".into()),
        assignee: Some("ben".into()),
        priority: Priority::High,
        tags: vec!["phone".into()],
    };
    let author = Address { address: String::new(), name: "ben".into() };
    let mut open = |opening: &Opening| {
        let author = author.clone();
        house.store.open_ticket((house.mailbox, &house.policy), opening, author, "agent:ben", NOW)
    };
    let noted = open(&opening).unwrap();
    let sent = open(&Opening { send: true, ..opening.clone() }).unwrap();
    let none = Opening { text: " ".into(), ..opening.clone() };
    assert!(open(&none).unwrap_err().to_string().contains("would be empty"));
    let nobody = Opening { requester: Address::bare("carl"), ..opening };
    assert!(open(&nobody).unwrap_err().to_string().contains("`carl` is no address"));

    let noted = house.store.ticket(noted).unwrap();
    assert_eq!((noted.state, noted.articles[0].kind), (State::New, Kind::Note));
    assert_eq!((noted.queue.as_deref(), noted.assignee.as_deref()), (Some("Front"), Some("ben")));
    assert_eq!(noted.requester.unwrap().name, "Carl");
    let sent = house.store.ticket(sent).unwrap();
    assert_eq!((sent.state, sent.articles[0].kind), (State::Open, Kind::EmailOut));
    assert_eq!(sent.articles[0].to[0].address, "carl@shop.example");
    let tag = house.policy.tag(sent.number);
    assert_eq!(sent.articles[0].subject, format!("Key lost {tag}"));
    // Whoever called is answered as well.
    for number in [noted.number, sent.number] {
        let thread = house.store.thread(number, None).unwrap().0;
        let whom = thread.answered.unwrap().from.unwrap();
        assert_eq!((whom.address.as_str(), whom.name.as_str()), ("carl@shop.example", "Carl"));
    }
    // His answer finds it.
    assert_eq!(house.letter("carl@shop.example", &format!("Re: {tag}"), "").number, sent.number);
}

#[test]
fn nothing_is_written_into_a_ticket_that_was_merged_or_deleted_meanwhile() {
    use counterfoil::desk::outgoing;
    use counterfoil::desk::writing::Writing;
    let mut house = two_tickets();
    let (thread, mailbox, _) = house.store.thread(TWO, None).unwrap();
    let writing = Writing { text: "Ring her.".into(), ..Writing::default() };
    let (note, state) =
        outgoing::note(&thread, writing, Address::bare("ben@office.example")).unwrap();
    let write = |house: &mut House| {
        let written = house.store.write_article(TWO, mailbox, &note, state, "agent:ben", NOW);
        written.unwrap_err().to_string()
    };
    house.store.change_ticket(TWO, &[Change::Delete], "cli", NOW).unwrap();
    assert!(write(&mut house).contains("ticket 2 is deleted"));
    assert_eq!(house.store.ticket(TWO).unwrap().state, State::Deleted);
    house.store.change_ticket(TWO, &[Change::Undelete], "cli", NOW).unwrap();
    house.store.merge_tickets(TWO, ONE, "cli", NOW).unwrap();
    assert!(write(&mut house).contains("ticket 2 was merged into ticket 1"));
    assert_eq!(ids(&house.store.ticket(TWO).unwrap()), Vec::<i64>::new());
}
