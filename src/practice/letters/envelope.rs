//! The head of a letter: what the servers on the way and the writer's program put over it, and the
//! whole thing as bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::charsets::Charset;
use super::dates::Local;
use super::dice::Dice;
use super::mime::{Part, Word, address, encoded_word, header};
use super::people::Program;
use super::run::Run;

/// A name, which may be empty, and an address.
pub(super) type Named = (String, String);

/// A letter ready to be written out.
pub(super) struct Mail {
    pub(super) from: Named,
    pub(super) to: Vec<Named>,
    pub(super) cc: Vec<Named>,
    pub(super) subject: Option<String>,
    /// How words in headers are encoded when they are not ASCII.
    pub(super) words: (Charset, Word),
    /// Without brackets, as are the next two.
    pub(super) id: Option<String>,
    pub(super) answers: Option<String>,
    pub(super) references: Vec<String>,
    /// In seconds since 1970, and in minutes east of Greenwich.
    pub(super) sent: (i64, i32),
    pub(super) program: Option<Program>,
    /// Further headers, in order.
    pub(super) more: Vec<(&'static str, String)>,
    pub(super) sender: Sender,
    /// Without it the letter has neither MIME-Version nor Content-Type (RFC 5322 alone).
    pub(super) labelled: bool,
    pub(super) root: Part,
}

/// What the receiving server found out about the sender (RFC 8601).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sender {
    /// SPF, DKIM and DMARC agree.
    Proven,
    /// Its domain publishes nothing.
    Unknown,
    /// DMARC fails.
    Forged,
    /// No sender at all, as bounces have it.
    Null,
}

impl Mail {
    /// A letter from `from` to the mailbox of `run` with nothing particular about it.
    pub(super) fn new(run: &Run, from: Named, subject: &str, sent: (i64, i32), root: Part) -> Self {
        Self {
            from,
            to: vec![(String::new(), run.to.clone())],
            cc: Vec::new(),
            subject: Some(subject.to_owned()),
            words: (Charset::Utf8, Word::B),
            id: None,
            answers: None,
            references: Vec::new(),
            sent,
            program: None,
            more: Vec::new(),
            sender: Sender::Proven,
            labelled: true,
            root,
        }
    }

    /// The letter as it lies in the mailbox, every line ended by CRLF.
    pub(super) fn to_bytes(&self, run: &Run, index: usize) -> Vec<u8> {
        let mut dice = run.dice(index, "envelope");
        let mut out = Vec::with_capacity(4096);
        self.trace(&mut out, run, index);
        let field = |out: &mut Vec<u8>, name: &str, people: &[Named]| {
            if !people.is_empty() {
                let list: Vec<String> = people
                    .iter()
                    .map(|one| address(&one.0, &one.1, self.words.0, self.words.1))
                    .collect();
                header(out, name, &list.join(", "));
            }
        };
        header(&mut out, "Date", &Local::new(self.sent.0, self.sent.1).header());
        field(&mut out, "From", std::slice::from_ref(&self.from));
        field(&mut out, "To", &self.to);
        field(&mut out, "Cc", &self.cc);
        if let Some(subject) = &self.subject {
            header(&mut out, "Subject", &encoded_word(subject, self.words.0, self.words.1));
        }
        if let Some(id) = &self.id {
            header(&mut out, "Message-ID", &format!("<{id}>"));
        }
        if let Some(id) = &self.answers {
            header(&mut out, "In-Reply-To", &format!("<{id}>"));
        }
        if !self.references.is_empty() {
            header(&mut out, "References", &format!("<{}>", self.references.join("> <")));
        }
        for (name, value) in self.own_headers(&mut dice).iter().chain(&self.more) {
            header(&mut out, name, value);
        }
        if !self.labelled {
            let bare = Part { headers: Vec::new(), content: self.root.content.clone() };
            bare.write(&mut out, &mut String::new);
            return out;
        }
        header(&mut out, "MIME-Version", "1.0");
        let program = self.program;
        self.root.write(&mut out, &mut || {
            let number = dice.number();
            match program {
                Some(Program::Outlook) => format!(
                    "----=_NextPart_000_{:04X}_01DB{:04X}.{:08X}",
                    number & 0xFFFF,
                    number >> 48,
                    number >> 16 & 0xFFFF_FFFF
                ),
                Some(Program::Thunderbird) => format!("------------{number:016x}K"),
                Some(Program::AppleMail | Program::Phone) => format!("Apple-Mail-{number:016X}"),
                Some(Program::Browser) => format!("000000000000{number:016x}"),
                Some(Program::Roundcube) | None => format!("=_{number:016x}"),
            }
        });
        out
    }

