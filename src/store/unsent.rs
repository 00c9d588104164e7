//! An answer before it is sent: to whom it would go, what it would say and repeat, and what should be known
//! of its recipients, the same for the pages and the command line. Nothing is written.

use super::{Result, Store};
use crate::desk::outgoing;
use crate::desk::policy::Policy;
use crate::desk::quoting::Quoting;
use crate::desk::recipients::Recipients;
use crate::desk::writing::{Thread, Writing};
use crate::mail::Address;
use crate::time::Timestamp;

/// An answer as it would leave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsent {
    /// To whom it would go.
    pub recipients: Recipients,
    /// Its subject.
    pub subject: String,
    /// What it repeats below its text, if anything.
    pub quoted: Option<String>,
    /// The recipients whose last letters all came back, and how many did.
    pub unreachable: Vec<(Address, u32)>,
    /// Why it would not be taken now, if so.
    pub struck: Option<String>,
}

impl Store {
    /// What an agent's answer would be now. Fails with [`super::Error::Unfit`] when it could go to nobody.
    pub fn unsent(
        &mut self,
        (thread, writing): (&Thread, &Writing),
        policy: &Policy,
        quoting: &Quoting,
        now: Timestamp,
    ) -> Result<Unsent> {
        let recipients = outgoing::recipients(thread, writing, policy)?;
        let answered = thread.answered.as_ref().and_then(|it| it.message_id.as_ref());
        let original = match answered {
            Some(message_id) => self.original(thread.number, message_id)?,
            None => None,
        };
        let everybody = recipients.everybody();
        Ok(Unsent {
            recipients,
            subject: outgoing::answer_subject(thread, policy),
            quoted: original.and_then(|it| quoting.quote(&it)).map(|quoted| quoted.as_text()),
            unreachable: self.unreachable(&everybody, now)?,
            struck: self.reply_struck(&everybody, now)?,
        })
    }
}
