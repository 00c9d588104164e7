//! What a practice mailbox is set up with: the tenant, the registered app, the mailboxes, and
//! which way the unsettled questions about the real service are answered (facts: microsoft-graph
//! 13). Nothing here acts.

use std::net::{Ipv4Addr, SocketAddr};

use super::correspondents::Correspondents;

/// One pretended tenant with one registered app and its mailboxes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; loopback only, port 0 takes a free one.
    pub listen: SocketAddr,
    /// The tenant's GUID.
    pub tenant_id: String,
    /// A verified domain of the tenant, which names it as well as the GUID does.
    pub tenant_domain: String,
    /// The app's GUID.
    pub client_id: String,
    /// The app's secret (the value, not its id).
    pub client_secret: String,
    /// The secret is right but past its end (AADSTS7000222).
    pub secret_expired: bool,
    /// Application permissions that were consented to; they enter the next token.
    pub roles: Vec<String>,
    /// The users of the tenant.
    pub mailboxes: Vec<MailboxSettings>,
    /// Which of the two ways of restricting an app refuses a mailbox that is out of scope.
    pub restricted_by: Restriction,
    /// Days in Recoverable Items until a letter is gone (facts: microsoft-graph 3.4).
    pub retention_days: u32,
    /// Life of a token in seconds; `None` draws 60 to 90 minutes for each.
    pub token_seconds: Option<u64>,
    /// Tokens that nobody can read, instead of JWTs (facts: microsoft-graph 1.5).
    pub opaque_tokens: bool,
    /// Requests at once on one mailbox before the next one is throttled.
    pub concurrency: usize,
    /// Requests on one mailbox in ten minutes before the next one is throttled; `None` for no end.
    pub budget: Option<u32>,
    /// Who answers from outside the tenant; nobody unless asked for.
    pub correspondents: Option<Correspondents>,
    /// The unsettled questions.
    pub switches: Switches,
    /// Further tenants on the same service, each with its own app and mailboxes; where they listen
    /// and their own further tenants do not matter.
    pub further_tenants: Vec<Settings>,
}

/// One user of the tenant, with or without a mailbox behind it.
#[derive(Clone, Debug)]
pub struct MailboxSettings {
    /// Its address, which is its user principal name too.
    pub address: String,
    /// Its display name in the directory.
    pub name: String,
    /// The app may reach it.
    pub in_scope: bool,
    /// There is an Exchange Online mailbox behind the user.
    pub exists_in_exchange: bool,
}

/// How the app was restricted to its mailboxes (facts: microsoft-graph 8).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Restriction {
    /// An application access policy: the text with `[RAOP]`.
    AccessPolicy,
    /// RBAC for Applications: `Access is denied. Check credentials and try again.`
    Rbac,
}

