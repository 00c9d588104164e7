//! Rust text as words and marks: comments, doc comments, strings and characters are left out, so
//! that what merely talks about a module is not taken for a use of it. No more is understood than
//! the floors need.

/// A word or mark, and the line it stands on, counted from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) what: What,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// A keyword or a name; a raw one without its `r#`.
    Word(String),
    /// `::`
    PathSep,
    /// Any other sign.
    Mark(char),
    /// A text, character, number or lifetime.
    Other,
}

impl Token {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.what, What::Word(it) if it == word)
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.what == What::Mark(mark)
    }
}

/// The tokens of a source text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, line: 1 };
    let mut tokens = Vec::new();
    loop {
        reader.skip_blanks();
        let line = reader.line;
        let Some(what) = reader.next_token() else { return tokens };
        tokens.push(Token { line, what });
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn step(&mut self) {
        if self.peek(0) == '\n' {
            self.line += 1;
        }
        self.at += 1;
    }

    fn ended(&self) -> bool {
        self.at >= self.chars.len()
    }

    fn skip_blanks(&mut self) {
        while !self.ended() {
            match (self.peek(0), self.peek(1)) {
                ('/', '/') => self.skip_while(|c| c != '\n'),
                ('/', '*') => self.skip_block_comment(),
                (c, _) if c.is_whitespace() => self.step(),
                _ => return,
            }
        }
    }

    fn skip_while(&mut self, more: impl Fn(char) -> bool) {
        while !self.ended() && more(self.peek(0)) {
            self.step();
        }
    }

    /// Block comments lie inside each other.
    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        while !self.ended() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.step();
                    continue;
                }
            }
            self.step();
            self.step();
            if depth == 0 {
                return;
            }
        }
    }

    fn next_token(&mut self) -> Option<What> {
        if self.ended() {
            return None;
        }
        let first = self.peek(0);
        Some(match first {
            '"' => self.text(),
            '\'' => self.character_or_lifetime(),
            ':' if self.peek(1) == ':' => {
                self.at += 2;
                What::PathSep
            }
            _ if first.is_ascii_digit() => {
                self.skip_while(|c| c.is_alphanumeric() || c == '_');
                What::Other
            }
            _ if first.is_alphabetic() || first == '_' => self.word(),
            _ => {
                self.step();
                What::Mark(first)
            }
        })
    }

    /// A word, or the text, character or raw name that its first letters announce.
    fn word(&mut self) -> What {
        let start = self.at;
        self.skip_while(|c| c.is_alphanumeric() || c == '_');
        let word: String = self.chars[start..self.at].iter().collect();
        match (word.as_str(), self.peek(0)) {
            ("b" | "c", '"') => self.text(),
            ("b", '\'') => self.character_or_lifetime(),
            ("r" | "br" | "cr", '"' | '#') => {
                let mut hashes = 0;
                while self.peek(hashes) == '#' {
                    hashes += 1;
                }
                if self.peek(hashes) == '"' {
                    self.raw_text(hashes)
                } else {
                    self.step();
                    self.word()
                }
            }
            _ => What::Word(word),
        }
    }

    fn text(&mut self) -> What {
        self.step();
        while !self.ended() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                self.step();
            }
            self.step();
        }
        self.step();
        What::Other
    }

    fn raw_text(&mut self, hashes: usize) -> What {
        self.at += hashes + 1;
        while !self.ended() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|n| self.peek(n) == '#');
            self.step();
            if closes {
                self.at += hashes;
                break;
            }
        }
        What::Other
    }

    fn character_or_lifetime(&mut self) -> What {
        let is_character = self.peek(1) == '\\' || self.peek(2) == '\'';
        self.step();
        if !is_character {
            self.skip_while(|c| c.is_alphanumeric() || c == '_');
            return What::Other;
        }
        if self.peek(0) == '\\' {
            self.step();
        }
        self.step();
        self.skip_while(|c| c != '\'');
        self.step();
        What::Other
    }
}
