//! tiny_http behind the door: it listens on a Unix socket in a folder only this user can enter.
//! It ends for ever at the first shortage of descriptors, so it is made anew whenever it errs or
//! no longer takes connections; whoever waits for requests notices nothing.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How the names of our folders begin.
const PREFIX: &str = "counterfoil-door-";

/// The longest path a Unix socket may have here, in bytes; the system allows 107.
const LONGEST_SOCKET: usize = 100;

/// The server inside, whichever it is at the moment.
#[derive(Debug)]
pub(super) struct Inner {
    folder: Arc<Folder>,
    stopping: Arc<AtomicBool>,
    /// `None` once closed.
    current: Mutex<Option<Current>>,
}

#[derive(Clone)]
struct Current {
    generation: u64,
    socket: PathBuf,
    behind: Arc<Behind>,
}

/// A server and its folder, which must outlive it: to end, the server connects to itself.
struct Behind {
    server: tiny_http::Server,
    _folder: Arc<Folder>,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.generation, self.socket.display())
    }
}

impl Inner {
    /// Makes the folder and the first server.
    pub(super) fn open(stopping: Arc<AtomicBool>) -> io::Result<Self> {
        let folder = Arc::new(Folder::new()?);
        let current = Mutex::new(Some(serve(&folder, 0)?));
        Ok(Self { folder, stopping, current })
    }

    /// The private folder, for whatever else must not be seen by others.
    pub(super) fn folder(&self) -> Arc<Folder> {
        self.folder.clone()
    }

    /// The next request, or `None` once closed.
    pub(super) fn recv(&self) -> Option<tiny_http::Request> {
        loop {
            let current = self.current()?;
            match current.behind.server.recv() {
                Ok(request) => return Some(request),
                Err(error) => {
                    while !self.stopping.load(Ordering::SeqCst) {
                        match self.rebuild(current.generation, &error) {
                            Ok(()) => break,
                            // Nothing can be asked of us meanwhile; the connections wait outside.
                            Err(_) => thread::sleep(Duration::from_millis(100)),
                        }
                    }
                    // One call frees one waiting thread, which comes by here and frees the next.
                    current.behind.server.unblock();
                }
            }
        }
    }

    /// A connection to the server. When nobody listens any more it is made anew, and the caller
    /// may try again.
    pub(super) fn connect(&self) -> io::Result<UnixStream> {
        let Some(current) = self.current() else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let connected = UnixStream::connect(&current.socket);
        if let Err(error) = &connected
            && matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound)
        {
            self.rebuild(current.generation, error)?;
            current.behind.server.unblock();
        }
        let stream = connected?;
        stream.set_nonblocking(true)?;
        Ok(stream)
    }

    /// Lets every `recv` return `None`.
    pub(super) fn close(&self) {
        let last = self.current.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(current) = last {
            current.behind.server.unblock();
        }
    }

    fn current(&self) -> Option<Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the server, unless somebody else has done so since `generation`.
    fn rebuild(&self, generation: u64, why: &io::Error) -> io::Result<()> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|current| current.generation == generation) {
            *current = Some(serve(&self.folder, generation + 1)?);
            log::warn!(target: "web", "the web server inside was made anew after: {why}");
        }
        Ok(())
    }
}

/// Starts server number `generation`.
fn serve(folder: &Arc<Folder>, generation: u64) -> io::Result<Current> {
    let socket = folder.path().join(format!("{generation}.sock"));
    let listener = UnixListener::bind(&socket)?;
    // tiny_http panics when the system refuses it a thread.
    let server = catch_unwind(|| tiny_http::Server::from_listener(listener, None))
        .map_err(|_| io::Error::other("no thread could be started"))?
        .map_err(io::Error::other)?;
    let behind = Arc::new(Behind { server, _folder: folder.clone() });
    Ok(Current { generation, socket, behind })
}

