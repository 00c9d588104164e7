//! The steps from each older schema to `schema.sql`, and the making of a new database. A database
//! newer than this program is refused untouched.

use ring::rand::{SecureRandom, SystemRandom};
use rusqlite::Transaction;

use super::audit::{self, Action};
use super::{Error, Result, Store};
use crate::time::Timestamp;

/// Today's truth.
const SCHEMA: &str = include_str!("../../schema.sql");

/// The steps; the n-th leads from schema n to schema n + 1. Schema 1 is the first there was.
const STEPS: &[&str] = &[
    "
    ALTER TABLE mailbox ADD COLUMN position TEXT;
    ALTER TABLE mailbox ADD COLUMN reconciled_at TEXT;
    ALTER TABLE mailbox ADD COLUMN reconciliation TEXT CHECK (json_valid(reconciliation));
    ALTER TABLE mailbox ADD COLUMN reconcile_wanted_at TEXT;
    ALTER TABLE ledger ADD COLUMN forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1));
    ALTER TABLE ledger ADD COLUMN copied_item TEXT;
    CREATE INDEX ledger_left_there ON ledger (mailbox, id)
      WHERE original IN ('kept', 'restored');
    CREATE INDEX ledger_renumbered ON ledger (mailbox, recoverable_item)
      WHERE recoverable_item <> item_id;
    CREATE TABLE ticket_link (
      ticket    INTEGER NOT NULL REFERENCES ticket (number),
      other     INTEGER NOT NULL REFERENCES ticket (number),
      relation  TEXT NOT NULL CHECK (relation IN ('follows', 'same_letter')),
      PRIMARY KEY (ticket, other, relation)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ticket_link_by_other ON ticket_link (other);
    INSERT INTO ticket_link (ticket, other, relation)
      SELECT number, follows, 'follows' FROM ticket WHERE follows IS NOT NULL;
    ALTER TABLE ticket DROP COLUMN follows;
    CREATE INDEX article_without_message_id ON article (fingerprint)
      WHERE message_id IS NULL AND fingerprint IS NOT NULL;
",
    "
    ALTER TABLE mailbox ADD COLUMN paused_until TEXT;
    ALTER TABLE article ADD COLUMN sender_verified TEXT NOT NULL DEFAULT 'none'
      CHECK (sender_verified IN ('pass', 'fail', 'none'));
    ALTER TABLE article ADD COLUMN forwarded TEXT CHECK (json_valid(forwarded));
    ALTER TABLE article ADD COLUMN bounce TEXT CHECK (json_valid(bounce));
    ALTER TABLE article ADD COLUMN protection TEXT CHECK (protection IN ('signed', 'encrypted'));
    CREATE TABLE ticket_link_3 (
      ticket    INTEGER NOT NULL REFERENCES ticket (number),
      other     INTEGER NOT NULL REFERENCES ticket (number),
      relation  TEXT NOT NULL CHECK (relation IN ('follows', 'same_letter', 'claims')),
      PRIMARY KEY (ticket, other, relation)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO ticket_link_3 SELECT ticket, other, relation FROM ticket_link;
    DROP TABLE ticket_link;
    ALTER TABLE ticket_link_3 RENAME TO ticket_link;
    CREATE INDEX ticket_link_by_other ON ticket_link (other);
",
    "
    CREATE TABLE ticket_link_4 (
      ticket    INTEGER NOT NULL REFERENCES ticket (number),
      other     INTEGER NOT NULL REFERENCES ticket (number),
      relation  TEXT NOT NULL CHECK (relation IN
                   ('follows', 'same_letter', 'claims', 'split', 'related')),
      PRIMARY KEY (ticket, other, relation)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO ticket_link_4 SELECT ticket, other, relation FROM ticket_link;
    DROP TABLE ticket_link;
    ALTER TABLE ticket_link_4 RENAME TO ticket_link;
    CREATE INDEX ticket_link_by_other ON ticket_link (other);
    CREATE INDEX ticket_by_state ON ticket (state, updated_at DESC, number DESC);
    CREATE INDEX ticket_open ON ticket (updated_at DESC, number DESC)
      WHERE state IN ('new', 'open');
    CREATE INDEX ticket_of_assignee ON ticket (assignee, updated_at DESC, number DESC)
      WHERE state IN ('new', 'open', 'pending');
    CREATE INDEX ticket_of_queue ON ticket (queue, updated_at DESC, number DESC)
      WHERE state IN ('new', 'open', 'pending');
    CREATE INDEX ticket_of_requester ON ticket (requester, updated_at DESC, number DESC);
    CREATE TABLE ticket_count (
      state     TEXT NOT NULL,
      assignee  TEXT NOT NULL,
      queue     TEXT NOT NULL,
      tickets   INTEGER NOT NULL,
      PRIMARY KEY (state, assignee, queue)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO ticket_count (state, assignee, queue, tickets)
      SELECT state, ifnull(assignee, ''), ifnull(queue, ''), count(*) FROM ticket
      GROUP BY 1, 2, 3;
    CREATE TRIGGER ticket_counted AFTER INSERT ON ticket BEGIN
      INSERT INTO ticket_count (state, assignee, queue, tickets)
        VALUES (NEW.state, ifnull(NEW.assignee, ''), ifnull(NEW.queue, ''), 1)
        ON CONFLICT (state, assignee, queue) DO UPDATE SET tickets = tickets + 1;
    END;

    CREATE TRIGGER ticket_recounted AFTER UPDATE OF state, assignee, queue ON ticket
    WHEN OLD.state <> NEW.state OR OLD.assignee IS NOT NEW.assignee OR OLD.queue IS NOT NEW.queue
    BEGIN
      UPDATE ticket_count SET tickets = tickets - 1
        WHERE state = OLD.state AND assignee = ifnull(OLD.assignee, '')
          AND queue = ifnull(OLD.queue, '');
      INSERT INTO ticket_count (state, assignee, queue, tickets)
        VALUES (NEW.state, ifnull(NEW.assignee, ''), ifnull(NEW.queue, ''), 1)
        ON CONFLICT (state, assignee, queue) DO UPDATE SET tickets = tickets + 1;
    END;
    CREATE TABLE api_token (
      id          INTEGER PRIMARY KEY AUTOINCREMENT,
      name        TEXT NOT NULL,
      token_hash  TEXT NOT NULL UNIQUE,
      role        TEXT NOT NULL CHECK (role IN ('agent', 'admin')),
      created_at  TEXT NOT NULL,
      used_at     TEXT,
      revoked_at  TEXT
    ) STRICT;
    CREATE TABLE outbox_4 (
      id           INTEGER PRIMARY KEY AUTOINCREMENT,
      article      INTEGER UNIQUE REFERENCES article (id),
      mailbox      INTEGER NOT NULL REFERENCES mailbox (id),
      automatic    INTEGER NOT NULL CHECK (automatic IN (0, 1)),
      state        TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
                     ('queued', 'drafting', 'sent', 'refused', 'unknown')),
      draft_item   TEXT,
      attempts     INTEGER NOT NULL DEFAULT 0,
      queued_at    TEXT NOT NULL,
      due_at       TEXT NOT NULL,
      tried_at     TEXT,
      sent_at      TEXT,
      reason       TEXT NOT NULL DEFAULT '',
      recipients   INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    INSERT INTO outbox_4 (id, article, mailbox, automatic, state, draft_item, attempts, queued_at,
                          due_at, tried_at, sent_at, reason)
      SELECT id, article, mailbox, automatic, state, draft_item, attempts, queued_at, due_at,
             tried_at, sent_at, reason FROM outbox;
    DELETE FROM sqlite_sequence WHERE name = 'outbox_4';
    INSERT INTO sqlite_sequence (name, seq)
      SELECT 'outbox_4', seq FROM sqlite_sequence WHERE name = 'outbox';
    DROP TABLE outbox;
    ALTER TABLE outbox_4 RENAME TO outbox;
    CREATE INDEX outbox_due ON outbox (mailbox, due_at, id)
      WHERE state IN ('queued', 'drafting', 'unknown');
    ALTER TABLE agent ADD COLUMN notices TEXT NOT NULL DEFAULT 'assigned answered';
    ALTER TABLE agent ADD COLUMN notice_queues TEXT NOT NULL DEFAULT '[]'
      CHECK (json_valid(notice_queues));
    CREATE TABLE notice (
      outbox      INTEGER PRIMARY KEY REFERENCES outbox (id) ON DELETE CASCADE,
      agent       INTEGER NOT NULL REFERENCES agent (id),
      ticket      INTEGER NOT NULL REFERENCES ticket (number),
      event       TEXT NOT NULL CHECK (event IN ('new', 'assigned', 'answered')),
      -- The article it tells of; absent when nothing was written.
      article     INTEGER REFERENCES article (id) ON DELETE SET NULL,
      queued_at   TEXT NOT NULL,
      -- The id it left with, once known.
      message_id  TEXT
    ) STRICT;

    CREATE INDEX notice_of_agent ON notice (agent, queued_at);
    CREATE INDEX notice_of_ticket ON notice (ticket);
    CREATE INDEX notice_of_article ON notice (article) WHERE article IS NOT NULL;
    CREATE INDEX notice_by_message_id ON notice (message_id) WHERE message_id IS NOT NULL;
    CREATE INDEX article_by_answer ON article (fingerprint)
      WHERE kind <> 'email_in' AND fingerprint IS NOT NULL;
    CREATE INDEX outbox_unknown ON outbox (mailbox, due_at, id) WHERE state = 'unknown';
    CREATE INDEX outbox_tried ON outbox (mailbox, tried_at, recipients)
      WHERE tried_at IS NOT NULL;
    CREATE TABLE mailed (
      outbox      INTEGER NOT NULL REFERENCES outbox (id),
      address     TEXT NOT NULL,
      domain      TEXT NOT NULL,
      ticket      INTEGER NOT NULL REFERENCES ticket (number),
      automatic   INTEGER NOT NULL CHECK (automatic IN (0, 1)),
      queued_at   TEXT NOT NULL,
      body        TEXT,
      bounced_at  TEXT,
      PRIMARY KEY (address, queued_at, outbox)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX mailed_by_domain ON mailed (domain, queued_at) WHERE automatic = 1;
    CREATE INDEX mailed_by_ticket ON mailed (ticket, queued_at) WHERE automatic = 1;
    CREATE INDEX mailed_by_outbox ON mailed (outbox);
    ALTER TABLE installation ADD COLUMN indexed_from INTEGER NOT NULL DEFAULT 0;
    UPDATE installation SET indexed_from = (SELECT coalesce(max(id), 0) + 1 FROM article);
    CREATE VIRTUAL TABLE search USING fts5 (
      subject, body, sender, others, files,
      content = '', columnsize = 0, tokenize = 'ascii', prefix = '3'
    );
    CREATE VIRTUAL TABLE search_word USING fts5vocab (search, instance);
    INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
    INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
",
    "
    CREATE INDEX audit_of_ticket ON audit (ticket, seq) WHERE ticket IS NOT NULL;
    CREATE TABLE draft (
      id          INTEGER PRIMARY KEY AUTOINCREMENT,
      agent       INTEGER NOT NULL REFERENCES agent (id),
      ticket      INTEGER REFERENCES ticket (number),
      fields      TEXT NOT NULL CHECK (json_valid(fields)),
      revision    INTEGER NOT NULL DEFAULT 1,
      updated_at  TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX draft_in_ticket ON draft (ticket, agent) WHERE ticket IS NOT NULL;
    CREATE UNIQUE INDEX draft_of_new_ticket ON draft (agent) WHERE ticket IS NULL;
    CREATE INDEX draft_of_agent ON draft (agent, updated_at);
    CREATE INDEX draft_ageing ON draft (updated_at);
    CREATE TABLE draft_file (
      id            INTEGER PRIMARY KEY AUTOINCREMENT,
      draft         INTEGER NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
      filename      TEXT NOT NULL,
      content_type  TEXT NOT NULL,
      sha256        TEXT NOT NULL,
      size          INTEGER NOT NULL,
      bytes         BLOB NOT NULL,
      UNIQUE (draft, filename, sha256)
    ) STRICT;
    CREATE TABLE once (
      caller   TEXT NOT NULL,
      key      TEXT NOT NULL,
      digest   TEXT NOT NULL,
      ticket   INTEGER NOT NULL REFERENCES ticket (number),
      article  INTEGER,
      outbox   INTEGER,
      at       TEXT NOT NULL,
      PRIMARY KEY (caller, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX once_ageing ON once (at);
    CREATE INDEX once_of_ticket ON once (ticket);
    CREATE INDEX once_of_article ON once (article) WHERE article IS NOT NULL;
    CREATE INDEX once_of_outbox ON once (outbox) WHERE outbox IS NOT NULL;
    ALTER TABLE agent ADD COLUMN language TEXT;
    ALTER TABLE agent ADD COLUMN failed_at TEXT;
    CREATE INDEX session_of_agent ON session (agent, created_at);
    CREATE TABLE sign_in_try (
      hash     TEXT PRIMARY KEY,
      tries    INTEGER NOT NULL,
      last_at  TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sign_in_try_by_age ON sign_in_try (last_at);
    CREATE TABLE sign_in_place (
      hash     TEXT PRIMARY KEY,
      agent    INTEGER NOT NULL REFERENCES agent (id),
      last_at  TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sign_in_place_of_agent ON sign_in_place (agent, last_at);
    DROP INDEX ticket_of_requester;
    CREATE INDEX ticket_of_requester ON ticket (requester, updated_at DESC, number DESC, state);
    CREATE INDEX ledger_by_message_id ON ledger (message_id) WHERE message_id IS NOT NULL;
    ALTER TABLE ticket ADD COLUMN waiting_since TEXT;
    ALTER TABLE ticket ADD COLUMN answered_at TEXT;
    CREATE INDEX ledger_unfiled ON ledger (mailbox) WHERE filing_due = 1 AND filing_error <> '';
    CREATE INDEX ledger_failing ON ledger (mailbox, id) WHERE outcome = 'waiting' AND attempts >= 3;
    CREATE INDEX outbox_unsent ON outbox (mailbox, state, queued_at, tried_at, reason)
      WHERE state <> 'sent';
    CREATE TABLE ledger_count (
      mailbox   INTEGER NOT NULL,
      outcome   TEXT NOT NULL,
      messages  INTEGER NOT NULL,
      PRIMARY KEY (mailbox, outcome)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE recoverable_count (
      mailbox    INTEGER NOT NULL,
      hour       TEXT NOT NULL,
      originals  INTEGER NOT NULL,
      PRIMARY KEY (mailbox, hour)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE waiting_count (
      hour     TEXT PRIMARY KEY,
      tickets  INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE tally (
      hour     TEXT NOT NULL,
      what     TEXT NOT NULL CHECK (what IN ('arrived', 'taken_in', 'answered', 'within_hour',
                 'within_four_hours', 'within_day', 'within_three_days', 'later')),
      mailbox  INTEGER NOT NULL,
      amount   INTEGER NOT NULL,
      PRIMARY KEY (hour, what, mailbox)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO ledger_count (mailbox, outcome, messages)
      SELECT mailbox, outcome, count(*) FROM ledger GROUP BY mailbox, outcome;
    INSERT INTO ledger_count (mailbox, outcome, messages)
      SELECT mailbox, '', count(*) FROM ledger GROUP BY mailbox;
    INSERT INTO recoverable_count (mailbox, hour, originals)
      SELECT mailbox, substr(recoverable_until, 1, 13), count(*) FROM ledger
      WHERE original = 'removed' AND recoverable_until IS NOT NULL GROUP BY 1, 2;
    INSERT INTO tally (hour, what, mailbox, amount)
      SELECT substr(received_at, 1, 13), 'arrived', mailbox, count(*) FROM ledger
      WHERE outcome IN ('opened', 'joined') GROUP BY 1, 3;
    INSERT INTO tally (hour, what, mailbox, amount)
      SELECT substr(ifnull(article.created_at, ledger.listed_at), 1, 13), 'taken_in', ledger.mailbox,
             count(*)
      FROM ledger LEFT JOIN article ON article.id = ledger.article
      WHERE outcome IN ('opened', 'joined') GROUP BY 1, 3;
    INSERT INTO tally (hour, what, mailbox, amount)
      SELECT substr(queued_at, 1, 13), 'answered', mailbox, count(*) FROM outbox
      WHERE automatic = 0 AND article IS NOT NULL GROUP BY 1, 3;
    UPDATE ticket SET answered_at =
        (SELECT min(outbox.queued_at) FROM article JOIN outbox ON outbox.article = article.id
         WHERE article.ticket = ticket.number AND outbox.automatic = 0)
      WHERE number IN (SELECT article.ticket FROM outbox JOIN article ON article.id = outbox.article
                       WHERE outbox.automatic = 0);
    INSERT INTO tally (hour, what, mailbox, amount)
      SELECT substr(answered_at, 1, 13),
             CASE WHEN waited <= 3600 THEN 'within_hour' WHEN waited <= 14400 THEN 'within_four_hours'
                    WHEN waited <= 86400 THEN 'within_day' WHEN waited <= 259200 THEN 'within_three_days'
                    ELSE 'later' END AS what, mailbox, count(*)
      FROM (SELECT answered_at, mailbox, unixepoch(answered_at) - unixepoch(created_at) AS waited
            FROM ticket WHERE answered_at IS NOT NULL
              AND (SELECT kind FROM article WHERE article.ticket = ticket.number
                   ORDER BY id LIMIT 1) = 'email_in')
      GROUP BY 1, 2, 3;
    UPDATE ticket SET waiting_since =
        (SELECT min(created_at) FROM article
         WHERE ticket = ticket.number AND kind = 'email_in' AND machine IS NULL AND id >
           ifnull((SELECT max(answer.id) FROM article AS answer JOIN outbox ON outbox.article = answer.id
                   WHERE answer.ticket = ticket.number AND outbox.automatic = 0), 0))
      WHERE state IN ('new', 'open');
    INSERT INTO waiting_count (hour, tickets)
      SELECT substr(waiting_since, 1, 13), count(*) FROM ticket
      WHERE state IN ('new', 'open') AND waiting_since IS NOT NULL GROUP BY 1;
    CREATE TRIGGER ledger_counted AFTER INSERT ON ledger BEGIN
      INSERT INTO ledger_count (mailbox, outcome, messages)
        VALUES (NEW.mailbox, '', 1), (NEW.mailbox, NEW.outcome, 1)
        ON CONFLICT (mailbox, outcome) DO UPDATE SET messages = messages + 1;
    END;

    CREATE TRIGGER ledger_recounted AFTER UPDATE OF outcome ON ledger
    WHEN OLD.outcome <> NEW.outcome BEGIN
      UPDATE ledger_count SET messages = messages - 1
        WHERE mailbox = OLD.mailbox AND outcome = OLD.outcome;
      INSERT INTO ledger_count (mailbox, outcome, messages) VALUES (NEW.mailbox, NEW.outcome, 1)
        ON CONFLICT (mailbox, outcome) DO UPDATE SET messages = messages + 1;
    END;

    CREATE TRIGGER arrival_tallied AFTER UPDATE OF outcome ON ledger
    WHEN NEW.outcome IN ('opened', 'joined') AND OLD.outcome NOT IN ('opened', 'joined') BEGIN
      INSERT INTO tally (hour, what, mailbox, amount)
        VALUES (substr(NEW.received_at, 1, 13), 'arrived', NEW.mailbox, 1),
               (ifnull((SELECT substr(created_at, 1, 13) FROM article WHERE id = NEW.article),
                       substr(NEW.listed_at, 1, 13)), 'taken_in', NEW.mailbox, 1)
        ON CONFLICT (hour, what, mailbox) DO UPDATE SET amount = amount + 1;
    END;

    CREATE TRIGGER recoverable_recounted AFTER UPDATE OF original, recoverable_until ON ledger
    WHEN (OLD.original = 'removed' OR NEW.original = 'removed')
      AND (OLD.original <> NEW.original OR OLD.recoverable_until IS NOT NEW.recoverable_until)
    BEGIN
      UPDATE recoverable_count SET originals = originals - 1
        WHERE OLD.original = 'removed' AND mailbox = OLD.mailbox
          AND hour = substr(OLD.recoverable_until, 1, 13);
      INSERT INTO recoverable_count (mailbox, hour, originals)
        SELECT NEW.mailbox, substr(NEW.recoverable_until, 1, 13), 1
        WHERE NEW.original = 'removed' AND NEW.recoverable_until IS NOT NULL
        ON CONFLICT (mailbox, hour) DO UPDATE SET originals = originals + 1;
    END;

    CREATE TRIGGER ticket_begins_to_wait AFTER INSERT ON article
    WHEN NEW.kind = 'email_in' AND NEW.machine IS NULL BEGIN
      UPDATE ticket SET waiting_since = NEW.created_at
        WHERE number = NEW.ticket AND waiting_since IS NULL AND state IN ('new', 'open');
    END;

    CREATE TRIGGER ticket_waits_no_longer AFTER UPDATE OF state ON ticket
    WHEN NEW.waiting_since IS NOT NULL AND NEW.state NOT IN ('new', 'open') BEGIN
      UPDATE ticket SET waiting_since = NULL WHERE number = NEW.number;
    END;

    CREATE TRIGGER waiting_recounted AFTER UPDATE OF state, waiting_since ON ticket
    WHEN OLD.state <> NEW.state OR OLD.waiting_since IS NOT NEW.waiting_since BEGIN
      UPDATE waiting_count SET tickets = tickets - 1
        WHERE OLD.state IN ('new', 'open') AND hour = substr(OLD.waiting_since, 1, 13);
      INSERT INTO waiting_count (hour, tickets) SELECT substr(NEW.waiting_since, 1, 13), 1
        WHERE NEW.state IN ('new', 'open') AND NEW.waiting_since IS NOT NULL
        ON CONFLICT (hour) DO UPDATE SET tickets = tickets + 1;
    END;

    CREATE TRIGGER answer_tallied AFTER INSERT ON outbox
    WHEN NEW.automatic = 0 AND NEW.article IS NOT NULL BEGIN
      INSERT INTO tally (hour, what, mailbox, amount)
        VALUES (substr(NEW.queued_at, 1, 13), 'answered', NEW.mailbox, 1)
        ON CONFLICT (hour, what, mailbox) DO UPDATE SET amount = amount + 1;
      INSERT INTO tally (hour, what, mailbox, amount)
        SELECT substr(NEW.queued_at, 1, 13),
               CASE WHEN waited <= 3600 THEN 'within_hour' WHEN waited <= 14400 THEN 'within_four_hours'
                    WHEN waited <= 86400 THEN 'within_day' WHEN waited <= 259200 THEN 'within_three_days'
                    ELSE 'later' END,
               NEW.mailbox, 1
        FROM (SELECT unixepoch(NEW.queued_at) - unixepoch(ticket.created_at) AS waited
              FROM article JOIN ticket ON ticket.number = article.ticket
              WHERE article.id = NEW.article AND ticket.answered_at IS NULL
                AND EXISTS (SELECT 1 FROM article AS asked
                            WHERE asked.ticket = ticket.number AND asked.kind = 'email_in'))
        WHERE true
        ON CONFLICT (hour, what, mailbox) DO UPDATE SET amount = amount + 1;
      UPDATE ticket SET answered_at = coalesce(answered_at, NEW.queued_at), waiting_since = NULL
        WHERE number = (SELECT ticket FROM article WHERE id = NEW.article);
    END;
",
    "
    ALTER TABLE mailed ADD COLUMN returned_at TEXT;
    UPDATE mailed SET returned_at = bounced_at WHERE bounced_at IS NOT NULL;
",
];

/// The schema this program knows.
pub const CURRENT: i64 = 1 + STEPS.len() as i64;

/// Makes a new database, migrates an older one, refuses a newer one. All in one transaction: cut off
/// at any point, the database is as it was.
pub(super) fn bring_up_to_date(store: &mut Store, now: Timestamp) -> Result<()> {
    if version(&store.db)? == CURRENT {
        return Ok(());
    }
    let path = store.path.clone();
    store.write(|tx| {
        let found = version(tx)?;
        if found > CURRENT {
            return Err(Error::Newer { path, found, known: CURRENT });
        }
        if found == 0 {
            let tables: i64 =
                tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if tables > 0 {
                return Err(Error::Open {
                    path,
                    why: "it holds something else than counterfoil's tables; change [store] path"
                        .to_owned(),
                });
            }
            create(tx, now)?;
        } else {
            // `found` is between 1 and CURRENT here, so the step exists.
            for step in &STEPS[usize::try_from(found - 1).unwrap_or(STEPS.len())..] {
                tx.execute_batch(step)?;
            }
        }
        tx.pragma_update(None, "user_version", CURRENT)?;
        Ok(())
    })
}

fn version(db: &rusqlite::Connection) -> Result<i64> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn create(tx: &Transaction<'_>, now: Timestamp) -> Result<()> {
    tx.execute_batch(SCHEMA)?;
    let mut key = [0_u8; 32];
    SystemRandom::new().fill(&mut key).map_err(|_| {
        Error::NotPossible("the system gives no random numbers; check /dev/urandom".to_owned())
    })?;
    tx.execute(
        "INSERT INTO installation (id, created_at, tag_key) VALUES (1, ?1, ?2)",
        (now, key.as_slice()),
    )?;
    let detail = format!("schema {CURRENT}, counterfoil {}", env!("CARGO_PKG_VERSION"));
    audit::append(tx, now, &audit::by("store", Action::Created, detail))
}
