//! The client of Microsoft 365 against canned answers: what it asks, and what it makes of each
//! answer the service may give.

#![allow(clippy::unwrap_used)]

#[path = "support/scripted.rs"]
mod scripted;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use counterfoil::mail::MessageId;
use counterfoil::mailbox::gate::Pauses;
use counterfoil::mailbox::graph::{Graph, Settings};
use counterfoil::mailbox::token::{self, SecretText};
use counterfoil::mailbox::{
    Error, ItemId, Mailbox, PagePosition, Removed, SentState, Sought, http,
};
use counterfoil::time::Timestamp;
use scripted::{Asked, Reply, Scripted, json, refuse};
use serde_json::json;

/// How long a fetch may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(100);

const SECRET: &str = "s3cret~with.odd_characters";

fn graph(url: &str, folder: &str) -> Graph {
    Graph::new(Settings {
        address: "desk+1@office.example".into(),
        folder: folder.into(),
        graph_url: url.into(),
        side_by_side: 4,
        token: token::Settings {
            login_url: url.into(),
            tenant_id: "office.example".into(),
            client_id: "client".into(),
            resource: "https://graph.microsoft.com".into(),
            secret: Box::new(|| Ok(SecretText::new(SECRET.into()))),
            secret_place: "the file secret".into(),
        },
        http: http::Settings::default(),
        pauses: Pauses::default(),
    })
    .unwrap()
}

