//! Whether the receiving service vouches for the sender a message names. Only the topmost
//! Authentication-Results field counts, and only when that service wrote it: what stands below, or
//! bears another name, may have been written by anybody (RFC 8601 section 5).

use crate::desk::policy::Policy;
use crate::desk::ticket::Verdict;
use crate::mail::authentication::{Authentication, Finding};
use crate::mail::{Address, Message};

/// The services that receive for the mailboxes this program watches.
const SERVICES: [&str; 4] = ["outlook.com", "microsoft.com", "google.com", "office365.us"];

/// Whether the service that received this message for `own_address` vouches for its sender.
pub fn verdict(message: &Message, own_address: &str) -> Verdict {
    let (Some(from), Some(found)) = (&message.from, &message.authentication) else {
        return Verdict::None;
    };
    let Some(domain) = domain_of(&from.key()).map(str::to_owned) else { return Verdict::None };
    let own = domain_of(own_address).unwrap_or_default().to_lowercase();
    if !is_written_by_service(found, &own) {
        return Verdict::None;
    }
    by_dmarc(found, &domain)
        .or_else(|| by_methods(found, &domain))
        .or_else(|| by_service(found))
        .unwrap_or(Verdict::None)
}

/// Whether the sender of a message counts as somebody on a ticket, which `named` says: whether he
/// wrote to it or was written to in it. An agent counts on every ticket, but only when the receiving
/// service vouches for him: anybody can write an agent's address into a letter. An address of our own
/// is nobody's.
pub fn is_believed(
    message: &Message,
    named: bool,
    is_agent: bool,
    verified: Verdict,
    policy: &Policy,
) -> bool {
    let Some(from) = message.from.as_ref().map(Address::key) else { return false };
    if policy.own_addresses.contains(&from) {
        return false;
    }
    if is_agent { verified == Verdict::Pass } else { named }
}

/// Whether the receiving service wrote the field: it names that service or nobody, and nobody else
/// received the letter after it was written.
fn is_written_by_service(found: &Authentication, own: &str) -> bool {
    let is_service = |host: &str| {
        SERVICES.iter().any(|service| is_within(host, service))
            || (!own.is_empty() && (is_within(host, own) || is_within(own, host)))
    };
    (found.by.is_empty() || is_service(&found.by))
        && found.received_by.iter().all(|host| is_service(host))
}

/// DMARC (RFC 7489) says it all when there is a policy. What it says of another domain than the
/// one people see as the sender's proves that somebody deceives.
fn by_dmarc(found: &Authentication, domain: &str) -> Option<Verdict> {
    let dmarc = found.of("dmarc")?;
    let about = dmarc.property("header.from");
    if !about.is_empty() && !is_aligned(about, domain) {
        return Some(Verdict::Fail);
    }
    match dmarc.result.as_str() {
        "pass" | "bestguesspass" => Some(Verdict::Pass),
        "fail" | "permerror" => Some(Verdict::Fail),
        _ => None,
    }
}

/// Without a policy: a signature (RFC 6376) or a sending host (RFC 7208) of the sender's own domain.
fn by_methods(found: &Authentication, domain: &str) -> Option<Verdict> {
    let is_signed = |f: &&Finding| f.method == "dkim" && f.result == "pass";
    let signer = |f: &Finding| {
        let name = f.property("header.d");
        let name = if name.is_empty() { f.property("header.i") } else { name };
        domain_of(name).unwrap_or(name).to_owned()
    };
    let mut signers = found.results.iter().filter(is_signed).map(signer);
    if signers.any(|signer| is_aligned(&signer, domain)) {
        return Some(Verdict::Pass);
    }
    let spf = found.of("spf")?;
    let host = spf.property("smtp.mailfrom");
    let of_sender = is_aligned(domain_of(host).unwrap_or(host), domain);
    match spf.result.as_str() {
        "pass" if of_sender => Some(Verdict::Pass),
        "fail" if of_sender => Some(Verdict::Fail),
        _ => None,
    }
}

/// Exchange Online's own judgement, where the others found nothing.
fn by_service(found: &Authentication) -> Option<Verdict> {
    match found.of("compauth")?.result.as_str() {
        "pass" => Some(Verdict::Pass),
        "fail" => Some(Verdict::Fail),
        _ => None,
    }
}

fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| !domain.is_empty())
}

