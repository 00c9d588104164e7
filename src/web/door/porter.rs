//! The porter: one thread that lets connections in, does for each what can be done, lets whole
//! requests in a few at a time, and makes room when the house is full. It sleeps until the kernel
//! tells of a change or a deadline comes, so that a crowd of resting connections costs nothing.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::inner::Inner;
use super::party::party;
use super::terms::Terms;
use super::visit::{Pace, Visit};
use super::watch::Watch;

/// How many requests may be inside side by side: below the queue of the private socket, so that
/// connecting to it never waits.
const INSIDE: usize = 32;
/// A resting connection is looked at again after this time at the latest, told or not.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// How many arrivals are let in between two rounds.
const ARRIVALS: usize = 64;
/// How long arrivals wait outside when there is a shortage, of descriptors say.
const SHORTAGE: Duration = Duration::from_millis(100);

/// What the kernel tells of besides connections, which count from 0.
const LISTENER: u64 = u64::MAX;
const NUDGE: u64 = u64::MAX - 1;

/// All connections and what they share.
pub(super) struct Porter {
    terms: Terms,
    inner: Arc<Inner>,
    listener: TcpListener,
    watch: Watch,
    stopping: Arc<AtomicBool>,
    /// By the keys under which they are watched; a key is never used twice.
    visits: HashMap<u64, Visit>,
    next: u64,
    /// When to look at whom. What no longer agrees with the visit's own `due` is passed over.
    dues: BinaryHeap<Reverse<(Instant, u64)>>,
    /// How many connections each address has, loopback excepted.
    parties: HashMap<IpAddr, usize>,
    /// Whole requests that wait for a place inside, the first come first.
    waiting: VecDeque<u64>,
    inside: usize,
    /// When to accept again; `None` until the kernel tells of somebody.
    accept_at: Option<Instant>,
    scratch: Vec<u8>,
    /// When a shortage was last told.
    told: Option<Instant>,
    /// What the door writes to when it closes.
    _nudge: UnixStream,
}

impl Porter {
    /// A porter who lets in from `listener`, and looks up when `nudge` has something to read.
    pub(super) fn new(
        terms: Terms,
        inner: Arc<Inner>,
        listener: TcpListener,
        nudge: UnixStream,
        stopping: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let watch = Watch::new()?;
        watch.add(&listener, LISTENER)?;
        watch.add(&nudge, NUDGE)?;
        Ok(Self {
            terms,
            inner,
            listener,
            watch,
            stopping,
            visits: HashMap::new(),
            next: 0,
            dues: BinaryHeap::new(),
            parties: HashMap::new(),
            waiting: VecDeque::new(),
            inside: 0,
            accept_at: None,
            scratch: vec![0; 64 * 1024],
            told: None,
            _nudge: nudge,
        })
    }

    /// Works until the door closes.
    pub(super) fn run(mut self) {
        while !self.stopping.load(Ordering::SeqCst) {
            if let Err(error) = self.rest() {
                self.tell("the web cannot watch its connections for now", &error);
                std::thread::sleep(SHORTAGE);
            }
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            let now = Instant::now();
            if self.accept_at.is_some_and(|at| at <= now) {
                self.accept(now);
            }
            self.round(now);
        }
    }

    /// Sleeps until something changes or is due, and makes due whatever changed.
    fn rest(&mut self) -> io::Result<()> {
        let first = self.dues.peek().map(|Reverse((due, _))| *due);
        let until = [first, self.accept_at].into_iter().flatten().min();
        let now = Instant::now();
        let most = until.map(|until| until.saturating_duration_since(now));
        for key in self.watch.wait(most)? {
            match *key {
                LISTENER => self.accept_at = self.accept_at.or(Some(now)),
                NUDGE => {}
                key => {
                    if let Some(visit) = self.visits.get_mut(&key).filter(|it| it.due > now) {
                        visit.due = now;
                        self.dues.push(Reverse((now, key)));
                    }
                }
            }
        }
        Ok(())
    }

