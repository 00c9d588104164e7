//! `search`: finding tickets by what was written in them.

use std::io::{self, Write};

use super::output::{self, Out};
use super::{Ending, Usage};
use crate::desk::query::Query;
use crate::store::search::{Found, Hit};

/// The help on what a query may say.
const LANGUAGE: &str = "\
Every word has to occur in one message or note. Also understood:
  \"two words\"  lam*             words in this order; words that begin so
  -fuse  NOT fuse               what must not occur
  from:ana  to:desk  subject:x  where it has to occur
  state:open  queue:Sales  assignee:ana  tag:invoice   (queue:- for none)
  after:2026-05-01  before:2026-06   has:attachment
  12  CF#12                     the ticket of that number first
Case and accents do not matter; Mueller finds Müller. Four figures find the number they are part of.";

#[derive(clap::Args, Debug)]
#[command(after_help = LANGUAGE)]
pub(super) struct Args {
    /// What to find
    #[arg(required = true)]
    query: Vec<String>,

    /// The most tickets to list
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,

    /// Go on after the cursor that the last answer gave as `next`
    #[arg(long, value_name = "CURSOR")]
    after: Option<i64>,
}

pub(super) fn run(command: &Args, args: &super::Args, out: &mut Out) -> anyhow::Result<Ending> {
    let app = args.app()?;
    let tag = &app.config().desk.ticket_tag;
    let query = Query::read(&command.query.join(" "), tag)
        .map_err(|error| Usage(format!("cannot search: {error}")))?;
    let mut store = app.store()?;
    let mut found = store.search(&query, command.after, command.limit)?;
    // One look goes back only so far.
    while let Some(next) = found.next
        && let Some(wanted @ 1..) =
            command.limit.checked_sub(u32::try_from(found.results.len()).unwrap_or(u32::MAX))
    {
        let more = store.search(&query, Some(next), wanted)?;
        found.results.extend(more.results);
        found.next = more.next;
    }
    let next = found.next.map(|cursor| cursor.to_string());
    let answer = serde_json::json!({
        "results": found.results, "next": next, "not_indexed": found.not_indexed,
    });
    out.answer(&answer, |to| for_people(to, &found))?;
    if found.not_indexed > 0 && !out.is_json() {
        out.say(&format!(
            "{} older messages are not indexed yet, and were not looked through; `counterfoil run` \
             goes on with that",
            found.not_indexed
        ));
    }
    Ok(Ending::Done)
}

fn for_people(to: &mut Vec<u8>, found: &Found) -> io::Result<()> {
    if found.results.is_empty() {
        writeln!(to, "nothing found")?;
    }
    for hit in &found.results {
        one_for_people(to, hit)?;
    }
    output::further(to, found.next.map(|cursor| cursor.to_string()).as_deref())
}

fn one_for_people(to: &mut Vec<u8>, hit: &Hit) -> io::Result<()> {
    let subject = output::short(&output::clean(&hit.subject), 60);
    writeln!(to, "{}  {}  {} UTC  {subject}", hit.number, hit.state, hit.at.for_people())?;
    let mut text = String::new();
    for piece in &hit.snippet {
        let piece_text = output::clean(&piece.text);
        text += &if piece.marked { format!("[{piece_text}]") } else { piece_text };
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    writeln!(to, "    {}", words.join(" "))
}
