//! Which page a path means, who may see it, by which methods it is asked, and the paths that several
//! pages lead to. Paths arrive normalised by the door, and ours hold no character that would need an
//! escape.

use super::asked::encoded;
use crate::desk::ticket::{ArticleId, AttachmentId, LedgerId, OutboxId, PersonId, TicketNumber};
use crate::mail::Address;

/// A page, or a deed of the web.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Route {
    /// The status page.
    Status,
    /// The same in one line, for monitors.
    Health,
    /// What arrives, is answered and waits, in pictures.
    Figures,
    /// How many tickets there are, for a script of ours.
    Counts,
    /// What is measured, for Prometheus.
    Metrics,
    /// The style sheet.
    Style,
    /// The script.
    Script,
    /// The picture in a browser's tab.
    Icon,
    /// The keys of the script.
    Keys,
    /// The form for name and password.
    SignIn,
    /// The button behind a one-time link; its secret.
    SignInLink(String),
    /// Ends the session.
    SignOut,
    /// The lists of tickets.
    Tickets,
    /// Changes several tickets at once.
    Bulk,
    /// The search.
    Search,
    /// One ticket's conversation.
    Ticket(TicketNumber),
    /// Leads from an address to a requester.
    FindRequester,
    /// A requester and their tickets.
    RequesterPage(PersonId),
    /// The agent's own account.
    Account,
    /// Changes something about it.
    AccountDeed(Deed),
    /// Makes the writer of a forwarded letter the requester.
    Requester(TicketNumber),
    /// Sends an answer or keeps a note.
    Write(TicketNumber),
    /// Keeps a draft while somebody writes.
    KeepDraft(Option<TicketNumber>),
    /// An answer as it would leave.
    Preview(TicketNumber),
    /// Opens a ticket for somebody.
    NewTicket,
    /// Changes a ticket.
    Change(TicketNumber),
    /// What happened to a ticket.
    History(TicketNumber),
    /// The whole text of one article.
    ArticleText(TicketNumber, ArticleId),
    /// One article as its sender laid it out, for a frame.
    ArticlePage(TicketNumber, ArticleId),
    /// The header lines of one article's original.
    ArticleHeaders(TicketNumber, ArticleId),
    /// A picture that is attached, to look at.
    Picture(AttachmentId),
    /// An attachment, to save.
    Attachment(AttachmentId),
    /// One of the records.
    Records(Tab),
    /// One row of the ledger.
    LedgerRow(LedgerId),
    /// One message of ours.
    OutboxRow(OutboxId),
    /// The original of a message, to save.
    Original(LedgerId),
}

impl Route {
    /// What this path means, if anything.
    pub(super) fn find(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        Some(match segments[..] {
            [""] => Self::Status,
            ["healthz"] => Self::Health,
            ["figures"] => Self::Figures,
            ["counts"] => Self::Counts,
            ["metrics"] => Self::Metrics,
            ["style.css"] => Self::Style,
            ["script.js"] => Self::Script,
            ["icon.svg"] => Self::Icon,
            ["keys"] => Self::Keys,
            ["sign-in"] => Self::SignIn,
            ["sign-in", "link", secret] if !secret.is_empty() => {
                Self::SignInLink(secret.to_owned())
            }
            ["sign-out"] => Self::SignOut,
            ["tickets"] => Self::Tickets,
            ["tickets", "bulk"] => Self::Bulk,
            ["search"] => Self::Search,
            ["tickets", "new"] => Self::NewTicket,
            ["requesters"] => Self::FindRequester,
            ["requesters", id] => Self::RequesterPage(PersonId(number(id)?)),
            ["account"] => Self::Account,
            ["account", deed] => Self::AccountDeed(Deed::named(deed)?),
            ["tickets", ticket] => Self::Ticket(TicketNumber(number(ticket)?)),
            ["tickets", ticket, "requester"] => Self::Requester(TicketNumber(number(ticket)?)),
            ["tickets", ticket, "write"] => Self::Write(TicketNumber(number(ticket)?)),
            ["tickets", "new", "draft"] => Self::KeepDraft(None),
            ["tickets", ticket, "draft"] => Self::KeepDraft(Some(TicketNumber(number(ticket)?))),
            ["tickets", ticket, "preview"] => Self::Preview(TicketNumber(number(ticket)?)),
            ["tickets", ticket, "change"] => Self::Change(TicketNumber(number(ticket)?)),
            ["tickets", ticket, "history"] => Self::History(TicketNumber(number(ticket)?)),
            ["tickets", ticket, "articles", article, "text"] => {
                Self::ArticleText(TicketNumber(number(ticket)?), ArticleId(number(article)?))
            }
            ["tickets", ticket, "articles", article, "html"] => {
                Self::ArticlePage(TicketNumber(number(ticket)?), ArticleId(number(article)?))
            }
            ["tickets", ticket, "articles", article, "headers"] => {
                Self::ArticleHeaders(TicketNumber(number(ticket)?), ArticleId(number(article)?))
            }
            ["attachments", id, "picture"] => Self::Picture(AttachmentId(number(id)?)),
            ["attachments", id] => Self::Attachment(AttachmentId(number(id)?)),
            ["ledger"] => Self::Records(Tab::Ledger),
            ["originals"] => Self::Records(Tab::Originals),
            ["outbox"] => Self::Records(Tab::Outbox),
            ["audit"] => Self::Records(Tab::Trail),
            ["settings"] => Self::Records(Tab::Settings),
            ["ledger", id] => Self::LedgerRow(LedgerId(number(id)?)),
            ["outbox", id] => Self::OutboxRow(OutboxId(number(id)?)),
            ["ledger", id, "original"] => Self::Original(LedgerId(number(id)?)),
            _ => return None,
        })
    }

