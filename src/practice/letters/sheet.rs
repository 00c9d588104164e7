//! What one letter says before it is dressed as mail: who writes, about what, in which words, and
//! what it answers.

use super::dice::Dice;
use super::people::{self, Person, Program};
use super::run::{Kind, Run};
use super::wording::{Details, Language, Topic, Writer, fill};
use super::{topics_english, topics_german};

/// A letter as its writer sees it.
pub(super) struct Sheet {
    pub(super) kind: Kind,
    pub(super) author: Person,
    /// Who gets a copy.
    pub(super) copied: Vec<Person>,
    /// The subject with its `Re:` or `AW:`.
    pub(super) subject: String,
    pub(super) greeting: String,
    pub(super) paragraphs: Vec<String>,
    /// The last line and the name under it.
    pub(super) farewell: [String; 2],
    /// The lines below the name; empty for those who have none.
    pub(super) signature: Vec<String>,
    /// Without brackets.
    pub(super) id: String,
    /// In seconds since 1970.
    pub(super) sent: i64,
    /// The letter it answers.
    pub(super) answers: Option<Box<Sheet>>,
    /// The number of the letter that began the conversation.
    root: usize,
    requester: Person,
    bare_subject: String,
}

impl Sheet {
    /// What letter `index` of the run says. Letters without a topic get one as well; their kind
    /// decides what becomes of it.
    pub(super) fn new(run: &Run, index: usize) -> Self {
        match run.parent(index) {
            Some(parent) => Self::answer(run, index, Sheet::new(run, parent)),
            None => Self::fresh(run, index),
        }
    }

    /// The ids of the conversation, oldest first, without this letter's own.
    pub(super) fn references(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        let mut earlier = self.answers.as_deref();
        while let Some(sheet) = earlier {
            ids.push(sheet.id.as_str());
            earlier = sheet.answers.as_deref();
        }
        ids.reverse();
        ids
    }

    /// The language everybody in the conversation writes.
    pub(super) fn language(&self) -> Language {
        self.author.language
    }

    /// The names and numbers of this conversation.
    pub(super) fn details(run: &Run, root: usize, language: Language) -> Details {
        Details::new(&mut run.dice(root, "details"), language)
    }

    fn fresh(run: &Run, index: usize) -> Self {
        let mut dice = run.dice(index, "sheet");
        let kind = run.kind(index);
        let language = language(kind, &mut dice);
        let topics: &[Topic] = match language {
            Language::English => &topics_english::TOPICS,
            Language::German => &topics_german::TOPICS,
        };
        let Topic(writer, subject, body) = &topics[dice.below(topics.len())];
        // What machines send comes from outside; the office does not write to itself that way.
        let writer = match writer {
            Writer::Staff if kind >= Kind::OutOfOffice => Writer::Customer,
            other => *other,
        };
        let mut author = people::somebody(&mut dice, writer, language, &run.office);
        author.program = program(kind).unwrap_or(author.program);
        let copies = match kind {
            Kind::ManyRecipients => 4,
            _ if dice.chance(20) => 1,
            _ => 0,
        };
        let copied = (0..copies)
            .map(|_| people::neighbour(&mut dice, &author, &run.office))
            .filter(|person| person.address != author.address)
            .collect();
        let details = Self::details(run, index, language);
        let bare_subject = fill(subject, &details, &mut dice);
        let text = fill(body, &details, &mut dice);
        let mut sheet = Self {
            kind,
            copied,
            subject: bare_subject.clone(),
            greeting: String::new(),
            paragraphs: text.split("\n\n").map(str::to_owned).collect(),
            farewell: Default::default(),
            signature: Vec::new(),
            id: run.message_id(index, &author),
            sent: run.received(index).saturating_sub(TRANSIT),
            answers: None,
            root: index,
            requester: author.clone(),
            bare_subject,
            author,
        };
        sheet.manners(&details, &mut dice);
        sheet
    }