/// A server that signs in and otherwise asks the script.
fn server(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Scripted {
    Scripted::new(move |asked, before| {
        if asked.line.starts_with("POST /office.example/oauth2/v2.0/token") {
            return json(200, &json!({"access_token": "tok", "expires_in": 3599}));
        }
        script(asked, before)
    })
}

fn item(id: &str) -> ItemId {
    ItemId(id.into())
}

#[test]
fn every_call_asks_for_immutable_ids_and_one_token_serves_all() {
    let server = server(|asked, _| {
        if asked.line.ends_with("/$value") {
            return Reply::Say(200, "content-type: text/plain\r\n", "Subject: x\r\n\r\n".into());
        }
        json(
            200,
            &json!({"value": [{"id": "AA=", "receivedDateTime": "2026-05-04T09:12:42Z",
            "internetMessageId": "<a@x>", "singleValueExtendedProperties":
            [{"id": "Integer 0xe08", "value": "12"}, {"id": "Integer 0x0E08", "value": "1234"}]}]}),
        )
    });
    let graph = graph(&server.url, "inbox");
    let page = graph.list(None).unwrap();
    assert_eq!(page.items[0].size, Some(1234));
    assert_eq!(page.items[0].received_at.to_string(), "2026-05-04T09:12:42Z");
    assert_eq!(page.items[0].message_id, MessageId::new("a@x"));
    graph.fetch(&page.items[0].item, 1000, PATIENCE).unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    for asked in &asked {
        assert!(asked.head.contains("prefer: idtype=\"immutableid\"\r\n"), "{}", asked.head);
        assert!(asked.head.contains("authorization: bearer tok\r\n"), "{}", asked.head);
        assert!(asked.head.contains("client-request-id: "), "{}", asked.head);
    }
    let list = &asked[0].line;
    assert!(list.starts_with(
        "GET /v1.0/users/desk%2B1%40office.example/mailFolders/inbox/messages?$select=id,"
    ));
    assert!(list.contains("&$orderby=receivedDateTime%20asc"), "{list}");
    assert!(list.contains("&$expand=singleValueExtendedProperties%28%24filter"), "{list}");
    assert!(asked[1].line.ends_with("/messages/AA%3D/$value"), "{}", asked[1].line);
    assert_eq!(server.tokens_asked(), 1);
}

#[test]
fn sign_in_sends_the_form_the_service_wants() {
    let server = Scripted::new(|asked, _| {
        if asked.line.contains("/oauth2/") {
            assert_eq!(
                asked.body,
                "client_id=client&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default\
                 &client_secret=s3cret~with.odd_characters&grant_type=client_credentials"
            );
            return json(200, &json!({"access_token": "tok", "expires_in": 3599}));
        }
        json(200, &json!({"value": []}))
    });
    assert!(graph(&server.url, "inbox").list(None).unwrap().items.is_empty());
}

#[test]
fn a_refused_sign_in_says_what_to_do_and_never_the_secret() {
    for (status, error, code, words) in [
        (401, "invalid_client", 7_000_215, "Value, not its ID, into the file secret"),
        (401, "invalid_client", 7_000_222, "has expired"),
        (400, "unauthorized_client", 700_016, "no application client"),
        (400, "invalid_request", 90_002, "there is no tenant office.example"),
        (400, "invalid_grant", 53_003, "Conditional Access"),
        (400, "invalid_request", 12_345, "in words"),
    ] {
        let server = Scripted::new(move |_, _| {
            json(
                status,
                &json!({"error": error, "error_codes": [code],
                "error_description": format!("AADSTS{code}: in words\r\nTrace ID: 0")}),
            )
        });
        let graph = graph(&server.url, "inbox");
        let first = graph.list(None).unwrap_err();
        assert!(matches!(first, Error::SignInNeeded(_)), "{first:?}");
        let sentence = first.to_string();
        assert!(sentence.contains(words), "{code}: {sentence}");
        assert!(sentence.contains(&format!("AADSTS{code}")), "{sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
        assert!(!sentence.contains(SECRET), "{sentence}");
        graph.list(None).unwrap_err();
        assert_eq!(server.tokens_asked(), 1, "a refusal is remembered for a moment");
    }
}

#[test]
fn a_token_that_is_no_longer_taken_is_fetched_once_anew() {
    let server = server(|_, before| {
        if before == 0 {
            return refuse(401, "InvalidAuthenticationToken");
        }
        json(200, &json!({"value": []}))
    });
    graph(&server.url, "inbox").list(None).unwrap();
    assert_eq!((server.asked().len(), server.tokens_asked()), (2, 2));

    let server = self::server(|_, _| refuse(401, "InvalidAuthenticationToken"));
    let error = graph(&server.url, "inbox").list(None).unwrap_err();
    assert!(matches!(error, Error::SignInNeeded(_)), "{error:?}");
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_throttled_call_is_made_again_after_the_wait() {
    let server = server(|_, before| match before {
        0 => Reply::Say(429, "retry-after: 0.3\r\n", String::new()),
        1 => Reply::Say(503, "retry-after: 1\r\n", "<html>busy</html>".into()),
        _ => json(200, &json!({"value": []})),
    });
    let begun = Instant::now();
    graph(&server.url, "inbox").list(None).unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_long_wait_is_handed_on_and_nothing_is_asked_meanwhile() {
    let server = server(|_, _| Reply::Say(429, "retry-after: 120\r\n", String::new()));
    let graph = graph(&server.url, "inbox");
    for _ in 0..3 {
        let error = graph.list(None).unwrap_err();
        let Error::Throttled { wait, .. } = error else { panic!("{error:?}") };
        assert!(wait > Duration::from_secs(110), "{wait:?}");
    }
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_limit_on_sending_holds_up_letters_and_nothing_else() {
    let wascl = json!({"error": {"code": "ApplicationThrottled",
        "message": "WASCL UserAction verdict is not None. Actual verdict is Throttle."}});
    for (case, answer) in [
        ("spam control", Reply::Say(429, "retry-after: 600\r\n", wascl.to_string())),
        ("the day's limit", refuse(429, "ErrorExceededMessageLimit")),
    ] {
        let server = server(move |asked, _| match asked.line.starts_with("POST") {
            true => answer.clone(),
            false => json(200, &json!({"value": []})),
        });
        let graph = graph(&server.url, "inbox");
        let error = graph.send(&ItemId("draft".into())).unwrap_err();
        let Error::Throttled { wait, .. } = error else { panic!("{case}: {error:?}") };
        assert_eq!(wait, Duration::from_secs(3_600), "{case}");
        graph.list(None).unwrap();
        assert_eq!(server.asked().len(), 2, "{case}: the letter is not tried again at once");
    }
}

#[test]
fn never_more_than_four_at_once() {
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, peak) = (Arc::clone(&inside), Arc::clone(&most));
    let server = server(move |_, _| {
        let now = counted.fetch_add(1, Ordering::SeqCst) + 1;
        peak.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(10));
        counted.fetch_sub(1, Ordering::SeqCst);
        Reply::Say(200, "", "x".into())
    });
    let graph = graph(&server.url, "inbox");
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| graph.fetch(&item("A"), 10, PATIENCE).unwrap());
        }
    });
    assert_eq!(most.load(Ordering::SeqCst), 4);
}

