//! What the kernel is asked: which connections have something to do (epoll), and how many
//! descriptors this program may hold. A crowd of resting connections costs nothing here.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors left for the database, files and the way inside.
const RESERVE: usize = 256;
/// The most connections told of at once.
const AT_ONCE: usize = 256;

/// Tells of descriptors on which something changed since they were last told of. Each is forgotten
/// by itself when it is closed.
#[derive(Debug)]
pub(super) struct Watch {
    epoll: OwnedFd,
    told: Vec<u64>,
}

impl Watch {
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        Ok(Self { epoll, told: Vec::with_capacity(AT_ONCE) })
    }

    /// From now on tells of changes of `what` by `key`. It must be read or written until that would
    /// wait, else nothing more is told of it.
    pub(super) fn add(&self, what: impl AsFd, key: u64) -> io::Result<()> {
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        Ok(epoll::add(&self.epoll, what, EventData::new_u64(key), flags)?)
    }

    /// Waits for changes, at most so long; `None` waits for ever. Tells their keys.
    pub(super) fn wait(&mut self, most: Option<Duration>) -> io::Result<&[u64]> {
        let most = most.map(|most| Timespec {
            tv_sec: i64::try_from(most.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: most.subsec_nanos().into(),
        });
        let mut room = [const { MaybeUninit::<Event>::uninit() }; AT_ONCE];
        self.told.clear();
        match epoll::wait(&self.epoll, &mut room, most.as_ref()) {
            Ok((events, _)) => self.told.extend(events.iter().map(|event| event.data.u64())),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(&self.told)
    }
}

/// How many connections the limit of descriptors leaves room for, of `wanted`. The soft limit is
/// raised as far as that needs and the hard one allows.
pub(super) fn room_for(wanted: usize) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let needed = u64::try_from(wanted.saturating_add(RESERVE)).unwrap_or(u64::MAX);
    let (Some(soft), hard) = (current, maximum.unwrap_or(u64::MAX)) else {
        return wanted;
    };
    let raised = needed.min(hard);
    let holds = if raised > soft
        && setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).is_ok()
    {
        raised
    } else {
        soft
    };
    let room = room_within(usize::try_from(holds).unwrap_or(usize::MAX), wanted);
    if room < wanted {
        log::warn!(
            target: "web",
            "only {room} of {wanted} connections can be held, since this program may open {holds} \
             files; raise its limit, as by LimitNOFILE= in the unit of systemd"
        );
    }
    room
}

/// The connections for which there is room among so many descriptors.
fn room_within(descriptors: usize, wanted: usize) -> usize {
    let left = descriptors.saturating_sub(RESERVE).max(descriptors / 4);
    left.min(wanted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_limit_leaves_room_for_everything_else() {
        for (descriptors, expected) in
            [(64, 16), (256, 64), (1024, 768), (4352, 4096), (1 << 20, 4096)]
        {
            assert_eq!(room_within(descriptors, 4096), expected, "{descriptors}");
        }
    }

    #[test]
    fn a_change_is_told_once() {
        let mut watch = Watch::new().unwrap();
        let (mut near, mut far) = UnixStream::pair().unwrap();
        watch.add(&near, 7).unwrap();
        let soon = Some(Duration::from_millis(1));
        assert_eq!(watch.wait(soon).unwrap(), [7], "it can be written");
        assert_eq!(watch.wait(soon).unwrap().len(), 0);
        far.write_all(b"x").unwrap();
        assert_eq!(watch.wait(None).unwrap(), [7]);
        near.read_exact(&mut [0]).unwrap();
        drop(far);
        assert_eq!(watch.wait(None).unwrap(), [7]);
        drop(near);
        assert_eq!(watch.wait(soon).unwrap().len(), 0);
    }
}
