//! The listening sockets of the practice service: one thread for each connection, which answers its
//! requests one after the other. It can be taken down, so that connections are refused, and up
//! again at the same address.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::wire::{Answer, Outage, Request, Sending, read_request, write_answer};

const CONNECTIONS: usize = 512;
const IDLE: Duration = Duration::from_secs(120);

/// Whoever answers requests.
pub(super) type Handler = dyn Fn(&Request) -> Answer + Send + Sync;

/// A listening socket and its connections; all of them end when it is dropped.
pub(super) struct Listener(Arc<Shared>);

struct Shared {
    address: SocketAddr,
    handler: Box<Handler>,
    stopping: AtomicBool,
    /// Connections are refused.
    down: AtomicBool,
    /// The thread that holds the listening socket; none while it is down.
    accepting: Mutex<Option<JoinHandle<()>>>,
    open: Mutex<HashMap<u64, TcpStream>>,
    /// Connections accepted so far, over every time it was up.
    accepted: AtomicU64,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, HashMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accepting(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.accepting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn quiet(&self) -> bool {
        self.stopping.load(Ordering::SeqCst) || self.down.load(Ordering::SeqCst)
    }

    /// Listens on the socket in a thread of its own.
    fn listen(self: &Arc<Self>, socket: TcpListener) -> io::Result<()> {
        let theirs = Arc::clone(self);
        let thread = Builder::new().name("practice".into());
        *self.accepting() = Some(thread.spawn(move || accept(&socket, &theirs))?);
        Ok(())
    }

    /// Closes the listening socket, and every connection but the one that is spared. The flag that
    /// makes the accepting thread end is set already.
    fn close(&self, spared: Option<u64>) {
        let mut accepting = self.accepting();
        if let Some(thread) = accepting.take() {
            // The accepting thread sleeps in accept(); one connection wakes it.
            match TcpStream::connect_timeout(&self.address, Duration::from_secs(1)) {
                Ok(_) => drop(thread.join()),
                Err(_) => *accepting = Some(thread),
            }
        }
        for (number, stream) in self.open().iter() {
            if Some(*number) != spared {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }

    /// Refuses connections from now on.
    fn go_down(self: &Arc<Self>, outage: Outage, spared: Option<u64>) {
        self.down.store(true, Ordering::SeqCst);
        self.close(spared);
        if let Outage::Millis(millis) = outage {
            let ours = Arc::clone(self);
            let spawned = Builder::new().name("practice".into()).spawn(move || {
                std::thread::sleep(Duration::from_millis(millis));
                if let Err(error) = ours.come_up() {
                    log::error!(target: "practice", "cannot listen again: {error}");
                }
            });
            if let Err(error) = spawned {
                log::error!(target: "practice", "cannot listen again by itself: {error}");
            }
        }
    }

    /// Listens on the same address again.
    fn come_up(self: &Arc<Self>) -> io::Result<()> {
        if self.stopping.load(Ordering::SeqCst) || !self.down.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut bound = TcpListener::bind(self.address);
        for _ in 0..20 {
            // Somebody's outgoing connection may have been given the free port for a moment.
            if bound.is_err() {
                std::thread::sleep(Duration::from_millis(100));
                bound = TcpListener::bind(self.address);
            }
        }
        let socket = bound?;
        self.down.store(false, Ordering::SeqCst);
        self.listen(socket)
    }
}

impl Listener {
    /// Takes over a bound socket and answers its connections with `handler`.
    pub(super) fn start(socket: TcpListener, handler: Box<Handler>) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            address: socket.local_addr()?,
            handler,
            stopping: AtomicBool::new(false),
            down: AtomicBool::new(false),
            accepting: Mutex::default(),
            open: Mutex::default(),
            accepted: AtomicU64::new(0),
        });
        shared.listen(socket)?;
        Ok(Self(shared))
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Closes every connection and refuses new ones until it is taken up again.
    pub(super) fn down(&self) {
        self.0.go_down(Outage::UntilUp, None);
    }

    /// Listens on the same address again, if it did not.
    pub(super) fn up(&self) -> io::Result<()> {
        self.0.come_up()
    }

    /// Whether connections are refused.
    pub(super) fn is_down(&self) -> bool {
        self.0.down.load(Ordering::SeqCst)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.stopping.store(true, Ordering::SeqCst);
        self.0.close(None);
    }
}

fn accept(socket: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let accepted = socket.accept();
        if shared.quiet() {
            return;
        }
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: they come back.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let number = shared.accepted.fetch_add(1, Ordering::SeqCst);
        let Ok(copy) = stream.try_clone() else { continue };
        {
            let mut open = shared.open();
            if open.len() >= CONNECTIONS {
                continue;
            }
            open.insert(number, copy);
        }
        let theirs = Arc::clone(shared);
        let spawned = Builder::new().name("practice".into()).spawn(move || {
            let _ = converse(stream, number, &theirs);
            theirs.open().remove(&number);
        });
        if spawned.is_err() {
            shared.open().remove(&number);
        }
    }
}

