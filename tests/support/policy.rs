//! What the office of the tests decided beforehand.

use counterfoil::desk::policy::Policy;
use counterfoil::desk::thread::TagKey;
use counterfoil::desk::wording::Wording;
use counterfoil::mail::Address;
use counterfoil::time::Timestamp;

/// How a mailbox writes: whoever writes to it after it was activated is acknowledged, by no rule.
pub(crate) fn usual(address: &str, activated_at: Timestamp, tag_key: TagKey) -> Policy {
    Policy {
        address: Address::bare(address),
        own_addresses: vec![address.into()],
        acknowledge: true,
        activated_at,
        reopen_days: 14,
        desk: "Office".into(),
        signature: String::new(),
        ticket_tag: "CF".into(),
        tag_key,
        rules: Vec::new(),
        wording: Wording::default(),
    }
}
