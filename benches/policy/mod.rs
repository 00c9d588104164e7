//! What an office of the benches decided beforehand.

use counterfoil::desk::policy::Policy;
use counterfoil::desk::wording::Wording;
use counterfoil::mail::Address;
use counterfoil::store::Store;
use counterfoil::time::Timestamp;

/// A desk that acknowledges nothing and has no rules.
pub(crate) fn silent(address: &str, store: &mut Store) -> Policy {
    Policy {
        address: Address::bare(address),
        own_addresses: vec![address.to_owned()],
        acknowledge: false,
        activated_at: Timestamp::from_unix(0),
        reopen_days: 14,
        desk: "Office".to_owned(),
        signature: String::new(),
        ticket_tag: "CF".to_owned(),
        tag_key: store.tag_key().expect("a key"),
        rules: Vec::new(),
        wording: Wording::default(),
    }
}