    /// The methods it answers to, as the Allow header lists them.
    pub(super) fn methods(&self) -> &'static str {
        match self {
            Self::SignIn
            | Self::SignInLink(_)
            | Self::NewTicket
            | Self::Records(Tab::Trail)
            | Self::LedgerRow(_)
            | Self::OutboxRow(_) => "GET, HEAD, POST",
            Self::SignOut
            | Self::Requester(_)
            | Self::Write(_)
            | Self::KeepDraft(_)
            | Self::Change(_)
            | Self::Bulk
            | Self::AccountDeed(_) => "POST",
            _ => "GET, HEAD",
        }
    }

    /// Whether it answers to this method.
    pub(super) fn allows(&self, method: &str) -> bool {
        self.methods().split(", ").any(|allowed| allowed == method)
    }

    /// Whether only somebody signed in may see it. Everything that shows mail is private.
    pub(super) fn is_private(&self) -> bool {
        match self {
            Self::Status
            | Self::Health
            | Self::Metrics
            | Self::Style
            | Self::Script
            | Self::Icon
            | Self::SignIn
            | Self::SignInLink(_)
            | Self::SignOut => false,
            Self::Tickets
            | Self::Bulk
            | Self::FindRequester
            | Self::RequesterPage(_)
            | Self::Account
            | Self::AccountDeed(_)
            | Self::Keys
            | Self::Figures
            | Self::Counts
            | Self::Search
            | Self::Ticket(_)
            | Self::Requester(_)
            | Self::Write(_)
            | Self::KeepDraft(_)
            | Self::Preview(_)
            | Self::NewTicket
            | Self::Change(_)
            | Self::History(_)
            | Self::ArticleText(..)
            | Self::ArticlePage(..)
            | Self::ArticleHeaders(..)
            | Self::Picture(_)
            | Self::Attachment(_)
            | Self::Records(_)
            | Self::LedgerRow(_)
            | Self::OutboxRow(_)
            | Self::Original(_) => true,
        }
    }
}

/// What an agent does with their account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deed {
    /// Chooses a language.
    Language,
    /// Chooses what they are told of by email.
    Notices,
    /// Changes the password.
    Password,
    /// Ends all their sessions.
    SignOut,
}

impl Deed {
    /// The deed of this last part of a path.
    pub(super) fn named(word: &str) -> Option<Self> {
        Some(match word {
            "language" => Self::Language,
            "notices" => Self::Notices,
            "password" => Self::Password,
            "sign-out" => Self::SignOut,
            _ => return None,
        })
    }
}

/// The pages of the records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tab {
    Ledger,
    Originals,
    Outbox,
    Trail,
    Settings,
}

impl Tab {
    pub(super) const ALL: [Self; 5] =
        [Self::Ledger, Self::Originals, Self::Outbox, Self::Trail, Self::Settings];

