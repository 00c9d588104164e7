//! One connection from arrival to end, as a line of stages. Each turn does what can be done at
//! once and says how it went; it never waits, and every stage ends by a deadline.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::head::{Head, LARGE_BODY, Refusal, Scan};
use super::line::{Line, now_or_never};
use super::party::party;
use super::places::Place;
use super::spool::{Parcel, Spool};
use super::terms::Terms;
use super::{PEER_HEADER, answer};

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
/// How much of a later request is read ahead of its turn.
const READ_AHEAD: usize = 16 * 1024;
/// How many turns a connection gets before the next one is looked at.
const TURNS: usize = 16;
/// How long we wait for a client to hang up after the last answer.
const FAREWELL: Duration = Duration::from_secs(2);
/// The same when it is still sending a large body: it sees the answer only after that.
const LONG_FAREWELL: Duration = Duration::from_secs(20);
/// How long a large body waits for others, and how soon it looks again whether it may come.
const QUEUE: Duration = Duration::from_secs(30);
const QUEUE_LOOK: Duration = Duration::from_millis(50);
/// A large body may rest for so long in all, and else brings so many bytes a second.
const LARGE_REST: u64 = 30;
const LARGE_RATE: u64 = 16 * 1024;

const SLOW_REQUEST: Refusal = Refusal(408, "the request took too long to arrive");
const BUSY: Refusal = Refusal(503, "the server is too busy to answer now; try again in a minute");
const CROWDED: Refusal = Refusal(
    503,
    "others are sending large files just now; nothing of this was taken, so send it again in a minute",
);
const NO_ROOM: Refusal =
    Refusal(503, "the server cannot store the request for now; its log says why");
const NO_ANSWER: Refusal =
    Refusal(502, "the server failed before it could answer; its log says why");

/// How a turn went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pace {
    /// There is more to do at once.
    Moving,
    /// Nothing can be done now.
    Resting,
    /// The connection is over.
    Gone,
}

/// A connection and where it stands.
#[derive(Debug)]
pub(super) struct Visit {
    line: Line,
    peer: SocketAddr,
    local: IpAddr,
    stage: Stage,
    /// What has arrived and is not yet used.
    input: Vec<u8>,
    scan: Scan,
    /// Since when this request, or the rest before it, has lasted.
    since: Instant,
    /// When something last moved.
    touched: Instant,
    /// When to look again.
    pub(super) due: Instant,
    /// Whether an earlier request was answered on this connection.
    served: bool,
    /// How long the client may take to hang up after the last answer.
    farewell: Duration,
}

#[derive(Debug)]
enum Stage {
    /// The head is awaited.
    Reading,
    /// A large body is not read yet, for want of a place.
    Queueing { head: Head },
    /// The body is awaited.
    Taking(Coming),
    /// Whole, and waiting for a place inside.
    Waiting(Order),
    /// Inside: the request goes in, the answer comes out.
    Inside { order: Order, inner: UnixStream, sent: u64, answer: Spool },
    /// The answer goes out.
    Answering { answer: Parcel, sent: u64, keep: bool, until: Instant },
    /// All is said; the client is to hang up.
    Leaving { until: Instant },
}

/// A request whose body is on its way.
#[derive(Debug)]
struct Coming {
    head: Head,
    body: Spool,
    /// What is still to be written before the client goes on.
    interim: &'static [u8],
    /// The place of a large body.
    place: Option<Place>,
}

impl Coming {
    /// By when more must be here, or all of it, when the first byte came at `since`.
    fn until(&self, since: Instant, terms: &Terms) -> Instant {
        if self.place.is_none() {
            return since + terms.limits.whole;
        }
        let earned = Duration::from_secs(LARGE_REST + self.body.len() / LARGE_RATE);
        since + earned.min(terms.limits.large_whole)
    }
}

/// A whole request and what its answer must look like.
#[derive(Debug)]
struct Order {
    request: Parcel,
    only_head: bool,
    keep: bool,
    /// The places of a large body: on its way, and in memory.
    place: Option<Place>,
    inside: Option<Place>,
}

impl Visit {
    /// Takes an accepted connection over.
    pub(super) fn new(
        stream: TcpStream,
        peer: SocketAddr,
        terms: &Terms,
        now: Instant,
    ) -> io::Result<Self> {
        Ok(Self {
            local: stream.local_addr()?.ip(),
            line: Line::new(stream, terms.tls.as_ref())?,
            peer,
            stage: Stage::Reading,
            input: Vec::new(),
            scan: Scan::default(),
            since: now,
            touched: now,
            due: now,
            served: false,
            farewell: FAREWELL,
        })
    }

