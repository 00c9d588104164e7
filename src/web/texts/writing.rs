//! The texts of the forms in which agents write: answers, notes, drafts, new tickets.

use super::{Word, put, word};
use crate::desk::change;
use crate::desk::opening;
use crate::desk::outgoing::NotPossible;
use crate::desk::recipients::MOST;

/// The texts of answers, notes and drafts.
#[derive(Debug)]
pub(in crate::web) struct Writing {
    pub(in crate::web) title: &'static str,
    pub(in crate::web) text: &'static str,
    pub(in crate::web) placeholder: &'static str,
    pub(in crate::web) goes_to: &'static str,
    pub(in crate::web) copies_to: &'static str,
    pub(in crate::web) and_more: &'static str,
    pub(in crate::web) instead: &'static str,
    pub(in crate::web) answer_to: &'static str,
    pub(in crate::web) choose: &'static str,
    pub(in crate::web) gone: &'static str,
    pub(in crate::web) nobody: &'static str,
    pub(in crate::web) copies: &'static str,
    pub(in crate::web) cc: &'static str,
    pub(in crate::web) bcc: &'static str,
    pub(in crate::web) several: &'static str,
    pub(in crate::web) to_all: &'static str,
    pub(in crate::web) then: &'static str,
    pub(in crate::web) leave: &'static str,
    pub(in crate::web) canned: &'static str,
    pub(in crate::web) insert: &'static str,
    pub(in crate::web) attach: &'static str,
    pub(in crate::web) attached: &'static str,
    pub(in crate::web) remove: &'static str,
    pub(in crate::web) send: &'static str,
    pub(in crate::web) note: &'static str,
    pub(in crate::web) show: &'static str,
    pub(in crate::web) keep: &'static str,
    pub(in crate::web) discard: &'static str,
    pub(in crate::web) draft: &'static str,
    pub(in crate::web) draft_left: &'static str,
    pub(in crate::web) newer: &'static str,
    pub(in crate::web) meanwhile: &'static str,
    pub(in crate::web) other: &'static str,
    pub(in crate::web) lost: &'static str,
    pub(in crate::web) lost_now: &'static str,
    pub(in crate::web) not_sent: &'static str,
    pub(in crate::web) said_sent: &'static str,
    pub(in crate::web) said_noted: &'static str,
    pub(in crate::web) said_kept: &'static str,
    pub(in crate::web) said_discarded: &'static str,
    pub(in crate::web) said_already: &'static str,
    pub(in crate::web) said_rescued: &'static str,
    pub(in crate::web) joined: &'static str,
    pub(in crate::web) joined_unsent: &'static str,
    pub(in crate::web) too_long: &'static str,
    pub(in crate::web) field_too_long: &'static str,
    pub(in crate::web) a_field_too_long: &'static str,
    pub(in crate::web) late: &'static str,
    pub(in crate::web) changed: &'static str,
    pub(in crate::web) old_form: &'static str,
    pub(in crate::web) too_large: &'static str,
    pub(in crate::web) too_many_files: &'static str,
    pub(in crate::web) drafts_full: &'static str,
    pub(in crate::web) damaged: &'static str,
    // Shown first
    pub(in crate::web) first_title: &'static str,
    pub(in crate::web) first_lead: &'static str,
    pub(in crate::web) from: &'static str,
    pub(in crate::web) to: &'static str,
    pub(in crate::web) copy: &'static str,
    pub(in crate::web) hidden_copy: &'static str,
    pub(in crate::web) subject: &'static str,
    pub(in crate::web) files: &'static str,
    pub(in crate::web) then_state: &'static str,
    pub(in crate::web) wrote: &'static str,
    pub(in crate::web) asks: &'static str,
    pub(in crate::web) wanted: &'static str,
    pub(in crate::web) added: &'static str,
    pub(in crate::web) added_hidden: &'static str,
    pub(in crate::web) got_it_too: &'static str,
    pub(in crate::web) ours: &'static str,
    pub(in crate::web) came_back: &'static str,
    pub(in crate::web) letters: Word,
    pub(in crate::web) struck: &'static str,
    pub(in crate::web) no_text: &'static str,
    pub(in crate::web) send_it: &'static str,
    pub(in crate::web) back: &'static str,
    pub(in crate::web) nothing_to_show: &'static str,
    // A lost session
    pub(in crate::web) session_over: &'static str,
    pub(in crate::web) session_over_copy: &'static str,
    pub(in crate::web) what_you_wrote: &'static str,
    // Why an answer cannot be put there
    deleted: &'static str,
    merged: &'static str,
    nobody_to_answer: &'static str,
    only_ourselves: &'static str,
    no_address: &'static str,
    too_many: &'static str,
    empty: &'static str,
    empty_note: &'static str,
    no_such_letter: &'static str,
    delete_instead: &'static str,
    // A new ticket
    pub(in crate::web) new_ticket: &'static str,
    pub(in crate::web) new_lead: &'static str,
    pub(in crate::web) requester: &'static str,
    pub(in crate::web) name: &'static str,
    pub(in crate::web) mailbox: &'static str,
    pub(in crate::web) about: &'static str,
    pub(in crate::web) queue: &'static str,
    pub(in crate::web) assignee: &'static str,
    pub(in crate::web) nobody_assigned: &'static str,
    pub(in crate::web) priority: &'static str,
    pub(in crate::web) tags: &'static str,
    pub(in crate::web) said_or_written: &'static str,
    pub(in crate::web) open_and_send: &'static str,
    pub(in crate::web) open_with_note: &'static str,
    pub(in crate::web) said_opened: &'static str,
    pub(in crate::web) said_opened_sent: &'static str,
    pub(in crate::web) not_opened: &'static str,
    open_nobody: &'static str,
    open_no_address: &'static str,
    open_ourselves: &'static str,
    open_empty: &'static str,
    no_agent: &'static str,
    not_a_subject: &'static str,
    not_a_name: &'static str,
    our_mailbox: &'static str,
    reserved: &'static str,
    not_a_queue: &'static str,
    not_a_tag: &'static str,
    too_many_tags: &'static str,
}