/// A folder for this user only, gone with its last owner.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let name = format!("{PREFIX}{:016x}", RandomState::new().build_hasher().finish());
        let mut parent = std::env::temp_dir();
        if parent.as_os_str().len() + name.len() + "/18446744073709551615.sock".len()
            > LONGEST_SOCKET
        {
            parent = PathBuf::from("/tmp");
        }
        sweep(&parent);
        let path = parent.join(name);
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            log::debug!(target: "web", "cannot remove {}: {error}", self.0.display());
        }
    }
}

/// Removes the folders of programs that were killed: those in whose sockets nobody listens, unless
/// they changed within a minute and may just be opening. Folders of other users stay, since we
/// may not look into them.
fn sweep(parent: &Path) {
    for folder in fs::read_dir(parent).into_iter().flatten().flatten() {
        let age = folder.metadata().and_then(|about| about.modified()).map(|at| at.elapsed());
        let old = age.is_ok_and(|age| age.is_ok_and(|age| age > Duration::from_secs(60)));
        if !old || !folder.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let sockets: Vec<_> = fs::read_dir(folder.path()).into_iter().flatten().flatten().collect();
        let dead = |socket: &fs::DirEntry| {
            UnixStream::connect(socket.path())
                .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
        };
        if !sockets.is_empty() && sockets.iter().all(dead) {
            drop(fs::remove_dir_all(folder.path()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};

    use super::*;

    fn open() -> Arc<Inner> {
        Arc::new(Inner::open(Arc::new(AtomicBool::new(false))).unwrap())
    }

    fn ask(inner: &Inner) -> String {
        let mut stream = inner.connect().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn answering(inner: &Arc<Inner>, threads: usize) -> Vec<thread::JoinHandle<()>> {
        let one = |inner: Arc<Inner>| {
            move || {
                while let Some(request) = inner.recv() {
                    request.respond(tiny_http::Response::from_string("well")).unwrap();
                }
            }
        };
        (0..threads).map(|_| thread::spawn(one(inner.clone()))).collect()
    }

    #[test]
    fn a_server_that_errs_is_made_anew_and_all_threads_go_on() {
        let inner = open();
        let threads = answering(&inner, 3);
        for generation in 0..5 {
            let before = inner.current().unwrap();
            assert_eq!(before.generation, generation);
            assert!(ask(&inner).ends_with("well"), "{generation}");
            before.behind.server.unblock();
            while inner.current().unwrap().generation == generation {
                thread::yield_now();
            }
        }
        inner.stopping.store(true, Ordering::SeqCst);
        inner.close();
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(inner.recv().is_none());
    }

    #[test]
    fn a_server_that_no_longer_listens_is_made_anew() {
        let inner = open();
        let threads = answering(&inner, 2);
        fs::remove_file(inner.current().unwrap().socket).unwrap();
        assert_eq!(inner.connect().unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(ask(&inner).ends_with("well"));
        inner.stopping.store(true, Ordering::SeqCst);
        inner.close();
        for thread in threads {
            thread.join().unwrap();
        }
    }

    #[test]
    fn the_folder_is_private_goes_with_the_server_and_is_swept_after_a_kill() {
        use std::os::unix::fs::PermissionsExt;

        let inner = open();
        let path = inner.folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        let killed = path.with_file_name(format!("{PREFIX}killed-{}", std::process::id()));
        fs::create_dir(&killed).unwrap();
        drop(UnixListener::bind(killed.join("0.sock")).unwrap());
        let an_hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        for folder in [&killed, &path] {
            fs::File::open(folder).unwrap().set_modified(an_hour_ago).unwrap();
        }
        let other = open();
        assert!(!killed.exists(), "the folder of a killed program is still there");
        assert!(path.exists(), "the folder of a living one was taken away");
        let other_path = other.folder.path().to_owned();
        drop((inner, other));
        assert!(!path.exists() && !other_path.exists());
    }
}