    /// Whom the connection is counted for: an IPv4 address or an IPv6 network of 64 bits.
    pub(super) fn party(&self) -> IpAddr {
        party(self.peer.ip())
    }

    /// What the kernel watches.
    pub(super) fn socket(&self) -> &TcpStream {
        self.line.socket()
    }

    /// Whether it is whole and waits for a place inside.
    pub(super) fn waits(&self) -> bool {
        matches!(self.stage, Stage::Waiting(_))
    }

    /// Whether a waiting request may go in: only one large body is in memory at a time.
    pub(super) fn may_enter(&mut self, terms: &Terms) -> bool {
        let Stage::Waiting(order) = &mut self.stage else {
            return false;
        };
        if order.place.is_some() && order.inside.is_none() {
            order.inside = terms.large_inside.take();
            return order.inside.is_some();
        }
        true
    }

    /// Whether it has a place inside.
    pub(super) fn is_inside(&self) -> bool {
        matches!(self.stage, Stage::Inside { .. })
    }

    /// In which order connections make room for new ones, the least first. `None` for a request
    /// that is whole and not yet answered: it stays.
    pub(super) fn rank(&self) -> Option<(u8, Instant)> {
        match self.stage {
            Stage::Leaving { .. } => Some((0, self.since)),
            Stage::Reading | Stage::Queueing { .. } | Stage::Taking(_) => Some((1, self.since)),
            Stage::Answering { .. } => Some((2, self.since)),
            Stage::Waiting(_) | Stage::Inside { .. } => None,
        }
    }

    /// When the stage it is in ends, should nothing move until then.
    pub(super) fn deadline(&self, terms: &Terms) -> Instant {
        match &self.stage {
            Stage::Reading => self.since + self.patience(terms),
            Stage::Queueing { .. } => self.touched + QUEUE_LOOK,
            Stage::Taking(coming) => coming.until(self.since, terms),
            Stage::Waiting(_) | Stage::Inside { .. } => self.since + terms.limits.whole,
            Stage::Answering { until, .. } | Stage::Leaving { until } => *until,
        }
    }

    /// How long the head may take, or the rest before it.
    fn patience(&self, terms: &Terms) -> Duration {
        let rests = self.input.is_empty() && self.served;
        if rests { terms.limits.idle } else { terms.limits.head }
    }

    /// Gives a waiting request its place inside.
    pub(super) fn enter(&mut self, inner: UnixStream, now: Instant) {
        match std::mem::replace(&mut self.stage, Stage::Reading) {
            Stage::Waiting(order) => {
                self.stage = Stage::Inside { order, inner, sent: 0, answer: Spool::default() };
                (self.touched, self.due) = (now, now);
            }
            other => self.stage = other,
        }
    }

    /// Does what can be done now.
    pub(super) fn step(&mut self, now: Instant, terms: &Terms, scratch: &mut [u8]) -> Pace {
        for _ in 0..TURNS {
            let stage = std::mem::replace(&mut self.stage, Stage::Reading);
            let turned = match stage {
                Stage::Reading => self.reading(now, terms, scratch),
                Stage::Queueing { head } => Ok(self.queueing(head, now, terms)),
                Stage::Taking(coming) => self.taking(coming, now, terms, scratch),
                Stage::Waiting(_) if now >= self.since + terms.limits.whole => {
                    Ok((refuse(BUSY, now, terms), true))
                }
                Stage::Waiting(order) => Ok((Stage::Waiting(order), false)),
                Stage::Inside { .. } if now >= self.since + terms.limits.whole => {
                    Ok((refuse(BUSY, now, terms), true))
                }
                Stage::Inside { order, inner, sent, answer } => {
                    inside((order, inner, sent, answer), now, terms, scratch)
                }
                Stage::Answering { answer, sent, keep, until } => {
                    self.answering((answer, sent, keep, until), now, scratch)
                }
                Stage::Leaving { until } => self.leaving(until, now, scratch),
            };
            match turned {
                Ok((stage, moved)) => {
                    self.stage = stage;
                    if !moved {
                        return Pace::Resting;
                    }
                    self.touched = now;
                }
                Err(_) => return Pace::Gone,
            }
        }
        Pace::Moving
    }

