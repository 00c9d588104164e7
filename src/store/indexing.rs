//! The search index, kept in the transaction that writes or erases an article. It holds words and
//! where they stand, never a text: what is to be taken out of it is given again as it was put in.
//! Articles from before there was an index are put in afterwards, the newest first, a few at a time.
//! Acknowledgements stay outside: each repeats the letter it answers in the same words as all others.

use rusqlite::{Connection, Transaction};

use super::values::People;
use super::{Result, Store};
use crate::desk::folding;
use crate::desk::new::NewArticle;
use crate::desk::ticket::{ArticleId, Kind, Machine, TicketNumber};
use crate::mail::Address;

/// What tells an acknowledgement of ours among articles: it is in no search.
pub(super) const ACKNOWLEDGEMENT: &str = "kind = 'email_out' AND machine IS 'auto_reply'";

/// The most bytes of a text that are indexed: some forty pages.
const LONGEST_TEXT: usize = 200_000;

/// Stands before the end of a word, which is only looked for where parts of numbers are. No word
/// contains it.
pub(super) const PART: char = '\u{e000}';

/// How many characters of a word with digits have to be known to find it.
pub(super) const SHORTEST_PART: usize = 4;

/// Longer words are keys and sums rather than numbers somebody reads out.
pub(super) const LONGEST_NUMBER: usize = 24;

/// The most words of an article of which parts can be found.
const MOST_NUMBERS: usize = 48;

/// Pages of the index that are put in order at once.
const TIDY_PAGES: i64 = 500;

/// What the index knows of an article, as it is given to SQLite: words in their columns.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) sender: String,
    pub(super) others: String,
    pub(super) files: String,
}

impl Words {
    fn of<'a>(
        subject: &str,
        people: &People,
        visible_text: &str,
        files: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut numbers = Numbers::default();
        let mut column = |texts: &mut dyn Iterator<Item = &str>| {
            let mut words = String::new();
            for text in texts {
                add_words(&mut words, text, &mut numbers);
            }
            words
        };
        let sender = people.from.iter().flat_map(texts);
        let others = [&people.to, &people.cc, &people.bcc, &people.reply_to];
        let others = others.into_iter().flatten().flat_map(texts);
        let mut all = Self {
            subject: column(&mut std::iter::once(subject)),
            body: column(&mut std::iter::once(visible_text)),
            sender: column(&mut { sender }),
            others: column(&mut { others }),
            files: column(&mut { files }),
        };
        all.files.push_str(&numbers.parts);
        all
    }

    /// Those of an article that stands in the store.
    pub(super) fn stored(db: &Connection, article: ArticleId) -> Result<Self> {
        let files: Vec<String> = db
            .prepare_cached("SELECT filename FROM attachment WHERE article = ?1 ORDER BY id")?
            .query_map([article], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let (subject, people, text): (String, String, String) = db
            .prepare_cached(
                "SELECT subject, people, coalesce(visible_text, text) FROM article WHERE id = ?1",
            )?
            .query_row([article], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let people = People::read(&people);
        Ok(Self::of(&subject, &people, &text, files.iter().map(String::as_str)))
    }
}

fn texts(address: &Address) -> [&str; 2] {
    [&address.name, &address.address]
}

/// The parts of words that hold digits.
#[derive(Default)]
struct Numbers {
    parts: String,
    count: usize,
}

impl Numbers {
    fn add(&mut self, word: &str) {
        let is_number = (SHORTEST_PART..=LONGEST_NUMBER).contains(&word.len())
            && word.is_ascii()
            && word.bytes().any(|byte| byte.is_ascii_digit());
        if !is_number || self.count == MOST_NUMBERS {
            return;
        }
        self.count += 1;
        // The whole of a short one is found as a word.
        let first = usize::from(word.len() == SHORTEST_PART);
        for start in first..=word.len() - SHORTEST_PART {
            self.parts.push(' ');
            self.parts.push(PART);
            self.parts.push_str(&word[start..]);
        }
    }
}

fn add_words(to: &mut String, text: &str, numbers: &mut Numbers) {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    folding::words(&text[..end], |_, word| {
        to.push_str(word);
        to.push(' ');
        numbers.add(word);
    });
}

/// Puts a new article into the index, unless it is an acknowledgement. What is given is what its row
/// and those of its attachments hold.
pub(super) fn put<'a>(
    tx: &Transaction<'_>,
    id: ArticleId,
    article: &NewArticle,
    people: &People,
    files: impl Iterator<Item = &'a str>,
) -> Result<()> {
    if article.kind == Kind::EmailOut && article.machine == Some(Machine::AutoReply) {
        return Ok(());
    }
    insert(tx, id, &Words::of(&article.subject, people, &article.visible_text, files))
}

