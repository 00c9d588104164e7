//! The porter: one thread that walks round all connections, lets whole requests in a few at a
//! time, and makes room when the house is full. Without connections it sleeps; a connection that
//! rests is looked at ever more rarely, so that a crowd of idle ones costs next to nothing.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::Limits;
use super::hosts::Hosts;
use super::inner::{Folder, Inner};
use super::spool::Spool;
use super::visit::{Pace, Visit, party};

/// How many requests may be inside side by side: below the queue of the private socket, so that
/// connecting to it never waits.
const INSIDE: usize = 32;
/// A resting connection is looked at again after an eighth of its rest, within these bounds; the
/// lower one grows with the number of connections.
const SHORTEST_REST: Duration = Duration::from_micros(200);
const LONGEST_REST: Duration = Duration::from_millis(20);
/// How many arrivals are let in between two rounds.
const ARRIVALS: usize = 64;

/// What holds for every connection.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) limits: Limits,
    pub(super) hosts: Hosts,
    /// Where long bodies and answers lie.
    pub(super) spools: Arc<Folder>,
    pub(super) tls: Option<Arc<rustls::ServerConfig>>,
}

impl Terms {
    /// Appends to a spool, in memory or in a file as the limits say.
    pub(super) fn keep(&self, spool: &mut Spool, bytes: &[u8]) -> io::Result<()> {
        spool.push(bytes, self.limits.memory_bytes, self.spools.path())
    }
}

/// What the accepting thread hands over.
#[derive(Debug)]
pub(super) enum Arrival {
    /// A connection and where it comes from.
    Client(TcpStream, SocketAddr),
    /// Nobody: a nudge to look at the flag that ends everything.
    None,
}

/// All connections and what they share.
pub(super) struct Porter {
    terms: Terms,
    inner: Arc<Inner>,
    arrivals: Receiver<Arrival>,
    stopping: Arc<AtomicBool>,
    visits: Vec<Visit>,
    scratch: Vec<u8>,
    /// When it was last told that there is no way in.
    told: Option<Instant>,
}

impl Porter {
    pub(super) fn new(
        terms: Terms,
        inner: Arc<Inner>,
        arrivals: Receiver<Arrival>,
        stopping: Arc<AtomicBool>,
    ) -> Self {
        let scratch = vec![0; 64 * 1024];
        Self { terms, inner, arrivals, stopping, visits: Vec::new(), scratch, told: None }
    }

    /// Works until the door closes.
    pub(super) fn run(mut self) {
        while let Some(first) = self.rest() {
            let mut next = Some(first);
            for _ in 0..ARRIVALS {
                match next {
                    Some(Arrival::Client(stream, peer)) => self.welcome(stream, peer),
                    Some(Arrival::None) => {}
                    None => break,
                }
                next = self.arrivals.try_recv().ok();
            }
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            self.round(Instant::now());
        }
    }