    /// What the servers wrote, the newest on top.
    fn trace(&self, out: &mut Vec<u8>, run: &Run, index: usize) {
        let mut dice = run.dice(index, "trace");
        let office = &run.office;
        let domain = self.from.1.rsplit_once('@').map_or("nowhere.example", |(_, domain)| domain);
        let verdict = match self.sender {
            Sender::Proven => format!(
                "spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}; dmarc=pass action=none header.from={domain}"
            ),
            Sender::Unknown => format!(
                "spf=none smtp.mailfrom={domain}; dkim=none; dmarc=none header.from={domain}"
            ),
            Sender::Forged => format!(
                "spf=fail smtp.mailfrom=relay.{domain}; dkim=none; dmarc=fail action=none header.from={domain}"
            ),
            Sender::Null => "spf=none smtp.helo=localhost; dkim=none; dmarc=none".to_owned(),
        };
        header(out, "Authentication-Results", &format!("mx.{office}; {verdict}"));
        let path = if self.sender == Sender::Null { "" } else { &self.from.1 };
        header(out, "Return-Path", &format!("<{path}>"));
        let arrived = Local::new(run.received(index), 0).header();
        // Addresses set aside for documentation (RFC 5737).
        header(
            out,
            "Received",
            &format!(
                "from mail.{domain} (mail.{domain} [203.0.113.{}]) by mx.{office} with ESMTPS id {:010X} for <{}>; {arrived}",
                dice.between(1, 254),
                dice.number() >> 24,
                run.to
            ),
        );
        header(
            out,
            "Received",
            &format!(
                "from [198.51.100.{}] by mail.{domain} with ESMTPSA id {:08x}; {}",
                dice.between(1, 254),
                dice.number() >> 32,
                Local::new(self.sent.0 + 1, self.sent.1).header()
            ),
        );
    }

    /// How the writer's program shows itself.
    fn own_headers(&self, dice: &mut Dice) -> Vec<(&'static str, String)> {
        match self.program {
            Some(Program::Outlook) => {
                let topic = self.subject.as_deref().unwrap_or_default();
                let topic = topic.split_once(": ").map_or(topic, |(mark, rest)| {
                    if mark == "Re" || mark == "AW" { rest } else { topic }
                });
                let mut index = vec![0x01, 0xDB];
                index.extend_from_slice(&dice.noise(20));
                vec![
                    ("Thread-Topic", encoded_word(topic, self.words.0, self.words.1)),
                    ("Thread-Index", STANDARD.encode(index)),
                    ("X-Mailer", "Microsoft Outlook 16.0".to_owned()),
                    ("Accept-Language", "de-DE, en-GB".to_owned()),
                ]
            }
            Some(Program::Thunderbird) => vec![(
                "User-Agent",
                format!("Mozilla Thunderbird {}.{}", dice.between(115, 140), dice.below(9)),
            )],
            Some(Program::AppleMail) => {
                vec![("X-Mailer", format!("Apple Mail (2.3{}.1)", dice.between(696, 826)))]
            }
            Some(Program::Phone) => {
                vec![("X-Mailer", format!("iPhone Mail (22{}5)", dice.pick(&['A', 'B', 'F'])))]
            }
            Some(Program::Roundcube) => vec![
                ("User-Agent", format!("Roundcube Webmail/1.6.{}", dice.below(10))),
                ("X-Sender", self.from.1.clone()),
            ],
            Some(Program::Browser) | None => Vec::new(),
        }
    }
}
