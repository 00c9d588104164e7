//! Notices: which agents are told of what by email, and how such a letter reads. It is worded when it
//! leaves, so that nothing of a ticket is kept twice.

use crate::desk::policy::Policy;
use crate::desk::ticket::{AgentId, Priority, State, TicketNumber, words};
use crate::mail::compose::Letter;
use crate::mail::{Address, subject};
use crate::time::Timestamp;

/// Notices to one agent within an hour.
const IN_HOUR: u32 = 60;

/// Lines and characters of what was written that a notice repeats.
const LINES: usize = 40;
const CHARACTERS: usize = 3_000;

/// The last paragraph of every notice, in English and in German.
const HOW_TO_ANSWER: [&str; 2] = [
    "Answer this email, and what you write goes to the requester; what you quote stays here. With \
     #note as its first line it stays among agents.",
    "Antworten Sie auf diese E-Mail, geht Ihr Text an den Anfragenden; Zitiertes bleibt hier. Mit \
     #note als erster Zeile bleibt er unter den Bearbeitern.",
];

words! {
    /// What an agent can be told of.
    Event {
        /// A ticket was opened in a queue of theirs.
        New = "new",
        /// A ticket was given to them.
        Assigned = "assigned",
        /// The requester wrote again in a ticket of theirs.
        Answered = "answered",
    }
}

/// An agent who may sign in, and what they want to be told of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subscriber {
    /// Their id.
    pub id: AgentId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Of what.
    pub events: Vec<Event>,
    /// The queues whose new tickets they are told of; of all when empty.
    pub queues: Vec<String>,
}

/// What happened to which ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Occasion<'a> {
    /// What.
    pub event: Event,
    /// The name of the agent who has the ticket.
    pub assignee: Option<&'a str>,
    /// Its queue.
    pub queue: Option<&'a str>,
    /// The name of the agent who did it.
    pub by: Option<&'a str>,
    /// Who wrote what it is about.
    pub writer: Option<&'a Address>,
}

/// Who is told, and of what. Nobody is told of what they did themselves, and no mailbox of ours is
/// told anything.
pub fn whom<'a>(
    occasion: &Occasion<'_>,
    agents: &'a [Subscriber],
    own_addresses: &[String],
) -> Vec<(&'a Subscriber, Event)> {
    let writer = occasion.writer.map(Address::key);
    let told = |agent: &'a Subscriber| {
        let key = Address::bare(&agent.email).key();
        if occasion.by == Some(agent.name.as_str())
            || writer.as_ref() == Some(&key)
            || own_addresses.contains(&key)
        {
            return None;
        }
        let has_it = occasion.assignee == Some(agent.name.as_str());
        let of_theirs = agent.queues.is_empty()
            || occasion.queue.is_some_and(|queue| agent.queues.iter().any(|own| own == queue));
        let wants = |event| agent.events.contains(&event);
        let event = match occasion.event {
            Event::Assigned if !has_it => return None,
            Event::New if has_it && wants(Event::Assigned) => Event::Assigned,
            Event::New if !of_theirs => return None,
            // What nobody has concerns whoever is told of such tickets.
            Event::Answered if occasion.assignee.is_none() => {
                return (wants(Event::Answered) && wants(Event::New) && of_theirs)
                    .then_some((agent, Event::Answered));
            }
            Event::Answered if !has_it => return None,
            event => event,
        };
        wants(event).then_some((agent, event))
    };
    agents.iter().filter_map(told).collect()
}

/// Why an agent who got so many notices within the hour, and whose last letters came back so often, is
/// not told.
pub fn withheld(in_hour: u32, is_unreachable: bool) -> Option<String> {
    if is_unreachable {
        Some("the last letters to them came back".to_owned())
    } else if in_hour >= IN_HOUR {
        Some(format!("{in_hour} notices within the hour"))
    } else {
        None
    }
}

/// What a notice tells, as it is when it leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Who is told.
    pub agent: Address,
    /// Of what.
    pub event: Event,
    /// The ticket.
    pub number: TicketNumber,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub state: State,
    /// How urgent it is.
    pub priority: Priority,
    /// Its queue.
    pub queue: Option<String>,
    /// Who asks.
    pub requester: Option<Address>,
    /// Who wrote the newest part, and what.
    pub written: Option<(Option<Address>, String)>,
}

/// The letter to the agent. `language` is `de` for German; everything else is English.
pub fn letter(told: &Told, policy: &Policy, language: &str, date: Timestamp) -> Letter {
    let german = language == "de";
    let nobody = if german { "jemand" } else { "somebody" };
    let person = |address: &Option<Address>| {
        address.as_ref().map_or_else(|| nobody.to_owned(), |it| it.for_people().to_owned())
    };
    let requester = person(&told.requester);
    let number = told.number;
    let mut text = match (told.event, german) {
        (Event::New, false) => format!("Ticket {number} is new, from {requester}."),
        (Event::New, true) => format!("Ticket {number} ist neu, von {requester}."),
        (Event::Assigned, false) => format!("Ticket {number} of {requester} was given to you."),
        (Event::Assigned, true) => format!("Ticket {number} von {requester} ist jetzt Ihres."),
        (Event::Answered, false) => format!("In ticket {number} {requester} was heard again."),
        (Event::Answered, true) => format!("In Ticket {number} gibt es Neues von {requester}."),
    };
    let (state, priority) = (told.state, told.priority);
    text.push_str(&match german {
        false => format!("\nState {state}, priority {priority}"),
        true => {
            format!("\nStatus {}, Priorität {}", state.in_german(), priority.in_german())
        }
    });
    if let Some(queue) = &told.queue {
        text.push_str(&format!(", {} {queue}", if german { "Bereich" } else { "queue" }));
    }
    text.push_str(".\n");
    if let Some((from, words)) = &told.written {
        let wrote = if german { "schrieb" } else { "wrote" };
        text.push_str(&format!("\n{} {wrote}:\n\n{}\n", person(from), beginning(words)));
    }
    let [english, in_german] = HOW_TO_ANSWER;
    text.push_str(&format!("\n{}\n", if german { in_german } else { english }));
    Letter {
        automatic: true,
        from: policy.address.clone(),
        to: vec![told.agent.clone()],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: subject::tagged(&told.subject, &policy.tag(number)),
        text,
        quoted: None,
        in_reply_to: None,
        references: Vec::new(),
        attachments: Vec::new(),
        apart: Vec::new(),
        date,
    }
}