impl Writing {
    /// Why an answer or a note cannot be put into a ticket.
    pub(in crate::web) fn unfit(&self, why: &NotPossible) -> String {
        match why {
            NotPossible::Deleted(_) => self.deleted.to_owned(),
            NotPossible::Merged(_, into) => put(self.merged, &[&into.to_string()]),
            NotPossible::NobodyToAnswer(_) => self.nobody_to_answer.to_owned(),
            NotPossible::OnlyOurselves(_) => self.only_ourselves.to_owned(),
            NotPossible::NoAddress(_, address) => put(self.no_address, &[address]),
            NotPossible::TooMany(_, count) => self.too_many(*count),
            NotPossible::Empty(_) => self.empty.to_owned(),
            NotPossible::EmptyNote(_) => self.empty_note.to_owned(),
            NotPossible::NoSuchLetter(_, article) => {
                put(self.no_such_letter, &[&article.to_string()])
            }
            NotPossible::DeleteInstead(_) => self.delete_instead.to_owned(),
        }
    }

    /// That a letter would go to too many.
    pub(in crate::web) fn too_many(&self, count: usize) -> String {
        put(self.too_many, &[&count.to_string(), &MOST.to_string()])
    }

    /// What stands beside a field that people type into.
    pub(in crate::web) fn label(&self, field: &str) -> Option<&'static str> {
        Some(match field {
            "cc" => self.cc,
            "bcc" => self.bcc,
            "requester" => self.requester,
            "name" => self.name,
            "subject" => self.about,
            "queue" => self.queue,
            "tags" => self.tags,
            _ => return None,
        })
    }

    /// Why a ticket cannot be opened.
    pub(in crate::web) fn unopened(&self, why: &opening::NotPossible) -> String {
        match why {
            opening::NotPossible::NoAddress(address)
            | opening::NotPossible::Change(change::NotPossible::NoAddress(address)) => {
                match address.trim() {
                    "" => self.open_nobody.to_owned(),
                    _ => put(self.open_no_address, &[address]),
                }
            }
            opening::NotPossible::Ourselves(address) => put(self.open_ourselves, &[address]),
            opening::NotPossible::Empty => self.open_empty.to_owned(),
            opening::NotPossible::Change(why) => match why {
                change::NotPossible::NoAgent { name, known } => {
                    put(self.no_agent, &[name, &known.join(", ")])
                }
                change::NotPossible::NotAWord { what: "a queue", most } => {
                    put(self.not_a_queue, &[&most.to_string()])
                }
                change::NotPossible::NotAWord { what: "a tag", most } => {
                    put(self.not_a_tag, &[&most.to_string()])
                }
                change::NotPossible::NotAWord { what: "a name", most } => {
                    put(self.not_a_name, &[&most.to_string()])
                }
                change::NotPossible::OurMailbox(address) => put(self.our_mailbox, &[address]),
                change::NotPossible::Reserved(word) => put(self.reserved, &[word]),
                change::NotPossible::NotAWord { most, .. } => {
                    put(self.not_a_subject, &[&most.to_string()])
                }
                change::NotPossible::TooManyTags(_) => self.too_many_tags.to_owned(),
                other => put(self.not_opened, &[&other.to_string()]),
            },
        }
    }
}