/// Whether an article is an acknowledgement of ours.
fn is_acknowledgement(db: &Connection, article: ArticleId) -> Result<bool> {
    Ok(db
        .prepare_cached(&format!("SELECT {ACKNOWLEDGEMENT} FROM article WHERE id = ?1"))?
        .query_row([article], |row| row.get(0))?)
}

/// Takes the articles of a ticket out of the index, while their rows and those of their attachments
/// are as they were when they were put in.
pub(super) fn forget_ticket(tx: &Transaction<'_>, ticket: TicketNumber) -> Result<()> {
    let articles: Vec<ArticleId> = tx
        .prepare_cached("SELECT id FROM article WHERE ticket = ?1")?
        .query_map([ticket], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    articles.into_iter().try_for_each(|article| forget(tx, article))
}

/// Makes a change to the subject, people, text or attachments of an article that was put in.
pub(super) fn changing<T>(
    tx: &Transaction<'_>,
    article: ArticleId,
    change: impl FnOnce() -> Result<T>,
) -> Result<T> {
    forget(tx, article)?;
    let changed = change()?;
    if article.0 >= begins_at(tx)? && !is_acknowledgement(tx, article)? {
        insert(tx, article, &Words::stored(tx, article)?)?;
    }
    Ok(changed)
}

fn forget(tx: &Transaction<'_>, article: ArticleId) -> Result<()> {
    if article.0 < begins_at(tx)? {
        return Ok(());
    }
    let words = Words::stored(tx, article)?;
    // An earlier version may have put it in; to delete what is not there would damage the index.
    if is_acknowledgement(tx, article)? && !is_in(tx, article, &words)? {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO search (search, rowid, subject, body, sender, others, files)
         VALUES ('delete', ?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((article, words.subject, words.body, words.sender, words.others, words.files))?;
    Ok(())
}

/// Whether an article with these words is in the index, by its longest word, which few others have.
fn is_in(tx: &Transaction<'_>, article: ArticleId, words: &Words) -> Result<bool> {
    let longest = words.body.split_whitespace().max_by_key(|word| word.len());
    let Some(word) = longest else { return Ok(false) };
    Ok(tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM search WHERE search MATCH ?1 AND rowid = ?2)",
        )?
        .query_row((format!("body : \"{word}\""), article), |row| row.get(0))?)
}

fn insert(tx: &Transaction<'_>, article: ArticleId, words: &Words) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO search (rowid, subject, body, sender, others, files)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        article,
        &words.subject,
        &words.body,
        &words.sender,
        &words.others,
        &words.files,
    ))?;
    Ok(())
}

/// The first article that is in the index.
fn begins_at(db: &Connection) -> Result<i64> {
    Ok(db
        .prepare_cached("SELECT indexed_from FROM installation")?
        .query_row([], |row| row.get(0))?)
}

/// How many articles are not in the index yet, by their ids, which are given out one by one: each
/// search tells it, and counting a million of them would take longer than searching.
pub(super) fn missing(db: &Connection) -> Result<u64> {
    Ok(db
        .prepare_cached(
            "SELECT max(0, indexed_from - ifnull((SELECT min(id) FROM article), indexed_from))
             FROM installation",
        )?
        .query_row([], |row| row.get(0))?)
}

impl Store {
    /// Puts up to `limit` articles from before there was an index into it, the newest of them
    /// first, in one transaction. Returns how many; none when all are in it.
    pub fn index_older(&mut self, limit: u32) -> Result<usize> {
        if begins_at(&self.db)? <= 1 {
            return Ok(0);
        }
        self.write(|tx| {
            let begins = begins_at(tx)?;
            let mut articles: Vec<ArticleId> = tx
                .prepare_cached("SELECT id FROM article WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?
                .query_map((begins, limit), |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            // FTS5 writes a segment of its own whenever a number is less than the one before.
            articles.reverse();
            for article in &articles {
                if !is_acknowledgement(tx, *article)? {
                    insert(tx, *article, &Words::stored(tx, *article)?)?;
                }
            }
            let begins = articles.first().map_or(0, |article| article.0);
            tx.prepare_cached("UPDATE installation SET indexed_from = ?1")?.execute([begins])?;
            Ok(articles.len())
        })
    }

    /// Joins some of the pieces in which the index was written, which makes searching faster.
    /// Returns whether there was anything to join.
    pub fn tidy_index(&mut self) -> Result<bool> {
        let before = self.db.total_changes();
        self.write(|tx| {
            Ok(tx
                .prepare_cached("INSERT INTO search (search, rank) VALUES ('merge', ?1)")?
                .execute([TIDY_PAGES])?)
        })?;
        // The statement itself counts as one (SQLite, FTS5 6.8).
        Ok(self.db.total_changes() - before >= 2)
    }
}