/// Answers one connection's requests until either side has enough.
fn converse(mut stream: TcpStream, number: u64, shared: &Arc<Shared>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(IDLE))?;
    let mut held = Vec::with_capacity(4096);
    while !shared.quiet() {
        let Some(request) = read_request(&mut stream, &mut held)? else { break };
        let answer =
            catch_unwind(AssertUnwindSafe(|| (shared.handler)(&request))).unwrap_or_else(|_| {
                log::error!(target: "practice", "a request made the practice mailbox panic");
                Answer::new(500, "text/plain", "internal error")
            });
        let closing = answer.outage.is_some()
            || request
                .header("connection")
                .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if let Some(outage) = answer.outage {
            // Before the answer is out, so that whoever has it is refused at the next attempt.
            shared.go_down(outage, Some(number));
        }
        write_answer(&mut stream, &answer, closing)?;
        if closing || answer.sending != Sending::Whole {
            break;
        }
    }
    stream.shutdown(Shutdown::Both)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};

    use super::super::wire::BODY_CAP;
    use super::*;

    /// A listener that answers with the body it got, or panics when it is told to.
    fn echo() -> Listener {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let answer = |request: &Request| {
            assert_ne!(request.target, "/panic", "as it was told");
            let marks = format!("{}{}", request.too_large, request.has_length);
            Answer {
                sending: Sending::Whole,
                ..Answer::new(200, "text/plain", request.body.clone())
            }
            .with("Marks", marks)
        };
        Listener::start(socket, Box::new(answer)).unwrap()
    }

    /// What comes back for some bytes, until the other side closes.
    fn answers(listener: &Listener, sent: &[u8]) -> String {
        let mut stream = TcpStream::connect(listener.address()).unwrap();
        stream.write_all(sent).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn requests_are_read_however_they_come() {
        let listener = echo();
        for (case, sent, marks, body) in [
            ("bare", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "falsefalse", ""),
            (
                "length",
                "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
                "falsetrue",
                "hi",
            ),
            (
                "chunks",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                 2\r\nhi\r\n3;x=y\r\n fi\r\n0\r\nTrailer: x\r\n\r\n",
                "falsetrue",
                "hi fi",
            ),
        ] {
            let answer = answers(&listener, sent.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{case}: {answer}");
            assert!(answer.contains(&format!("Marks: {marks}\r\n")), "{case}: {answer}");
            assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{case}: {answer}");
        }
        let mut large = format!(
            "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            BODY_CAP + 1
        )
        .into_bytes();
        large.resize(large.len() + BODY_CAP + 1, b'x');
        assert!(answers(&listener, &large).contains("Marks: truetrue\r\n"));
    }

    #[test]
    fn a_panic_is_answered_and_the_connection_lives_on() {
        let listener = echo();
        let two = "GET /panic HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n";
        let answer = answers(&listener, two.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
        assert!(answer.contains("HTTP/1.1 200 OK\r\n"), "{answer}");
    }

    #[test]
    fn a_dropped_listener_closes_its_connections() {
        let listener = echo();
        let address = listener.address();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut first = [0_u8; 12];
        stream.read_exact(&mut first).unwrap();
        drop(listener);
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(TcpStream::connect(address).is_err());
    }

    #[test]
    fn a_listener_that_is_down_refuses_and_comes_back_at_the_same_address() {
        let listener = echo();
        let get = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".as_bytes();
        let mut open = TcpStream::connect(listener.address()).unwrap();
        listener.down();
        listener.down();
        let refused = TcpStream::connect(listener.address()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        assert!(listener.is_down());
        assert_eq!(open.read(&mut [0; 1]).unwrap_or(0), 0, "an open connection has ended");
        listener.up().unwrap();
        listener.up().unwrap();
        assert!(answers(&listener, get).starts_with("HTTP/1.1 200 OK"));
        assert!(!listener.is_down());
    }

    #[test]
    fn the_answer_that_begins_an_outage_is_the_last_one_until_it_is_over() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let answer = |_: &Request| Answer {
            outage: Some(Outage::Millis(30)),
            ..Answer::new(200, "text/plain", "last")
        };
        let listener = Listener::start(socket, Box::new(answer)).unwrap();
        assert!(answers(&listener, b"GET / HTTP/1.1\r\n\r\n").ends_with("last"));
        while listener.is_down() {
            std::thread::yield_now();
        }
        assert!(answers(&listener, b"GET / HTTP/1.1\r\n\r\n").ends_with("last"));
    }
}
