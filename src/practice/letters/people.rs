//! Who writes: the ten people of the office, its customers and its suppliers, all invented, with
//! addresses under `.example` (RFC 2606) and telephone numbers set aside for stories.

use super::dice::Dice;
use super::wording::{Language, Writer};

/// A mail program, as far as its letters show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Program {
    /// Outlook on a desk.
    Outlook,
    /// Thunderbird.
    Thunderbird,
    /// Apple's mail on a desk.
    AppleMail,
    /// Apple's mail on a telephone.
    Phone,
    /// Mail in a browser, which names itself nowhere.
    Browser,
    /// Roundcube.
    Roundcube,
}

/// Somebody who writes.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) domain: String,
    /// Empty for private people.
    pub(super) company: &'static str,
    pub(super) role: &'static str,
    pub(super) phone: String,
    pub(super) language: Language,
    pub(super) program: Program,
}

const STAFF: [(&str, &str, &str); 10] = [
    ("Marta", "Kowalczyk", "Sales"),
    ("Jonas", "Bräuer", "Workshop"),
    ("Aylin", "Demir", "Accounts"),
    ("Oliver", "Hartley", "Shop floor"),
    ("Priya", "Raman", "Purchasing"),
    ("Henning", "Groß", "Workshop"),
    ("Zoë", "Lindqvist", "Lighting design"),
    ("Tomasz", "Wrona", "Warehouse"),
    ("Käthe", "Möllers", "Front desk"),
    ("Samuel", "Okafor", "Web shop"),
];

const FIRST_ENGLISH: [&str; 22] = [
    "Alice",
    "Ben",
    "Charlotte",
    "Daniel",
    "Eleanor",
    "Fergus",
    "Grace",
    "Harriet",
    "Imran",
    "Julia",
    "Kofi",
    "Laura",
    "Michael",
    "Niamh",
    "Owen",
    "Rachel",
    "Siobhan",
    "Thomas",
    "Ursula",
    "Victor",
    "Wendy",
    "José",
];
const LAST_ENGLISH: [&str; 22] = [
    "Ashworth",
    "Barrow",
    "Castellan",
    "Dunmore",
    "Ellery",
    "Fairclough",
    "Garland",
    "Hollis",
    "Inchbald",
    "Jessop",
    "Kettering",
    "Larkin",
    "Merriman",
    "Núñez",
    "O'Shea",
    "Pemberton",
    "Quill",
    "Redfern",
    "Stanhope",
    "Thorne",
    "Underhill",
    "Whitlock",
];
const FIRST_GERMAN: [&str; 20] = [
    "Anna",
    "Björn",
    "Clara",
    "Dieter",
    "Elke",
    "Florian",
    "Gisela",
    "Hannes",
    "Ingrid",
    "Jürgen",
    "Katharina",
    "Lukas",
    "Mareike",
    "Norbert",
    "Petra",
    "Rüdiger",
    "Sabine",
    "Thorsten",
    "Ulrike",
    "Jörg",
];
const LAST_GERMAN: [&str; 20] = [
    "Ahrens",
    "Böhmer",
    "Clausen",
    "Dörfler",
    "Eberling",
    "Fuhrmann",
    "Grünwald",
    "Hölscher",
    "Immendorf",
    "Jäger",
    "Kröger",
    "Lüttmann",
    "Meißner",
    "Nachtigall",
    "Overbeck",
    "Pfützner",
    "Rößler",
    "Schönfeld",
    "Tiedemann",
    "Wäscher",
];
const CUSTOMERS: [(&str, &str); 16] = [
    ("Fernmeier Maschinenbau GmbH", "fernmeier.example"),
    ("Hollis & Quill Solicitors", "hollisquill.example"),
    ("Stadtbücherei Altenwerder", "buecherei-altenwerder.example"),
    ("Café Laternenhof", "laternenhof.example"),
    ("Northgate Dental Practice", "northgate-dental.example"),
    ("Gesamtschule am Deich", "schule-am-deich.example"),
    ("Redfern Architects", "redfern-architects.example"),
    ("Tischlerei Overbeck", "tischlerei-overbeck.example"),
    ("Larkin Cycle Couriers", "larkincouriers.example"),
    ("Hotel Drei Linden", "dreilinden.example"),
    ("Brightwater Theatre", "brightwater.example"),
    ("Gärtnerei Wiesengrund", "wiesengrund.example"),
    ("Kettering Print Works", "ketteringprint.example"),
    ("Praxis Dr. Schönfeld", "praxis-schoenfeld.example"),
    ("Merriman Veterinary Clinic", "merrimanvets.example"),
    ("Museum der kleinen Dinge", "kleinedinge.example"),
];
const SUPPLIERS: [(&str, &str); 7] = [
    ("Lumo Leuchten AG", "lumo-leuchten.example"),
    ("Elster Fahrradwerke GmbH", "elster-raeder.example"),
    ("Stampa Office Machines", "stampa.example"),
    ("Nordkabel Telekom", "nordkabel.example"),
    ("Packesel Trailers Ltd", "packesel.example"),
    ("Brandschutz Weber & Sohn", "brandschutz-weber.example"),
    ("Punkt Lighting Systems", "punktlighting.example"),
];
const PRIVATE: [&str; 4] =
    ["postfach.example", "hausmail.example", "mailbox.example", "inbox.example"];