    /// Its address.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Ledger => "/ledger",
            Self::Originals => "/originals",
            Self::Outbox => "/outbox",
            Self::Trail => "/audit",
            Self::Settings => "/settings",
        }
    }

    /// Whether only an admin may see it: whatever speaks of more than tickets.
    pub(super) const fn is_for_admins(self) -> bool {
        !matches!(self, Self::Outbox)
    }
}

/// Where the page of a requester is.
pub(super) fn requester_path(id: PersonId) -> String {
    format!("/requesters/{id}")
}

/// Where the page of whoever has this address is found; it leads on to [`requester_path`].
pub(super) fn requester_path_of(address: &Address) -> String {
    format!("/requesters?address={}", encoded(&address.address))
}

/// A path with one more value in its query, which is encoded already.
pub(super) fn with(path: &str, name: &str, value: impl std::fmt::Display) -> String {
    format!("{path}{}{name}={value}", if path.contains('?') { '&' } else { '?' })
}

/// An id as we write it ourselves: digits, from 1 on, without leading zeros.
pub(super) fn number(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}

/// The page with the form for writing into a ticket, or for opening one, with a word for what happened.
pub(super) fn form_path(ticket: Option<TicketNumber>, said: &str) -> String {
    match ticket {
        Some(number) => format!("/tickets/{number}?said={said}#write"),
        None => format!("/tickets/new?said={said}"),
    }
}

/// The page of a ticket at an article, with a word for what happened.
pub(super) fn sent_path(number: TicketNumber, article: ArticleId, said: &str) -> String {
    format!("/tickets/{number}?said={said}#article-{article}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_pages() {
        for (path, expected) in [
            ("/", Some(Route::Status)),
            ("/healthz", Some(Route::Health)),
            ("/healthz/", None),
            ("/figures", Some(Route::Figures)),
            ("/counts", Some(Route::Counts)),
            ("/metrics", Some(Route::Metrics)),
            ("/tickets", Some(Route::Tickets)),
            ("/tickets/", None),
            ("/tickets/17", Some(Route::Ticket(TicketNumber(17)))),
            ("/tickets/17/draft", Some(Route::KeepDraft(Some(TicketNumber(17))))),
            ("/tickets/new/draft", Some(Route::KeepDraft(None))),
            ("/tickets/17/preview", Some(Route::Preview(TicketNumber(17)))),
            ("/tickets/new", Some(Route::NewTicket)),
            ("/tickets/017", None),
            ("/tickets/0", None),
            ("/tickets/+17", None),
            ("/tickets/-1", None),
            ("/tickets/9223372036854775808", None),
            ("/tickets/1/articles/2", None),
            ("/tickets/1/articles/2/text", Some(Route::ArticleText(TicketNumber(1), ArticleId(2)))),
            ("/tickets/1/articles/2/html", Some(Route::ArticlePage(TicketNumber(1), ArticleId(2)))),
            ("/attachments/3", Some(Route::Attachment(AttachmentId(3)))),
            ("/attachments/3/x", None),
            ("/ledger/4/original", Some(Route::Original(LedgerId(4)))),
            ("/tickets/bulk", Some(Route::Bulk)),
            ("/requesters/5", Some(Route::RequesterPage(PersonId(5)))),
            ("/requesters/05", None),
            ("/account/password", Some(Route::AccountDeed(Deed::Password))),
            ("/account/x", None),
            ("/ledger/4", Some(Route::LedgerRow(LedgerId(4)))),
            ("/ledger", Some(Route::Records(Tab::Ledger))),
            ("/outbox/5", Some(Route::OutboxRow(OutboxId(5)))),
            ("/sign-in/link/", None),
            ("/sign-in/link/abc", Some(Route::SignInLink("abc".to_owned()))),
            ("/Tickets", None),
            ("", None),
        ] {
            assert_eq!(Route::find(path), expected, "{path}");
        }
    }

    #[test]
    fn methods_are_whole_words() {
        assert!(Route::SignIn.allows("POST") && Route::Status.allows("HEAD"));
        assert!(!Route::Status.allows("POST") && !Route::SignOut.allows("GET"));
        assert!(!Route::Status.allows("GE") && !Route::Status.allows(""));
    }
}
