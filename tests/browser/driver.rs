//! A browser driven by the W3C WebDriver protocol: JSON over plain HTTP to a chromedriver of our own on
//! the loopback. What is not in the protocol goes through Chrome's own commands (`goog/cdp/execute`).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long anything may take, on a machine that does other work as well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The key under which an element is named (WebDriver section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The browser and its driver, where they were found.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    chromium: PathBuf,
    chromedriver: PathBuf,
}

impl Programs {
    /// Finds both, or says which one is not there.
    pub(crate) fn find() -> Result<Self, String> {
        let chromium = on_path(&["chromium", "chromium-browser", "google-chrome"])?;
        let chromedriver = on_path(&["chromedriver"])?;
        Ok(Self { chromium, chromedriver })
    }
}

fn on_path(names: &[&str]) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file());
    found.ok_or_else(|| {
        format!("there is no {} on the PATH (apt-get install chromium chromium-driver)", names[0])
    })
}

/// What a browser is to be like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wishes {
    /// The languages it asks for.
    pub(crate) languages: &'static str,
    /// Whether pages may run scripts.
    pub(crate) scripts: bool,
    /// The port of our own to which every name but the loopback's leads.
    pub(crate) trap: u16,
}

/// One browser with one empty profile. It ends when dropped.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
    pub(crate) home: String,
}

