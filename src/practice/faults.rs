//! Misbehaviour on request: which coming request shall go wrong, and how; and the text in which a
//! person orders it. Takes no action itself; the service asks here for every request.
//!
//! # Grammar of `--faults`
//!
//! Faults separated by `;`, each `ON [#WHICH] = KIND`. `ON` is any part of `METHOD /path?query`,
//! such as `POST /send` or `/token`. `WHICH` counts the matching requests from 1: `#3` the third,
//! `#2-5` the second to the fifth, `#*` all; without it the first. `KIND` is one of
//!
//! | kind | what happens |
//! |---|---|
//! | `status:CODE`, `status:CODE,AFTER` | that status with Graph's words for it; no work done |
//! | `throttled`, `throttled:AFTER` | 429 `ApplicationThrottled`; no work done |
//! | `html503`, `gateway404` | a gateway's HTML page; no work done |
//! | `token401` | 401 as for an unknown token; no work done |
//! | `token-down` | the token endpoint answers 503 |
//! | `cut` | the connection closes; no work done |
//! | `silent:MS` | silence, then the connection closes; no work done |
//! | `before:MS` | silence before the work |
//! | `after:MS` | the work, then silence before the answer |
//! | `lost` | the work; the connection closes without an answer |
//! | `truncated` | the work; half of the answer, then the connection closes |
//! | `garbled` | the work; an answer that is no JSON |
//! | `foreign-next` | a nextLink to another host |
//! | `down`, `down:MS` | the work and its answer; then connections are refused, for good or so long |
//!
//! `AFTER` is the `Retry-After` as it is sent: `3`, `2.5`, a date, or `+3` for the date three
//! seconds on. Several faults may strike one request: `after:900` with `lost` is an answer that
//! comes too late for anybody's patience.
//! Example: `POST /send#2=lost; GET /messages#*=before:200; /token=token-down`.

use std::sync::Mutex;

use super::house::locked;

/// What goes wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// This status with the code and words Graph has for it, no work done: 403 `ErrorAccessDenied`,
    /// 404 `ErrorItemNotFound`, 409 `ErrorIrresolvableConflict`, 410 `SyncStateNotFound`, 429
    /// `TooManyRequests`, 507 `ErrorQuotaExceeded`.
    Status {
        /// The HTTP status.
        code: u16,
        /// `Retry-After`, sent as it stands here, or as a date when it is `+` and seconds.
        retry_after: Option<String>,
    },
    /// 429 as Outlook itself words it, `ApplicationThrottled`; no work done.
    Throttled {
        /// `Retry-After`, often missing; as in [`Kind::Status`].
        retry_after: Option<String>,
    },
    /// 503 from a gateway, with HTML and no JSON.
    Html503,
    /// 404 from a gateway, with HTML and no JSON: it says nothing of any message.
    GatewayNotFound,
    /// The work is done; half of the answer comes, then the connection closes.
    TruncatedBody,
    /// The work is done; the answer is no JSON any more.
    GarbledJson,
    /// The connection closes before anything is done.
    CutConnection,
    /// Nothing is done or said for so many milliseconds, then the connection closes.
    Silence(u64),
    /// So many milliseconds pass before the work.
    DelayBefore(u64),
    /// So many milliseconds pass after the work, before the answer.
    DelayAfter(u64),
    /// The work is done and the connection closes without an answer.
    AnswerLost,
    /// The answer's nextLink points to another host.
    ForeignNextLink,
    /// 401 as for an unknown token.
    UnknownToken401,
    /// The token endpoint answers 503, `temporarily_unavailable`.
    TokenEndpointDown,
    /// The work is done and answered; from then on connections are refused, for so many
    /// milliseconds or until [`Practice::up`](super::Practice::up).
    Down(Option<u64>),
}

/// One fault that is to come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Any part of `METHOD /path?query`, percent-encoding removed.
    pub on: String,
    /// The first of the matching requests it strikes, counted from 1 since it was ordered.
    pub from: u64,
    /// The last one it strikes.
    pub to: u64,
    /// How it goes wrong.
    pub kind: Kind,
}

impl Fault {
    /// Strikes the next matching request.
    pub fn next(on: &str, kind: Kind) -> Self {
        Self::nth(on, 1, kind)
    }

    /// Strikes the `n`-th matching request, counted from 1.
    pub fn nth(on: &str, n: u64, kind: Kind) -> Self {
        Self { on: on.to_owned(), from: n, to: n, kind }
    }

    /// Strikes every matching request.
    pub fn every(on: &str, kind: Kind) -> Self {
        Self { on: on.to_owned(), from: 1, to: u64::MAX, kind }
    }
}

/// The faults that are ordered, each with the matching requests it has seen.
#[derive(Debug, Default)]
pub(super) struct Faults {
    ordered: Mutex<Vec<(Fault, u64)>>,
}

impl Faults {
    pub(super) fn order(&self, fault: Fault) {
        locked(&self.ordered).push((fault, 0));
    }

    pub(super) fn forgive(&self) {
        locked(&self.ordered).clear();
    }

