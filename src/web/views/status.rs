//! The status page: is it well, in its first line; then each mailbox, and the sum that proves that
//! nothing was lost. Anybody may see it who reaches the address, so it holds counts and moments and
//! the names the office gave its mailboxes, and no word of any letter.

use maud::{Markup, html};

use crate::desk::ledger::{Balance, Outcome};
use crate::store::status::{MailboxStatus, Status};
use crate::time::Timestamp;
use crate::web::locale::{Locale, cut};
use crate::web::shared::{Facts, MailboxFacts};
use crate::web::texts::{fill, put};
use crate::web::verdict::{self, Flow, Standing};

/// The longest error shown, in characters.
const ERROR_LENGTH: usize = 400;

/// What the page shows, and how.
#[derive(Clone, Copy)]
pub(in crate::web) struct Page<'a> {
    /// What the configuration says.
    pub(in crate::web) facts: &'a Facts,
    /// How everything stands.
    pub(in crate::web) status: &'a Status,
    /// When the program started.
    pub(in crate::web) started_at: Timestamp,
    /// How it speaks.
    pub(in crate::web) locale: &'a Locale,
    /// Whether somebody signed in looks at it, who alone sees the addresses of the mailboxes.
    pub(in crate::web) signed_in: bool,
}

/// The page when not even the facts could be read.
pub(in crate::web) fn unreadable(locale: &Locale) -> Markup {
    let texts = &locale.texts().status;
    html! {
        section.verdict.bad {
            h1 { (texts.unreadable) }
            p { (texts.log) }
        }
    }
}

