-- counterfoil's database, as it is today. A new database runs this file; an older one runs the
-- missing steps of src/store/migrations.rs. PRAGMA user_version counts those steps.
--
-- Times are UTC text such as 2026-05-04T09:12:44Z. Closed sets of words are spelled as in the JSON.

-- One row about this installation itself.
CREATE TABLE installation (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  created_at  TEXT NOT NULL,
  -- Makes subject tags and our own Message-IDs unguessable. Made here; nobody else knows it.
  tag_key     BLOB NOT NULL,
  -- Articles with a smaller id are not in the search index yet.
  indexed_from  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One mailbox we watch or once watched, by the name the configuration gives it.
CREATE TABLE mailbox (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT NOT NULL UNIQUE,
  address       TEXT NOT NULL,
  -- Mail received before this is archived without any answer.
  activated_at  TEXT NOT NULL,
  -- From where the provider tells what changed in the folder; absent while the folder is listed.
  position             TEXT,
  -- When the ledger was last compared with a full listing, what was found (JSON), and since when
  -- somebody wants it done again.
  reconciled_at        TEXT,
  reconciliation       TEXT CHECK (json_valid(reconciliation)),
  reconcile_wanted_at  TEXT,
  -- Until when the provider asked not to be asked anything.
  paused_until         TEXT
) STRICT;

-- Somebody who wrote to us.
CREATE TABLE person (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The address in lower case: what two are compared by.
  key      TEXT NOT NULL UNIQUE,
  address  TEXT NOT NULL,
  -- The last name the address came with; empty when none ever did.
  name     TEXT NOT NULL
) STRICT;

-- Somebody who may sign in.
CREATE TABLE agent (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  name           TEXT NOT NULL UNIQUE,
  email          TEXT NOT NULL,
  role           TEXT NOT NULL CHECK (role IN ('agent', 'admin')),
  -- PHC string of argon2id; absent while only a sign-in link was given.
  password_hash  TEXT,
  created_at     TEXT NOT NULL,
  disabled_at    TEXT,
  -- Of what it is told by email, as words of notice.event with spaces between them.
  notices        TEXT NOT NULL DEFAULT 'assigned answered',
  -- The queues whose new tickets it is told of, as a JSON list; of all with an empty one.
  notice_queues  TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(notice_queues)),
  -- The language of the pages (RFC 5646); absent for the browser's wish.
  language       TEXT,
  -- When the audit trail last told of a wrong password.
  failed_at      TEXT
) STRICT;