    fn reading(&mut self, now: Instant, terms: &Terms, scratch: &mut [u8]) -> Turn {
        match self.scan.end(&self.input, terms.limits.head_bytes) {
            Err(refusal) => return Ok((refuse(refusal, now, terms), true)),
            Ok(Some(end)) => {
                let bytes = &self.input[..end];
                let most = terms.limits.body_bytes.max(terms.limits.large_bytes);
                let head = Head::read(bytes, &terms.hosts, self.local, most);
                self.input.drain(..end);
                self.scan = Scan::default();
                return Ok(match head {
                    Err(refusal) => {
                        if refusal == LARGE_BODY {
                            self.farewell = LONG_FAREWELL;
                        }
                        (refuse(refusal, now, terms), true)
                    }
                    Ok(head) if head.length <= terms.limits.body_bytes => {
                        (Stage::Taking(self.coming(head, None)), true)
                    }
                    Ok(head) => {
                        // Whether or not it is taken, much is on its way here.
                        self.farewell = LONG_FAREWELL;
                        if terms.known.as_ref().is_some_and(|known| known.knows(&head)) {
                            (self.since, self.touched) = (now, now);
                            (Stage::Queueing { head }, true)
                        } else {
                            (turn_away(&head, now, terms), true)
                        }
                    }
                });
            }
            Ok(None) => {}
        }
        let rests = self.input.is_empty();
        if now >= self.since + self.patience(terms) {
            if rests {
                return Err(io::ErrorKind::TimedOut.into());
            }
            return Ok((refuse(SLOW_REQUEST, now, terms), true));
        }
        Ok(match self.line.read(&mut scratch[..READ_AHEAD])? {
            None => (Stage::Reading, false),
            Some(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some(count) => {
                if rests && self.served {
                    self.since = now;
                }
                self.input.extend_from_slice(&scratch[..count]);
                (Stage::Reading, true)
            }
        })
    }

    /// What is to come, told to go on where it waits for that.
    fn coming(&self, head: Head, place: Option<Place>) -> Coming {
        let asked = head.expects_continue && self.input.is_empty();
        let interim = if asked { CONTINUE } else { b"" };
        Coming { head, body: Spool::default(), interim, place }
    }

    /// A large body comes when there is a place for it.
    fn queueing(&mut self, head: Head, now: Instant, terms: &Terms) -> (Stage, bool) {
        if let Some(place) = terms.large.take() {
            self.since = now;
            return (Stage::Taking(self.coming(head, Some(place))), true);
        }
        if now >= self.since + QUEUE {
            return (refuse(CROWDED, now, terms), true);
        }
        self.touched = now;
        (Stage::Queueing { head }, false)
    }

    fn taking(
        &mut self,
        mut coming: Coming,
        now: Instant,
        terms: &Terms,
        scratch: &mut [u8],
    ) -> Turn {
        let missing = coming.head.length - coming.body.len();
        let missing = usize::try_from(missing).unwrap_or(usize::MAX);
        if missing == 0 {
            let Coming { head, body, place, .. } = coming;
            let mut text = head.text;
            text.push_str(&format!("{PEER_HEADER}: {}\r\n\r\n", self.peer));
            let request = Parcel { head: text.into_bytes(), body, skip: 0 };
            if place.is_some() {
                // Arriving took its own time; being answered takes no longer than for others.
                self.since = now;
                self.farewell = FAREWELL;
            }
            let (only_head, keep) = (head.only_head, head.keep);
            let order = Order { request, only_head, keep, place, inside: None };
            return Ok((Stage::Waiting(order), true));
        }
        if now >= coming.until(self.since, terms) {
            return Ok((refuse(SLOW_REQUEST, now, terms), true));
        }
        let mut moved = false;
        if !coming.interim.is_empty()
            && let Some(count) = self.line.write(coming.interim)?
        {
            coming.interim = &coming.interim[count..];
            moved = true;
        }
        let pushed = if self.input.is_empty() {
            let room = missing.min(scratch.len());
            match self.line.read(&mut scratch[..room])? {
                None => {
                    // TLS may still hold some of the interim answer.
                    self.line.flush()?;
                    return Ok((Stage::Taking(coming), moved));
                }
                Some(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Some(count) => terms.keep(&mut coming.body, &scratch[..count]),
            }
        } else {
            let count = missing.min(self.input.len());
            let pushed = terms.keep(&mut coming.body, &self.input[..count]);
            self.input.drain(..count);
            pushed
        };
        if let Err(error) = pushed {
            log::error!(target: "web", "cannot store the body of a request: {error}");
            return Ok((refuse(NO_ROOM, now, terms), true));
        }
        Ok((Stage::Taking(coming), true))
    }

    fn answering(
        &mut self,
        (answer, mut sent, keep, until): (Parcel, u64, bool, Instant),
        now: Instant,
        scratch: &mut [u8],
    ) -> Turn {
        if now >= until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut moved = false;
        if sent < answer.len() {
            let ready = answer.fill(sent, scratch)?;
            if ready == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(count) = self.line.write(&scratch[..ready])? {
                sent += count as u64;
                moved = true;
            }
        } else if self.line.flush()?.is_some() {
            (self.since, self.served) = (now, true);
            if keep {
                return Ok((Stage::Reading, true));
            }
            self.line.finish()?;
            self.input = Vec::new();
            return Ok((Stage::Leaving { until: now + self.farewell }, true));
        }
        Ok((Stage::Answering { answer, sent, keep, until }, moved))
    }

    fn leaving(&mut self, until: Instant, now: Instant, scratch: &mut [u8]) -> Turn {
        if now >= until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match self.line.read(scratch)? {
            None => Ok((Stage::Leaving { until }, false)),
            Some(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Some(_) => Ok((Stage::Leaving { until }, true)),
        }
    }
}

/// The next stage, and whether anything moved; an error ends the connection.
type Turn = io::Result<(Stage, bool)>;

fn inside(
    (order, mut inner, mut sent, mut answer): (Order, UnixStream, u64, Spool),
    now: Instant,
    terms: &Terms,
    scratch: &mut [u8],
) -> Turn {
    let mut moved = false;
    if sent < order.request.len() {
        let ready = order.request.fill(sent, scratch)?;
        // Who answers without reading the body to its end may close early: the answer counts.
        match now_or_never(inner.write(&scratch[..ready])) {
            Ok(None) => {}
            Ok(Some(count)) => (sent, moved) = (sent + count as u64, true),
            Err(_) => (sent, moved) = (order.request.len(), true),
        }
    }
    match now_or_never(inner.read(scratch)) {
        Ok(None) => return Ok((Stage::Inside { order, inner, sent, answer }, moved)),
        Ok(Some(count)) if count > 0 => {
            if let Err(error) = terms.keep(&mut answer, &scratch[..count]) {
                log::error!(target: "web", "cannot store an answer on its way out: {error}");
                return Ok((refuse(NO_ANSWER, now, terms), true));
            }
            return Ok((Stage::Inside { order, inner, sent, answer }, true));
        }
        // The end; whether it is complete shows in the answer itself.
        Ok(Some(_)) | Err(_) => {}
    }
    let (only_head, keep) = (order.only_head, order.keep);
    drop(order);
    let Some(answer) = answer::outward(answer, only_head, keep) else {
        log::error!(target: "web", "a request was not answered completely inside");
        return Ok((refuse(NO_ANSWER, now, terms), true));
    };
    Ok((send(answer, keep, now, terms), true))
}

fn refuse(refusal: Refusal, now: Instant, terms: &Terms) -> Stage {
    log::debug!(target: "web", "refused a request: {} {}", refusal.0, refusal.1);
    send(answer::refusal(refusal), false, now, terms)
}

/// Refuses a large body of nobody who is known. Whoever filled in a form is told on a page what became of
/// it.
fn turn_away(head: &Head, now: Instant, terms: &Terms) -> Stage {
    if !head.is_of_a_browser() {
        return refuse(LARGE_BODY, now, terms);
    }
    log::debug!(target: "web", "refused a large form of somebody who is not signed in");
    let language = head.value("Accept-Language").unwrap_or_default();
    send(answer::signed_out(language), false, now, terms)
}

fn send(answer: Parcel, keep: bool, now: Instant, terms: &Terms) -> Stage {
    let mebibytes = u32::try_from(answer.len() >> 20).unwrap_or(u32::MAX);
    let until = now + terms.limits.answer.saturating_mul(mebibytes.saturating_add(1)).min(LONGEST);
    Stage::Answering { answer, sent: 0, keep, until }
}

/// No answer takes longer than a day.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
