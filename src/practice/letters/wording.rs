//! From a topic to a text: `{order}` becomes this letter's order number, `[one|the other]` one of
//! its choices. What the letters are about stands in `topics_english` and `topics_german`.

use super::dice::Dice;

/// The language a letter is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Language {
    /// British English, mostly.
    English,
    /// German, with its umlauts.
    German,
}

/// Who would write about a topic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Writer {
    /// Somebody of the office itself.
    Staff,
    /// Somebody who buys there, or thinks about it.
    Customer,
    /// Somebody who delivers or offers something.
    Supplier,
}

/// Something to write about: who does, the subject, and the text between greeting and farewell.
pub(super) struct Topic(pub(super) Writer, pub(super) &'static str, pub(super) &'static str);

const ITEMS: [(&str, &str); 16] = [
    ("Lumo 40 rear light", "Rücklicht Lumo 40"),
    ("Lumo 80 front light", "Frontlicht Lumo 80"),
    ("Nordlicht desk lamp", "Schreibtischleuchte Nordlicht"),
    ("Brunnen pendant lamp, brass", "Pendelleuchte Brunnen, Messing"),
    ("Kontor 24 monitor arm", "Monitorarm Kontor 24"),
    ("Elster city bike, 53 cm", "Stadtrad Elster, 53 cm"),
    ("Milan touring bike, 57 cm", "Tourenrad Milan, 57 cm"),
    ("Packesel cargo trailer", "Lastenanhänger Packesel"),
    ("hub dynamo ND-3", "Nabendynamo ND-3"),
    ("chain set 11-speed", "Kettensatz 11-fach"),
    ("LED strip, warm white, 5 m", "LED-Band warmweiß, 5 m"),
    ("track spotlight Punkt 12", "Stromschienenstrahler Punkt 12"),
    ("Feldweg puncture-proof tyre", "pannensicherer Reifen Feldweg"),
    ("docking station D6", "Dockingstation D6"),
    ("wireless keyboard Taste 2", "Funktastatur Taste 2"),
    ("emergency exit light N2", "Notausgangsleuchte N2"),
];
const PRINTERS: [&str; 5] =
    ["Kopia 3200", "the big Kopia in the corridor", "Prisma 51", "Kopia 710", "Stampa C8"];
const PRINTERS_GERMAN: [&str; 4] = ["Kopia 3200", "Prisma 51", "Kopia 710", "Stampa C8"];
const CITIES: [&str; 12] = [
    "Münster",
    "Leeds",
    "Graz",
    "Utrecht",
    "Bristol",
    "Köln",
    "Aarhus",
    "Zürich",
    "Görlitz",
    "Galway",
    "Tübingen",
    "Antwerp",
];
const COLLEAGUES: [&str; 10] =
    ["Marta", "Jonas", "Aylin", "Oliver", "Priya", "Henning", "Zoë", "Tomasz", "Käthe", "Samuel"];
const DAYS: [(&str, &str); 5] = [
    ("Monday", "Montag"),
    ("Tuesday", "Dienstag"),
    ("Wednesday", "Mittwoch"),
    ("Thursday", "Donnerstag"),
    ("Friday", "Freitag"),
];

/// The names and numbers one letter sticks to from subject to signature.
pub(super) struct Details {
    language: Language,
    order: usize,
    cents: usize,
    quantity: usize,
    item: (&'static str, &'static str),
    other: (&'static str, &'static str),
    printer: &'static str,
    city: &'static str,
    colleague: &'static str,
    day: (&'static str, &'static str),
    hour: usize,
    room: usize,
    serial: u64,
}

impl Details {
    pub(super) fn new(dice: &mut Dice, language: Language) -> Self {
        let first = dice.below(ITEMS.len());
        let second = (first + dice.between(1, ITEMS.len() - 1)) % ITEMS.len();
        Self {
            language,
            order: dice.between(10_400, 98_900),
            cents: dice.between(1_290, 189_900),
            quantity: dice.between(2, 24),
            item: ITEMS[first],
            other: ITEMS[second],
            printer: match language {
                Language::English => dice.pick(&PRINTERS),
                Language::German => dice.pick(&PRINTERS_GERMAN),
            },
            city: dice.pick(&CITIES),
            colleague: dice.pick(&COLLEAGUES),
            day: dice.pick(&DAYS),
            hour: dice.between(8, 17),
            room: dice.between(1, 4) * 100 + dice.between(1, 19),
            serial: dice.number() & 0xFFF_FFFF,
        }
    }

    fn word(&self, name: &str) -> String {
        let german = self.language == Language::German;
        let choose = |pair: (&str, &str)| (if german { pair.1 } else { pair.0 }).to_owned();
        match name {
            "order" => format!("BK-{}", self.order),
            "invoice" => format!("R{}-{:03}", self.order / 7, self.order % 997),
            "amount" if german => format!("{},{:02} Euro", self.cents / 100, self.cents % 100),
            "amount" => format!("EUR {}.{:02}", self.cents / 100, self.cents % 100),
            "qty" => self.quantity.to_string(),
            "item" => choose(self.item),
            "other" => choose(self.other),
            "printer" => self.printer.to_owned(),
            "city" => self.city.to_owned(),
            "colleague" => self.colleague.to_owned(),
            "day" => choose(self.day),
            "time" => format!("{}:{:02}", self.hour, self.room % 4 * 15),
            "room" => self.room.to_string(),
            "serial" => format!("SN{:07X}", self.serial),
            _ => format!("{{{name}}}"),
        }
    }
}

/// Fills a template in. Choices in square brackets do not nest; an unknown `{name}` stays.
pub(super) fn fill(template: &str, details: &Details, dice: &mut Dice) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some(at) = rest.find(['[', '{']) {
        text.push_str(&rest[..at]);
        let close = if rest[at..].starts_with('[') { ']' } else { '}' };
        let Some(length) = rest[at..].find(close) else {
            rest = &rest[at..];
            break;
        };
        let inside = &rest[at + 1..at + length];
        if close == ']' {
            let choices: Vec<&str> = inside.split('|').collect();
            text.push_str(&fill(dice.pick(&choices), details, dice));
        } else {
            text.push_str(&details.word(inside));
        }
        rest = &rest[at + length + 1..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::super::{topics_english, topics_german};
    use super::*;

    #[test]
    fn every_topic_is_filled_to_the_last_bracket_in_every_choice() {
        let topics = topics_english::TOPICS.iter().map(|topic| (Language::English, topic));
        let topics = topics.chain(topics_german::TOPICS.iter().map(|t| (Language::German, t)));
        for (language, Topic(_, subject, body)) in topics {
            for throw in 0..40 {
                let mut dice = Dice::new(7, throw, "test");
                let details = Details::new(&mut dice, language);
                for template in [subject, body] {
                    let text = fill(template, &details, &mut dice);
                    assert!(!text.contains(['[', ']', '{', '}', '|']), "{template}: {text}");
                    assert!(!text.contains("  "), "{template}: {text}");
                }
            }
        }
    }

    #[test]
    fn there_are_enough_topics_and_no_two_share_a_subject() {
        let all: Vec<&str> =
            topics_english::TOPICS.iter().chain(&topics_german::TOPICS).map(|t| t.1).collect();
        let different: std::collections::BTreeSet<&&str> = all.iter().collect();
        assert!(different.len() >= 50, "{}", different.len());
        assert_eq!(different.len(), all.len());
    }
}