    /// Lets in who waits in the queue of the kernel. A shortage is slept off and told once a minute.
    fn accept(&mut self, now: Instant) {
        for _ in 0..ARRIVALS {
            match self.listener.accept() {
                Ok((stream, peer)) => self.welcome(stream, peer),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.accept_at = None;
                    return;
                }
                // The client was gone before we came to it.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted
                    ) => {}
                Err(error) => {
                    self.tell("cannot accept connections for now", &error);
                    self.accept_at = Some(now + SHORTAGE);
                    return;
                }
            }
        }
        self.accept_at = Some(now);
    }

    fn tell(&mut self, what: &str, error: &io::Error) {
        if self.told.is_none_or(|at| at.elapsed() > Duration::from_secs(60)) {
            log::warn!(target: "web", "{what}: {error}");
            self.told = Some(Instant::now());
        }
    }

    /// Lets a connection in, after making room for it.
    fn welcome(&mut self, stream: TcpStream, peer: SocketAddr) {
        let limits = &self.terms.limits;
        let whom = party(peer.ip());
        let full = self.visits.len() >= limits.connections;
        let many = self.parties.get(&whom).is_some_and(|count| *count >= limits.per_address);
        if full || many {
            let candidates = self.visits.iter();
            let candidates = candidates.filter(|(_, visit)| !many || visit.party() == whom);
            let ranked = candidates.filter_map(|(key, visit)| Some((visit.rank()?, *key)));
            // With nothing but whole requests at work the newcomer has to come again.
            let Some((_, key)) = ranked.min() else {
                return;
            };
            self.remove(key);
        }
        let now = Instant::now();
        let key = self.next;
        let visit = Visit::new(stream, peer, &self.terms, now);
        let watched = visit.and_then(|visit| self.watch.add(visit.socket(), key).map(|()| visit));
        match watched {
            Ok(visit) => {
                self.next += 1;
                if !whom.is_loopback() {
                    *self.parties.entry(whom).or_default() += 1;
                }
                self.visits.insert(key, visit);
                self.dues.push(Reverse((now, key)));
            }
            Err(error) => log::debug!(target: "web", "a connection was lost at once: {error}"),
        }
    }

    /// Ends a connection.
    fn remove(&mut self, key: u64) {
        let Some(visit) = self.visits.remove(&key) else {
            return;
        };
        self.inside -= usize::from(visit.is_inside());
        let whom = visit.party();
        if let Some(count) = self.parties.get_mut(&whom) {
            *count -= 1;
            if *count == 0 {
                self.parties.remove(&whom);
            }
        }
    }

    /// Does what can be done for the connections that are due, then lets waiting requests in.
    fn round(&mut self, now: Instant) {
        let mut due = Vec::new();
        while let Some(Reverse((at, key))) = self.dues.peek().copied()
            && at <= now
        {
            self.dues.pop();
            if self.visits.get(&key).is_some_and(|visit| visit.due == at) {
                due.push(key);
            }
        }
        due.sort_unstable();
        due.dedup();
        for key in due {
            let Some(visit) = self.visits.get_mut(&key) else {
                continue;
            };
            let (waited, was_inside) = (visit.waits(), visit.is_inside());
            let (terms, scratch) = (&self.terms, &mut self.scratch);
            let pace = catch_unwind(AssertUnwindSafe(|| visit.step(now, terms, scratch)));
            let next = match pace {
                Ok(Pace::Moving) => now,
                Ok(Pace::Resting) => visit.deadline(terms).min(now + LONGEST_REST),
                Ok(Pace::Gone) => {
                    self.remove_after(key, was_inside);
                    continue;
                }
                Err(_) => {
                    log::error!(target: "web", "a connection was given up after a panic");
                    self.remove_after(key, was_inside);
                    continue;
                }
            };
            visit.due = next;
            self.dues.push(Reverse((next, key)));
            if visit.waits() && !waited {
                self.waiting.push_back(key);
            }
            self.inside -= usize::from(was_inside && !visit.is_inside());
        }
        self.let_in();
    }

    /// Ends a connection that may have lost its stage on the way.
    fn remove_after(&mut self, key: u64, was_inside: bool) {
        let still = self.visits.get(&key).is_some_and(Visit::is_inside);
        self.inside -= usize::from(was_inside && !still);
        self.remove(key);
    }

    /// Gives waiting requests the places inside that are free. A large one may have to wait for
    /// another large one; those behind it pass by.
    fn let_in(&mut self) {
        let mut at = 0;
        while self.inside < INSIDE && at < self.waiting.len() {
            let key = self.waiting[at];
            let Some(visit) = self.visits.get_mut(&key).filter(|visit| visit.waits()) else {
                self.waiting.remove(at);
                continue;
            };
            if !visit.may_enter(&self.terms) {
                at += 1;
                continue;
            }
            let connected = self.inner.connect().and_then(|stream| {
                self.watch.add(&stream, key)?;
                Ok(stream)
            });
            match connected {
                Ok(stream) => {
                    let now = Instant::now();
                    visit.enter(stream, now);
                    self.dues.push(Reverse((now, key)));
                    self.inside += 1;
                    self.waiting.remove(at);
                }
                Err(error) => {
                    // Asked again in the next round, which comes soon.
                    visit.due = Instant::now() + SHORTAGE;
                    self.dues.push(Reverse((visit.due, key)));
                    self.tell("requests wait outside for now", &error);
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

    use super::*;
    use crate::web::door::Limits;
    use crate::web::door::hosts::Hosts;
    use crate::web::door::places::Places;

    struct Street {
        porter: Porter,
        _nudge: UnixStream,
    }

    impl Street {
        fn with(limits: Limits) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let stopping = Arc::new(AtomicBool::new(false));
            let inner = Arc::new(Inner::open(stopping.clone()).unwrap());
            let hosts = Hosts::new(listener.local_addr().unwrap(), &[]);
            let terms = Terms {
                limits,
                hosts,
                spools: inner.folder(),
                tls: None,
                known: None,
                large: Places::new(1),
                large_inside: Places::new(1),
            };
            let (nudge, _nudge) = UnixStream::pair().unwrap();
            let porter = Porter::new(terms, inner, listener, nudge, stopping).unwrap();
            Self { porter, _nudge }
        }

        /// A client that seems to come from `from`.
        fn comes(&mut self, from: &str) -> TcpStream {
            let listener = &self.porter.listener;
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (stream, _) = loop {
                match listener.accept() {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    accepted => break accepted.unwrap(),
                }
            };
            self.porter.welcome(stream, SocketAddr::new(from.parse().unwrap(), 4000));
            client
        }

        /// One look at everybody.
        fn looks(&mut self) {
            let now = Instant::now();
            for (key, visit) in &mut self.porter.visits {
                visit.due = now;
                self.porter.dues.push(Reverse((now, *key)));
            }
            self.porter.round(now);
        }

        fn present(&self) -> Vec<String> {
            let mut all: Vec<_> =
                self.porter.visits.values().map(|visit| visit.party().to_string()).collect();
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
        while street.porter.inside == 0 {
            street.looks();
        }
        let crowd: Vec<_> = (0..5).map(|n| street.comes(&format!("192.0.2.{}", 10 + n))).collect();
        assert_eq!(street.present(), ["192.0.2.1", "192.0.2.14"]);
        drop(crowd);
    }

    #[test]
    fn a_resting_connection_is_looked_at_when_it_speaks_or_its_time_is_up() {
        let limits = Limits { head: Duration::from_millis(300), ..Limits::default() };
        let mut street = Street::with(limits);
        let mut clients: Vec<_> = (0..3).map(|_| street.comes("192.0.2.1")).collect();
        street.porter.rest().unwrap();
        street.looks();
        let now = Instant::now();
        let dues: Vec<_> = street.porter.visits.values().map(|visit| visit.due).collect();
        assert!(dues.iter().all(|due| *due > now && *due < now + Duration::from_millis(300)));
        clients[1].write_all(b"GET ").unwrap();
        street.porter.rest().unwrap();
        let due = |street: &Street, key| street.porter.visits[&key].due <= Instant::now();
        assert_eq!([0, 1, 2].map(|key| due(&street, key)), [false, true, false]);
    }

    #[test]
    fn nothing_is_left_of_those_who_went() {
        let mut street = Street::with(Limits::default());
        let crowd: Vec<_> = (0..5).map(|n| street.comes(&format!("192.0.2.{n}"))).collect();
        drop(crowd);
        while !street.porter.visits.is_empty() {
            street.looks();
        }
        assert!(street.porter.parties.is_empty());
        assert_eq!((street.porter.inside, street.porter.waiting.len()), (0, 0));
    }
}
