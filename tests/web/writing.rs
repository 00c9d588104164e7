//! An agent at a ticket: the form below its conversation, filled in and sent as a browser does.

// Each suite uses a part of it.
#![allow(dead_code)]

use counterfoil::desk::ticket::{AgentId, Role, TicketNumber};
use counterfoil::store::drafts::Place;
use counterfoil::time::Clock;

use crate::house::{Answer, House, letter};

pub(crate) const ONE: TicketNumber = TicketNumber(1);

const MULTIPART: &str = "multipart/form-data; boundary=B7x";

/// A form with files as Chromium sends it.
pub(crate) fn multipart(fields: &[(&str, &str)], files: &[(&str, &str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        let value = value.replace('\n', "\r\n");
        body.push_str(&format!(
            "--B7x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    for (name, kind, content) in files {
        body.push_str(&format!(
            "--B7x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: {kind}\r\n\r\n{content}\r\n"
        ));
    }
    body + "--B7x--\r\n"
}

pub(crate) fn post_raw(
    house: &House,
    path: &str,
    cookie: &str,
    body: &str,
    headers: &str,
) -> Answer {
    house.raw(&house.posting(path, cookie, (MULTIPART, body), headers))
}

pub(crate) fn hidden(page: &str, name: &str) -> String {
    // Values of the form below the conversation, not of others before it.
    let at = page.find("id=\"write-form\"").or(page.find("class=\"buttons\"")).unwrap_or(0);
    let from = page[..at].rfind("<form").unwrap_or(0);
    let rest = page[from..].split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
    rest.split_once('"').unwrap().0.to_owned()
}

/// A desk with one ticket and one agent.
pub(crate) struct Desk {
    pub(crate) house: House,
    pub(crate) cookie: String,
    pub(crate) agent: AgentId,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let mut house = House::open();
        house.letter(letter(1));
        let cookie = house.agent(Role::Agent);
        let agent = house.store.agents().unwrap()[0].id;
        Self { house, cookie, agent }
    }

    pub(crate) fn place(&self) -> Place {
        Place { agent: self.agent, ticket: Some(ONE) }
    }

    pub(crate) fn page(&self) -> String {
        self.house.get_as("/tickets/1", &self.cookie).body
    }

    /// The hidden fields of a form, as it is now.
    pub(crate) fn form(&self, path: &str) -> Vec<(String, String)> {
        let page = self.house.get_as(path, &self.cookie).body;
        let names = ["token", "form", "seen", "revision"];
        let given = names.iter().filter(|name| page.contains(&format!("name=\"{name}\" value")));
        given.map(|name| ((*name).to_owned(), hidden(&page, name))).collect()
    }

    pub(crate) fn send(
        &self,
        path: &str,
        form: &[(String, String)],
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str)],
    ) -> Answer {
        self.house.raw(&self.sending(path, form, fields, files))
    }

    /// What is sent by that.
    pub(crate) fn sending(
        &self,
        path: &str,
        form: &[(String, String)],
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str)],
    ) -> String {
        let own = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = own.chain(fields.iter().copied()).collect();
        let body = multipart(&all, files);
        self.house.posting(path, &self.cookie, (MULTIPART, &body), &self.house.ours())
    }

    pub(crate) fn write(&self, fields: &[(&str, &str)], files: &[(&str, &str, &str)]) -> Answer {
        self.send("/tickets/1/write", &self.form("/tickets/1"), fields, files)
    }

    pub(crate) fn articles(&mut self) -> usize {
        self.house.store.ticket(ONE).unwrap().articles.len()
    }

    pub(crate) fn kept(&mut self) -> Option<counterfoil::store::drafts::Kept> {
        let place = self.place();
        self.house.store.draft(place).unwrap()
    }
}

pub(crate) fn session_of(house: &mut House, name: &str) -> String {
    let agents = house.store.agents().unwrap();
    let agent = agents.iter().find(|agent| agent.name == name).unwrap().id;
    format!(
        "counterfoil_session={}",
        house.store.begin_session(agent, house.clock.now()).unwrap().0
    )
}