    /// The kinds of fault that strike this request, in the order they were asked for.
    pub(super) fn strike(&self, method: &str, target: &str) -> Vec<Kind> {
        let mut ordered = locked(&self.ordered);
        if ordered.is_empty() {
            return Vec::new();
        }
        let line = format!("{method} {}", super::odata::decoded(target, false));
        let mut kinds = Vec::new();
        ordered.retain_mut(|(fault, seen)| {
            if line.contains(&fault.on) {
                *seen += 1;
                if *seen >= fault.from {
                    kinds.push(fault.kind.clone());
                }
            }
            *seen < fault.to
        });
        kinds
    }
}

/// Reads the text of `--faults`; the error says which part is wrong and why.
pub fn parse(spec: &str) -> Result<Vec<Fault>, String> {
    spec.split(';').map(str::trim).filter(|part| !part.is_empty()).map(parse_one).collect()
}

fn parse_one(part: &str) -> Result<Fault, String> {
    let wrong = |why: &str| format!("fault `{part}`: {why}");
    let (left, kind) = part.rsplit_once('=').ok_or_else(|| wrong("no `=` before the kind"))?;
    let (on, which) = match left.rsplit_once('#') {
        Some((on, which)) => (on.trim(), which.trim()),
        None => (left.trim(), "1"),
    };
    let count = |text: &str| {
        text.parse().ok().filter(|n: &u64| *n > 0).ok_or_else(|| {
            wrong("after `#` stands a number from 1, two of them with `-` between, or `*`")
        })
    };
    let (from, to) = match which.split_once('-') {
        _ if which == "*" => (1, u64::MAX),
        Some((from, to)) => (count(from)?, count(to)?),
        None => (count(which)?, count(which)?),
    };
    if on.is_empty() || from > to {
        return Err(wrong("it names no request"));
    }
    let (word, value) = kind.trim().split_once(':').unwrap_or((kind.trim(), ""));
    let millis = || value.parse().map_err(|_| wrong("after `:` stands a number of milliseconds"));
    let after = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let kind = match word {
        "status" => {
            let (code, retry_after) =
                value.split_once(',').map_or((value, None), |(c, a)| (c, Some(a)));
            let code = code.trim().parse().ok().filter(|code| (400..600).contains(code));
            Kind::Status {
                code: code.ok_or_else(|| wrong("after `status:` stands a status, 400 to 599"))?,
                retry_after: retry_after.and_then(after),
            }
        }
        "throttled" => Kind::Throttled { retry_after: after(value) },
        "gateway404" => Kind::GatewayNotFound,
        "silent" => Kind::Silence(millis()?),
        "down" if value.is_empty() => Kind::Down(None),
        "down" => Kind::Down(Some(millis()?)),
        "html503" => Kind::Html503,
        "truncated" => Kind::TruncatedBody,
        "garbled" => Kind::GarbledJson,
        "cut" => Kind::CutConnection,
        "before" => Kind::DelayBefore(millis()?),
        "after" => Kind::DelayAfter(millis()?),
        "lost" => Kind::AnswerLost,
        "foreign-next" => Kind::ForeignNextLink,
        "token401" => Kind::UnknownToken401,
        "token-down" => Kind::TokenEndpointDown,
        _ => return Err(wrong("unknown kind of fault")),
    };
    Ok(Fault { on: on.to_owned(), from, to, kind })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written() {
        let read =
            parse("POST /send#2=lost; GET /x?$top=5#*=status:429,2.5 ;/t#2-3=before:40").unwrap();
        let throttled = Kind::Status { code: 429, retry_after: Some("2.5".into()) };
        assert_eq!(
            read,
            [
                Fault::nth("POST /send", 2, Kind::AnswerLost),
                Fault::every("GET /x?$top=5", throttled),
                Fault { on: "/t".into(), from: 2, to: 3, kind: Kind::DelayBefore(40) },
            ]
        );
        let kinds = |spec| parse(spec).unwrap().into_iter().map(|fault| fault.kind);
        let asked = |after: &str| Some(after.to_owned());
        let date = "Mon, 04 May 2026 09:02:00 GMT";
        assert!(
            kinds("a=throttled; b=throttled:+3; c=gateway404; d=silent:5; e=down; f=down:9").eq([
                Kind::Throttled { retry_after: None },
                Kind::Throttled { retry_after: asked("+3") },
                Kind::GatewayNotFound,
                Kind::Silence(5),
                Kind::Down(None),
                Kind::Down(Some(9)),
            ])
        );
        let dated = Kind::Status { code: 429, retry_after: asked(date) };
        assert!(kinds(&format!("a=status:429,{date}")).eq([dated]));
        for wrong in [
            "x=silent",
            "x=down:soon",
            "x",
            "=lost",
            "x=y",
            "x#0=lost",
            "x#3-2=lost",
            "x=status:200",
            "x=before:no",
        ] {
            assert!(parse(wrong).unwrap_err().contains(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_fault_strikes_the_request_it_counts_to_and_then_is_over() {
        let faults = Faults::default();
        faults.order(Fault::nth("GET /a b", 2, Kind::Html503));
        let struck = |target| faults.strike("GET", target).len();
        assert_eq!(
            [struck("/a%20b"), struck("/c"), struck("/a%20b/d"), struck("/a%20b")],
            [0, 0, 1, 0]
        );
    }
}