const ROLES_ENGLISH: [&str; 6] =
    ["Office manager", "Facilities", "Accounts payable", "Partner", "Head of IT", "Procurement"];
const ROLES_GERMAN: [&str; 6] =
    ["Büroleitung", "Einkauf", "Buchhaltung", "Geschäftsführung", "Haustechnik", "Leitung EDV"];
const PROGRAMS: [Program; 9] = [
    Program::Outlook,
    Program::Outlook,
    Program::Outlook,
    Program::Thunderbird,
    Program::AppleMail,
    Program::Phone,
    Program::Browser,
    Program::Browser,
    Program::Roundcube,
];

/// Somebody who would write as `writer`; staff sit under `office`, the domain of the mailbox.
pub(super) fn somebody(
    dice: &mut Dice,
    writer: Writer,
    language: Language,
    office: &str,
) -> Person {
    match writer {
        Writer::Staff => {
            let staff = dice.pick(&STAFF);
            build(dice, (staff.0, staff.1), ("", office), staff.2, language)
        }
        Writer::Customer if dice.chance(40) => {
            let domain = dice.pick(&PRIVATE);
            let name = name(dice, language);
            build(dice, name, ("", domain), "", language)
        }
        Writer::Customer => {
            let firm = dice.pick(&CUSTOMERS);
            at(dice, firm, language)
        }
        Writer::Supplier => {
            let firm = dice.pick(&SUPPLIERS);
            at(dice, firm, language)
        }
    }
}

/// Everybody who works in the office, as name and address.
pub(super) fn staff(office: &str) -> impl Iterator<Item = (String, String)> {
    STAFF.into_iter().map(move |(first, last, _)| {
        (format!("{first} {last}"), format!("{}.{}@{office}", ascii(first), ascii(last)))
    })
}

/// Somebody else of the same house, to be copied in or to answer instead.
pub(super) fn neighbour(dice: &mut Dice, of: &Person, office: &str) -> Person {
    if of.domain == office {
        return somebody(dice, Writer::Staff, of.language, office);
    }
    let name = name(dice, of.language);
    let role = if of.company.is_empty() { "" } else { role(dice, of.language) };
    build(dice, name, (of.company, &of.domain), role, of.language)
}

fn at(dice: &mut Dice, firm: (&'static str, &str), language: Language) -> Person {
    let name = name(dice, language);
    let role = role(dice, language);
    build(dice, name, firm, role, language)
}

fn name(dice: &mut Dice, language: Language) -> (&'static str, &'static str) {
    match language {
        Language::English => (dice.pick(&FIRST_ENGLISH), dice.pick(&LAST_ENGLISH)),
        Language::German => (dice.pick(&FIRST_GERMAN), dice.pick(&LAST_GERMAN)),
    }
}

fn role(dice: &mut Dice, language: Language) -> &'static str {
    match language {
        Language::English => dice.pick(&ROLES_ENGLISH),
        Language::German => dice.pick(&ROLES_GERMAN),
    }
}

fn build(
    dice: &mut Dice,
    (first, last): (&str, &str),
    (company, domain): (&'static str, &str),
    role: &'static str,
    language: Language,
) -> Person {
    let local = match (ascii(first), ascii(last)) {
        (first, last) if company.is_empty() || domain.len() % 2 == 0 => format!("{first}.{last}"),
        (first, last) => format!("{}{last}", first.get(..1).unwrap_or("x")),
    };
    // Numbers nobody owns: the German regulator's 030 23125 000 to 999, Ofcom's 01632 960000 to 960999.
    let phone = match language {
        Language::English => format!("+44 1632 960{:03}", dice.below(1000)),
        Language::German => format!("+49 30 23125 {:03}", dice.below(1000)),
    };
    // One person keeps to one program, whatever the letter.
    let habit = local.bytes().map(usize::from).sum::<usize>() % PROGRAMS.len();
    Person {
        name: format!("{first} {last}"),
        address: format!("{local}@{domain}"),
        domain: domain.to_owned(),
        company,
        role,
        phone,
        language,
        program: PROGRAMS[habit],
    }
}

fn ascii(name: &str) -> String {
    let mut plain = String::new();
    for character in name.to_lowercase().chars() {
        match character {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'é' | 'ë' => plain.push('e'),
            'ú' => plain.push('u'),
            'ñ' => plain.push('n'),
            other if other.is_ascii_alphanumeric() => plain.push(other),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_ascii_and_end_in_example() {
        for throw in 0..500 {
            let mut dice = Dice::new(1, throw, "people");
            let writer = dice.pick(&[Writer::Staff, Writer::Customer, Writer::Supplier]);
            let language = dice.pick(&[Language::English, Language::German]);
            let one = somebody(&mut dice, writer, language, "contoso.example");
            let other = neighbour(&mut dice, &one, "contoso.example");
            assert_eq!(one.domain, other.domain);
            for person in [one, other] {
                assert!(person.address.is_ascii(), "{}", person.address);
                assert!(person.address.ends_with(".example"), "{}", person.address);
                assert!(!person.address.starts_with('.'), "{}", person.address);
            }
        }
    }
}
