//! From which level on something is logged, for all rooms and for single ones, and the text that
//! says so: `info`, or `info,poller=debug`. Which line belongs to which room is in `logging`.

use std::fmt;
use std::str::FromStr;

use log::LevelFilter;

use super::forms::shown;

/// From which level on something is logged: one level for all, others for single rooms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Levels {
    /// The level of every room that is not named.
    pub default: LevelFilter,
    /// The rooms with a level of their own, such as `poller`, in the order written.
    pub rooms: Vec<(String, LevelFilter)>,
}

impl Default for Levels {
    fn default() -> Self {
        Self { default: LevelFilter::Info, rooms: Vec::new() }
    }
}

impl FromStr for Levels {
    type Err = String;

    /// Reads `info`, or `info,poller=debug`. The level without a room may be left out (`info`),
    /// and may stand anywhere. The error ends a sentence that begins with the key's name.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut levels = Self::default();
        let mut default_given = false;
        for part in text.split(',').map(str::trim) {
            let (room, word) = part.split_once('=').unwrap_or(("", part));
            let level = word.trim().parse().map_err(|_| {
                let words = "off, error, warn, info, debug, trace";
                format!("must hold one of {words} such as info,poller=debug, not {}", shown(word))
            })?;
            let room = room.trim();
            let twice = if room.is_empty() {
                std::mem::replace(&mut default_given, true)
            } else {
                levels.rooms.iter().any(|(known, _)| known == room)
            };
            let name_fits = room.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if twice || !name_fits || (room.is_empty() && part.contains('=')) {
                return Err(format!(
                    "must give one level, and one for each room, such as info,poller=debug; {} does not fit",
                    shown(part)
                ));
            }
            if room.is_empty() {
                levels.default = level;
            } else {
                levels.rooms.push((room.to_owned(), level));
            }
        }
        Ok(levels)
    }
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.default.as_str().to_lowercase())?;
        for (room, level) in &self.rooms {
            write!(f, ",{room}={}", level.as_str().to_lowercase())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn levels_are_read_and_written() {
        for (text, written) in [
            ("info", "info"),
            ("WARN", "warn"),
            ("off", "off"),
            ("info,poller=debug", "info,poller=debug"),
            (" poller = trace , error ", "error,poller=trace"),
            ("poller=debug", "info,poller=debug"),
        ] {
            assert_eq!(text.parse::<Levels>().unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn what_is_no_level_is_refused() {
        for text in
            ["", "loud", "info,", "info,warn", "poller=", "=debug", "a=info,a=warn", "a b=info"]
        {
            assert!(text.parse::<Levels>().is_err(), "{text}");
        }
    }
}
