//! Bounces that say something about us rather than about the recipient: the service took a letter
//! and then would not deliver it. What to do about each; the address is as good as before.

/// What to do about a letter that came back with this enhanced status (RFC 3463) because of who sent
/// it; `None` when the status is about somebody else.
pub fn about_us(status: &str) -> Option<&'static str> {
    Some(match status {
        // facts: microsoft-graph 4.7
        "5.7.236" => {
            "addresses that end in onmicrosoft.com reach 100 outside recipients a day, all together; \
             give the mailbox an address of your own domain, or wait a day, then use outbox retry"
        }
        "5.7.232" | "5.7.233" => {
            "the tenant has reached its limit of outside recipients for a day; wait, or buy licences, \
             then use outbox retry"
        }
        "5.1.8" | "5.7.705" | "5.7.708" => {
            "the service holds the sender for a source of spam; release it under Restricted entities \
             in Microsoft Defender, then use outbox retry"
        }
        _ => return None,
    })
}
