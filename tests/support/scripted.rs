//! A server on loopback that gives canned answers and keeps what it was asked.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `METHOD /target`.
    pub line: String,
    /// The head in lower case.
    pub head: String,
    /// The body.
    pub body: String,
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, further head lines, a body.
    Say(u16, &'static str, String),
    /// The connection is closed without a word.
    HangUp,
    /// A length is promised and half of the body comes.
    BreakOff(String),
}

/// An answer to whatever begins with this.
type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// The server; it ends with the test.
pub struct Scripted {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A JSON answer.
pub fn json(status: u16, body: &serde_json::Value) -> Reply {
    Reply::Say(status, "content-type: application/json\r\n", body.to_string())
}

/// A refusal of Graph.
pub fn refuse(status: u16, code: &str) -> Reply {
    json(status, &serde_json::json!({"error": {"code": code, "message": "in words"}}))
}

impl Scripted {
    /// A server that asks `script` for each answer; its second argument is how many requests with
    /// the same line came before.
    pub fn new(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, script): (_, Arc<Script>) = (Arc::clone(&asked), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, script) = (Arc::clone(&kept), Arc::clone(&script));
                std::thread::spawn(move || answer(stream, &kept, &*script));
            }
        });
        Self { url, asked }
    }

    /// Everything asked so far, sign-in left out.
    pub fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| !asked.line.contains("/oauth2/")).cloned().collect()
    }

    /// How often a token was asked for.
    pub fn tokens_asked(&self) -> usize {
        let others = self.asked().len();
        self.asked.lock().unwrap().len() - others
    }
}

fn answer(mut stream: TcpStream, kept: &Mutex<Vec<Asked>>, script: &Script) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let line = head.lines().next()?.rsplit_once(' ')?.0.to_owned();
    let head = head.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|length| length.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let asked = Asked { line, head, body: String::from_utf8_lossy(&body).into_owned() };
    let before = {
        let mut kept = kept.lock().unwrap();
        let before = kept.iter().filter(|other| other.line == asked.line).count();
        kept.push(asked.clone());
        before
    };
    match script(&asked, before) {
        Reply::HangUp => {}
        Reply::Say(status, head, body) => {
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n{body}"
            );
            stream.write_all(text.as_bytes()).ok()?;
        }
        Reply::BreakOff(body) => {
            let length = body.len() * 2;
            let text = format!(
                "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            stream.write_all(text.as_bytes()).ok()?;
        }
    }
    Some(())
}
