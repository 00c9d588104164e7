//! To whom an agent's answer goes: taken from the message it answers, never to the mailbox it leaves
//! from, nobody twice. What an agent should know before it leaves is said in words.

use super::caps;
use super::policy::Policy;
use super::writing::{Answered, Writing};
use crate::mail::Address;
use crate::mail::compose::{is_address, is_plain_address};

/// The most people a letter goes to: what a mailbox of Microsoft 365 may send unless its
/// administrator raised it (facts: microsoft-graph 4.7).
pub const MOST: usize = 500;

/// Who gets an answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recipients {
    /// Whom it is for.
    pub to: Vec<Address>,
    /// Who gets a copy.
    pub cc: Vec<Address>,
    /// Who gets a copy that others do not see.
    pub bcc: Vec<Address>,
    /// Who was asked for and gets none, for a letter there would come back to us.
    pub ours: Vec<Address>,
    /// Who was asked for and cannot be written to: what was typed is not one address.
    pub unfit: Vec<Address>,
    /// Who wrote, when the answer goes to somebody else because the message says so (Reply-To).
    pub instead_of: Option<Address>,
}

impl Recipients {
    /// The people of an answer to this message. `to` is empty when there is nobody to answer.
    pub(super) fn of(answered: &Answered, writing: &Writing, policy: &Policy) -> Self {
        let mut found = Self::default();
        let asked_for = writing.cc.iter().chain(&writing.bcc);
        found.unfit = asked_for.filter(|one| !is_plain_address(&one.address)).cloned().collect();
        let here = |address: &Address| caps::key(address) == caps::key(&policy.address);
        let ours = |address: &Address| {
            let key = caps::key(address);
            here(address) || policy.own_addresses.iter().any(|own| own.eq_ignore_ascii_case(&key))
        };
        let mut taken: Vec<String> = Vec::new();
        let mut take = |address: &Address| {
            let (key, is_new) = (address.key(), !taken.contains(&address.key()));
            taken.push(key);
            is_new && is_address(&address.address)
        };
        for list in [&answered.reply_to[..], answered.from.as_slice()] {
            if !found.to.is_empty() {
                break;
            }
            for address in list.iter().filter(|address| take(address)) {
                if here(address) { &mut found.ours } else { &mut found.to }.push(address.clone());
            }
        }
        found.instead_of = answered.from.clone().filter(|from| {
            !answered.reply_to.is_empty() && found.to.iter().any(|to| to.key() != from.key())
        });
        for address in writing.cc.iter().filter(|address| take(address)) {
            if here(address) { &mut found.ours } else { &mut found.cc }.push(address.clone());
        }
        for address in writing.bcc.iter().filter(|address| take(address)) {
            if here(address) { &mut found.ours } else { &mut found.bcc }.push(address.clone());
        }
        if writing.to_all {
            // Our mailboxes got the letter themselves.
            let others = answered.to.iter().chain(&answered.cc).filter(|other| !ours(other));
            found.cc.extend(others.filter(|other| take(other)).cloned());
        }
        found
    }

    /// Everybody who gets it.
    pub fn everybody(&self) -> Vec<Address> {
        [&self.to[..], &self.cc, &self.bcc].concat()
    }