/// Answers to what the fact page could not settle; the defaults follow its better witnesses.
#[derive(Clone, Debug)]
pub struct Switches {
    /// DELETE lands in Deleted Items first, instead of Recoverable Items at once (3.3).
    pub delete_lands_in_deleted_items: bool,
    /// A move to `recoverableitemsdeletions` is refused with 400.
    pub move_to_recoverable_refused: bool,
    /// Listing `recoverableitemsdeletions` is refused with 403 (3.4).
    pub recoverable_listing_refused: bool,
    /// Status of `ErrorFolderExists`: 400 or 409 (2.7).
    pub folder_exists_status: u16,
    /// An immutable id survives DELETE and the move into Recoverable Items (2.5).
    pub immutable_id_survives_soft_delete: bool,
    /// A draft made from MIME gets a Message-ID of the service's own (4.2).
    pub message_id_replaced_on_draft: bool,
    /// Status of a second `/send` of one draft: 404 or 400 (4.3).
    pub second_send_status: u16,
    /// A letter gets a Message-ID of the service's own as it is sent (4.3); its copy in Sent Items
    /// has that one too.
    pub message_id_replaced_on_send: bool,
    /// Milliseconds after `/send` in which the copy is not in Sent Items yet (4.3).
    pub sent_copy_delay_ms: u64,
    /// In that time the draft still lies in Drafts as if nothing were; otherwise it is nowhere, and
    /// its id answers 404 (4.3).
    pub draft_shows_until_copied: bool,
    /// Recipients of one message; beyond it nothing is delivered and a report says so (4.7).
    pub most_recipients: usize,
    /// MIME keeps `Auto-Submitted` (4.2).
    pub mime_keeps_auto_submitted: bool,
    /// MIME keeps `X-` headers whose name the mailbox never met in a JSON message (4.2).
    pub mime_keeps_unknown_x_headers: bool,
    /// Status of `ErrorQuotaExceeded` when the mailbox is full: 507, or one below 500 (4.8).
    pub over_quota_status: u16,
    /// The most bytes a message may have as it is sent (4.7).
    pub send_limit: usize,
    /// A message over that limit is refused while a file is added, not only when it is sent.
    pub size_checked_on_adding: bool,
    /// `permanentDelete` does not exist, as in the national clouds (1.6).
    pub permanent_delete_absent: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            delete_lands_in_deleted_items: false,
            move_to_recoverable_refused: false,
            recoverable_listing_refused: false,
            folder_exists_status: 409,
            immutable_id_survives_soft_delete: true,
            message_id_replaced_on_draft: false,
            second_send_status: 404,
            message_id_replaced_on_send: false,
            sent_copy_delay_ms: 0,
            draft_shows_until_copied: false,
            most_recipients: 500,
            mime_keeps_auto_submitted: false,
            mime_keeps_unknown_x_headers: false,
            over_quota_status: 507,
            send_limit: 35 * 1024 * 1024,
            size_checked_on_adding: false,
            permanent_delete_absent: false,
        }
    }
}

impl Settings {
    /// One tenant, one app with the four permissions the appliance asks for, and one mailbox, on
    /// a free port of 127.0.0.1.
    pub fn simple(address: &str) -> Self {
        let domain = address.rsplit_once('@').map_or("office.example", |(_, domain)| domain);
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tenant_id: "7f1c2b5e-0d3a-4c8e-9b6f-2a4d8e1c3f50".into(),
            tenant_domain: domain.to_lowercase(),
            client_id: "3d9e4a71-5b2c-4f60-8a1d-6c7e9f0b2d84".into(),
            client_secret: "Pr4~practice-secret_value.only".into(),
            secret_expired: false,
            roles: ["Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "User.Read.All"]
                .map(String::from)
                .into(),
            mailboxes: vec![MailboxSettings::new(address)],
            restricted_by: Restriction::Rbac,
            retention_days: 14,
            token_seconds: None,
            opaque_tokens: false,
            concurrency: 4,
            budget: None,
            correspondents: None,
            switches: Switches::default(),
            further_tenants: Vec::new(),
        }
    }

    /// Whether this names the tenant: its GUID or its domain, in any case.
    pub(super) fn is_tenant(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(&self.tenant_id) || name.eq_ignore_ascii_case(&self.tenant_domain)
    }

    /// The same tenant with the people of the office in it, whose letters are among those that
    /// [`letters`](super::letters) writes to its first mailbox. The app may not open theirs.
    pub fn with_staff(mut self) -> Self {
        let office = self.mailboxes.first().map(|mailbox| mailbox.address.clone());
        for (name, address) in super::letters::staff(&office.unwrap_or_default()) {
            let in_scope = false;
            self.mailboxes.push(MailboxSettings {
                address,
                name,
                in_scope,
                exists_in_exchange: true,
            });
        }
        self
    }
}

impl MailboxSettings {
    /// A mailbox the app may reach, named after the part before the `@`.
    pub fn new(address: &str) -> Self {
        let local = address.split('@').next().unwrap_or_default();
        let mut letters = local.chars();
        let name = letters.next().map(|first| first.to_uppercase().chain(letters).collect());
        Self {
            address: address.to_owned(),
            name: name.unwrap_or_else(|| "Mailbox".to_owned()),
            in_scope: true,
            exists_in_exchange: true,
        }
    }
}
