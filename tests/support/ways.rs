//! The ways in which a call to the outside can fail, for stories in which every call fails in each.

#![allow(dead_code, unreachable_pub)]

use counterfoil::practice::{Fault, Kind};

/// A way in which a call can fail.
pub struct Way {
    /// Its name.
    pub name: &'static str,
    failing: Failing,
}

/// What happens.
enum Failing {
    /// The call is struck by all of these.
    Struck(Vec<Kind>),
    /// Nobody listens any more when the call before is answered.
    Refused,
    /// The token is rejected, and no new one is to be had.
    NoToken,
}

impl Way {
    /// Whether nobody listens.
    pub fn is_refusal(&self) -> bool {
        matches!(self.failing, Failing::Refused)
    }

    /// Whether it takes a minute of real time.
    pub fn is_slow(&self) -> bool {
        self.name.starts_with("a minute's")
    }

    /// What is ordered for the n-th call of a story to fail so. The first one, which signs in, finds
    /// nobody listening only when the service is down before.
    pub fn faults(&self, n: u64) -> Vec<Fault> {
        match &self.failing {
            Failing::Struck(kinds) => {
                kinds.iter().map(|kind| Fault::nth("", n, kind.clone())).collect()
            }
            Failing::Refused if n == 1 => Vec::new(),
            Failing::Refused => vec![Fault::nth("", n - 1, Kind::Down(None))],
            Failing::NoToken if n == 1 => vec![Fault::next("/token", Kind::TokenEndpointDown)],
            Failing::NoToken => vec![
                Fault::nth("", n, Kind::UnknownToken401),
                Fault::nth("/token", 2, Kind::TokenEndpointDown),
            ],
        }
    }

    /// What is ordered for the next call to `on` to fail so, once it is signed in; nothing where the
    /// call before would have to be known.
    pub fn next(&self, on: &str) -> Vec<Fault> {
        match &self.failing {
            Failing::Struck(kinds) => {
                kinds.iter().map(|kind| Fault::next(on, kind.clone())).collect()
            }
            Failing::Refused => Vec::new(),
            Failing::NoToken => vec![
                Fault::next(on, Kind::UnknownToken401),
                Fault::next("/token", Kind::TokenEndpointDown),
            ],
        }
    }
}

fn way(name: &'static str, kinds: impl Into<Vec<Kind>>) -> Way {
    Way { name, failing: Failing::Struck(kinds.into()) }
}

/// Every way. Those that only a wait cures ask for a short one, or for none.
pub fn all() -> Vec<Way> {
    let status =
        |code, after: Option<&str>| [Kind::Status { code, retry_after: after.map(str::to_owned) }];
    let throttled =
        |after: Option<&str>| [Kind::Throttled { retry_after: after.map(str::to_owned) }];
    let mut ways = vec![
        Way { name: "connection refused", failing: Failing::Refused },
        way("time-out before the work", [Kind::Silence(30)]),
        way("time-out after the work", [Kind::DelayAfter(30), Kind::AnswerLost]),
        way("connection closed before the work", [Kind::CutConnection]),
        way("connection closed after the work", [Kind::AnswerLost]),
        way("reset in the middle of the body", [Kind::TruncatedBody]),
        way("garbled JSON", [Kind::GarbledJson]),
        way("HTML error page", [Kind::Html503]),
        way("401 once", [Kind::UnknownToken401]),
        way("403", status(403, None)),
        way("404 of Graph", status(404, None)),
        way("404 of a gateway", [Kind::GatewayNotFound]),
        way("409", status(409, None)),
        way("410", status(410, None)),
        way("429, whole Retry-After", status(429, Some("1"))),
        way("429, decimal Retry-After", throttled(Some("0.4"))),
        way("429, date as Retry-After", status(429, Some("+1"))),
        way("429, no Retry-After", throttled(None)),
        way("500", status(500, None)),
        way("503", status(503, None)),
        way("503, Retry-After", status(503, Some("0"))),
        way("504", status(504, None)),
        Way { name: "token endpoint down", failing: Failing::NoToken },
    ];
    if std::env::var_os("COUNTERFOIL_LONG").is_some() {
        // As long as it really takes until the client has had enough: a minute.
        ways.push(way("a minute's silence before the work", [Kind::Silence(64_000)]));
        ways.push(way(
            "a minute's silence after the work",
            [Kind::DelayAfter(64_000), Kind::AnswerLost],
        ));
    }
    ways
}