pub(super) const ENGLISH: Writing = Writing {
    title: "Answer",
    text: "Your text",
    placeholder: "Write here",
    goes_to: "It goes to {}.",
    copies_to: "It goes to {}, copies to {}.",
    and_more: "{} and {} more",
    answer_to: "Answer to",
    choose: "choose …",
    gone: "The message you were answering is not in this ticket any more. Choose whom to answer.",
    instead: "Not to {}, who wrote: the message asks for answers to go elsewhere.",
    nobody: "Nobody can be answered: {} A note can be kept.",
    copies: "Copies",
    cc: "Copies to (Cc)",
    bcc: "Hidden copies to (Bcc)",
    several: "Several addresses with commas between them.",
    to_all: "Also to everybody else the message went to",
    then: "Then",
    leave: "leave the state as it is",
    canned: "Ready text",
    insert: "Insert",
    attach: "Attach files",
    attached: "Attached",
    remove: "Remove",
    send: "Send the answer",
    note: "Keep as a note",
    show: "Show first",
    keep: "Keep as draft",
    discard: "Discard the draft",
    draft: "Your draft, last changed {}. Only you see it.",
    draft_left: "A draft of yours is left here. It cannot be sent from this ticket any more.",
    newer: "Something was added to this ticket since you began to write. Read it before you send.",
    meanwhile: "Something was added to this ticket meanwhile. Look at it, then send what you wrote, if \
                it still fits.",
    other: "{} has been writing here, {}.",
    lost: "These files did not arrive with your text; attach them again: {}.",
    lost_now: "These files were not kept; attach them again after signing in: {}.",
    not_sent: "Not sent: {}.",
    said_sent: "Your answer to {} is queued and leaves within moments.",
    said_noted: "The note is kept.",
    said_kept: "The draft is kept.",
    said_discarded: "The draft is gone.",
    said_already: "This was sent already. It was not sent a second time.",
    said_rescued: "Your session was over, so nothing was sent. What you wrote is kept as this draft.",
    joined: "You also wrote here in another window. Both texts are in this draft now: take out what you do \
             not want.",
    joined_unsent: "Not sent: you also wrote here in another window. Both texts are in this draft now: take \
                    out what you do not want, then send it.",
    too_long: "The text is longer than {}. Put it into a file and attach that.",
    field_too_long: "The field “{}” holds more than {}. Shorten it.",
    a_field_too_long: "A field beside the text holds more than {}. Shorten it.",
    late: "This form was sent already, with something else in it. What you wrote now is kept as a draft; \
           send it, if it is meant to go as well.",
    changed: "The draft was changed meanwhile, perhaps in another window. Look at it again before you send it.",
    old_form: "You signed in again after this form was given out, so nothing was sent. What you wrote is \
               kept as a draft.",
    too_large: "The files were not attached: the letter would have {}, and a mailbox sends at most {}. \
                Send less along, or a link to it. Your text is kept.",
    too_many_files: "The files were not attached: a letter takes 50 of them. Put some into one archive. \
                     Your text is kept.",
    drafts_full: "The files were not attached: your drafts hold too many. Send or discard one of the \
                  others. Your text is kept.",
    damaged: "The form did not arrive whole. Go back and send it again.",
    first_title: "This is what would leave",
    first_lead: "Nothing is sent yet.",
    from: "From",
    to: "To",
    copy: "Copy",
    hidden_copy: "Hidden copy",
    subject: "Subject",
    files: "Files",
    then_state: "The ticket then is {}.",
    wrote: "wrote the message",
    asks: "is the one who asks",
    wanted: "the message asks for answers there",
    added: "you added it",
    added_hidden: "you added it; the others do not see it",
    got_it_too: "got the message as well",
    ours: "{} is left out: it is the mailbox this leaves from, and would get it as a new letter.",
    came_back: "To {}, the last {} came back, and this one may.",
    letters: word("letter", "letters"),
    struck: "It would not be taken: {}.",
    no_text: "There is no text.",
    send_it: "Send it",
    back: "Back to writing",
    nothing_to_show: "There is no draft to show in this ticket.",
    session_over: "Your session was over, so nothing was sent. Sign in, and what you wrote is kept as a draft.",
    session_over_copy: "Your session was over, so nothing was sent. What you wrote is too long to be kept: \
                        copy it from here before you sign in.",
    what_you_wrote: "What you wrote",
    deleted: "Not sent: the ticket is deleted. Take it back first.",
    merged: "It cannot be sent: the ticket was merged into #{}. Write there; your draft stays here to be copied.",
    nobody_to_answer: "The ticket names no address to answer to.",
    only_ourselves: "The ticket was written from the mailbox it lies in, to which an answer would come \
                     back as a new letter. Name who asks.",
    no_address: "Not sent: “{}” is no address such as ana@shop.example. Correct it.",
    too_many: "Not sent: it would go to {} people, and a mailbox may send a letter to {}. Write to fewer \
               at a time.",
    empty: "Not sent: it is empty. Write a text or attach a file.",
    empty_note: "Not kept: the note is empty. Write a text or attach a file.",
    no_such_letter: "Not sent: message {} is no longer in this ticket; choose whom to answer.",
    delete_instead: "Not sent: an answer cannot delete the ticket.",
    new_ticket: "New ticket",
    new_lead: "For somebody who called or came by.",
    requester: "Address of who asks",
    name: "Their name",
    mailbox: "Mailbox",
    about: "What it is about",
    queue: "Queue",
    assignee: "Assigned to",
    nobody_assigned: "nobody",
    priority: "Priority",
    tags: "Tags (a, b, c)",
    said_or_written: "What was said, or what you write to them",
    open_and_send: "Open, and send the text to them",
    open_with_note: "Open, with the text as a note",
    said_opened: "The ticket is opened. Nothing was sent.",
    said_opened_sent: "The ticket is opened, and your message to {} is queued.",
    not_opened: "Not opened: {}.",
    open_nobody: "Say who asks: an address such as ana@shop.example is needed.",
    open_no_address: "“{}” is no address such as ana@shop.example. Correct it.",
    open_ourselves: "{} is the mailbox this would leave from. Name who asks, or keep the text as a note.",
    open_empty: "There is neither a text nor a file. Write what was said.",
    no_agent: "Nobody called “{}” may sign in. There are {}.",
    not_a_subject: "Say in one line of 1 to {} characters what it is about.",
    not_a_name: "The name must be one line of at most {} characters.",
    our_mailbox: "{} is the mailbox itself. Name the person who asks.",
    reserved: "“{}” has a meaning of its own and cannot be a queue or a tag. Take another word.",
    not_a_queue: "The queue must be one line of at most {} characters.",
    not_a_tag: "Each tag must be one line of at most {} characters.",
    too_many_tags: "These are too many tags.",
};