    /// What an agent should know of them, a sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(from) = &self.instead_of {
            let to: Vec<&str> = self.to.iter().map(|to| to.address.as_str()).collect();
            remarks.push(format!(
                "{} wrote, but wants the answer to go to {} (Reply-To); make sure that is who you mean",
                from.address,
                to.join(", ")
            ));
        }
        for address in &self.ours {
            remarks.push(format!(
                "{} is left out: it is the mailbox this leaves from, and would get it as a new letter",
                address.address
            ));
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::draft;

    fn policy() -> Policy {
        let own_addresses = vec!["desk@office.example".into(), "sales@office.example".into()];
        Policy { own_addresses, ..Policy::of_tests() }
    }

    fn addresses(text: &str) -> Vec<Address> {
        text.split_whitespace().map(Address::bare).collect()
    }

    fn texts(addresses: &[Address]) -> String {
        addresses.iter().map(|a| a.address.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_copy_goes_to_one_plain_address_or_is_complained_of() {
        let answered = Answered {
            from: Some(Address::bare("ana@shop.example")),
            reply_to: Vec::new(),
            to: Vec::new(),
            cc: Vec::new(),
            message_id: None,
            cited: Vec::new(),
        };
        for (typed, unfit) in [
            ("ben@shop.example; Cy <cy@shop.example>", ""),
            ("\"ben bo\"@shop.example, 用户@例え.example", ""),
            ("x y@b", "x y@b"),
            ("grp: a@b.example, c@d.example;", "grp: a@b.example"),
            ("grp: a@b.example;", "grp: a@b.example"),
            ("ana@shop.example ben@shop.example", "ana@shop.example ben@shop.example"),
        ] {
            for hidden in [false, true] {
                let list = draft::addresses(typed);
                let (cc, bcc) = if hidden { (Vec::new(), list) } else { (list, Vec::new()) };
                let writing = Writing { cc, bcc, ..Writing::default() };
                let found = Recipients::of(&answered, &writing, &policy());
                assert_eq!(texts(&found.unfit), unfit, "{typed}");
            }
        }
    }

    #[test]
    fn an_answer_goes_to_whom_the_message_names_and_never_to_ourselves() {
        const ANA: &str = "ana@shop.example";
        // What the message says: From, Reply-To, To, Cc; what the agent says: Cc, Bcc, whether to all.
        type Case<'a> = (&'a str, [&'a str; 4], (&'a str, &'a str, bool), [&'a str; 5]);
        let desk = "desk@office.example";
        let cases: [Case<'_>; 11] = [
            ("plain", [ANA, "", desk, "ben@shop.example"], ("", "", false), [ANA, "", "", "", ""]),
            (
                "elsewhere",
                [ANA, "team@shop.example", desk, ""],
                ("", "", false),
                ["team@shop.example", "", "", "", ANA],
            ),
            (
                "the same",
                [ANA, "ANA@shop.example", desk, ""],
                ("", "", false),
                ["ANA@shop.example", "", "", "", ""],
            ),
            (
                "herself and another",
                [ANA, "ana@shop.example team@shop.example", desk, ""],
                ("", "", false),
                ["ana@shop.example team@shop.example", "", "", "", ANA],
            ),
            ("back to us", [ANA, desk, desk, ""], ("", "", false), [ANA, "", "", desk, ""]),
            ("only to us", [desk, "", desk, ""], ("", "", false), ["", "", "", desk, ""]),
            ("no address", ["Ana", "", desk, ""], ("", "", false), ["", "", "", "", ""]),
            (
                "another mailbox of ours",
                ["sales@office.example", "", desk, ""],
                ("", "", false),
                ["sales@office.example", "", "", "", ""],
            ),
            (
                "to all",
                [
                    ANA,
                    "",
                    "desk+x@office.example ben@shop.example",
                    "sales@office.example cy@shop.example BEN@shop.example",
                ],
                ("", "", true),
                [ANA, "ben@shop.example cy@shop.example", "", "", ""],
            ),
            (
                "nobody twice",
                [ANA, "", desk, "ben@shop.example"],
                ("ben@shop.example ana@shop.example", "dora@shop.example ben@shop.example", true),
                [ANA, "ben@shop.example", "dora@shop.example", "", ""],
            ),
            (
                "a copy to ourselves",
                [ANA, "", desk, ""],
                (desk, "desk+1@office.example", false),
                [ANA, "", "", "desk@office.example desk+1@office.example", ""],
            ),
        ];
        for (case, [from, reply_to, to, cc], (copies, hidden, to_all), expected) in cases {
            let answered = Answered {
                from: Some(Address::bare(from)),
                reply_to: addresses(reply_to),
                to: addresses(to),
                cc: addresses(cc),
                message_id: None,
                cited: Vec::new(),
            };
            let writing = Writing {
                cc: addresses(copies),
                bcc: addresses(hidden),
                to_all,
                ..Writing::default()
            };
            let found = Recipients::of(&answered, &writing, &policy());
            let instead_of = found.instead_of.as_ref().map(|from| from.address.as_str());
            let lists = [&found.to, &found.cc, &found.bcc, &found.ours].map(|list| texts(list));
            assert_eq!(lists, expected[..4], "{case}");
            assert_eq!(instead_of.unwrap_or_default(), expected[4], "{case}");
            let remarks = found.remarks();
            assert_eq!(
                remarks.len(),
                found.ours.len() + usize::from(instead_of.is_some()),
                "{case}"
            );
        }
    }
}
