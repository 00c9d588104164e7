//! The paths a source file names: `use` trees written out, and the paths inside its code. Where a
//! path starts with `crate`, `self` or `super`, it is also told which module it means.

use crate::tokens::{Token, What, tokens};

/// One path as the code names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Named {
    pub(crate) line: usize,
    /// Its parts as written, `*` for everything.
    pub(crate) parts: Vec<String>,
    /// Its parts counted from the root of this crate, when it is a path of this crate.
    pub(crate) inside: Option<Vec<String>>,
    /// Whether it stands in code that only the tests compile.
    pub(crate) in_test: bool,
}

/// Every path in `text`, the source file at `path` (`src/…`), in the order of the file.
pub(crate) fn paths(path: &str, text: &str) -> Vec<Named> {
    let tokens = tokens(text);
    let in_test = test_code(&tokens);
    let mut walk = Walk { tokens: &tokens, found: Vec::new() };
    // The inline modules around the place reached, each with the depth of its braces.
    let mut modules: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut named = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let start = at;
        let found_before = walk.found.len();
        match &tokens[at].what {
            What::Mark('{') => {
                depth += 1;
                if let Some(name) = walk.opens_module(at) {
                    modules.push((name, depth));
                }
                at += 1;
            }
            What::Mark('}') => {
                modules.retain(|(_, inner)| *inner != depth);
                depth = depth.saturating_sub(1);
                at += 1;
            }
            What::Word(word) if word == "use" && !walk.is_mark(at + 1, '<') => {
                at = walk.use_tree(at + 1, Vec::new());
            }
            What::Word(word) if word == "crate" && at > 0 && tokens[at - 1].is_word("extern") => {
                at = walk.use_tree(at + 1, Vec::new());
            }
            What::Word(_) => at = walk.code_path(at),
            _ => at += 1,
        }
        for (line, parts) in &walk.found[found_before..] {
            named.push(Named {
                line: *line,
                inside: inside(path, &modules, parts),
                parts: parts.clone(),
                in_test: in_test[start],
            });
        }
    }
    named
}

struct Walk<'a> {
    tokens: &'a [Token],
    found: Vec<(usize, Vec<String>)>,
}

impl Walk<'_> {
    fn is_mark(&self, at: usize, mark: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_mark(mark))
    }

    fn is_sep(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.what == What::PathSep)
    }

    fn word(&self, at: usize) -> Option<&str> {
        match &self.tokens.get(at)?.what {
            What::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The name of the module whose opening brace is at `at`.
    fn opens_module(&self, at: usize) -> Option<String> {
        let is_module = at >= 2 && self.tokens[at - 2].is_word("mod");
        is_module.then(|| self.word(at - 1)).flatten().map(str::to_owned)
    }

    /// A path in code. A lone word is none; generic arguments end it.
    fn code_path(&mut self, mut at: usize) -> usize {
        let line = self.tokens[at].line;
        let mut parts = vec![self.word(at).unwrap_or_default().to_owned()];
        at += 1;
        while self.is_sep(at)
            && let Some(word) = self.word(at + 1)
        {
            parts.push(word.to_owned());
            at += 2;
        }
        if parts.len() > 1 {
            self.found.push((line, parts));
        }
        at
    }

    /// One branch of a `use` tree below `before`; the place behind it.
    fn use_tree(&mut self, mut at: usize, before: Vec<String>) -> usize {
        let mut parts = before;
        let mut line = self.tokens.get(at).map_or(0, |token| token.line);
        loop {
            if self.is_sep(at) {
                at += 1;
            } else if self.is_mark(at, '{') {
                at += 1;
                while at < self.tokens.len() && !self.is_mark(at, '}') {
                    at = self.use_tree(at, parts.clone());
                    if self.is_mark(at, ',') {
                        at += 1;
                    }
                }
                return at + 1;
            } else if self.is_mark(at, '*') {
                parts.push("*".to_owned());
                at += 1;
            } else if self.word(at) == Some("as") {
                at += 2;
            } else if let Some(word) = self.word(at) {
                line = self.tokens[at].line;
                // `a::{self}` is `a`.
                if word != "self" || parts.is_empty() {
                    parts.push(word.to_owned());
                }
                at += 1;
            } else {
                self.found.push((line, parts));
                let ends = self.is_mark(at, ',') || self.is_mark(at, '}');
                return if ends { at } else { at + 1 };
            }
        }
    }
}

/// For each token, whether it belongs to an item under `#[cfg(test)]`.
fn test_code(tokens: &[Token]) -> Vec<bool> {
    let mut in_test = vec![false; tokens.len()];
    for at in 0..tokens.len() {
        if let Some(behind) = behind_cfg_test(tokens, at) {
            let end = behind_item(tokens, behind);
            in_test[at..end].fill(true);
        }
    }
    in_test
}

/// The place behind a `#[cfg(test)]` or `#[cfg(all(test, …))]` that begins at `at`.
fn behind_cfg_test(tokens: &[Token], at: usize) -> Option<usize> {
    let begins = tokens[at].is_mark('#')
        && tokens.get(at + 1)?.is_mark('[')
        && tokens.get(at + 2)?.is_word("cfg");
    let end = at + tokens[at..].iter().position(|token| token.is_mark(']'))?;
    let has = |word| tokens[at..end].iter().any(|token| token.is_word(word));
    (begins && has("test") && !has("not")).then_some(end + 1)
}

/// The place behind the item that begins at `at`: its matching brace, or its semicolon.
fn behind_item(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (ahead, token) in tokens[at..].iter().enumerate() {
        match token.what {
            What::Mark('{' | '(' | '[') => depth += 1,
            What::Mark('}' | ')' | ']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token.is_mark('}') {
                    return at + ahead + 1;
                }
            }
            What::Mark(';') if depth == 0 => return at + ahead + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The module a file under `src/` holds, counted from the root.
pub(crate) fn module_of(path: &str) -> Vec<String> {
    let bare = path.strip_prefix("src/").unwrap_or(path);
    let bare = bare.strip_suffix(".rs").unwrap_or(bare);
    if ["lib", "main"].contains(&bare) {
        return Vec::new();
    }
    let bare = bare.strip_suffix("/mod").unwrap_or(bare);
    bare.split('/').map(str::to_owned).collect()
}

fn inside(path: &str, modules: &[(String, usize)], parts: &[String]) -> Option<Vec<String>> {
    let first = parts.first()?.as_str();
    // The binary knows the library by its name.
    if first == "crate" || (first == "counterfoil" && path == "src/main.rs") {
        return Some(parts[1..].to_vec());
    }
    if first != "self" && first != "super" {
        return None;
    }
    let mut module = module_of(path);
    module.extend(modules.iter().map(|(name, _)| name.clone()));
    let mut rest = parts;
    while let Some(("self" | "super", more)) =
        rest.split_first().map(|(first, more)| (first.as_str(), more))
    {
        if rest[0] == "super" {
            module.pop();
        }
        rest = more;
    }
    module.extend(rest.iter().cloned());
    Some(module)
}