    fn answer(run: &Run, index: usize, earlier: Sheet) -> Self {
        let mut dice = run.dice(index, "sheet");
        let kind = run.kind(index);
        let language = earlier.language();
        let mut author = match dice.below(10) {
            0..6 => earlier.requester.clone(),
            6..8 => people::somebody(&mut dice, Writer::Staff, language, &run.office),
            _ => people::neighbour(&mut dice, &earlier.requester, &run.office),
        };
        author.program = program(kind).unwrap_or(author.program);
        let mut copied = vec![earlier.author.clone(), earlier.requester.clone()];
        copied.retain(|person| person.address != author.address);
        copied.dedup_by(|one, other| one.address == other.address);
        let details = Self::details(run, earlier.root, language);
        let (answers, mark): (&[&str], _) = match (language, author.program) {
            (Language::English, _) => (&topics_english::ANSWERS, "Re"),
            (Language::German, Program::Outlook) => (&topics_german::ANSWERS, "AW"),
            (Language::German, _) => (&topics_german::ANSWERS, "Re"),
        };
        let text = fill(dice.pick(answers), &details, &mut dice);
        let mut sheet = Self {
            kind,
            copied,
            subject: format!("{mark}: {}", earlier.bare_subject),
            greeting: String::new(),
            paragraphs: text.split("\n\n").map(str::to_owned).collect(),
            farewell: Default::default(),
            signature: Vec::new(),
            id: run.message_id(index, &author),
            sent: run.received(index).saturating_sub(TRANSIT),
            root: earlier.root,
            requester: earlier.requester.clone(),
            bare_subject: earlier.bare_subject.clone(),
            answers: Some(Box::new(earlier)),
            author,
        };
        sheet.manners(&details, &mut dice);
        sheet
    }

    /// Greeting, a sentence aside, farewell and signature.
    fn manners(&mut self, details: &Details, dice: &mut Dice) {
        let english = self.language() == Language::English;
        let (greetings, asides, farewells): (&[&str], &[&str], &[&str]) = if english {
            (&topics_english::GREETINGS, &topics_english::ASIDES, &topics_english::FAREWELLS)
        } else {
            (&topics_german::GREETINGS, &topics_german::ASIDES, &topics_german::FAREWELLS)
        };
        self.greeting = fill(dice.pick(greetings), details, dice);
        if self.answers.is_none() && dice.chance(40) {
            self.paragraphs.push(fill(dice.pick(asides), details, dice));
        }
        self.farewell = [dice.pick(farewells).to_owned(), self.author.name.clone()];
        let author = &self.author;
        self.signature = match author.program {
            Program::Phone if english => vec!["Sent from my phone".to_owned()],
            Program::Phone => vec!["Von unterwegs gesendet".to_owned()],
            _ if author.company.is_empty() && author.role.is_empty() => Vec::new(),
            _ if dice.chance(25) => Vec::new(),
            _ => {
                let phone = if english { "Phone" } else { "Telefon" };
                let house =
                    if author.company.is_empty() { author.domain.as_str() } else { author.company };
                vec![
                    format!("{} | {}", author.name, author.role),
                    house.to_owned(),
                    format!("{phone} {}", author.phone),
                    format!("https://www.{}/", author.domain),
                ]
            }
        };
    }
}

/// Seconds a letter is on its way.
const TRANSIT: i64 = 3;

fn language(kind: Kind, dice: &mut Dice) -> Language {
    match kind {
        Kind::Latin1Quoted | Kind::Latin1EightBit | Kind::Unlabelled | Kind::LongName => {
            Language::German
        }
        Kind::Hostile | Kind::Receipt => Language::English,
        _ if dice.chance(40) => Language::German,
        _ => Language::English,
    }
}

/// The program that a kind of letter must come from, where only one writes so.
fn program(kind: Kind) -> Option<Program> {
    match kind {
        Kind::Flowed => Some(Program::Thunderbird),
        Kind::ReplyOutlook | Kind::Windows | Kind::Docx => Some(Program::Outlook),
        Kind::ReplyHtml => Some(Program::Browser),
        Kind::Latin1EightBit => Some(Program::Roundcube),
        _ => None,
    }
}