impl Browser {
    /// Starts a browser; paths are asked of `home`, `http://127.0.0.1:PORT`.
    pub(crate) fn start(programs: &Programs, wishes: Wishes, home: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let (driver, port) = driver(programs, profile.path());
        let mut browser =
            Self { driver, port, session: String::new(), _profile: profile, home: home.to_owned() };
        let folder = browser._profile.path().join("profile");
        let mut prefs = json!({ "intl.accept_languages": wishes.languages });
        if !wishes.scripts {
            prefs["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let args = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--disable-extensions".to_owned(),
            "--no-first-run".to_owned(),
            "--no-proxy-server".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--window-size=1280,900".to_owned(),
            // Without it a page could not fall into the trap below, which is on the loopback.
            "--disable-features=LocalNetworkAccessChecks".to_owned(),
            format!("--accept-lang={}", wishes.languages),
            format!("--user-data-dir={}", folder.display()),
            // Whatever a page would load from elsewhere comes to us instead, and is noticed.
            format!("--host-resolver-rules=MAP * 127.0.0.1:{}, EXCLUDE 127.0.0.1", wishes.trap),
        ];
        let session = browser.call(
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": {
                "unhandledPromptBehavior": "ignore",
                "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
                "goog:chromeOptions": {
                    "binary": programs.chromium, "args": args, "prefs": prefs,
                    "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
                },
            } } }),
        );
        browser.session = session["sessionId"].as_str().unwrap().to_owned();
        browser
    }

    /// One command; its value, or a panic with what the driver said.
    fn command(&self, path: &str, body: &Value) -> Value {
        self.tried(path, body).unwrap_or_else(|why| panic!("{path} {body}: {why}"))
    }

    fn tried(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.asked("POST", &format!("/session/{}{path}", self.session), body)
    }

    fn got(&self, path: &str) -> Result<Value, String> {
        self.asked("GET", &format!("/session/{}{path}", self.session), &Value::Null)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.asked(method, path, body).unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// A request and the value of its answer; an error as the driver words it.
    fn asked(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(|e| e.to_string())?;
        stream.set_read_timeout(Some(PATIENCE * 2)).map_err(|e| e.to_string())?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes()).map_err(|e| e.to_string())?;
        let mut answer = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            answer.read_line(&mut line).map_err(|e| e.to_string())?;
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(|e| format!("{line}: {e}"))?;
            }
        }
        let mut bytes = vec![0; length];
        answer.read_exact(&mut bytes).map_err(|e| e.to_string())?;
        let mut answer: Value = serde_json::from_slice(&bytes).map_err(|e| e.to_string())?;
        let value = answer["value"].take();
        match value["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", value["message"].as_str().unwrap_or(""))),
            None => Ok(value),
        }
    }

    /// Asks for a page by its path and waits until it is loaded.
    pub(crate) fn go(&self, path: &str) {
        self.go_to(&format!("{}{path}", self.home));
    }

    /// The same with a whole address.
    pub(crate) fn go_to(&self, address: &str) {
        self.command("/url", &json!({ "url": address }));
    }

    /// The path and query of the page shown.
    pub(crate) fn path(&self) -> String {
        let url = self.got("/url").unwrap();
        let url = url.as_str().unwrap();
        url.strip_prefix(&self.home).unwrap_or(url).to_owned()
    }

    /// The title of the page.
    pub(crate) fn title(&self) -> String {
        self.got("/title").unwrap().as_str().unwrap().to_owned()
    }

    /// The markup of the page, or of the frame one is in, as it stands now.
    pub(crate) fn source(&self) -> Option<String> {
        self.got("/source").ok()?.as_str().map(str::to_owned)
    }

    /// What a dialog says that a page opened; there should be none.
    pub(crate) fn dialog(&self) -> Option<String> {
        self.got("/alert/text").ok().and_then(|text| text.as_str().map(str::to_owned))
    }

    /// The value of a function body run in the page (even where pages may run nothing).
    pub(crate) fn run(&self, body: &str) -> Value {
        self.command("/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// A command of Chrome's own.
    pub(crate) fn chrome(&self, command: &str, params: Value) -> Value {
        self.command("/goog/cdp/execute", &json!({ "cmd": command, "params": params }))
    }

    /// What was logged since the last time: `browser` (the console) or `performance` (the network).
    pub(crate) fn log(&self, kind: &str) -> Vec<Value> {
        self.command("/se/log", &json!({ "type": kind })).as_array().cloned().unwrap_or_default()
    }

    /// Waits until `met` gives something.
    pub(crate) fn wait<T>(&self, what: &str, mut met: impl FnMut(&Self) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = met(self) {
                return found;
            }
            if Instant::now() > end {
                let shown = self.run("return document.body ? document.body.innerText : ''");
                panic!("waited in vain for {what}; on {}:\n{shown}", self.path());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The elements that a CSS selector finds now.
    pub(crate) fn all(&self, css: &str) -> Vec<String> {
        let found = self.command("/elements", &json!({ "using": "css selector", "value": css }));
        found.as_array().unwrap().iter().map(|e| e[ELEMENT].as_str().unwrap().to_owned()).collect()
    }

    /// Whether a selector finds anything now.
    pub(crate) fn has(&self, css: &str) -> bool {
        !self.all(css).is_empty()
    }

    /// The first element of a selector, once there is one.
    pub(crate) fn find(&self, css: &str) -> String {
        self.wait(css, |browser| browser.all(css).into_iter().next())
    }

    /// The text that is seen of an element; empty when it is gone again.
    pub(crate) fn text(&self, css: &str) -> String {
        let element = self.find(css);
        let text = self.got(&format!("/element/{element}/text")).unwrap_or_default();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page says `words`.
    pub(crate) fn sees(&self, words: &str) {
        self.wait(&format!("the words “{words}”"), |browser| {
            browser.text("body").contains(words).then_some(())
        });
    }

    /// Clicks an element that leads nowhere.
    pub(crate) fn click(&self, css: &str) {
        let element = self.find(css);
        self.command(&format!("/element/{element}/click"), &json!({}));
    }

    /// Clicks what leads to another page, and waits until that one is loaded.
    pub(crate) fn follow(&self, css: &str) {
        let old = self.find("html");
        self.click(css);
        self.wait(&format!("another page after {css}"), |browser| {
            let gone = browser.got(&format!("/element/{old}/name")).is_err();
            (gone && browser.loaded()).then_some(())
        });
    }

    fn loaded(&self) -> bool {
        let state = self
            .tried("/execute/sync", &json!({ "script": "return document.readyState", "args": [] }));
        state.is_ok_and(|state| state == "complete")
    }

    /// Writes into a field, after what is there.
    pub(crate) fn write(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.command(&format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// Empties a field and writes into it.
    pub(crate) fn rewrite(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.command(&format!("/element/{element}/clear"), &json!({}));
        self.write(css, text);
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub(crate) fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect();
        let keyboard = json!({ "type": "key", "id": "keys", "actions": strokes });
        self.command("/actions", &json!({ "actions": [keyboard] }));
    }

    /// Steps into the first frame a selector finds, and out again afterwards.
    pub(crate) fn inside<T>(&self, css: &str, look: impl FnOnce(&Self) -> T) -> T {
        let element = self.find(css);
        self.command("/frame", &json!({ "id": { (ELEMENT): element } }));
        let seen = look(self);
        self.command("/frame", &json!({ "id": null }));
        seen
    }
}

/// Starts chromedriver; with its port. It takes the same free one for both families of addresses, which
/// fails now and then when another program was quicker.
fn driver(programs: &Programs, home: &Path) -> (Child, u16) {
    for _ in 0..10 {
        let mut driver = Command::new(&programs.chromedriver)
            .arg("--port=0")
            .env("HOME", home)
            .env("TMPDIR", home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {programs:?}: {error}"));
        if let Some(port) = announced_port(&mut driver) {
            return (driver, port);
        }
        drop(driver.kill());
        drop(driver.wait());
    }
    panic!("{programs:?}: chromedriver ends without saying its port");
}

/// The port chromedriver took, from what it says when it starts.
fn announced_port(driver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines.by_ref().find_map(|line| {
        let line = line.ok()?;
        line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
    });
    // It writes on, and must not be stopped by a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    port
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            drop(self.asked("DELETE", &format!("/session/{}", self.session), &Value::Null));
        }
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}
