//! What is new in an answer: the marks of some forty mail programs in their languages, each put
//! under the same text, and letters that must not lose a word.
#![allow(clippy::unwrap_used)]

#[path = "replies/attributions.rs"]
mod attributions;
#[path = "replies/devices.rs"]
mod devices;
#[path = "replies/heads.rs"]
mod heads;
#[path = "replies/whole.rs"]
mod whole;

use counterfoil::mail::quote::visible;
use proptest::prelude::*;
use rustix::time::{ClockId, clock_gettime};

const TEXT: &str = "Thank you, it works again.\n\nThe lamp on the left still flickers.\n\nBen";

/// Asserts over all cases at once, so that one run shows all that differ.
#[track_caller]
fn all_show(expected: &str, letters: impl Iterator<Item = (String, String)>) {
    let differing: Vec<String> = letters
        .filter_map(|(case, letter)| {
            let shown = visible(&letter);
            (shown != expected).then(|| format!("== {case}\n{letter}\n-- shows\n{shown}\n"))
        })
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

/// Wraps a line as programs do, at the last space before `width` characters.
fn wrapped(line: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last_mut().unwrap();
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}

const QUOTE: &str = "> Does the lamp still flicker?\n>\n> Ana";

#[test]
fn a_quote_below_the_text_is_folded_away_with_the_line_above_it() {
    all_show(
        TEXT,
        attributions::LINES
            .iter()
            .map(|(case, line)| ((*case).to_owned(), format!("{TEXT}\n\n{line}\n\n{QUOTE}\n"))),
    );
}

#[test]
fn the_line_above_a_quote_may_be_wrapped() {
    for width in [76, 60, 48] {
        all_show(
            TEXT,
            attributions::LINES.iter().map(|(case, line)| {
                let line = wrapped(line, width);
                (format!("{case} at {width}"), format!("{TEXT}\n\n{line}\n{QUOTE}\n"))
            }),
        );
    }
}

#[test]
fn a_quote_without_marks_is_folded_away_too() {
    all_show(
        TEXT,
        attributions::LINES
            .iter()
            // Nothing but the quote itself tells these from a sentence.
            .filter(|(case, _)| !matches!(*case, "horde en" | "horde de" | "mutt star"))
            .map(|(case, line)| {
                let letter = format!("{TEXT}\n\n{line}\n\nDoes the lamp still flicker?\n\nAna\n");
                ((*case).to_owned(), letter)
            }),
    );
}

#[test]
fn an_answer_below_the_quote_is_shown() {
    all_show(
        TEXT,
        attributions::LINES
            .iter()
            .map(|(case, line)| ((*case).to_owned(), format!("{line}\n{QUOTE}\n\n{TEXT}\n"))),
    );
}

#[test]
fn a_copied_letter_is_folded_away_with_its_head() {
    all_show(
        TEXT,
        heads::BLOCKS.iter().map(|(case, above, block)| {
            let letter = format!("{TEXT}\n\n{above}\n{block}\n\nDoes the lamp still flicker?\n");
            ((*case).to_owned(), letter)
        }),
    );
}

#[test]
fn what_a_device_writes_below_a_text_is_folded_away() {
    all_show(
        TEXT,
        devices::LINES.iter().map(|line| ((*line).to_owned(), format!("{TEXT}\n\n{line}\n"))),
    );
    all_show(
        TEXT,
        devices::LINES.iter().map(|line| {
            let quote = "On 4 May 2026, at 10:00, Ana <ana@shop.example> wrote:\n\n> No?";
            (format!("{line} and a quote"), format!("{TEXT}\n\n{line}\n\n{quote}\n"))
        }),
    );
}

#[test]
fn letters_without_quotes_are_shown_whole() {
    for (case, letter) in whole::KEPT_WHOLE {
        assert_eq!(visible(letter), *letter, "{case}");
    }
}

#[test]
fn letters_of_several_parts_show_what_is_new() {
    for (case, letter, expected) in whole::FOLDED {
        assert_eq!(visible(letter), *expected, "{case}");
    }
}

/// Milliseconds of a processor this thread has used, whatever else the machine does.
fn processor() -> i64 {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    used.tv_sec * 1_000 + used.tv_nsec / 1_000_000
}

#[test]
fn a_megabyte_of_any_line_is_read_in_linear_time() {
    // Debug builds are some thirty times slower than the program as released.
    const PATIENCE: i64 = if cfg!(debug_assertions) { 6_000 } else { 100 };
    let lines = attributions::LINES.iter().map(|(_, line)| *line);
    let blocks = heads::BLOCKS.iter().step_by(6).map(|(_, _, block)| *block);
    let devices = devices::LINES.iter().step_by(8).copied();
    let odd = ["", ">", "--", "-- ", "On 4 May\n", "x:", "On 1 a@b:", "From:", "From: a@b\nTo:"];
    let odd = odd.into_iter().chain(["-Ana\n", "---", "____________________", "wrote:", "a", ": "]);
    for line in lines.step_by(8).chain(blocks).chain(devices).chain(odd) {
        let text = format!("{line}\n").repeat((1 << 20) / (line.len() + 1));
        let started = processor();
        visible(&text);
        let taken = processor() - started;
        assert!(taken < PATIENCE, "{taken} ms for {line:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn what_is_shown_is_made_of_lines_of_the_letter(
        picks in proptest::collection::vec((any::<prop::sample::Index>(), 0..6_u8, "[a-zé:>\\- @]{0,12}"), 0..20),
    ) {
        let mut letter = String::new();
        for (index, kind, odd) in picks {
            let line = match kind {
                0 => index.get(attributions::LINES).1,
                1 => index.get(heads::BLOCKS).2,
                2 => index.get(devices::LINES),
                3 => QUOTE,
                4 => TEXT,
                _ => &odd,
            };
            letter.push_str(line);
            letter.push('\n');
        }
        let shown = visible(&letter);
        prop_assert_eq!(shown.trim().is_empty(), letter.trim().is_empty());
        let mut lines = letter.split('\n').map(str::trim_end);
        for line in shown.split('\n').map(str::trim_end).filter(|line| !line.is_empty()) {
            prop_assert!(lines.any(|of_letter| of_letter == line), "{:?} in {:?}", line, letter);
        }
    }
}
