//! Answers about how everything stands: the status page, the line for monitors, the page of
//! figures, the counts a page may ask for again and again, and the metrics. None of them writes to
//! the database, so that none waits for whoever does.

use serde_json::json;

use crate::store;
use crate::time::Timestamp;
use crate::web::answer::Answer;
use crate::web::asked::Asked;
use crate::web::locale::Locale;
use crate::web::metrics;
use crate::web::pages::{Outcome, Pages};
use crate::web::session::Visitor;
use crate::web::texts::Language;
use crate::web::views::layout::Place;
use crate::web::views::{figures, status};

/// Seconds after which the status page is asked for again.
const RENEWAL: u32 = 15;

impl Pages {
    /// Monitors are told in English.
    fn english(&self) -> Locale {
        Locale { language: Language::English, ..self.locale.clone() }
    }

    pub(in crate::web) fn health(&mut self, now: Timestamp) -> Answer {
        let locale = self.english();
        match self.store.status(locale.zone.day_start(now), now) {
            Ok(facts) => {
                let verdict = self.desk.facts.judge(&facts, self.desk.started_at, &locale);
                Answer::line(verdict.http_status(), &verdict.line)
            }
            Err(error) => {
                unreadable(&error);
                Answer::line(503, locale.texts().status.unreadable)
            }
        }
    }

    /// The status page says something even when the database does not.
    pub(in crate::web) fn status(&mut self, asked: &Asked, now: Timestamp) -> Answer {
        let facts = self.store.status(self.locale.zone.day_start(now), now);
        let visitor = self.visitor(asked, now).unwrap_or_default();
        let renews = asked.query("still").is_none().then_some(RENEWAL);
        let mut frame = self.frame(visitor.as_ref(), Place::Status);
        frame.refresh = renews;
        let title = self.locale.texts().general.status;
        match facts {
            Ok(facts) => {
                let page = status::Page {
                    facts: &self.desk.facts,
                    status: &facts,
                    started_at: self.desk.started_at,
                    locale: &self.locale,
                    signed_in: visitor.is_some(),
                };
                Answer::page(200, frame.page(title, page.content(renews)))
            }
            Err(error) => {
                unreadable(&error);
                Answer::page(503, frame.page(title, status::unreadable(&self.locale)))
            }
        }
    }

    pub(in crate::web) fn figures(&mut self, visitor: Option<&Visitor>, now: Timestamp) -> Outcome {
        let since = figures::days(&self.locale.zone, now).first().copied().unwrap_or(now);
        let figures = self.store.figures(since)?;
        let main = figures::page(&figures, &self.locale);
        let title = self.locale.texts().figures.title;
        Ok(Answer::page(200, self.frame(visitor, Place::Figures).page(title, main)))
    }

    /// How many tickets there are for whoever asks, as JSON.
    pub(in crate::web) fn counts(&mut self, visitor: Option<&Visitor>) -> Outcome {
        let agent = visitor.map(|visitor| visitor.agent.name.as_str()).unwrap_or_default();
        let counts = self.store.ticket_counts(agent)?;
        let counts = json!({
            "open": counts.open,
            "mine": counts.mine,
            "unassigned": counts.unassigned,
            "pending": counts.pending,
        });
        Ok(Answer::json_text(200, counts.to_string()))
    }

    /// The metrics: for this machine itself, and for whom the office allows. What a proxy passes on
    /// comes from elsewhere, whatever the proxy's own address.
    pub(in crate::web) fn metrics(&mut self, asked: &Asked, now: Timestamp) -> Outcome {
        let from = &self.desk.metrics_from;
        let allowed = asked.peer.map(|peer| peer.to_canonical()).is_some_and(|peer| {
            peer.is_loopback() || from.iter().any(|network| network.holds(peer))
        }) && !asked.forwarded;
        if !allowed {
            return Ok(Answer::line(
                403,
                "metrics are for this machine only; [web] metrics_from allows others",
            ));
        }
        let locale = self.english();
        let gauges = self.store.gauges(locale.zone.day_start(now), now)?;
        let desk = &self.desk;
        let verdict = desk.facts.judge(&gauges.status, desk.started_at, &locale);
        let text = metrics::text(metrics::Facts {
            gauges: &gauges,
            counters: &desk.counters,
            healthy: verdict.http_status() == 200,
            started_at: desk.started_at,
            now,
            resident: resident(),
        });
        Ok(Answer::text(metrics::CONTENT_TYPE, text))
    }
}

/// Why the database does not answer is for the log.
fn unreadable(error: &store::Error) {
    log::error!(target: "web", "cannot read how everything stands: {error}");
}

/// Bytes of memory in use (`proc_pid_status(5)`).
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}
