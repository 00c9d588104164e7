//! What each change makes of a ticket, which ones are not possible, and how the trail tells of them.

use super::*;

fn standing() -> Standing {
    Standing {
        number: TicketNumber(7),
        state: State::Open,
        hold: false,
        subject: "Printer".into(),
        assignee: None,
        priority: Priority::Normal,
        queue: None,
        due_at: None,
        tags: BTreeSet::from(["paper".to_owned()]),
        merged_into: None,
    }
}

#[test]
fn a_change_is_possible_or_says_why_not() {
    use State::*;
    let number = TicketNumber(7);
    let at = |state, hold| Standing { state, hold, ..standing() };
    for (case, state, hold, change, expected) in [
        ("close", Open, false, Change::State(Closed), Ok((Closed, false))),
        ("reopen", Closed, true, Change::State(Open), Ok((Open, true))),
        ("delete", Open, false, Change::Delete, Ok((Deleted, false))),
        ("delete twice", Deleted, false, Change::Delete, Err(NotPossible::Deleted(number))),
        ("delete a held one", Open, true, Change::Delete, Err(NotPossible::Held(number))),
        ("delete by state", Open, false, Change::State(Deleted), Err(NotPossible::DeleteInstead)),
        (
            "close a deleted one",
            Deleted,
            false,
            Change::State(Closed),
            Err(NotPossible::Deleted(number)),
        ),
        ("undelete", Deleted, false, Change::Undelete, Ok((Open, false))),
        (
            "undelete a living one",
            New,
            false,
            Change::Undelete,
            Err(NotPossible::NotDeleted(number)),
        ),
        ("hold", Pending, false, Change::Hold(true), Ok((Pending, true))),
        ("hold a deleted one", Deleted, false, Change::Hold(true), Ok((Deleted, true))),
        (
            "assign a deleted one",
            Deleted,
            false,
            Change::Assign(None),
            Err(NotPossible::Deleted(number)),
        ),
    ] {
        let after = after(&at(state, hold), &change, &[]);
        assert_eq!(after.map(|after| (after.state, after.hold)), expected, "{case}");
    }
}

