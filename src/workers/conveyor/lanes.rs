//! Which message is fetched next. Those that failed before, and very large ones, go one at a time
//! beside the others, so that they hold up nobody and memory stays bounded; otherwise the order of
//! the folder is kept.

use std::collections::{BTreeMap, VecDeque};

use crate::store::ledger::Waiting;

/// The place of a message in the order of the folder.
pub(super) type Place = u64;

/// Bytes from which on a message counts as large.
const LARGE: u64 = 4 << 20;

/// Bytes of messages on the belt before no further one of the usual kind is handed out.
const AHEAD_BYTES: u64 = 12 << 20;

/// What a message of unknown size is taken for, in bytes.
const GUESS: u64 = 256 << 10;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lane {
    Usual,
    Large,
    Again,
}

/// The messages that wait to be fetched, and those that are being fetched.
pub(super) struct Lanes {
    usual: VecDeque<(Place, Waiting)>,
    large: VecDeque<(Place, Waiting)>,
    again: VecDeque<(Place, Waiting)>,
    out: BTreeMap<Place, (Lane, u64)>,
}

impl Lanes {
    /// All of `waiting`, in its order.
    pub(super) fn new(waiting: Vec<Waiting>) -> Self {
        let mut lanes = Self {
            usual: VecDeque::new(),
            large: VecDeque::new(),
            again: VecDeque::new(),
            out: BTreeMap::new(),
        };
        for (place, waiting) in (0..).zip(waiting) {
            let lane = match lane(&waiting) {
                Lane::Usual => &mut lanes.usual,
                Lane::Large => &mut lanes.large,
                Lane::Again => &mut lanes.again,
            };
            lane.push_back((place, waiting));
        }
        lanes
    }

    /// The next message to fetch, when one may be fetched while `held` bytes of fetched ones are
    /// not committed yet.
    pub(super) fn next(&mut self, held: u64) -> Option<(Place, Waiting)> {
        let out: u64 = self.out.values().map(|(_, bytes)| bytes).sum();
        let none_out = |lane| self.out.values().all(|(other, _)| *other != lane);
        let front = |lane: &VecDeque<(Place, Waiting)>| lane.front().map(|(place, _)| *place);
        let may = [
            (front(&self.usual), out + held < AHEAD_BYTES),
            (front(&self.large), none_out(Lane::Large) && held < LARGE),
            (front(&self.again), none_out(Lane::Again)),
        ];
        let first = may.iter().filter(|(_, may)| *may).filter_map(|(place, _)| *place).min()?;
        let lane = [&mut self.usual, &mut self.large, &mut self.again]
            .into_iter()
            .find(|lane| lane.front().is_some_and(|(place, _)| *place == first))?;
        let (place, waiting) = lane.pop_front()?;
        self.out.insert(place, (self::lane(&waiting), waiting.size.unwrap_or(GUESS)));
        Some((place, waiting))
    }

    /// The message of this place was fetched, or could not be.
    pub(super) fn back(&mut self, place: Place) {
        self.out.remove(&place);
    }

    /// Whether nothing is being fetched.
    pub(super) fn none_out(&self) -> bool {
        self.out.is_empty()
    }

    /// How many are being fetched.
    pub(super) fn count_out(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing waits to be fetched.
    pub(super) fn is_empty(&self) -> bool {
        self.usual.is_empty() && self.large.is_empty() && self.again.is_empty()
    }

    /// The first place that is being fetched and keeps its order: what failed before has lost it.
    pub(super) fn first_out(&self) -> Option<Place> {
        self.out.iter().find(|(_, (lane, _))| *lane != Lane::Again).map(|(place, _)| *place)
    }
}

/// Whether a message is known to be large.
pub(super) fn is_large(waiting: &Waiting) -> bool {
    waiting.size.is_some_and(|size| size >= LARGE)
}

fn lane(waiting: &Waiting) -> Lane {
    if waiting.attempts > 0 {
        Lane::Again
    } else if is_large(waiting) {
        Lane::Large
    } else {
        Lane::Usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::ticket::LedgerId;
    use crate::time::Timestamp;

    fn waiting(size: u64, attempts: u32) -> Waiting {
        Waiting {
            ledger: LedgerId(1),
            item_id: "a".into(),
            received_at: Timestamp::from_unix(0),
            size: Some(size),
            attempts,
            forced: false,
        }
    }

    fn places(lanes: &mut Lanes, held: u64) -> Vec<Place> {
        std::iter::from_fn(|| lanes.next(held)).map(|(place, _)| place).collect()
    }

    #[test]
    fn what_failed_and_what_is_large_goes_one_at_a_time_beside_the_others() {
        let mut lanes = Lanes::new(vec![
            waiting(10, 3),
            waiting(10, 3),
            waiting(LARGE, 0),
            waiting(10, 0),
            waiting(LARGE, 0),
            waiting(10, 0),
        ]);
        assert_eq!(places(&mut lanes, 0), [0, 2, 3, 5]);
        assert_eq!(lanes.first_out(), Some(2));
        assert_eq!(places(&mut lanes, 0), [] as [Place; 0]);
        lanes.back(2);
        assert_eq!(places(&mut lanes, LARGE), [] as [Place; 0], "the large one is not committed");
        assert_eq!(places(&mut lanes, 0), [4]);
        lanes.back(0);
        assert_eq!(places(&mut lanes, 0), [1]);
        assert!(lanes.is_empty() && !lanes.none_out());
    }

    #[test]
    fn memory_is_bounded() {
        let mut lanes = Lanes::new((0..100).map(|_| waiting(1 << 20, 0)).collect());
        assert_eq!(places(&mut lanes, 0).len(), 12);
        assert_eq!(lanes.count_out(), 12);
        for place in 0..12 {
            lanes.back(place);
        }
        assert_eq!(places(&mut lanes, 8 << 20).len(), 4);
    }
}