#[test]
fn what_breaks_off_or_is_no_json_is_asked_again_later() {
    for (case, reply) in [
        ("hang-up", Reply::HangUp),
        ("broken off", Reply::BreakOff("{\"value\": [".into())),
        ("html", Reply::Say(200, "", "<html>".into())),
        ("truncated", Reply::Say(200, "", "{\"value\": [{\"id\"".into())),
        ("gateway", Reply::Say(504, "", "<html>".into())),
    ] {
        let server = server(move |_, _| reply.clone());
        let graph = graph(&server.url, "inbox");
        let error = graph.list(None).unwrap_err();
        assert!(matches!(error, Error::Unreachable(_)), "{case}: {error:?}");
        let sent = graph.send(&item("D"));
        let unknown = matches!(sent, Err(Error::Unknown(_)));
        // An answer to /send has no body, so any 2xx is good.
        assert_eq!(unknown, !matches!(case, "html" | "truncated"), "{case}: {sent:?}");
    }
}

#[test]
fn a_message_over_the_cap_is_not_taken() {
    let server = server(|_, _| Reply::Say(200, "", "x".repeat(2000)));
    let graph = graph(&server.url, "inbox");
    let error = graph.fetch(&item("A"), 1999, PATIENCE).unwrap_err();
    assert!(matches!(error, Error::TooLarge { max_bytes: 1999, size: Some(2000) }), "{error:?}");
    assert_eq!(graph.fetch(&item("A"), 2000, PATIENCE).unwrap().len(), 2000);
}