/// Whether a text repeats a notice: its last paragraph in either language, however it was quoted
/// and broken into lines.
pub fn is_repeated_in(text: &str) -> bool {
    let words = text.split_whitespace().map(|word| word.trim_start_matches('>'));
    let text = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    HOW_TO_ANSWER.iter().any(|known| text.contains(known))
}

/// The first lines of what was written.
fn beginning(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().take(LINES).collect();
    let cut: String = lines.join("\n").chars().take(CHARACTERS).collect();
    let more = cut.len() < text.trim().len();
    if more { format!("{cut}\n[…]") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_wants_to_know_and_did_not_do_it_is_told() {
        let agent = |name: &str, events: &[Event], queues: &[&str]| Subscriber {
            id: AgentId(1),
            name: name.to_owned(),
            email: format!("{name}@office.example"),
            events: events.to_vec(),
            queues: queues.iter().map(|queue| (*queue).to_owned()).collect(),
        };
        let agents = [
            agent("ana", &[Event::Assigned, Event::Answered], &[]),
            agent("ben", Event::ALL, &["Workshop"]),
            agent("eva", &[Event::New], &[]),
            agent("max", &[], &[]),
            agent("desk", Event::ALL, &[]),
        ];
        let writer = Address::bare("EVA@office.example");
        let new =
            Occasion { event: Event::New, assignee: None, queue: None, by: None, writer: None };
        let at = |event, assignee| Occasion { event, assignee, ..new.clone() };
        let workshop = Some("Workshop");
        for (case, occasion, expected) in [
            ("new", new.clone(), "eva new"),
            ("new in a queue", Occasion { queue: workshop, ..new.clone() }, "ben new, eva new"),
            ("new by eva's letter", Occasion { writer: Some(&writer), ..new.clone() }, ""),
            ("new and given", at(Event::New, Some("ana")), "ana assigned, eva new"),
            ("given", at(Event::Assigned, Some("ana")), "ana assigned"),
            (
                "given to oneself",
                Occasion { by: Some("ana"), ..at(Event::Assigned, Some("ana")) },
                "",
            ),
            ("given to whom it is one", at(Event::Assigned, Some("max")), ""),
            ("answered", at(Event::Answered, Some("ana")), "ana answered"),
            (
                "answered, of nobody",
                Occasion { queue: workshop, ..at(Event::Answered, None) },
                "ben answered",
            ),
        ] {
            let told = whom(&occasion, &agents, &["desk@office.example".to_owned()]);
            let told: Vec<String> =
                told.iter().map(|(agent, event)| format!("{} {event}", agent.name)).collect();
            assert_eq!(told.join(", "), expected, "{case}");
        }
    }

    #[test]
    fn an_agent_is_told_no_more_than_makes_sense() {
        assert_eq!(withheld(59, false), None);
        assert_eq!(withheld(60, false), Some("60 notices within the hour".into()));
        assert!(withheld(0, true).is_some());
    }

    #[test]
    fn a_notice_says_that_a_program_wrote_it_and_what_to_do() {
        let now = Timestamp::from_unix(1_800_000_000);
        let policy = Policy { signature: String::new(), ..Policy::of_tests() };
        let told = Told {
            agent: Address::bare("ben@office.example"),
            event: Event::Assigned,
            number: TicketNumber(7),
            subject: "Lamp".into(),
            state: State::Open,
            priority: Priority::High,
            queue: Some("Workshop".into()),
            requester: Some(Address::bare("ana@shop.example")),
            written: Some((None, "line\n".repeat(50))),
        };
        let english = letter(&told, &policy, "en", now);
        assert!(english.automatic && english.in_reply_to.is_none());
        assert!(english.subject.starts_with("Lamp [CF#7-"), "{}", english.subject);
        let beginning = "Ticket 7 of ana@shop.example was given to you.\nState open, priority high, \
                         queue Workshop.\n\nsomebody wrote:\n\nline\n";
        assert!(english.text.starts_with(beginning), "{}", english.text);
        assert!(english.text.contains("line\n[…]\n") && english.text.contains("#note"));
        let german = letter(&told, &policy, "de", now).text;
        let beginning = "Ticket 7 von ana@shop.example ist jetzt Ihres.\nStatus offen, Priorität hoch, \
                         Bereich Workshop.\n\n";
        assert!(german.starts_with(beginning), "{german}");
        for whole in [&english.text, &german] {
            let quoted: String = whole.lines().map(|line| format!("> {line}\n")).collect();
            assert!(is_repeated_in(&quoted), "{quoted}");
        }
        // Known again when it is quoted, wrapped anew and quoted once more.
        for text in [english.text, german] {
            let quoted = text.replace(' ', "\n> > ");
            assert!(is_repeated_in(&text) && is_repeated_in(&quoted), "{quoted}");
        }
        assert!(!is_repeated_in("We come on Monday."));
    }
}