pub(super) const GERMAN: Writing = Writing {
    title: "Antworten",
    text: "Ihr Text",
    placeholder: "Hier schreiben",
    goes_to: "Geht an {}.",
    copies_to: "Geht an {}, in Kopie an {}.",
    and_more: "{} und {} weitere",
    answer_to: "Antwort an",
    choose: "bitte wählen …",
    gone: "Die Nachricht, auf die Sie antworten wollten, ist nicht mehr in diesem Ticket. Wählen Sie, wem Sie antworten.",
    instead: "Nicht an {}, von wem die Nachricht kam: Sie bittet um Antwort an andere Stelle.",
    nobody: "Niemandem kann geantwortet werden: {} Eine Notiz ist möglich.",
    copies: "Kopien",
    cc: "Kopie an (Cc)",
    bcc: "Blindkopie an (Bcc)",
    several: "Mehrere Adressen mit Kommas trennen.",
    to_all: "Auch an alle anderen, an die die Nachricht ging",
    then: "Danach",
    leave: "Status unverändert lassen",
    canned: "Textbaustein",
    insert: "Einfügen",
    attach: "Dateien anhängen",
    attached: "Angehängt",
    remove: "Entfernen",
    send: "Antwort senden",
    note: "Als Notiz ablegen",
    show: "Erst ansehen",
    keep: "Als Entwurf behalten",
    discard: "Entwurf verwerfen",
    draft: "Ihr Entwurf, zuletzt geändert {}. Nur Sie sehen ihn.",
    draft_left: "Hier liegt noch ein Entwurf von Ihnen. Aus diesem Ticket kann er nicht mehr gesendet werden.",
    newer: "Seit Sie zu schreiben begonnen haben, ist etwas hinzugekommen. Bitte lesen Sie es vor dem Senden.",
    meanwhile: "Inzwischen ist in diesem Ticket etwas hinzugekommen. Bitte sehen Sie es an und senden Sie \
                dann, was Sie geschrieben haben, wenn es noch passt.",
    other: "{} hat hier {} etwas geschrieben.",
    lost: "Diese Dateien sind nicht mit angekommen; bitte hängen Sie sie noch einmal an: {}.",
    lost_now: "Diese Dateien wurden nicht behalten; bitte hängen Sie sie nach dem Anmelden noch einmal an: {}.",
    not_sent: "Nicht gesendet: {}.",
    said_sent: "Ihre Antwort an {} liegt im Ausgang und geht gleich hinaus.",
    said_noted: "Die Notiz ist abgelegt.",
    said_kept: "Der Entwurf ist aufgehoben.",
    said_discarded: "Der Entwurf ist verworfen.",
    said_already: "Das wurde schon gesendet. Es ist kein zweites Mal hinausgegangen.",
    said_rescued: "Ihre Sitzung war abgelaufen, deshalb wurde nichts gesendet. Was Sie geschrieben haben, \
                   ist als dieser Entwurf aufgehoben.",
    joined: "Sie haben hier auch in einem anderen Fenster geschrieben. Beide Texte stehen jetzt in diesem \
             Entwurf: Bitte nehmen Sie heraus, was nicht hineingehört.",
    joined_unsent: "Nicht gesendet: Sie haben hier auch in einem anderen Fenster geschrieben. Beide Texte \
                    stehen jetzt in diesem Entwurf: Bitte nehmen Sie heraus, was nicht hineingehört, und \
                    senden Sie ihn dann.",
    too_long: "Der Text ist länger als {}. Bitte hängen Sie ihn als Datei an.",
    field_too_long: "Das Feld „{}“ enthält mehr als {}. Bitte kürzen Sie es.",
    a_field_too_long: "Ein Feld neben dem Text enthält mehr als {}. Bitte kürzen Sie es.",
    late: "Dieses Formular wurde schon gesendet, mit anderem Inhalt. Was Sie jetzt geschrieben haben, ist \
           als Entwurf aufgehoben; senden Sie es, wenn es auch hinausgehen soll.",
    changed: "Der Entwurf wurde inzwischen geändert, vielleicht in einem anderen Fenster. Bitte sehen Sie \
              ihn vor dem Senden noch einmal an.",
    old_form: "Sie haben sich neu angemeldet, nachdem Sie dieses Formular geöffnet hatten; deshalb wurde \
               nichts gesendet. Was Sie geschrieben haben, ist als Entwurf aufgehoben.",
    too_large: "Die Dateien wurden nicht angehängt: Die Nachricht hätte {}, und ein Postfach sendet \
                höchstens {}. Bitte senden Sie weniger mit oder einen Link. Ihr Text ist aufgehoben.",
    too_many_files: "Die Dateien wurden nicht angehängt: Eine Nachricht kann 50 enthalten. Bitte packen Sie \
                     mehrere in ein Archiv. Ihr Text ist aufgehoben.",
    drafts_full: "Die Dateien wurden nicht angehängt: In Ihren Entwürfen liegen zu viele. Bitte senden oder \
                  verwerfen Sie einen anderen. Ihr Text ist aufgehoben.",
    damaged: "Das Formular ist nicht vollständig angekommen. Bitte gehen Sie zurück und senden Sie es noch einmal.",
    first_title: "So würde es hinausgehen",
    first_lead: "Noch ist nichts gesendet.",
    from: "Von",
    to: "An",
    copy: "Kopie",
    hidden_copy: "Blindkopie",
    subject: "Betreff",
    files: "Dateien",
    then_state: "Danach ist das Ticket {}.",
    wrote: "hat die Nachricht geschrieben",
    asks: "ist die anfragende Person",
    wanted: "die Nachricht bittet um Antwort dorthin",
    added: "von Ihnen eingetragen",
    added_hidden: "von Ihnen eingetragen; für die anderen unsichtbar",
    got_it_too: "hat die Nachricht auch bekommen",
    ours: "{} wird ausgelassen: Es ist das Postfach, aus dem gesendet wird, und bekäme die Antwort als neue Nachricht.",
    came_back: "An {}: {} zuletzt zurückgekommen, diese kommt vielleicht auch nicht an.",
    letters: word("Nachricht ist", "Nachrichten sind"),
    struck: "Sie würde nicht angenommen: {}.",
    no_text: "Ohne Text.",
    send_it: "Jetzt senden",
    back: "Weiterschreiben",
    nothing_to_show: "In diesem Ticket haben Sie keinen Entwurf.",
    session_over: "Ihre Sitzung war abgelaufen, deshalb wurde nichts gesendet. Melden Sie sich an; was Sie \
                   geschrieben haben, wird als Entwurf aufgehoben.",
    session_over_copy: "Ihre Sitzung war abgelaufen, deshalb wurde nichts gesendet. Was Sie geschrieben \
                        haben, ist zu lang zum Aufheben: Bitte kopieren Sie es von hier, bevor Sie sich anmelden.",
    what_you_wrote: "Was Sie geschrieben haben",
    deleted: "Nicht gesendet: Das Ticket ist gelöscht. Holen Sie es erst zurück.",
    merged: "Das kann nicht gesendet werden: Das Ticket wurde mit #{} zusammengeführt. Schreiben Sie dort; \
             Ihr Entwurf bleibt hier zum Kopieren.",
    nobody_to_answer: "Das Ticket nennt keine Adresse, an die geantwortet werden kann.",
    only_ourselves: "Das Ticket wurde aus dem Postfach geschrieben, in dem es liegt; eine Antwort käme als \
                     neue Nachricht zurück. Tragen Sie ein, wer anfragt.",
    no_address: "Nicht gesendet: „{}“ ist keine Adresse wie ana@shop.example. Bitte berichtigen Sie sie.",
    too_many: "Nicht gesendet: Es würde an {} Personen gehen, und ein Postfach darf eine Nachricht an {} \
               senden. Bitte schreiben Sie an weniger auf einmal.",
    empty: "Nicht gesendet: Es ist leer. Schreiben Sie etwas oder hängen Sie eine Datei an.",
    empty_note: "Nicht abgelegt: Die Notiz ist leer. Schreiben Sie etwas oder hängen Sie eine Datei an.",
    no_such_letter: "Nicht gesendet: Die Nachricht {} ist nicht mehr in diesem Ticket; wählen Sie, wem Sie antworten.",
    delete_instead: "Nicht gesendet: Eine Antwort kann das Ticket nicht löschen.",
    new_ticket: "Neues Ticket",
    new_lead: "Für jemanden, der angerufen hat oder vorbeigekommen ist.",
    requester: "Adresse der anfragenden Person",
    name: "Name",
    mailbox: "Postfach",
    about: "Worum es geht",
    queue: "Bereich",
    assignee: "Zuständig",
    nobody_assigned: "niemand",
    priority: "Priorität",
    tags: "Schlagwörter (a, b, c)",
    said_or_written: "Was gesagt wurde oder was Sie schreiben",
    open_and_send: "Anlegen und den Text senden",
    open_with_note: "Anlegen, Text als Notiz",
    said_opened: "Das Ticket ist angelegt. Es wurde nichts gesendet.",
    said_opened_sent: "Das Ticket ist angelegt, und Ihre Nachricht an {} liegt im Ausgang.",
    not_opened: "Nicht angelegt: {}.",
    open_nobody: "Tragen Sie ein, wer anfragt: Eine Adresse wie ana@shop.example ist nötig.",
    open_no_address: "„{}“ ist keine Adresse wie ana@shop.example. Bitte berichtigen Sie sie.",
    open_ourselves: "{} ist das Postfach, aus dem gesendet würde. Tragen Sie ein, wer anfragt, oder legen \
                     Sie den Text als Notiz ab.",
    open_empty: "Es gibt weder Text noch Datei. Schreiben Sie auf, was gesagt wurde.",
    no_agent: "Niemand namens „{}“ kann sich anmelden. Es gibt {}.",
    not_a_subject: "Sagen Sie in einer Zeile von 1 bis {} Zeichen, worum es geht.",
    not_a_name: "Der Name muss eine Zeile mit höchstens {} Zeichen sein.",
    our_mailbox: "{} ist das Postfach selbst. Tragen Sie ein, wer anfragt.",
    reserved: "„{}“ hat eine eigene Bedeutung und kann weder Bereich noch Schlagwort sein. Bitte nehmen Sie \
               ein anderes Wort.",
    not_a_queue: "Der Bereich muss eine Zeile mit höchstens {} Zeichen sein.",
    not_a_tag: "Jedes Schlagwort muss eine Zeile mit höchstens {} Zeichen sein.",
    too_many_tags: "Das sind zu viele Schlagwörter.",
};
