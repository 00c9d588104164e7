//! The gist of a calendar part (RFC 5545, RFC 5546) in words: what, when, where, who. For letters
//! that bring nothing else to read; the part itself stays an attachment.

use std::fmt::Write as _;

/// Attendees named at most.
const PEOPLE: usize = 20;

/// Bytes read of a calendar.
const LONGEST: usize = 256 << 10;

/// One line of a calendar: its name, its parameters as written, its value.
struct Line<'a> {
    name: &'a str,
    parameters: &'a str,
    value: &'a str,
}

/// A few lines of text about the first event or task; `None` when there is none.
pub(super) fn summary(calendar: &str) -> Option<String> {
    let calendar = &calendar[..calendar.floor_char_boundary(LONGEST)];
    // RFC 5545 section 3.1: a line that begins with white space goes on with the one before.
    let unfolded = calendar.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let lines: Vec<Line<'_>> = unfolded.lines().filter_map(line).collect();
    let is_event = |line: &Line<'_>| {
        line.name.eq_ignore_ascii_case("BEGIN")
            && ["VEVENT", "VTODO", "VFREEBUSY"].iter().any(|k| line.value.eq_ignore_ascii_case(k))
    };
    let start = lines.iter().position(is_event)?;
    let kind = lines[start].value;
    let event = &lines[start + 1..];
    let ends = |line: &Line<'_>| {
        line.name.eq_ignore_ascii_case("END") && line.value.eq_ignore_ascii_case(kind)
    };
    let event = &event[..event.iter().position(ends).unwrap_or(event.len())];
    // What stands inside an alarm of the event speaks of the alarm.
    let alarm = event.iter().position(|line| line.name.eq_ignore_ascii_case("BEGIN"));
    let event = &event[..alarm.unwrap_or(event.len())];
    let first = |name: &str| event.iter().find(|line| line.name.eq_ignore_ascii_case(name));
    let text = |name: &str| first(name).map(|line| unescaped(line.value)).filter(|t| !t.is_empty());

    let method = lines.iter().find(|line| line.name.eq_ignore_ascii_case("METHOD"));
    let what = match method.map(|line| line.value.trim().to_ascii_uppercase()).as_deref() {
        Some("REQUEST" | "ADD") => "Invitation",
        Some("CANCEL") => "Cancelled",
        Some("REPLY") => "Answer to an invitation",
        Some("COUNTER") => "Another time is proposed",
        _ => "Appointment",
    };
    let mut words = format!("{what}: {}\n", text("SUMMARY").unwrap_or_default());
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = writeln!(words, "{name}: {value}");
        }
    };
    say("When", first("DTSTART").map(|start| span(start, first("DTEND"))));
    say("Repeats", first("RRULE").map(|line| line.value.to_owned()));
    say("Where", text("LOCATION"));
    say("Organizer", first("ORGANIZER").map(person));
    let attendees = event.iter().filter(|line| line.name.eq_ignore_ascii_case("ATTENDEE"));
    let attendees: Vec<String> = attendees.take(PEOPLE).map(person).collect();
    say("Attendees", (!attendees.is_empty()).then(|| attendees.join(", ")));
    if let Some(description) = text("DESCRIPTION") {
        words.push('\n');
        words.push_str(description.trim());
        words.push('\n');
    }
    Some(words)
}

fn line(text: &str) -> Option<Line<'_>> {
    let mut quoted = false;
    let colon = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    })?;
    let (head, value) = (&text[..colon], &text[colon + 1..]);
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    Some(Line { name, parameters, value })
}

impl Line<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        let all = self.parameters.split(';').filter_map(|parameter| parameter.split_once('='));
        let mut all = all.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        all.next().map(|(_, value)| value.trim_matches('"')).filter(|value| !value.is_empty())
    }
}