#[test]
fn words_are_checked_and_told_without_content() {
    let agents = ["ana".to_owned(), "ben".to_owned()];
    let long = "x".repeat(61);
    let named = |name: &str| {
        let address = "ana@x.example".to_owned();
        Change::Requester(Address { address, name: name.to_owned() })
    };
    let no_agent = "there is no active user `eve`; there are ana, ben";
    for (case, change, expected) in [
        ("assign", Change::Assign(Some(" Ana".into())), Ok("none to ana")),
        ("to nobody", Change::Assign(None), Ok("")),
        ("to a stranger", Change::Assign(Some("eve".into())), Err(no_agent)),
        ("queue", Change::Queue(Some("Accounting".into())), Ok("none to Accounting")),
        (
            "a long queue",
            Change::Queue(Some(long.clone())),
            Err("a queue must be one line of 1 to 60 characters"),
        ),
        ("priority", Change::Priority(Priority::Urgent), Ok("normal to urgent")),
        ("the same", Change::Priority(Priority::Normal), Ok("")),
        ("subject", Change::Subject("Fax".into()), Ok("")),
        (
            "two lines",
            Change::Subject("a\nb".into()),
            Err("a subject must be one line of 1 to 250 characters"),
        ),
        ("tags", Change::Tag(vec!["Paper".into(), "jam".into()]), Ok("1 added, 0 removed")),
        ("no tag", Change::Tag(vec![" ".into()]), Err("a tag must be one line of 1 to 60")),
        ("untag", Change::Untag(vec!["PAPER".into()]), Ok("0 added, 1 removed")),
        ("due", Change::Due(Some(EARLIEST_DUE)), Ok("never to 2000-01-01T00:00:00Z")),
        (
            "due long ago",
            Change::Due(Some(EARLIEST_DUE.plus_seconds(-1))),
            Err("a due date is in the year 2000 or later"),
        ),
        (
            "no address",
            Change::Requester(Address::bare("ana")),
            Err("`ana` is no address such as ana@shop.example"),
        ),
        (
            "two people",
            Change::Requester(Address::bare("a@x.example, b@x.example")),
            Err("`a@x.example, b@x.example` is no address"),
        ),
        ("a name", named("Ana"), Ok("")),
        ("a long name", named(&"x".repeat(201)), Err("a name must be one line of 1 to 200")),
        ("a name of two lines", named("a\r\nb"), Err("a name must be one line")),
        ("a turned queue", Change::Queue(Some("A\u{202e}b".into())), Ok("none to Ab")),
        ("a blank queue", Change::Queue(Some("\u{200b}".into())), Err("a queue must be")),
        ("no queue", Change::Queue(Some(" - ".into())), Err("`-` has a meaning of its own")),
        ("a sign", Change::Tag(vec!["=".into()]), Err("`=` has a meaning of its own")),
        ("a blank tag", Change::Tag(vec!["\u{2060}".into()]), Err("a tag must be")),
        ("a turned tag", Change::Tag(vec!["pa\u{2067}per".into()]), Ok("")),
        ("a blank subject", Change::Subject("\u{200b} ".into()), Err("a subject must be")),
        ("lines", Change::Subject("a\u{2028}b".into()), Err("a subject must be one line")),
    ] {
        let before = standing();
        match (after(&before, &change, &agents), expected) {
            (Ok(after), Ok(detail)) => {
                let told = told(&before, &after, &change);
                assert_eq!(told.unwrap_or((Action::Noted, String::new())).1, detail, "{case}");
            }
            (Err(error), Err(words)) => {
                assert!(error.to_string().starts_with(words), "{case}: {error}");
            }
            (found, _) => panic!("{case}: {found:?}"),
        }
    }
}

#[test]
fn an_agent_is_found_by_the_very_name_before_any_like_it() {
    let of = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    for (agents, name, expected) in [
        (&["BOB", "bob"][..], "bob", Some("bob")),
        (&["BOB", "bob"], "BOB", Some("BOB")),
        (&["BOB", "bob"], "Bob", None),
        (&["bob", "bob "], "bob ", Some("bob ")),
        (&["bob"], " Bob ", Some("bob")),
        (&["Änne"], "änne", Some("Änne")),
        (&["bob"], "bobby", None),
    ] {
        let found = after(&standing(), &Change::Assign(Some(name.to_owned())), &of(agents));
        let found = found.ok().and_then(|after| after.assignee);
        assert_eq!(found.as_deref(), expected, "{name} of {agents:?}");
    }
}

#[test]
fn two_tickets_become_one_that_is_as_urgent_as_either() {
    let source = Standing {
        number: TicketNumber(8),
        hold: true,
        priority: Priority::High,
        assignee: Some("ana".into()),
        tags: BTreeSet::from(["fax".to_owned()]),
        due_at: Some(Timestamp::from_unix(5)),
        ..standing()
    };
    let into = Standing { state: State::Closed, ..standing() };
    let one = merged(&source, &into).unwrap();
    assert_eq!((one.number, one.state, one.hold), (TicketNumber(7), State::Open, true));
    assert_eq!((one.priority, one.assignee.as_deref()), (Priority::High, Some("ana")));
    assert_eq!((one.tags.len(), one.due_at), (2, Some(Timestamp::from_unix(5))));
    let (seven, eight) = (TicketNumber(7), TicketNumber(8));
    assert_eq!(merged(&into, &into), Err(NotPossible::Itself(seven)));
    let deleted = Standing { state: State::Deleted, ..source.clone() };
    assert_eq!(merged(&deleted, &into), Err(NotPossible::Deleted(eight)));
    let gone = Standing { merged_into: Some(TicketNumber(3)), ..into };
    assert_eq!(merged(&source, &gone), Err(NotPossible::Merged(seven, TicketNumber(3))));
}