#[test]
fn a_token_goes_to_no_other_host() {
    let server = server(|asked, _| {
        assert!(!asked.line.contains("elsewhere"));
        Reply::Say(302, "location: http://127.0.0.1:1/elsewhere\r\n", String::new())
    });
    let graph = graph(&server.url, "inbox");
    let foreign = PagePosition("http://127.0.0.1.evil.example/v1.0/next".into());
    assert!(matches!(graph.list(Some(&foreign)), Err(Error::Refused(_))));
    let prefix = PagePosition(format!("{}.evil.example/next", server.url));
    assert!(matches!(graph.list(Some(&prefix)), Err(Error::Refused(_))));
    assert!(server.asked().is_empty());
    assert!(matches!(graph.list(None), Err(Error::Refused(_))), "a redirect is not followed");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn sizes_are_given_up_where_the_service_refuses_them() {
    let server = server(|asked, _| {
        if asked.line.contains("$expand") {
            return refuse(400, "ErrorInvalidUrlQuery");
        }
        json(200, &json!({"value": [{"id": "A"}], "@odata.nextLink": null}))
    });
    let graph = graph(&server.url, "inbox");
    for _ in 0..2 {
        assert_eq!(graph.list(None).unwrap().items.len(), 1);
    }
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_folder_is_found_by_path_and_a_missing_one_is_named() {
    let server = server(|asked, _| {
        if asked.line.contains("childFolders") {
            let found = asked.line.contains("displayName%20eq%20%27O%27%27Brien%27");
            let folders =
                if found { json!([{"id": "F1", "displayName": "O'Brien"}]) } else { json!([]) };
            return json(200, &json!({ "value": folders }));
        }
        assert!(asked.line.contains("/mailFolders/F1/messages?"), "{}", asked.line);
        json(200, &json!({"value": []}))
    });
    graph(&server.url, "Inbox/O'Brien").list(None).unwrap();
    assert!(server.asked()[0].line.contains("/mailFolders/inbox/childFolders?"));
    let error = graph(&server.url, "Inbox/Nowhere").list(None).unwrap_err().to_string();
    assert!(error.contains("there is no folder Inbox/Nowhere in desk+1@office.example"), "{error}");
}

#[test]
fn a_copy_goes_to_a_folder_that_is_made_when_missing() {
    let server = server(|asked, before| match asked.line.split(' ').next() {
        Some("GET") if asked.line.contains("includeHiddenFolders") => {
            json(200, &json!({"value": [{"id": "F9", "displayName": "done"}]}))
        }
        Some("GET") if asked.line.contains("/mailFolders/inbox?") => {
            json(200, &json!({"id": "INBOX"}))
        }
        Some("GET") => json(200, &json!({"value": []})),
        _ if asked.line.ends_with("/mailFolders") => {
            assert_eq!(asked.body, r#"{"displayName":"Done","isHidden":false}"#);
            refuse([409, 400][before.min(1)], "ErrorFolderExists")
        }
        _ => {
            assert_eq!(asked.body, r#"{"destinationId":"F9"}"#);
            json(201, &json!({"id": "C1"}))
        }
    });
    assert_eq!(graph(&server.url, "inbox").copy(&item("A"), "Done").unwrap(), item("C1"));
}

/// Hands in what is known of the letter `it`, which has the Message-ID `a@x`.
fn sought<T>(ask: impl FnOnce(&Sought<'_>) -> T) -> T {
    let id = MessageId::new("a@x");
    ask(&Sought {
        message_id: id.as_ref(),
        received_at: Timestamp::from_unix(1_770_000_000),
        is_it: &|raw| raw.starts_with(b"Subject: it\r\n"),
        take: &|_| true,
    })
}

#[test]
fn another_letter_with_the_same_message_id_is_left_alone() {
    let server = server(|asked, _| {
        let line = asked.line.as_str();
        if line.ends_with("/messages/R1/$value") {
            let another = "Subject: another\r\nMessage-ID: <a@x>\r\n\r\n";
            return Reply::Say(200, "", another.to_owned());
        }
        if line.contains("/messages?") {
            return json(200, &json!({"value": [{"id": "R1"}]}));
        }
        if line.contains("/mailFolders/") {
            return json(200, &json!({"id": line.len().to_string()}));
        }
        refuse(404, "ErrorItemNotFound")
    });
    let graph = graph(&server.url, "inbox");
    assert_eq!(sought(|sought| graph.remove(&item("A"), sought)).unwrap(), Removed::Gone);
    assert_eq!(sought(|sought| graph.find_copy(sought, "archive")).unwrap(), None);
    let asked = server.asked();
    assert!(asked.iter().all(|asked| !asked.line.starts_with("DELETE")), "it deletes nothing");
    let moves: Vec<_> = asked.iter().filter(|asked| asked.line.starts_with("POST")).collect();
    assert!(moves.iter().all(|asked| asked.line.contains("/messages/A/move")));
}

/// The answers of a mailbox to a removal, and what it must be taken for.
#[test]
fn a_message_counts_as_removed_only_where_removed_messages_lie() {
    let recoverable = |id: &str| Some(Removed::Recoverable(item(id)));
    let moved_there = || json(201, &json!({"id": "A2", "parentFolderId": "REC"}));
    let lies_in = |folder: &str| json(200, &json!({"id": "A", "parentFolderId": folder}));
    let gone = || refuse(404, "ErrorItemNotFound");
    let none = || json(200, &json!({"value": []}));
    let found = || json(200, &json!({"value": [{"id": "R1"}]}));
    let no_content = || Reply::Say(204, "", String::new());
    // (case, move, delete, the item afterwards: before and after a second deletion, listing, expected)
    for (case, moved, deleted, lies, listed, expected) in [
        ("moved", moved_there(), gone(), [gone(), gone()], none(), recoverable("A2")),
        (
            "the move lands elsewhere",
            json(201, &json!({"id": "A", "parentFolderId": "INBOX"})),
            no_content(),
            [lies_in("INBOX"), lies_in("INBOX")],
            none(),
            None,
        ),
        (
            "the answer names no parent but it lies there",
            json(201, &json!({"id": "A"})),
            no_content(),
            [lies_in("REC"), gone()],
            none(),
            recoverable("A"),
        ),
        ("already there", gone(), gone(), [lies_in("REC"), gone()], none(), recoverable("A")),
        ("there under another id", gone(), gone(), [gone(), gone()], found(), recoverable("R1")),
        ("nowhere", gone(), gone(), [gone(), gone()], none(), Some(Removed::Gone)),
        (
            "not listable",
            gone(),
            gone(),
            [gone(), gone()],
            refuse(403, "ErrorAccessDenied"),
            Some(Removed::Gone),
        ),
        (
            "refused, deleted",
            refuse(400, "ErrorInvalidRequest"),
            no_content(),
            [gone(), gone()],
            found(),
            recoverable("R1"),
        ),
        (
            "refused, deleted to Deleted Items first",
            refuse(404, "ErrorFolderNotFound"),
            no_content(),
            [lies_in("DEL"), lies_in("REC")],
            none(),
            recoverable("A"),
        ),
        (
            "refused, and the deletion does nothing",
            refuse(403, "ErrorAccessDenied"),
            no_content(),
            [lies_in("INBOX"), lies_in("INBOX")],
            none(),
            None,
        ),
        (
            "refused, and already there",
            refuse(400, "ErrorInvalidRequest"),
            refuse(400, "ErrorCannotDeleteObject"),
            [lies_in("REC"), gone()],
            none(),
            recoverable("A"),
        ),
        (
            "both refused",
            refuse(403, "ErrorAccessDenied"),
            refuse(403, "ErrorAccessDenied"),
            [gone(), gone()],
            none(),
            None,
        ),
        ("the answer is lost", Reply::HangUp, gone(), [lies_in("REC"), gone()], none(), None),
    ] {
        let server = server(move |asked, before| {
            let line = asked.line.as_str();
            if line.contains("/mailFolders/recoverableitemsdeletions?") {
                return json(200, &json!({"id": "REC"}));
            }
            if line.contains("/mailFolders/deleteditems?") {
                return json(200, &json!({"id": "DEL"}));
            }
            if line.contains("/mailFolders/recoverableitemsdeletions/messages?") {
                return listed.clone();
            }
            if line.contains("/mailFolders/deleteditems/messages?") {
                return json(200, &json!({"value": []}));
            }
            if line.contains("/messages/R1/$value") {
                return Reply::Say(200, "", "Subject: it\r\n\r\n".to_owned());
            }
            match line.split(' ').next() {
                Some("POST") => moved.clone(),
                Some("DELETE") => deleted.clone(),
                _ => lies[before.min(1)].clone(),
            }
        });
        let outcome = sought(|sought| graph(&server.url, "inbox").remove(&item("A"), sought));
        assert_eq!(outcome.ok(), expected, "{case}");
        let first = &server.asked()[0];
        assert_eq!(first.body, r#"{"destinationId":"recoverableitemsdeletions"}"#, "{case}");
        let purges = server.asked().iter().any(|asked| asked.line.contains("permanentDelete"));
        assert!(!purges, "{case}");
    }
}

#[test]
fn a_draft_is_sent_as_base64_and_its_ids_are_read() {
    let server = server(|asked, _| {
        if asked.line.ends_with("/send") {
            assert!(asked.head.contains("content-length: 0\r\n"), "{}", asked.head);
            return Reply::Say(202, "", String::new());
        }
        if asked.line.starts_with("GET") {
            return json(200, &json!({"id": "D1", "internetMessageId": "<given@provider>"}));
        }
        assert!(asked.head.contains("content-type: text/plain\r\n"), "{}", asked.head);
        assert_eq!(asked.body, "U3ViamVjdDogeA0KDQo=");
        json(201, &json!({"id": "D1", "isDraft": true}))
    });
    let graph = graph(&server.url, "inbox");
    let draft = graph.draft(b"Subject: x\r\n\r\n").unwrap();
    assert_eq!(
        (draft.item.clone(), draft.message_id),
        (item("D1"), MessageId::new("given@provider"))
    );
    graph.send(&draft.item).unwrap();
    let error = graph.draft(&vec![b'x'; 3_000_001]).unwrap_err().to_string();
    assert!(error.contains("3.0 MB"), "{error}");
}

#[test]
fn what_became_of_a_draft_is_found_out_by_looking() {
    let draft = |is_draft: bool| json(200, &json!({"id": "D", "isDraft": is_draft}));
    let gone = || refuse(404, "ErrorItemNotFound");
    for (case, direct, in_sent, in_drafts, expected) in [
        ("left", draft(false), false, false, SentState::Sent),
        ("still there", draft(true), false, false, SentState::Draft),
        ("left under another id", gone(), true, false, SentState::Sent),
        ("there under another id", gone(), false, true, SentState::Draft),
        ("nowhere", gone(), false, false, SentState::Missing),
    ] {
        let server = server(move |asked, _| {
            let found = |there| {
                let value = if there { json!([{"id": "X"}]) } else { json!([]) };
                json(200, &json!({ "value": value }))
            };
            match asked.line.as_str() {
                line if line.contains("/mailFolders/sentitems/") => found(in_sent),
                line if line.contains("/mailFolders/drafts/") => found(in_drafts),
                _ => direct.clone(),
            }
        });
        let graph = graph(&server.url, "inbox");
        let state = graph.sent_state(&item("D"), MessageId::new("a@x").as_ref()).unwrap();
        assert_eq!(state, expected, "{case}");
    }
}

/// The ranges of the pieces that reached the upload host, with what else was asked of it.
fn uploads(server: &Scripted) -> Vec<String> {
    let asked = server.asked().into_iter().filter(|asked| asked.line.contains("/upload?"));
    let range = |asked: Asked| {
        assert!(!asked.head.contains("authorization"), "{}", asked.head);
        assert!(!asked.head.contains("prefer"), "{}", asked.head);
        let line = asked.head.lines().find_map(|line| line.strip_prefix("content-range: bytes "));
        line.map_or_else(|| asked.line.split(' ').next().unwrap().to_owned(), str::to_owned)
    };
    asked.map(range).collect()
}

fn attach(url: &str, size: usize) -> Result<(), Error> {
    let file = counterfoil::mail::Attachment {
        filename: "Pläne.pdf".into(),
        content_type: "application/pdf".into(),
        ..Default::default()
    };
    let content = vec![b'x'; size];
    graph(url, "inbox").attach(&item("D1"), &file, size as u64, &mut &content[..])
}

/// Graph, which opens a session beside itself, and an upload host that says `pieces`.
fn with_uploads(pieces: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Scripted {
    let place = Arc::new(std::sync::Mutex::new(String::new()));
    let told = Arc::clone(&place);
    let server = server(move |asked, before| {
        if asked.line.ends_with("/messages/D1/attachments/createUploadSession") {
            let url = format!("{}/upload?authtoken=secret", told.lock().unwrap());
            return json(201, &json!({"uploadUrl": url, "nextExpectedRanges": ["0-"]}));
        }
        assert!(asked.line.contains("/upload?authtoken=secret"), "{}", asked.line);
        pieces(asked, before)
    });
    place.lock().unwrap().clone_from(&server.url);
    server
}

const FIRST: &str = "0-3932159/5000000";
const LAST: &str = "3932160-4999999/5000000";

#[test]
fn a_large_file_goes_up_in_pieces_from_where_the_session_says() {
    let next = |range: &str| json(200, &json!({ "NextExpectedRanges": [range] }));
    let done = || Reply::Say(201, "", String::new());
    // (case, the answers one after the other, what is asked)
    for (case, answers, expected) in [
        ("all well", vec![next("3932160"), done()], vec![FIRST, LAST]),
        ("no word of what is next", vec![json(200, &json!({})), done()], vec![FIRST, LAST]),
        (
            "half a piece is stored",
            vec![next("1000000-3932159"), next("3932160-"), done()],
            vec![FIRST, "1000000-3932159/5000000", LAST],
        ),
        (
            "an answer is lost, the piece is there",
            vec![Reply::HangUp, json(200, &json!({"nextExpectedRanges": ["3932160-"]})), done()],
            vec![FIRST, "GET", LAST],
        ),
        (
            "an answer is lost, the piece as well",
            vec![Reply::HangUp, next("0-"), next("3932160"), done()],
            vec![FIRST, "GET", FIRST, LAST],
        ),
        (
            "the session cannot be asked",
            vec![
                refuse(500, "ErrorInternalServerError"),
                refuse(405, "ErrorInvalidRequest"),
                next("3932160"),
                done(),
            ],
            vec![FIRST, "GET", FIRST, LAST],
        ),
        (
            "throttled",
            vec![Reply::Say(429, "retry-after: 0\r\n", String::new()), next("3932160"), done()],
            vec![FIRST, FIRST, LAST],
        ),
    ] {
        let count = AtomicUsize::new(0);
        let server =
            with_uploads(move |_, _| answers[count.fetch_add(1, Ordering::SeqCst)].clone());
        attach(&server.url, 5_000_000).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(uploads(&server), expected, "{case}");
        let opened = &server.asked()[0];
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&opened.body).unwrap(),
            json!({"AttachmentItem": {"attachmentType": "file", "name": "Pläne.pdf",
                "size": 5_000_000, "contentType": "application/pdf", "isInline": false}}),
            "{case}"
        );
    }
}

#[test]
fn an_upload_that_cannot_go_on_begins_anew_and_tells_no_secret() {
    for (case, answer, kind) in [
        ("the session is over", refuse(404, "ErrorItemNotFound"), "later"),
        ("another range is expected", refuse(416, "ErrorInvalidRange"), "later"),
        ("nothing is kept", json(200, &json!({"NextExpectedRanges": ["0"]})), "later"),
        ("never an answer", Reply::HangUp, "later"),
        ("too large", refuse(413, "ErrorMessageSizeExceeded"), "refused"),
    ] {
        let server = with_uploads(move |_, _| answer.clone());
        let error = attach(&server.url, 5_000_000).unwrap_err();
        let got = match &error {
            Error::Unreachable(_) | Error::Unknown(_) => "later",
            Error::Refused(_) => "refused",
            _ => "other",
        };
        assert_eq!(got, kind, "{case}: {error}");
        assert!(!error.to_string().contains("secret"), "{case}: {error}");
        assert!(uploads(&server).len() <= 10, "{case}");
    }
}

#[test]
fn a_file_goes_the_way_its_size_and_the_service_want() {
    let small = server(|asked, _| {
        assert!(asked.line.ends_with("/messages/D1/attachments"), "{}", asked.line);
        let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body["contentBytes"], "eHh4");
        assert_eq!(body["@odata.type"], "#microsoft.graph.fileAttachment");
        assert_eq!((&body["name"], &body["isInline"]), (&json!("Pläne.pdf"), &json!(false)));
        assert!(body.get("contentId").is_none());
        json(201, &json!({"id": "A1"}))
    });
    attach(&small.url, 3).unwrap();

    // To this service three million bytes are a small file, and it knows the draft a moment late.
    let thinks_it_small = server(|asked, before| match asked.line.as_str() {
        line if line.ends_with("/createUploadSession") && before == 0 => refuse(404, ""),
        line if line.ends_with("/createUploadSession") => {
            refuse(400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize")
        }
        _ => json(201, &json!({"id": "A1"})),
    });
    attach(&thinks_it_small.url, 3_000_000).unwrap();
    assert_eq!(thinks_it_small.asked().len(), 3);

    let insecure = server(|_, _| json(201, &json!({"uploadUrl": "http://upload.example/x"})));
    let error = attach(&insecure.url, 5_000_000).unwrap_err().to_string();
    assert!(error.contains("not secure"), "{error}");
}

#[test]
fn a_draft_is_taken_back_once() {
    let server = server(|asked, before| {
        assert_eq!(asked.line.split(' ').next(), Some("DELETE"));
        if before == 0 {
            Reply::Say(204, "", String::new())
        } else {
            refuse(404, "ErrorItemNotFound")
        }
    });
    let graph = graph(&server.url, "inbox");
    graph.discard(&item("D1")).unwrap();
    graph.discard(&item("D1")).unwrap();
    assert!(server.asked()[0].line.ends_with("/messages/D1"));
}