/// `2026-05-04 09:00 - 10:00 (Europe/Berlin)`
fn span(start: &Line<'_>, end: Option<&Line<'_>>) -> String {
    let (from, to) = (moment(start.value), end.map(|end| moment(end.value)));
    let mut words = from.clone();
    if let Some(to) = to.filter(|to| *to != from) {
        let same_day = from.len() == 16 && to.get(..11) == from.get(..11);
        words.push_str(" - ");
        words.push_str(if same_day { &to[11..] } else { &to });
    }
    let zone = start.parameter("TZID").or(start.value.ends_with('Z').then_some("UTC"));
    if let Some(zone) = zone {
        words.push_str(&format!(" ({zone})"));
    }
    words
}

/// `20260504T090000Z` as `2026-05-04 09:00`; anything else as it is.
fn moment(value: &str) -> String {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let date = digits.get(..8).map(|d| format!("{}-{}-{}", &d[..4], &d[4..6], &d[6..]));
    let time = digits.get(8..12).map(|t| format!(" {}:{}", &t[..2], &t[2..]));
    match date.filter(|_| value.len() <= 16) {
        Some(date) => date + &time.unwrap_or_default(),
        None => value.to_owned(),
    }
}

/// `Ana <ana@shop.example> (accepted)`
fn person(line: &Line<'_>) -> String {
    let address = match line.value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &line.value[7..],
        _ => line.value,
    };
    let mut words = match line.parameter("CN").filter(|name| !name.eq_ignore_ascii_case(address)) {
        Some(name) => format!("{name} <{address}>"),
        None => address.to_owned(),
    };
    let answer = line.parameter("PARTSTAT").map(str::to_ascii_lowercase);
    if let Some(answer) = answer.filter(|answer| answer != "needs-action") {
        words.push_str(&format!(" ({answer})"));
    }
    words
}

/// Text without its escapes (RFC 5545 section 3.3.11).
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            c => text.push(c),
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_says_what_when_where_and_who() {
        let calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nDTSTART:16010101T000000\r\n\
            END:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY:Lamp\\, hall\r\nDTSTART;TZID=\"Europe/Berlin\":20260504T090000\r\n\
            DTEND;TZID=Europe/Berlin:20260504T100000\r\nLOCATION:Hall\r\nORGANIZER;CN=Ana:mailto:ana@shop.example\r\n\
            ATTENDEE;CN=\"Doe: Ben\";PARTSTAT=ACCEPTED:MAILTO:ben@shop.ex\r\n ample\r\n\
            DESCRIPTION:One\\nTwo\r\nBEGIN:VALARM\r\nDESCRIPTION:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n";
        assert_eq!(
            summary(calendar).unwrap(),
            "Invitation: Lamp, hall\nWhen: 2026-05-04 09:00 - 10:00 (Europe/Berlin)\nWhere: Hall\n\
             Organizer: Ana <ana@shop.example>\nAttendees: Doe: Ben <ben@shop.example> (accepted)\n\nOne\nTwo\n"
        );
    }

    #[test]
    fn odd_calendars_are_read_as_far_as_they_go() {
        for (calendar, expected) in [
            ("BEGIN:VEVENT\nSUMMARY:x", Some("Appointment: x\n")),
            (
                "METHOD:CANCEL\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260504\nDTEND;VALUE=DATE:20260506",
                Some("Cancelled: \nWhen: 2026-05-04 - 2026-05-06\n"),
            ),
            (
                "BEGIN:VEVENT\nDTSTART:20260504T090000Z",
                Some("Appointment: \nWhen: 2026-05-04 09:00 (UTC)\n"),
            ),
            ("BEGIN:VEVENT\nDTSTART:ä", Some("Appointment: \nWhen: ä\n")),
            ("BEGIN:VCALENDAR\nEND:VCALENDAR", None),
            ("", None),
        ] {
            assert_eq!(summary(calendar).as_deref(), expected, "{calendar}");
        }
    }

    #[test]
    fn a_megabyte_of_calendar_takes_no_time() {
        let started = crate::mail::effort::Effort::begin();
        for piece in ["BEGIN:VEVENT\n", "ATTENDEE;CN=\"", "\n ", "SUMMARY:\\"] {
            summary(&format!("BEGIN:VEVENT\n{}", piece.repeat((1 << 20) / piece.len())));
        }
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