-- A browser that is signed in. Only the SHA-256 of its cookie is here.
CREATE TABLE session (
  token_hash  TEXT PRIMARY KEY,
  agent       INTEGER NOT NULL REFERENCES agent (id),
  created_at  TEXT NOT NULL,
  expires_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_of_agent ON session (agent, created_at);

-- Tries to sign in of the last hour, by account, by address and by both: hashes under tag_key.
CREATE TABLE sign_in_try (
  hash     TEXT PRIMARY KEY,
  tries    INTEGER NOT NULL,
  last_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_try_by_age ON sign_in_try (last_at);

-- From where an agent signed in lately: the hash of account and address.
CREATE TABLE sign_in_place (
  hash     TEXT PRIMARY KEY,
  agent    INTEGER NOT NULL REFERENCES agent (id),
  last_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_place_of_agent ON sign_in_place (agent, last_at);

-- A link that signs in once.
CREATE TABLE sign_in_link (
  token_hash  TEXT PRIMARY KEY,
  agent       INTEGER NOT NULL REFERENCES agent (id),
  expires_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A token by which a program uses the JSON API. Only its SHA-256 is here.
CREATE TABLE api_token (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT NOT NULL,
  token_hash  TEXT NOT NULL UNIQUE,
  role        TEXT NOT NULL CHECK (role IN ('agent', 'admin')),
  created_at  TEXT NOT NULL,
  used_at     TEXT,
  revoked_at  TEXT
) STRICT;

-- One matter of one requester. A number is never used twice.
CREATE TABLE ticket (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox      INTEGER NOT NULL REFERENCES mailbox (id),
  -- Empty when the first message had none, or after erasure.
  subject      TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('new', 'open', 'pending', 'closed', 'deleted')),
  priority     TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  queue        TEXT,
  -- The agent's name as a rule or a person wrote it.
  assignee     TEXT,
  -- Absent when the first message named no sender, or after erasure.
  requester    INTEGER REFERENCES person (id),
  created_at   TEXT NOT NULL,
  updated_at   TEXT NOT NULL,
  due_at       TEXT,
  closed_at    TEXT,
  deleted_at   TEXT,
  merged_into  INTEGER REFERENCES ticket (number),
  -- Retention leaves a held ticket and its originals alone.
  hold         INTEGER NOT NULL DEFAULT 0 CHECK (hold IN (0, 1)),
  -- When the content went; the number stays.
  erased_at    TEXT,
  -- Since when its requester waits for an answer, and when an agent first gave one; kept by triggers.
  waiting_since  TEXT,
  answered_at    TEXT
) STRICT;

CREATE INDEX ticket_by_activity ON ticket (updated_at DESC, number DESC);
CREATE INDEX ticket_by_state ON ticket (state, updated_at DESC, number DESC);
CREATE INDEX ticket_open ON ticket (updated_at DESC, number DESC) WHERE state IN ('new', 'open');
CREATE INDEX ticket_of_assignee ON ticket (assignee, updated_at DESC, number DESC)
  WHERE state IN ('new', 'open', 'pending');
CREATE INDEX ticket_of_queue ON ticket (queue, updated_at DESC, number DESC)
  WHERE state IN ('new', 'open', 'pending');
CREATE INDEX ticket_of_requester ON ticket (requester, updated_at DESC, number DESC, state);
CREATE INDEX ticket_deleted ON ticket (deleted_at) WHERE state = 'deleted' AND erased_at IS NULL;

-- How many tickets there are of each kind, kept by the triggers below; empty where there is none.
CREATE TABLE ticket_count (
  state     TEXT NOT NULL,
  assignee  TEXT NOT NULL,
  queue     TEXT NOT NULL,
  tickets   INTEGER NOT NULL,
  PRIMARY KEY (state, assignee, queue)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE ticket_tag (
  ticket  INTEGER NOT NULL REFERENCES ticket (number),
  tag     TEXT NOT NULL,
  PRIMARY KEY (ticket, tag)
) STRICT, WITHOUT ROWID;

-- What a ticket has to do with an older one. follows: goes on from it, which was over already.
-- same_letter: was opened by the same letter, which reached two mailboxes. claims: was opened by a
-- letter that names the other ticket and could not prove that it belongs there. split: was a part of
-- it. related: an agent says so.
CREATE TABLE ticket_link (
  ticket    INTEGER NOT NULL REFERENCES ticket (number),
  other     INTEGER NOT NULL REFERENCES ticket (number),
  relation  TEXT NOT NULL CHECK (relation IN
               ('follows', 'same_letter', 'claims', 'split', 'related')),
  PRIMARY KEY (ticket, other, relation)
) STRICT, WITHOUT ROWID;

CREATE INDEX ticket_link_by_other ON ticket_link (other);

-- A message or note inside a ticket.
CREATE TABLE article (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket        INTEGER NOT NULL REFERENCES ticket (number),
  kind          TEXT NOT NULL CHECK (kind IN ('email_in', 'email_out', 'note')),
  -- The people of the header as one JSON object: from, reply_to, to, cc, bcc.
  people        TEXT NOT NULL CHECK (json_valid(people)),
  subject       TEXT NOT NULL,
  -- Without brackets. For a message of ours: the one the mailbox gave it, once known.
  message_id    TEXT,
  in_reply_to   TEXT,
  sent_at       TEXT,
  created_at    TEXT NOT NULL,
  text          TEXT NOT NULL,
  -- The new part of the text; NULL when that is all of it.
  visible_text  TEXT,
  html          TEXT,
  machine       TEXT CHECK (machine IN ('auto_reply', 'bounce', 'list', 'report')),
  -- Tells the same letter from another with the same Message-ID.
  fingerprint   TEXT,
  -- Whether the receiving service vouches for the sender.
  sender_verified  TEXT NOT NULL DEFAULT 'none' CHECK (sender_verified IN ('pass', 'fail', 'none')),
  -- The letter it forwards, and the delivery failure it reports, as in the public JSON.
  forwarded        TEXT CHECK (json_valid(forwarded)),
  bounce           TEXT CHECK (json_valid(bounce)),
  -- How its writer protected it; nothing is verified.
  protection       TEXT CHECK (protection IN ('signed', 'encrypted'))
) STRICT;

CREATE INDEX article_by_ticket ON article (ticket, id);
CREATE INDEX article_by_message_id ON article (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX article_without_message_id ON article (fingerprint)
  WHERE message_id IS NULL AND fingerprint IS NOT NULL;
CREATE INDEX article_by_answer ON article (fingerprint)
  WHERE kind <> 'email_in' AND fingerprint IS NOT NULL;

-- The Message-IDs an article cites (In-Reply-To, References).
CREATE TABLE citation (
  message_id  TEXT NOT NULL,
  article     INTEGER NOT NULL REFERENCES article (id),
  -- 0 for the nearest.
  position    INTEGER NOT NULL,
  PRIMARY KEY (message_id, article)
) STRICT, WITHOUT ROWID;

CREATE INDEX citation_by_article ON citation (article, position);

-- The bytes of attachments, once per content.
CREATE TABLE content (
  id      INTEGER PRIMARY KEY,
  sha256  TEXT NOT NULL UNIQUE,
  -- Bytes before packing.
  size    INTEGER NOT NULL,
  -- A zstd frame where that is smaller, else the bytes themselves.
  packed  INTEGER NOT NULL CHECK (packed IN (0, 1)),
  bytes   BLOB NOT NULL
) STRICT;

CREATE TABLE attachment (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  article       INTEGER NOT NULL REFERENCES article (id),
  content       INTEGER NOT NULL REFERENCES content (id),
  filename      TEXT NOT NULL,
  content_type  TEXT NOT NULL,
  inline        INTEGER NOT NULL CHECK (inline IN (0, 1)),
  content_id    TEXT
) STRICT;

CREATE INDEX attachment_by_article ON attachment (article, id);
CREATE INDEX attachment_by_content ON attachment (content);

-- Every message a mailbox ever held, and what became of it.
CREATE TABLE ledger (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox            INTEGER NOT NULL REFERENCES mailbox (id),
  -- The provider's immutable id. Message-IDs can be missing or shared; this cannot.
  item_id            TEXT NOT NULL,
  message_id         TEXT,
  -- SHA-256 of the bytes we fetched; absent until then.
  sha256             TEXT,
  size               INTEGER,
  received_at        TEXT NOT NULL,
  listed_at          TEXT NOT NULL,
  outcome            TEXT NOT NULL DEFAULT 'waiting' CHECK (outcome IN
                       ('waiting', 'opened', 'joined', 'duplicate', 'quarantined', 'discarded', 'vanished')),
  reason             TEXT NOT NULL DEFAULT '',
  article            INTEGER REFERENCES article (id),
  original           TEXT NOT NULL DEFAULT 'in_mailbox' CHECK (original IN
                       ('in_mailbox', 'removed', 'moved', 'kept', 'restored', 'expired')),
  -- Whether the original still has to be copied, removed or moved.
  filing_due         INTEGER NOT NULL DEFAULT 0 CHECK (filing_due IN (0, 1)),
  copied_at          TEXT,
  -- The provider's id of that copy.
  copied_item        TEXT,
  -- When the original was removed, moved or found gone.
  filed_at           TEXT,
  -- Why filing it failed the last time, in words; empty once it is done.
  filing_error       TEXT NOT NULL DEFAULT '',
  -- Its id in Recoverable Items, and until when we expect it there.
  recoverable_item   TEXT,
  recoverable_until  TEXT,
  -- Since when the days of our raw copy count; absent while they do not, or once it is gone.
  raw_since          TEXT,
  -- Failed attempts to take it in or file it, and when the next one is due.
  attempts           INTEGER NOT NULL DEFAULT 0,
  retry_at           TEXT,
  -- A person wants a ticket of it, whatever keeps it in quarantine.
  forced             INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1)),
  UNIQUE (mailbox, item_id)
) STRICT;

CREATE INDEX ledger_waiting ON ledger (mailbox, received_at, id) WHERE outcome = 'waiting';
CREATE INDEX ledger_filing ON ledger (mailbox, id) WHERE filing_due = 1;
CREATE INDEX ledger_by_outcome ON ledger (mailbox, outcome);
CREATE INDEX ledger_ageing ON ledger (raw_since, id) WHERE raw_since IS NOT NULL;
CREATE INDEX ledger_by_article ON ledger (article) WHERE article IS NOT NULL;
CREATE INDEX ledger_by_message_id ON ledger (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX ledger_left_there ON ledger (mailbox, id) WHERE original IN ('kept', 'restored');
CREATE INDEX ledger_renumbered ON ledger (mailbox, recoverable_item)
  WHERE recoverable_item <> item_id;
CREATE INDEX ledger_recoverable ON ledger (mailbox, recoverable_until) WHERE original = 'removed';

-- The raw bytes of a message as fetched, a zstd frame. Kept as long as the mailbox keeps its own.
CREATE TABLE raw (
  ledger  INTEGER PRIMARY KEY REFERENCES ledger (id),
  bytes   BLOB NOT NULL
) STRICT;

-- Messages of ours, waiting to leave or gone. The wording is in their article; one without an article
-- is a notice.
CREATE TABLE outbox (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  article      INTEGER UNIQUE REFERENCES article (id),
  mailbox      INTEGER NOT NULL REFERENCES mailbox (id),
  -- Whether it was written by itself rather than by an agent.
  automatic    INTEGER NOT NULL CHECK (automatic IN (0, 1)),
  -- drafting: a draft is being made or lies in the mailbox. unknown: the answer to the sending was lost.
  state        TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
                 ('queued', 'drafting', 'sent', 'refused', 'unknown')),
  -- The provider's id of the draft, which its sent copy keeps.
  draft_item   TEXT,
  attempts     INTEGER NOT NULL DEFAULT 0,
  queued_at    TEXT NOT NULL,
  due_at       TEXT NOT NULL,
  -- When sending was last tried.
  tried_at     TEXT,
  sent_at      TEXT,
  -- Why it waits, was refused or is unknown, in words.
  reason       TEXT NOT NULL DEFAULT '',
  -- How many people it goes to.
  recipients   INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX outbox_due ON outbox (mailbox, due_at, id) WHERE state IN ('queued', 'drafting', 'unknown');
CREATE INDEX outbox_unknown ON outbox (mailbox, due_at, id) WHERE state = 'unknown';
CREATE INDEX outbox_tried ON outbox (mailbox, tried_at, recipients) WHERE tried_at IS NOT NULL;

-- What an agent is told by email. It is worded when it leaves, from the ticket as it then is.
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

-- For whom messages of ours were queued lately: what the caps on mailing count. Rows of an address
-- that are older than thirty days go when it is written to again, unless the letter came back and may be
-- sent again.
CREATE TABLE mailed (
  outbox      INTEGER NOT NULL REFERENCES outbox (id),
  -- In lower case, without what follows a plus.
  address     TEXT NOT NULL,
  domain      TEXT NOT NULL,
  ticket      INTEGER NOT NULL REFERENCES ticket (number),
  automatic   INTEGER NOT NULL CHECK (automatic IN (0, 1)),
  queued_at   TEXT NOT NULL,
  -- Tells by its words which letter an automatic one answers.
  body        TEXT,
  -- When it came back for good: the address is no longer reached by anything.
  bounced_at  TEXT,
  -- When a report said that this letter did not reach it, for whatever reason.
  returned_at TEXT,
  PRIMARY KEY (address, queued_at, outbox)
) STRICT, WITHOUT ROWID;

CREATE INDEX mailed_by_domain ON mailed (domain, queued_at) WHERE automatic = 1;
CREATE INDEX mailed_by_ticket ON mailed (ticket, queued_at) WHERE automatic = 1;
CREATE INDEX mailed_by_outbox ON mailed (outbox);

-- What an agent is writing and has not sent: one for each agent and ticket, and one for a new ticket.
-- Agents alone see their own; it goes with its ticket, when it is sent, and after the retention days.
CREATE TABLE draft (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  agent       INTEGER NOT NULL REFERENCES agent (id),
  -- Absent for a new ticket.
  ticket      INTEGER REFERENCES ticket (number),
  -- The fields of the form as they were typed, JSON.
  fields      TEXT NOT NULL CHECK (json_valid(fields)),
  -- Counts its changes: what was shown is what is sent.
  revision    INTEGER NOT NULL DEFAULT 1,
  updated_at  TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX draft_in_ticket ON draft (ticket, agent) WHERE ticket IS NOT NULL;
CREATE UNIQUE INDEX draft_of_new_ticket ON draft (agent) WHERE ticket IS NULL;
CREATE INDEX draft_of_agent ON draft (agent, updated_at);
CREATE INDEX draft_ageing ON draft (updated_at);

-- The files of a draft.
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

-- Forms of the pages and requests of the API that were sent during the last day, so that what is sent
-- twice is done once.
CREATE TABLE once (
  -- An actor of the API, or form: and the id of an agent.
  caller   TEXT NOT NULL,
  -- What the request was sent with, or the random id that the form was given out with.
  key      TEXT NOT NULL,
  -- SHA-256 of what was in it.
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

CREATE INDEX ledger_unfiled ON ledger (mailbox) WHERE filing_due = 1 AND filing_error <> '';
CREATE INDEX ledger_failing ON ledger (mailbox, id) WHERE outcome = 'waiting' AND attempts >= 3;
CREATE INDEX outbox_unsent ON outbox (mailbox, state, queued_at, tried_at, reason)
  WHERE state <> 'sent';

-- How many rows the ledger has, kept by the triggers below: of each outcome, and of all of them in
-- the row with an empty outcome, so that the sum can fail to close.
CREATE TABLE ledger_count (
  mailbox   INTEGER NOT NULL,
  outcome   TEXT NOT NULL,
  messages  INTEGER NOT NULL,
  PRIMARY KEY (mailbox, outcome)
) STRICT, WITHOUT ROWID;

-- How many removed originals can be recovered until some moment of an hour in UTC (2026-05-04T09).
CREATE TABLE recoverable_count (
  mailbox    INTEGER NOT NULL,
  hour       TEXT NOT NULL,
  originals  INTEGER NOT NULL,
  PRIMARY KEY (mailbox, hour)
) STRICT, WITHOUT ROWID;

-- How many tickets wait for an answer, by the hour in UTC since which they do.
CREATE TABLE waiting_count (
  hour     TEXT PRIMARY KEY,
  tickets  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What happened in each hour in UTC, for the figures. arrived: messages that became articles, by
-- when the mailbox received them; taken_in: the same by when they became articles. answered: what
-- agents wrote to people. within_… and later: first answers, by how long the requester had waited.
-- Nothing here goes when content is erased: it names nobody.
CREATE TABLE tally (
  hour     TEXT NOT NULL,
  what     TEXT NOT NULL CHECK (what IN ('arrived', 'taken_in', 'answered', 'within_hour',
             'within_four_hours', 'within_day', 'within_three_days', 'later')),
  mailbox  INTEGER NOT NULL,
  amount   INTEGER NOT NULL,
  PRIMARY KEY (hour, what, mailbox)
) STRICT, WITHOUT ROWID;

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

-- A requester waits from the first message a person wrote since the last answer. Only what waits
-- in a new or open ticket counts.
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

-- An answer is what an agent writes to people, from when it is queued; an acknowledgement is none.
-- The first one counts where somebody had written before it.
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

-- The audit trail: every change of state, chained by SHA-256. It names ids and digests, never
-- content, and nothing can be changed or taken out of it.
CREATE TABLE audit (
  seq     INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  actor   TEXT NOT NULL,
  action  TEXT NOT NULL,
  ticket  INTEGER,
  ledger  INTEGER,
  detail  TEXT NOT NULL,
  prev    TEXT NOT NULL,
  hash    TEXT NOT NULL
) STRICT;

CREATE INDEX audit_of_ticket ON audit (ticket, seq) WHERE ticket IS NOT NULL;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

-- How each round fares: its last run, last success and last error.
CREATE TABLE health (
  round            TEXT PRIMARY KEY,
  last_run_at      TEXT NOT NULL,
  last_success_at  TEXT,
  last_error_at    TEXT,
  -- In words; empty once it went well again.
  last_error       TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- The words of each article, by its id: folded by src/desk/folding.rs, never the texts themselves,
-- so that what is erased leaves nothing here. In files also the parts of numbers.
CREATE VIRTUAL TABLE search USING fts5 (
  subject, body, sender, others, files,
  content = '', columnsize = 0, tokenize = 'ascii', prefix = '3'
);

-- The words of the index themselves, in order: how a beginning may go on.
CREATE VIRTUAL TABLE search_word USING fts5vocab (search, instance);

-- What is deleted leaves the index at once. Small pieces are joined often and by bits, so that no
-- single letter waits for a large one.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