impl Page<'_> {
    /// The content of the page. `renews` says whether it is asked for again by itself, every so
    /// many seconds.
    pub(in crate::web) fn content(&self, renews: Option<u32>) -> Markup {
        let texts = &self.locale.texts().status;
        html! {
            (self.headline())
            section aria-labelledby="mailboxes" {
                h2 #mailboxes { (texts.mailboxes) }
                div.mailboxes {
                    @for mailbox in &self.facts.mailboxes { (self.card(mailbox)) }
                }
            }
            div.pair {
                (self.ledger())
                (self.retention())
            }
            p.renews {
                @match renews {
                    Some(seconds) => {
                        (put(texts.renews, &[&seconds.to_string()])) " "
                        a href="/?still" { (texts.keep_still) }
                    }
                    None => { a href="/" { (texts.let_renew) } }
                }
            }
        }
    }

    fn headline(&self) -> Markup {
        let verdict = self.facts.judge(self.status, self.started_at, self.locale);
        let class = match verdict.standing {
            Standing::Well => "verdict well",
            Standing::Starting => "verdict",
            Standing::Attention => "verdict soon",
            Standing::Grave => "verdict bad",
        };
        html! {
            section class=(class) {
                h1 { (verdict.line) }
                p.asof { (put(self.locale.texts().status.as_of, &[&self.locale.at(self.locale.now)])) }
            }
        }
    }

    fn card(&self, mailbox: &MailboxFacts) -> Markup {
        let (locale, texts) = (self.locale, &self.locale.texts().status);
        let name = &mailbox.name;
        let known = self.status.mailbox(name);
        let failed = self.standing_error(&format!("poller:{name}")).is_some();
        let (class, word) =
            match verdict::flow(mailbox.watched(), self.status, self.started_at, locale.now) {
                // Mail may flow all the same; a green word beside an error would not be believed.
                Flow::Flowing if failed => ("mark soon", texts.failing),
                Flow::Flowing => ("mark good", texts.flowing),
                Flow::Starting => ("mark soon", texts.starting),
                Flow::Stalled => ("mark bad", texts.stalled),
            };
        let number = |number: Option<u64>| locale.number(number.unwrap_or(0));
        html! {
            article.card {
                header {
                    h3 { (name) }
                    span class=(class) { (word) }
                }
                dl {
                    div {
                        dt { (texts.last_success) }
                        dd { (self.moment(verdict::last_success(name, self.status), texts.never)) }
                    }
                    div {
                        dt { (texts.waiting) }
                        dd { b { (number(known.map(|known| known.balance.waiting))) } }
                    }
                    div {
                        dt { (texts.taken_in_today) }
                        dd { b { (number(known.map(|known| known.taken_in_today))) } }
                    }
                    div {
                        dt { (texts.compared) }
                        dd { (self.moment(known.and_then(|k| k.reconciled_at), texts.not_yet)) }
                    }
                    div {
                        dt { (texts.recoverable) }
                        dd { (self.recoverable(known)) }
                    }
                    div {
                        dt { (texts.outbox) }
                        dd { (self.outbox(known)) }
                    }
                }
                @for round in ["poller", "sender"] {
                    @if let Some(error) = self.standing_error(&format!("{round}:{name}")) {
                        (self.error_line(&error))
                    }
                }
                @if let Some(known) = known { (self.cases(known)) }
                @if self.signed_in { p.does { (mailbox.address) } }
                p.does { (self.what_it_does(mailbox)) }
            }
        }
    }

    fn moment(&self, at: Option<Timestamp>, otherwise: &str) -> Markup {
        match at {
            Some(at) => self.locale.moment(at),
            None => html! { span.none { (otherwise) } },
        }
    }

    /// One line for each message that wants to be looked at.
    fn cases(&self, known: &MailboxStatus) -> Markup {
        let (locale, texts) = (self.locale, &self.locale.texts().status);
        let words = &locale.texts().records;
        let all = known.balance.quarantined + known.failing;
        let more = all.saturating_sub(known.cases.len() as u64);
        html! {
            @for case in &known.cases {
                p.error {
                    b { (put(texts.case, &[&case.ledger.to_string(), words.outcome(case.outcome)])) " " }
                    (public_error(&case.reason, texts.address_hidden)) " "
                    (put(texts.received, &[&locale.ago(case.received_at)]))
                }
            }
            @if more > 0 { p.error { (put(texts.more, &[&locale.number(more)])) } }
        }
    }

    fn recoverable(&self, known: Option<&MailboxStatus>) -> Markup {
        let (locale, texts) = (self.locale, &self.locale.texts().status);
        let Some((first, last)) = known.and_then(|known| known.recoverable_until) else {
            return html! { b { "0" } };
        };
        let count = known.map_or(0, |known| known.recoverable);
        let values = [locale.at(first), locale.ago(first)];
        let values = [values[0].as_str(), values[1].as_str()];
        html! {
            b { (locale.number(count)) }
            " "
            @if first == last {
                span.at { (put(texts.until, &values)) }
            } @else {
                span.at { (put(texts.first_until, &values)) }
                " "
                span.at { (put(texts.last_until, &[&locale.at(last)])) }
            }
        }
    }

    fn outbox(&self, known: Option<&MailboxStatus>) -> Markup {
        let (locale, texts) = (self.locale, &self.locale.texts().status);
        let outbox = known.map(|known| known.outbox).unwrap_or_default();
        html! {
            span.part {
                (fill(texts.part_waiting, &[html! { b { (locale.number(outbox.waiting)) } }]))
            }
            @for (count, text) in
                [(outbox.unknown, texts.part_unknown), (outbox.refused, texts.part_refused)]
            {
                ", "
                span.part.warn[count > 0] { (put(text, &[&locale.number(count)])) }
            }
        }
    }

    fn what_it_does(&self, mailbox: &MailboxFacts) -> String {
        let texts = &self.locale.texts().status;
        let row = texts.originals[usize::from(!mailbox.copy_to.is_empty())];
        let originals = match mailbox.after_import.as_str() {
            "delete" => row[0],
            "move" => row[1],
            _ => row[2],
        };
        match mailbox.poll_seconds {
            1 => put(texts.every_second, &[originals]),
            seconds => put(texts.every, &[&self.locale.span(i64::from(seconds)), originals]),
        }
    }

    fn standing_error(&self, round: &str) -> Option<String> {
        let round = self.status.round(round).filter(|round| !round.last_error.is_empty())?;
        Some(public_error(&round.last_error, self.locale.texts().status.address_hidden))
    }

    fn error_line(&self, error: &str) -> Markup {
        html! { p.error { b { (self.locale.texts().status.last_error) " " } (error) } }
    }

    fn retention(&self) -> Markup {
        let (locale, texts) = (self.locale, &self.locale.texts().status);
        let days = u64::from(self.facts.recovery_days);
        let days = locale.counted(days, locale.texts().moments.distances.day);
        html! {
            section aria-labelledby="retention" {
                h2 #retention { (texts.retention) }
                p.lead { (fill(texts.retention_days, &[html! { strong { (days) } }])) }
                @if let Some(round) = self.status.round("sweeper") {
                    p.lead { (put(texts.last_round, &[&locale.ago(round.last_run_at)])) }
                }
                @if let Some(error) = self.standing_error("sweeper") { (self.error_line(&error)) }
            }
        }
    }

    /// The sum as one writes it by hand: what became of the messages, and under the line what was
    /// listed.
    fn ledger(&self) -> Markup {
        let (locale, texts) = (self.locale, &self.locale.texts().status);
        let words = &locale.texts().records;
        let mut balances: Vec<&Balance> =
            self.status.mailboxes.iter().map(|mailbox| &mailbox.balance).collect();
        // As the cards above stand; what is no longer watched comes last.
        let place = |name: &str| self.facts.mailboxes.iter().position(|it| it.name == name);
        balances.sort_by_key(|balance| place(&balance.mailbox).unwrap_or(usize::MAX));
        html! {
            section aria-labelledby="ledger" {
                h2 #ledger { (texts.ledger) }
                p.lead { (texts.ledger_lead) }
                @if balances.is_empty() {
                    p.none { (texts.no_ledger) }
                } @else {
                    div.scroll.balance role="region" aria-label=(texts.balance) tabindex="0" {
                        table {
                            thead {
                                tr {
                                    td {}
                                    @for balance in &balances {
                                        th.number scope="col" { (balance.mailbox) }
                                    }
                                }
                            }
                            tbody {
                                @for outcome in Outcome::ALL {
                                    tr {
                                        th scope="row" { (words.outcome(*outcome)) }
                                        @for count in balances.iter().map(|b| b.count(*outcome)) {
                                            td.number.zero[count == 0] { (locale.number(count)) }
                                        }
                                    }
                                }
                            }
                            tfoot {
                                tr {
                                    th scope="row" { (words.listed) }
                                    @for balance in &balances {
                                        td.number { (locale.number(balance.listed)) }
                                    }
                                }
                                tr {
                                    th scope="row" { (words.sum) }
                                    @for balance in &balances {
                                        td.number {
                                            @if balance.closes {
                                                span.mark.good { (words.closes) }
                                            } @else {
                                                span.mark.bad { (words.does_not_close) }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// An error fit for everybody's eyes: addresses of people taken out, and cut.
fn public_error(error: &str, hidden: &str) -> String {
    let words: Vec<&str> = error
        .split_whitespace()
        .map(|word| if word.contains('@') { hidden } else { word })
        .collect();
    cut(&words.join(" "), ERROR_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shown_to_everybody_names_nobody() {
        let error = "mailbox support: sending to Ana <ana@contoso.example> refused\n(550 5.1.1)";
        assert_eq!(
            public_error(error, "(address)"),
            "mailbox support: sending to Ana (address) refused (550 5.1.1)"
        );
        assert_eq!(public_error(&"x".repeat(1_000), "").chars().count(), ERROR_LENGTH + 1);
    }
}
