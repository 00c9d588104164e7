//! Why a letter of ours waits, was refused or is undecided, as the rounds and the mailbox keep it in
//! the outbox, for the pages. What the service itself says is carried over as it is.

use super::{Sentence, same};

pub(super) const REASONS: &[Sentence] = &[
    // What people decided, and what was before it.
    same("by hand: {}", "von Hand: {}"),
    same("given up, {}; before that: {}", "aufgegeben, {}; davor: {}"),
    same("given up, {}", "aufgegeben, {}"),
    same(
        "sent again as outbox {}; before that: {}",
        "erneut gesendet als Postausgang {}; davor: {}",
    ),
    same("sent again as outbox {}", "erneut gesendet als Postausgang {}"),
    // What a report says, in the words of a server.
    same("came back: {}; before that: {}", "zurückgekommen: {}; davor: {}"),
    same("came back: {}", "zurückgekommen: {}"),
    // Our own limits and rules.
    same(
        "waits: the mailbox may send {} letters a minute",
        "wartet: Das Postfach darf {} Nachrichten in der Minute senden",
    ),
    same(
        "waits: addresses in onmicrosoft.com may reach {} recipients a day; give the mailbox an \
         address in a domain of your own",
        "wartet: Adressen unter onmicrosoft.com dürfen {} Empfänger am Tag erreichen; geben Sie dem \
         Postfach eine Adresse unter einer eigenen Domain",
    ),
    same(
        "waits: the mailbox may reach {} recipients a day",
        "wartet: Das Postfach darf {} Empfänger am Tag erreichen",
    ),
    same("this mailbox sends no notices", "dieses Postfach versendet keine Benachrichtigungen"),
    same(
        "its sender has no address to write from",
        "der Absender hat keine Adresse, von der gesendet werden kann",
    ),
    same(
        "`{}` is no address that mail can be sent to; correct it and write again",
        "„{}“ ist keine Adresse, an die gesendet werden kann; berichtigen Sie sie und schreiben Sie \
         noch einmal",
    ),
    same(
        "the letter has {} MB with its attachments as they travel; the mailbox sends at most {} MB; \
         send less along, or a link to it",
        "die Nachricht hat mit ihren Anhängen beim Versand {} MB; das Postfach sendet höchstens {} MB; \
         schicken Sie weniger mit, oder einen Link darauf",
    ),
    same(
        "its sending was interrupted; looking again before sending it",
        "das Senden wurde unterbrochen; vor dem nächsten Versuch wird nachgesehen",
    ),
    same(
        "it is neither in Drafts nor in Sent Items; it is not sent again by itself",
        "sie liegt weder in den Entwürfen noch in den gesendeten Elementen; von selbst wird sie nicht \
         noch einmal gesendet",
    ),
    // What was being done.
    same("{}; waiting {} s as asked", "{}; wartet wie verlangt {} s"),
    same("drafting a message: {}", "beim Anlegen des Entwurfs: {}"),
    same("adding an attachment to a draft: {}", "beim Anhängen einer Datei: {}"),
    same("sending a draft: {}", "beim Senden: {}"),
    same("reading a draft back: {}", "beim Prüfen des Entwurfs: {}"),
    same("taking a draft back: {}", "beim Zurücknehmen des Entwurfs: {}"),
    same("looking for a draft: {}", "bei der Suche nach dem Entwurf: {}"),
    same(
        "looking for a letter of ours by its words: {}",
        "bei der Suche nach der gesendeten Nachricht: {}",
    ),
    // What came of it.
    same("the message is no longer there", "die Nachricht ist nicht mehr da"),
    same("the list position has expired", "die Position in der Liste ist abgelaufen"),
    same("the answer names no id", "die Antwort nennt keine Kennung"),
    same("the answer cannot be read", "die Antwort ist nicht lesbar"),
    same("not now ({})", "gerade nicht möglich ({})"),
    same("refused ({})", "abgelehnt ({})"),
    same("the service failed ({})", "der Dienst ist ausgefallen ({})"),
    same(
        "the access token is not accepted ({}); check the application",
        "das Zugriffstoken wird nicht angenommen ({}); prüfen Sie die Anwendung",
    ),
    same(
        "it is too large for one request ({}); send less along, or a link to it",
        "sie ist zu groß für eine Anfrage ({}); schicken Sie weniger mit, oder einen Link darauf",
    ),
    same("the service limits the requests to {}", "der Dienst begrenzt die Anfragen an {}"),
    same(
        "the 10,000 requests that the service allows {} in ten minutes are used up",
        "die 10.000 Anfragen, die der Dienst {} in zehn Minuten erlaubt, sind verbraucht",
    ),
    same("{} did not answer in time", "{} hat nicht rechtzeitig geantwortet"),
    same("the connection to {} broke: {}", "die Verbindung zu {} ist abgebrochen: {}"),
    same(
        "cannot reach {}: {}; check the network, [network] proxy and the firewall (TCP {})",
        "{} ist nicht erreichbar: {}; prüfen Sie das Netz, [network] proxy und die Firewall (TCP {})",
    ),
    same("connection refused", "Verbindung abgelehnt"),
    same("no connection", "keine Verbindung"),
    same("its name is not known", "der Name ist nicht bekannt"),
    same("its name cannot be looked up", "der Name lässt sich nicht nachschlagen"),
    same("connecting took too long", "der Aufbau der Verbindung dauerte zu lange"),
    same("looking its name up took too long", "das Nachschlagen des Namens dauerte zu lange"),
    // What an administrator is advised to do.
    same(
        "the mailbox {} is full; make room there",
        "das Postfach {} ist voll; schaffen Sie dort Platz",
    ),
    same(
        "the service takes letters from {} for spam and slows them down; see what is sent there, and \
         Restricted entities in Microsoft Defender",
        "der Dienst hält Nachrichten von {} für Spam und bremst sie; sehen Sie nach, was dort gesendet \
         wird, und unter „Eingeschränkte Entitäten“ in Microsoft Defender",
    ),
    same(
        "an application access policy of the tenant does not include {}; add the mailbox to the \
         policy's group (it takes an hour or more to work)",
        "eine Zugriffsrichtlinie des Mandanten für Anwendungen schließt {} nicht ein; nehmen Sie das \
         Postfach in ihre Gruppe auf (das wirkt erst nach einer Stunde oder mehr)",
    ),
    same(
        "access to {} is denied; grant the application permissions Mail.ReadWrite and Mail.Send with \
         admin consent, or include the mailbox in the application's scope",
        "der Zugriff auf {} wird verweigert; erteilen Sie die Anwendungsberechtigungen Mail.ReadWrite \
         und Mail.Send mit Zustimmung des Administrators, oder nehmen Sie das Postfach in den Bereich \
         der Anwendung auf",
    ),
    same(
        "the application has no permissions; add Mail.ReadWrite and Mail.Send as application \
         permissions and grant admin consent",
        "die Anwendung hat keine Berechtigungen; fügen Sie Mail.ReadWrite und Mail.Send als \
         Anwendungsberechtigungen hinzu, mit Zustimmung des Administrators",
    ),
    same(
        "a directory permission is missing; grant User.Read.All with admin consent",
        "eine Berechtigung für das Verzeichnis fehlt; erteilen Sie User.Read.All mit Zustimmung des \
         Administrators",
    ),
    same(
        "there is no mailbox {} in this tenant; check address and tenant_id",
        "in diesem Mandanten gibt es kein Postfach {}; prüfen Sie address und tenant_id",
    ),
    same(
        "{} has no mailbox in Exchange Online (it is inactive, deleted or on premises)",
        "{} hat kein Postfach in Exchange Online (es ist inaktiv, gelöscht oder liegt auf einem eigenen \
         Server)",
    ),
    same(
        "the application may not send as {}; write the mailbox's main address into `address`, or \
         grant Send As on it in Exchange",
        "die Anwendung darf nicht als {} senden; tragen Sie unter „address“ die Hauptadresse des \
         Postfachs ein, oder erteilen Sie in Exchange „Senden als“ dafür",
    ),
    same(
        "{} has reached its limit of messages or recipients for today, or is suspected of sending \
         spam; look for a message about that in its Inbox",
        "{} hat die Grenze an Nachrichten oder Empfängern für heute erreicht oder steht im Verdacht, \
         Spam zu senden; suchen Sie im Posteingang dort nach einer Nachricht darüber",
    ),
    same(
        "{} has used up what it may send for now; if that stays, see Restricted entities in Microsoft \
         Defender",
        "{} hat vorerst gesendet, was es darf; bleibt das so, sehen Sie unter „Eingeschränkte \
         Entitäten“ in Microsoft Defender nach",
    ),
    same(
        "sending from {} is blocked; release it under Restricted entities in Microsoft Defender",
        "das Senden von {} ist blockiert; geben Sie es unter „Eingeschränkte Entitäten“ in Microsoft \
         Defender frei",
    ),
    same(
        "the mailbox {} has used up its named properties and can keep no letter with a header that is \
         new to it; have Microsoft's support raise the quota of named properties, or use a new mailbox",
        "das Postfach {} hat seine benannten Eigenschaften aufgebraucht und kann keine Nachricht mit \
         einer ihm neuen Kopfzeile aufnehmen; lassen Sie den Support von Microsoft das Kontingent \
         erhöhen, oder nehmen Sie ein neues Postfach",
    ),
    same(
        "the letter is larger than {} may send (35 MB, unless the administrator set another limit); \
         send less along, or a link to it",
        "die Nachricht ist größer, als {} senden darf (35 MB, wenn der Administrator nichts anderes \
         festgelegt hat); schicken Sie weniger mit, oder einen Link darauf",
    ),
    same(
        "at least one recipient's address is not valid; correct it and write again",
        "mindestens eine Adresse der Empfänger ist ungültig; berichtigen Sie sie und schreiben Sie noch \
         einmal",
    ),
    same(
        "the service could not read the letter as it was sent; please report this",
        "der Dienst konnte die Nachricht nicht lesen, wie sie gesendet wurde; bitte melden Sie das",
    ),
];
