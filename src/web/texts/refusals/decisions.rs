//! What was decided on a message that came, as the ledger keeps it, and the notes that the desk itself
//! leaves in tickets, for the pages.

use super::{Sentence, same};

pub(super) const DECISIONS: &[Sentence] = &[
    // What became of a message.
    same(
        "the same letter is article {} of ticket {}",
        "dieselbe Nachricht ist Artikel {} in Ticket {}",
    ),
    same(
        "too large or damaged; the original is attached unread",
        "zu groß oder beschädigt; das Original ist ungelesen angehängt",
    ),
    same(
        "received before this mailbox was activated; archived",
        "eingegangen, bevor dieses Postfach in Betrieb ging; abgelegt",
    ),
    same("machine mail (auto_reply); not answered", "automatische Antwort; nicht beantwortet"),
    same("machine mail (bounce); not answered", "Unzustellbarkeitsbericht; nicht beantwortet"),
    same("machine mail (list); not answered", "Verteilermail; nicht beantwortet"),
    same("machine mail (report); not answered", "Zustellbericht; nicht beantwortet"),
    same(
        "the receiving service calls its sender false; not answered",
        "der empfangende Dienst nennt den Absender gefälscht; nicht beantwortet",
    ),
    same(
        "another desk of this kind wrote it; not acknowledged",
        "von einem anderen Helpdesk dieser Art; nicht bestätigt",
    ),
    // Why there is no acknowledgement.
    same("not acknowledged: {}", "nicht bestätigt: {}"),
    same("the last {} letters to {} came back", "die letzten {} Nachrichten an {} kamen zurück"),
    same(
        "a letter of the same words from {} was acknowledged within the day",
        "eine gleichlautende Nachricht von {} wurde am selben Tag schon bestätigt",
    ),
    same(
        "it seems to answer the acknowledgement that went to {} within the hour",
        "sie scheint auf die Bestätigung zu antworten, die in der letzten Stunde an {} ging",
    ),
    same("{} acknowledgements to {} within the hour", "{} Bestätigungen an {} binnen einer Stunde"),
    same("{} acknowledgements to {} within the day", "{} Bestätigungen an {} binnen eines Tages"),
    same(
        "{} automatic letters about the ticket it goes on from within the day",
        "{} automatische Nachrichten binnen eines Tages zu dem Ticket, das es fortsetzt",
    ),
    // What agents are told of, and why not.
    same("notice: new", "Benachrichtigung: neues Ticket"),
    same("notice: assigned", "Benachrichtigung: Zuteilung"),
    same("notice: answered", "Benachrichtigung: Antwort"),
    same("{} was not told of this: {}", "{} wurde davon nicht benachrichtigt: {}"),
    same("the last letters to them came back", "die letzten Nachrichten dorthin kamen zurück"),
    same("{} notices within the hour", "{} Benachrichtigungen binnen einer Stunde"),
    // An agent's answer to a notice.
    same(
        "the answer of {} to a notice; queued for the requester",
        "Antwort von {} auf eine Benachrichtigung; geht an den Anfragenden",
    ),
    same(
        "a note of {}, who answered a notice",
        "Notiz von {}, als Antwort auf eine Benachrichtigung",
    ),
    same(
        "{} answered a notice, and the requester by the same letter",
        "{} antwortete auf eine Benachrichtigung und mit derselben Nachricht dem Anfragenden",
    ),
    same(
        "an answer to the notice for {} was not sent: {}",
        "eine Antwort auf die Benachrichtigung für {} wurde nicht gesendet: {}",
    ),
    same("somebody else wrote it", "jemand anderes hat sie geschrieben"),
    same(
        "the receiving service does not vouch for its sender",
        "der empfangende Dienst steht nicht für den Absender ein",
    ),
    same("the agent may no longer sign in", "der Agent darf sich nicht mehr anmelden"),
    same(
        "it came to another mailbox than the notice left",
        "sie kam in einem anderen Postfach an als dem, aus dem die Benachrichtigung ging",
    ),
    same("it is encrypted", "sie ist verschlüsselt"),
    same("it passes a letter on", "sie leitet eine Nachricht weiter"),
    same(
        "what is new in it could not be told from the notice",
        "was darin neu ist, war von der Benachrichtigung nicht zu unterscheiden",
    ),
    same(
        "it seems to be written by a program, for somebody who is away",
        "sie scheint von einem Programm zu sein, für jemanden, der abwesend ist",
    ),
];