/// Whether a host is a domain or lies within it.
fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether two domains are the same or one lies within the other, and that one is no registry such
/// as `co.uk` (relaxed alignment, RFC 7489 section 3.1.1, as far as it goes without a list of all
/// registries).
fn is_aligned(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_end_matches('.'), other.trim_end_matches('.'));
    if one == other {
        return !one.is_empty();
    }
    let shorter = if one.len() < other.len() { one } else { other };
    let longer = if one.len() < other.len() { other } else { one };
    let labels: Vec<&str> = shorter.split('.').collect();
    let is_registry = match labels.as_slice() {
        [_] => true,
        [second, top] => top.len() == 2 && second.len() <= 3,
        _ => false,
    };
    !is_registry && is_within(longer, shorter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict_of(from: &str, value: &str, received: &[&str]) -> Verdict {
        let received: Vec<String> =
            received.iter().map(|&host| format!("from x by {host}")).collect();
        let message = Message {
            from: Some(Address::bare(from)),
            authentication: Some(Authentication::read(value, &received)),
            ..Message::default()
        };
        verdict(&message, "support@Office.example")
    }

    #[test]
    fn the_receiving_service_vouches_or_does_not() {
        use Verdict::{Fail, None, Pass};
        for (case, value, expected) in [
            (
                "all well",
                "spf=pass smtp.mailfrom=shop.example; dmarc=pass header.from=shop.example",
                Pass,
            ),
            (
                "a policy that fails",
                "spf=pass smtp.mailfrom=evil.example; dmarc=fail action=none header.from=shop.example",
                Fail,
            ),
            ("a guess of the service", "dmarc=bestguesspass header.from=shop.example", Pass),
            ("about another domain", "dmarc=pass header.from=evil.example", Fail),
            ("a signature of its own", "dkim=pass header.d=mail.shop.example; dmarc=none", Pass),
            ("a signature by identity", "dkim=pass header.i=@shop.example", Pass),
            (
                "somebody else's signature",
                "dkim=pass header.d=mailer.example; spf=pass smtp.mailfrom=bounce@mailer.example",
                None,
            ),
            (
                "the second signature",
                "dkim=pass header.d=mailer.example; dkim=pass header.d=shop.example",
                Pass,
            ),
            ("a host of its own", "spf=pass smtp.mailfrom=ana@shop.example; dmarc=none", Pass),
            ("a host it does not allow", "spf=fail smtp.mailfrom=shop.example; dkim=none", Fail),
            ("not sure", "spf=softfail smtp.mailfrom=shop.example; dkim=none; dmarc=none", None),
            (
                "the service's own judgement",
                "spf=none; dkim=none; dmarc=none; compauth=fail reason=001",
                Fail,
            ),
            ("named as the service", "mx.google.com; dmarc=pass header.from=shop.example", Pass),
            (
                "named as the office",
                "mx1.office.example; dmarc=pass header.from=shop.example",
                Pass,
            ),
            (
                "named as somebody else",
                "mx.evil.example; dmarc=pass header.from=shop.example",
                None,
            ),
            ("named alike", "mx.eviloutlook.com; dmarc=pass header.from=shop.example", None),
            ("nothing", "", None),
        ] {
            assert_eq!(verdict_of("Ana@Shop.example", value, &[]), expected, "{case}");
        }
    }

    #[test]
    fn an_agent_is_believed_when_the_service_vouches_and_others_when_they_are_named() {
        let policy = Policy {
            address: Address::bare("support@office.example"),
            own_addresses: vec!["support@office.example".into()],
            ..Policy::of_tests()
        };
        use Verdict::{Fail, None as Nobody, Pass};
        for (from, named, is_agent, verified, expected) in [
            ("ana@shop.example", true, false, Nobody, true),
            ("ana@shop.example", false, false, Pass, false),
            ("ben@office.example", false, true, Pass, true),
            ("ben@office.example", true, true, Nobody, false),
            ("ben@office.example", true, true, Fail, false),
            ("Support@Office.example", true, true, Pass, false),
        ] {
            let message = Message { from: Some(Address::bare(from)), ..Message::default() };
            let is = is_believed(&message, named, is_agent, verified, &policy);
            assert_eq!(is, expected, "{from} {named} {is_agent} {verified}");
        }
        assert!(!is_believed(&Message::default(), true, true, Pass, &policy));
    }

    #[test]
    fn a_field_that_came_with_the_letter_is_not_believed() {
        let value = "dmarc=pass header.from=shop.example";
        let outlook = "AM0PR01.eurprd01.prod.outlook.com";
        let of = |received: &[&str]| verdict_of("ana@shop.example", value, received);
        assert_eq!(of(&[outlook, "DB5EUR.mail.protection.outlook.com"]), Verdict::Pass);
        assert_eq!(of(&[outlook, "mail.evil.example"]), Verdict::None);
    }

    #[test]
    fn domains_are_aligned_within_each_other_but_not_within_a_registry() {
        for (one, other, expected) in [
            ("shop.example", "shop.example", true),
            ("mail.shop.example", "shop.example", true),
            ("shop.example", "a.b.shop.example", true),
            ("co.uk", "shop.co.uk", false),
            ("example", "shop.example", false),
            ("evilshop.example", "shop.example", false),
            ("", "", false),
        ] {
            assert_eq!(is_aligned(one, other), expected, "{one} {other}");
        }
    }
}