    /// Sleeps until somebody arrives or some connection is due. `None` when the door closes.
    fn rest(&self) -> Option<Arrival> {
        let Some(due) = self.visits.iter().map(|visit| visit.due).min() else {
            return self.arrivals.recv().ok();
        };
        match self.arrivals.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(arrival) => Some(arrival),
            Err(RecvTimeoutError::Timeout) => Some(Arrival::None),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Lets a connection in, after making room for it.
    fn welcome(&mut self, stream: TcpStream, peer: SocketAddr) {
        let limits = &self.terms.limits;
        let whom = party(peer.ip());
        let of_them = self.visits.iter().filter(|visit| visit.party() == whom).count();
        let full = self.visits.len() >= limits.connections;
        let many = !whom.is_loopback() && of_them >= limits.per_address;
        if full || many {
            let candidates = self.visits.iter().enumerate();
            let candidates = candidates.filter(|(_, visit)| !many || visit.party() == whom);
            let ranked = candidates.filter_map(|(at, visit)| Some((visit.rank()?, at)));
            // With nothing but whole requests at work the newcomer has to come again.
            let Some((_, at)) = ranked.min() else {
                return;
            };
            self.visits.swap_remove(at);
        }
        if let Ok(visit) = Visit::new(stream, peer, &self.terms, Instant::now()) {
            self.visits.push(visit);
        }
    }

    /// Goes round the connections that are due, then lets waiting requests in.
    fn round(&mut self, now: Instant) {
        let crowd = u32::try_from(self.visits.len() / 16).unwrap_or(u32::MAX);
        let shortest = SHORTEST_REST.saturating_mul(crowd.saturating_add(1)).min(LONGEST_REST);
        for at in (0..self.visits.len()).rev() {
            let visit = &mut self.visits[at];
            if visit.due > now {
                continue;
            }
            let (terms, scratch) = (&self.terms, &mut self.scratch);
            let pace = catch_unwind(AssertUnwindSafe(|| visit.step(now, terms, scratch)));
            match pace {
                Ok(Pace::Moving) => visit.due = now,
                Ok(Pace::Resting) => {
                    visit.due = now + (visit.rested(now) / 8).clamp(shortest, LONGEST_REST);
                }
                Ok(Pace::Gone) => drop(self.visits.swap_remove(at)),
                Err(_) => {
                    log::error!(target: "web", "a connection was given up after a panic");
                    self.visits.swap_remove(at);
                }
            }
        }
        let inside = self.visits.iter().filter(|visit| visit.is_inside()).count();
        for _ in inside..INSIDE {
            let waiting = self.visits.iter_mut();
            let waiting = waiting.filter_map(|visit| Some((visit.waits_since()?, visit)));
            let Some((_, oldest)) = waiting.min_by_key(|(since, _)| *since) else {
                break;
            };
            match self.inner.connect() {
                Ok(stream) => oldest.enter(stream, Instant::now()),
                Err(error) => {
                    if self.told.is_none_or(|at| at.elapsed() > Duration::from_secs(60)) {
                        log::warn!(target: "web", "requests wait outside for now: {error}");
                        self.told = Some(Instant::now());
                    }
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc::sync_channel;

    use super::*;

    struct Street {
        porter: Porter,
        listener: TcpListener,
    }

    impl Street {
        fn with(limits: Limits) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let stopping = Arc::new(AtomicBool::new(false));
            let inner = Arc::new(Inner::open(stopping.clone()).unwrap());
            let hosts = Hosts::new(listener.local_addr().unwrap(), &[]);
            let terms = Terms { limits, hosts, spools: inner.folder(), tls: None };
            let porter = Porter::new(terms, inner, sync_channel(1).1, stopping);
            Self { porter, listener }
        }

        /// A client that seems to come from `from`.
        fn comes(&mut self, from: &str) -> TcpStream {
            let client = TcpStream::connect(self.listener.local_addr().unwrap()).unwrap();
            let (stream, _) = self.listener.accept().unwrap();
            self.porter.welcome(stream, SocketAddr::new(from.parse().unwrap(), 4000));
            client
        }

        fn present(&self) -> Vec<String> {
            let mut all: Vec<_> =
                self.porter.visits.iter().map(|visit| visit.party().to_string()).collect();
            all.sort();
            all
        }
    }

    #[test]
    fn one_address_can_only_push_out_itself() {
        let limits = Limits { connections: 10, per_address: 2, ..Limits::default() };
        let mut street = Street::with(limits);
        let mut first = street.comes("192.0.2.1");
        let crowd: Vec<_> = (0..5).map(|_| street.comes("192.0.2.2")).collect();
        let one: Vec<_> = (0..3).map(|n| street.comes(&format!("2001:db8::{n}"))).collect();
        assert_eq!(
            street.present(),
            ["192.0.2.1", "192.0.2.2", "192.0.2.2", "2001:db8::", "2001:db8::"]
        );
        let many: Vec<_> = (0..6).map(|_| street.comes("127.0.0.1")).collect();
        assert_eq!(street.porter.visits.len(), 10);
        assert!(!street.present().contains(&"192.0.2.1".to_owned()), "the oldest was to make room");
        assert_eq!(first.read(&mut [0]).unwrap(), 0);
        drop((crowd, one, many));
    }

    #[test]
    fn a_whole_request_stays_when_the_house_is_full() {
        let mut street = Street::with(Limits { connections: 2, ..Limits::default() });
        let mut asking = street.comes("192.0.2.1");
        asking.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        while !street.porter.visits[0].is_inside() {
            street.porter.round(Instant::now());
        }
        let crowd: Vec<_> = (0..5).map(|n| street.comes(&format!("192.0.2.{}", 10 + n))).collect();
        assert_eq!(street.present(), ["192.0.2.1", "192.0.2.14"]);
        drop(crowd);
    }

    #[test]
    fn a_rest_grows_and_a_crowd_is_looked_at_less_often() {
        let mut street = Street::with(Limits::default());
        let _client = street.comes("192.0.2.1");
        let start = Instant::now();
        for (rested, least, most) in
            [(0, 200, 1_000), (80_000, 10_000, 11_000), (999_999, 20_000, 20_000)]
        {
            let now = start + Duration::from_micros(rested);
            street.porter.visits[0].due = now;
            street.porter.round(now);
            let rest = (street.porter.visits[0].due - now).as_micros();
            assert!((least..=most).contains(&rest), "after {rested}: {rest}");
        }
    }
}
