//! Looking at a page: what can be checked of it by itself, wide and narrow, light and dark, and a picture of
//! each for people. Everything wrong is kept until the end, so that one run tells all.

use std::path::PathBuf;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::driver::Browser;
use crate::house::House;

/// What a page may weigh with style sheet, script and icon.
const PAGE_BYTES: usize = 60 * 1_024;

const TAB: &str = "\u{E004}";

/// What somebody saw of many pages.
pub(crate) struct Looks {
    folder: PathBuf,
    language: &'static str,
    icon: usize,
    wrong: Vec<String>,
    /// Pages whose order of keys was followed already.
    walked: Vec<String>,
    seen: usize,
}

impl Looks {
    /// Begins to look at pages in this language.
    pub(crate) fn begin(house: &House, language: &'static str) -> Self {
        let folder = std::env::var_os("COUNTERFOIL_SHOTS").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots"),
            PathBuf::from,
        );
        std::fs::create_dir_all(&folder).unwrap();
        let icon = house.raw("/icon.svg").len();
        Self { folder, language, icon, wrong: Vec::new(), walked: Vec::new(), seen: 0 }
    }

    /// Looks at the page that is shown, which is called `name` in pictures and complaints.
    pub(crate) fn at(&mut self, browser: &Browser, name: &str) {
        self.seen += 1;
        for (width, size) in [(1_280, "wide"), (390, "phone")] {
            for scheme in ["light", "dark"] {
                appear(browser, width, scheme);
                let found = self.judged(browser);
                for wrong in found["wrong"].as_array().unwrap() {
                    let wrong = wrong.as_str().unwrap();
                    self.wrong.push(format!("{name}, {size}, {scheme}: {wrong}"));
                }
                let file = format!("{name}-{size}-{scheme}-{}.png", self.language);
                std::fs::write(self.folder.join(file), picture(browser)).unwrap();
            }
        }
        appear(browser, 1_280, "light");
        if !self.walked.iter().any(|walked| walked == name) {
            self.walked.push(name.to_owned());
            let wrong = walk(browser);
            self.wrong.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
        }
        self.console(browser, name);
    }

    /// Takes what the console says since the last time, in which nothing may be wrong.
    pub(crate) fn console(&mut self, browser: &Browser, name: &str) {
        // That the page itself says what was wrong, by its status too, is no fault of the page.
        let itself = format!("{}{} - Failed to load resource", browser.home, browser.path());
        for entry in browser.log("browser") {
            let text = entry["message"].as_str().unwrap_or_default();
            if text.starts_with(&itself) {
                continue;
            }
            self.wrong.push(format!("{name}: the console says {text}"));
        }
    }

    fn judged(&self, browser: &Browser) -> Value {
        let wanted = json!({ "lang": self.language, "bytes": PAGE_BYTES - self.icon });
        let script = include_str!("looks.js").replace("arguments_of_the_test", &wanted.to_string());
        browser.run(&script)
    }

    /// Ends it: nothing was wrong, and `least` pages were looked at.
    pub(crate) fn end(self, least: usize) {
        let mut wrong = self.wrong;
        wrong.dedup();
        assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert!(self.seen >= least, "only {} pages were seen", self.seen);
    }
}

/// Shows the page this wide, and as if the system were light or dark.
pub(crate) fn appear(browser: &Browser, width: u32, scheme: &str) {
    browser.chrome(
        "Emulation.setDeviceMetricsOverride",
        json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
    );
    // Nor may a colour be caught on its way from one to the other.
    let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")]
        .map(|(name, value)| json!({ "name": name, "value": value }));
    browser.chrome("Emulation.setEmulatedMedia", json!({ "features": features }));
}

/// The whole page as PNG.
fn picture(browser: &Browser) -> Vec<u8> {
    let shown = json!({ "format": "png", "captureBeyondViewport": true });
    let mut shown = shown;
    let size = browser.chrome("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
    let height = size["height"].as_f64().unwrap_or(900.0).clamp(900.0, 6_000.0);
    shown["clip"] = json!({ "x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1 });
    let taken = browser.chrome("Page.captureScreenshot", shown);
    base64::engine::general_purpose::STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()
}

/// Goes through the page by the Tab key: it must reach everything that can be used, and show where it is.
fn walk(browser: &Browser) -> Vec<String> {
    const WATCH: &str = "
        window.reached = [];
        window.dim = [];
        window.ringed = new Set();
        window.scrollTo(0, 0);
        const note = (event) => {
            window.reached.push(event.target);
            // The ring may be round a whole row, of which the link makes itself as large.
            const ring = [null, '::after'].some((part) => {
                const style = getComputedStyle(event.target, part);
                return (parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none')
                    || style.boxShadow !== 'none';
            });
            if (ring) window.ringed.add(event.target); else window.dim.push(event.target);
        };
        document.addEventListener('focusin', note);
        const all = 'a[href], button, summary, select, textarea, input:not([type=hidden])';
        const first = (one) => one.type !== 'radio' || one.checked
            || ![...document.getElementsByName(one.name)].some((other) => other.checked && other.form === one.form);
        window.usable = [...document.querySelectorAll(all)].filter((one) => !one.disabled
            && one.tabIndex >= 0 && first(one) && one.checkVisibility({ visibilityProperty: true }));
        return window.usable.length;";
    const TELL: &str = "
        const short = (one) => one.outerHTML.replace(/\\s+/g, ' ').slice(0, 110);
        const groups = new Set(window.reached.filter((one) => one.type === 'radio').map((one) => one.name));
        const missed = window.usable.filter((one) => !window.reached.includes(one) && !groups.has(one.name));
        return [missed.map(short), [...new Set(window.dim)].filter((one) => !window.ringed.has(one)).map(short)];";
    let usable = browser.run(WATCH).as_u64().unwrap() as usize;
    // From wherever the focus is, once round, with what a letter in a frame holds on the way.
    for _ in 0..3 {
        // Once more beyond the end: what the browser focused by itself is met by the key then.
        browser.press(&TAB.repeat(usable + 8));
        let told = browser.run(TELL);
        let lines = |at: usize, words: &str| {
            let found = told[at].as_array().unwrap().iter();
            found.map(|one| format!("{words}: {}", one.as_str().unwrap())).collect::<Vec<_>>()
        };
        let missed = lines(0, "the Tab key does not reach");
        let dim = lines(1, "the focus is not seen on");
        if missed.is_empty() {
            return dim;
        }
    }
    let told = browser.run(TELL);
    let all = told.as_array().unwrap().iter().flat_map(|list| list.as_array().unwrap());
    all.map(|one| format!("not reached by the Tab key, or without a ring: {one}")).collect()
}
