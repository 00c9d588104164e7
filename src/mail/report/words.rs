//! The words by which notices of mail servers are known, in lower case: names of senders, subjects
//! and sentences of some thirty mail programs in some twenty-five languages.

/// Addresses that write nothing but notices, wherever in the field they stand.
#[rustfmt::skip]
pub(super) const DAEMONS: &[&str] = &[
    "mailer-daemon", "mailerdaemon", "mailer_daemon", "mailer.daemon", "mailer daemon",
    "mailer-deamon", "mail-daemon", "maildaemon", "mail.daemon", "mail daemon", "mail_daemon",
    "mail-delivery-s", "maildeliverysystem", "maildeliverysubsystem", "mailsubsystem",
    "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", "mail-delivery@", "mdaemon@",
    "smtp-daemon", "mail transport agent", "automated response from llnl",
];

/// Local parts that servers use, and people too.
#[rustfmt::skip]
pub(super) const SYSTEM_LOCALS: &[&str] = &[
    "postmaster", "post_master", "imss", "mail_delivery", "post-master", "postmast", "postoffice", "mmdf", "mailer",
    "mailsystem", "mail-system", "mail_system", "mailadmin", "bounce", "bounces", "daemon",
    "daemon-mailer", "mail-router", "systemadmin", "uucp", "mta", "emailgateway", "mailgateway",
    "mail-gateway", "non-delivery", "ndr", "undeliverable", "undelivered", "mailservice",
    "postoffice-system", "mail-noreply", "delivery-notification", "mailerror", "mail-error",
    "mailmarshal", "mailserver",
];

/// Local parts nobody reads, of servers and of shops.
#[rustfmt::skip]
pub(super) const UNATTENDED_LOCALS: &[&str] = &[
    "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "nobody", "delivery", "mail",
    "administrator", "admin", "errors", "returned", "return", "sysadmin", "smtp", "spam-filter",
    "antispam", "spam", "mailbot", "root", "system", "notification", "notifications", "abuse",
];

/// Display names that servers use.
#[rustfmt::skip]
pub(super) const SYSTEM_NAMES: &[&str] = &[
    "postmaster", "mail deliver", "mail transfer agent", "interscan", "virusbuster", "imss",
    "delivery subsystem", "mail system", "delivery system", "mail administrator", "system administrator",
    "mail admin", "mail router", "mail server", "mailserver", "delivery status",
    "delivery notification", "mail delivery", "mail gateway", "pmdf ", "memo service",
    "microsoft outlook", "microsoft exchange", "system attendant", "systemadministrator",
    "administrateur système", "administrateur systeme", "administrador del sistema",
    "administrador do sistema", "amministratore di sistema", "amministratore sistema",
    "systembeheerder", "systemadministratör", "systemansvarlig", "administrator systemu",
    "správce systému", "системный администратор", "системний адміністратор", "mail-system",
    "mailsystem", "zustellung", "mail router", "email system", "系统管理员", "系統管理員", "システム管理者",
    "メールシステム", "メール配信", "시스템 관리자", "sistem yöneticisi", "järjestelmänvalvoja", "bounce",
    "posta-certificata", "returned mail", "email security", "mailmarshal", "content filter",
    "groupwise", "post office",
];

/// Failures that no delay is called by: in a subject they outweigh a word for delays.
#[rustfmt::skip]
pub(super) const PLAIN_FAILURES: &[&str] = &[
    "returned", "undeliver", "failure", "failed", "unzustellbar", "non remis", "(fail", "error",
    "could not be delivered", "expired", "cannot send", "not delivered",
];

/// What is said of a letter that failed, in subjects and texts alike.
#[rustfmt::skip]
pub(super) const FAILURES: &[&str] = &[
    // English
    "undeliverable", "undelivered", "undeliverd", "undelivrable", "returned mail", "failure notice",
    "delivery failure", "delivery has failed", "delivery failed", "failed delivery",
    "delivery failuer", "mail failure", "delivery problem", "delivery error", "non-delivery",
    "nondelivery", "non delivery", "not delivered", "could not be delivered",
    "couldn't be delivered", "cannot be delivered", "can not be delivered", "can't be delivered",
    "could not deliver", "couldn't deliver", "unable to deliver", "not be delivered",
    "wasn't delivered", "failed to deliver", "failed to be delivered", "couldn't be sent",
    "could not be sent", "error sending your mail", "message blocked", "address not found",
    "was rejected by", "returned to sender", "returning message to sender", "no such user",
    "user unknown", "unknown user", "mailbox full", "mailbox is full", "over quota",
    "delivery impossible", "delivery status notification (fail", "unable to send",
    "trouble delivering",
    // German
    "unzustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "zustellung gescheitert",
    "zustellfehler", "zustellungsfehler", "nicht zustellbar", "unzustellbarkeit",
    "fehler bei der zustellung", "übermittlung fehlgeschlagen", "übermittlungsfehler",
    "nicht ausgeliefert", "zustellung ist fehlgeschlagen", "fehlgeschlagene zustellung",
    "fehler bei der nachrichtenzustellung", "konnte nicht gesendet werden",
    "der angegebenen empfänger nicht erreicht", "können nicht erreicht werden",
    // French
    "non remis", "non distribué", "non distribuable", "échec de la remise", "échec de remise",
    "échec d'envoi", "échec de la livraison", "échec de distribution", "échec de la distribution",
    "échec de livraison", "non délivré", "non-remise", "non-distribution", "impossible de remettre",
    "impossible de distribuer", "n'a pas pu être remis", "n'a pas pu être délivré",
    "n'a pas pu être distribué", "n'a pas pu être livré", "n'a pas été remis", "n'a pu être",
    "erreur de livraison", "remise impossible", "echec de la remise", "echec de remise",
    "echec de livraison", "problème de livraison", "retour de courrier",
    // Spanish
    "no se puede entregar", "no entregado", "no entregable", "no se pudo entregar",
    "no se ha podido entregar", "no pudo ser entregado", "error de entrega", "fallo de entrega",
    "fallo en la entrega", "error en la entrega", "entrega fallida", "entrega ha fallado",
    "correo devuelto", "mensaje devuelto", "no ha podido ser entregado", "no pudo entregarse",
    "no se entregó", "imposible entregar",
    // Portuguese
    "não é possível entregar", "não entregue", "não foi entregue", "não pôde ser entregue",
    "não pode ser entregue", "não foi possível entregar", "falha na entrega", "falha de entrega",
    "falha ao entregar", "erro de entrega", "mensagem devolvida", "email devolvido",
    "e-mail devolvido", "não entregável", "impossível entregar",
    // Italian
    "non recapitabile", "non recapitato", "mancato recapito", "mancata consegna",
    "impossibile recapitare", "impossibile consegnare", "consegna fallita", "errore di consegna",
    "non è stato recapitato", "non è stato consegnato", "non è stato possibile consegnare",
    "non è stato possibile recapitare", "recapito non riuscito", "consegna non riuscita",
    "messaggio non consegnat", "anomalia messaggio", "errore consegna",
    "non ha raggiunto alcuni o tutti", "impossibile raggiungere i seguenti destinatari",
    // Dutch
    "onbestelbaar", "niet bezorgd", "kan niet worden bezorgd", "onbezorgbaar", "niet afgeleverd",
    "bezorging mislukt", "aflevering mislukt", "niet worden afgeleverd", "niet te bezorgen",
    "bezorgen is mislukt", "niet worden bezorgd", "bezorging is mislukt",
    "alle geadresseerden niet bereikt", "konden niet worden bereikt",
    // Polish, Czech, Slovak, Hungarian, Romanian, Croatian
    "niedostarczaln", "nie dostarczono", "niedostarczon", "nie można dostarczyć",
    "nie może zostać dostarczon", "nie może być dostarczon", "nie została dostarczona",
    "niepowodzenie dostarcz", "nie udało się dostarczyć", "zwrot poczty",
    "nie mogła zostać dostarczona", "nedoručiteln", "nedoručen", "nelze doručit", "nebyla doručena",
    "se nepodařilo doručit", "se nezdařilo", "nem sikerült kézbesíteni", "nepodarilo doručiť",
    "nedoručiteľn", "kézbesíthetetlen", "nem kézbesíthető",
    "sikertelen kézbesítés", "nelivrat", "nu a putut fi livrat", "nu poate fi livrat",
    "neisporučiv", "neispor",
    // Swedish, Danish, Norwegian, Finnish
    "går inte att leverera", "gick inte att leverera", "kunde inte levereras", "kan inte levereras",
    "olevererbar", "leveransfel", "leveransen misslyckades", "kan ikke leveres",
    "kunne ikke leveres", "ikke leveret", "ikke levert", "uleverbar", "levering mislykkedes",
    "levering mislyktes", "toimitus epäonnistui", "ei voitu toimittaa", "ei voida toimittaa",
    "toimittamaton", "ei toimitettu", "levering til disse modtagere", "levering til disse mottaker",
    "ei voi toimittaa", "jakeluluetteloille epäonnistui", "tai ryhmille epäonnistui",
    // Russian, Ukrainian, Bulgarian, Greek, Turkish
    "не удается доставить", "не удаётся доставить", "не удалось доставить", "не доставлен",
    "недоставлен", "недоставк", "не может быть доставлен", "не могло быть доставлен",
    "ошибка доставки", "невозможно доставить", "не было доставлен", "не была доставлена",
    "сбой доставки", "возврат почты", "не вдалося доставити", "неможливо доставити",
    "не може бути доставлен", "недоставено", "μη παραδοτέο", "δεν παραδόθηκε", "αδυναμία παράδοσης",
    "teslim edilemedi", "teslim edilemiyor", "teslim edilemeyen", "iletilemedi", "gönderilemedi",
    "için başarısız oldu",
    // Chinese, Japanese, Korean, Arabic, Hebrew
    "无法投递", "退信", "无法送达", "未送达", "投递失败", "发送失败", "无法传递", "未能投递", "未传递", "傳送失敗", "無法傳遞", "無法送達",
    "無法投遞", "傳遞失敗", "未能送達", "無法寄達", "寄送失敗", "被退回", "配信不能", "配信できません", "配信エラー", "配信に失敗", "配信失敗",
    "配信されません", "送信エラー", "送信できません", "送信失敗", "宛先不明", "届けられません", "届けることができません", "エラーメール", "配達不能", "不達",
    "送信に失敗", "お届けできません", "送信できませんでした", "配送できません", "配送できませんでした", "배달되지", "배달 실패", "배달할 수 없", "배달하지 못했", "반송",
    "전송 실패", "전달 실패", "발송 실패", "전달되지", "전송되지", "تعذر التسليم", "غير قابل للتسليم", "تعذر تسليم",
    "לא ניתן למסירה", "לא ניתן למסור",
];

/// Further subjects of failures, too weak to stand in a text.
#[rustfmt::skip]
pub(super) const FAILURE_SUBJECTS: &[&str] = &[
    "delivery status", "delivery notification", "delivery report", "mail system error",
    "mail error", "rejected", "message status", "mail delivery status", "bounce", "return mail",
    "returned message", "mail returned", "undeliver", "message returned", "returned email",
    "returned e-mail", "mail delivery problem", "notification", "permanent failure",
    "permanent error", "mail delivery", "blocked", "mail status report", "email error",
    "problem with your message", "unknown address", "invalid address", "recipient unknown",
    "unknown recipient", "invalid recipient", "nondeliverable", "status report",
    "zustellbenachrichtigung", "übermittlungsstatus", "zustellstatus", "état de remise",
    "estado de entrega", "status de entrega", "stato della consegna", "notifica di stato",
    "avviso di", "доставк", "配信状況", "送达状态", "傳遞狀態", "virus", "spam", "content violation",
];

/// Sentences of failures, which no person writes by chance.
#[rustfmt::skip]
pub(super) const FAILURE_PHRASES: &[&str] = &[
    "\"notificationtype\":\"bounce\"", "no valid recipients", "hi. this is the", "this is the mail system at", "i'm afraid i wasn't able to deliver",
    "automatically by mail delivery software", "following address(es) failed",
    "following addresses had", "following address failed", "permanent fatal error",
    "transcript of session follows", "diagnostic information for administrators",
    "did not reach the following", "following recipient(s)", "was not delivered to",
    "did not reach", "this is the mailer-daemon", "this is the mail delivery",
    "mail system at host", "message could not be", "returned to sender", "rejected your message",
    "your message was rejected", "has not been delivered", "was rejected. 5", "message was automatically rejected", "message has been rejected", "automatically rejected",
    "rejected recipient", "has been rejected", "was refused", "not accepting mail",
    "does not exist", "recipient address rejected", "delivery to the following recipient",
    "delivery to these recipients", "failure reasons", "unrouteable", "isn't available",
    "delivery attempts", "below this line is a copy", "reason for failure", "failed recipient",
    "failed addresses follow", "failed to", "mailbox unavailable", "list of failed recipients",
    "here is your returned mail", "user's mailbox is full", "message you sent",
    "full details follow", "relaying denied", "relay access denied", "rcpt to",
    "message is being returned", "unknown address", "error message below", "returned message",
    "no such", "host unknown", "mail to the following recipient", "recipients were affected",
    "recipient's mailbox", "recipient could not", "address couldn't be found",
    "the group you tried to contact", "given up", "bounced", "has restricted", "no mailbox",
    "folgende empfänger", "folgenden empfänger", "folgende adresse", "destinataire", "destinatario",
    "destinatário", "получател", "收件人", "宛先", "受信者", "수신자",
];

/// Subjects of delays.
#[rustfmt::skip]
pub(super) const DELAY_SUBJECTS: &[&str] = &[
    "warning: could not send", "warning: message", "could not send message for past",
    "delayed mail", "delivery delayed", "delayed delivery", "delivery delay", "delivery is delayed",
    "delivery has been delayed", "message delayed", "mail delayed", "delayed:", "(delay",
    "delay notification", "still undelivered", "not yet delivered", "delivery warning",
    "temporary failure", "warning - delayed", "mail delivery warning", "transient failure",
];

/// Words for delays in a subject, in other languages.
#[rustfmt::skip]
pub(super) const DELAYS: &[&str] = &[
    "verzögert:", "zustellung verzögert", "verzögerung bei der", "zustellungsverzögerung",
    "(verzögerung", "remise retardée", "retardé :", "retardé:", "(retard", "entrega retrasada",
    "retrasado:", "retraso en la entrega", "(retraso", "entrega atrasada", "atrasado:", "(atraso",
    "consegna ritardata", "recapito ritardato", "ritardato:", "(ritardo", "vertraagd:",
    "bezorging vertraagd", "opóźnione:", "opóźnienie dostarcz", "zpožděno:", "zpožděné doručení",
    "försenat:", "försenad leverans", "forsinket:", "forsinket levering", "viivästynyt:",
    "задержка доставки", "доставка отложена", "задержано:", "затримка доставки", "gecikti:",
    "teslim gecik", "递送延迟", "已延迟", "传递延迟", "傳遞延遲", "延迟", "配信遅延", "配信が遅れ", "遅延", "배달 지연", "지연:",
];

/// Sentences of delays.
#[rustfmt::skip]
pub(super) const DELAY_PHRASES: &[&str] = &[
    "this is a warning message only", "you do not need to resend", "no need to resend",
    "don't need to resend", "will keep trying", "will continue to try", "will continue trying",
    "will be retried", "still being retried", "has not yet been delivered",
    "not been delivered yet", "could not be delivered yet", "not yet been delivered",
    "delivery attempts will continue", "attempts will continue",
    "no action is required on your part", "will retry", "still trying to deliver", "keep trying",
    "has been delayed", "is delayed", "was delayed", "delivery delayed",
    "delivery is being delayed", "delivery will be attempted", "mail will be queued",
    "will be notified if", "zustellung verzögert", "weiterhin versucht", "wird weiter versucht",
    "verzögert sich", "remise retardée", "nouvelles tentatives", "seguirá intentando",
    "se ha retrasado", "continuaremos tentando", "continuará tentando", "verrà ritentat",
    "ulteriori tentativi", "blijven proberen", "będą podejmowane", "попытки доставки будут",
    "будут продолжены", "将继续尝试", "將繼續嘗試", "引き続き", "再送を試み",
];

/// Words that say nobody tries any more.
#[rustfmt::skip]
pub(super) const FINAL: &[&str] = &[
    "giving up", "given up", "gave up", "permanent error", "permanent failure", "permanent fatal",
    "will not be retried", "no further attempt", "no further delivery attempt", "has been returned",
    "being returned", "cannot send message for", "returned to you", "retry timeout exceeded",
    "delivery has failed", "expired", "delivery failed", "couldn't be delivered", "undeliverable",
];

/// Subjects of confirmations.
#[rustfmt::skip]
pub(super) const SUCCESS_SUBJECTS: &[&str] = &[
    "(success)", "(relay)", "(relayed)", "(delivered)", "(expanded)", "successful mail delivery",
    "delivery confirmation", "successful delivery", "delivery receipt", "return receipt",
    "avvenuta consegna", "已送达", "已送達", "配信済み",
];

/// How subjects of confirmations begin.
#[rustfmt::skip]
pub(super) const SUCCESS_STARTS: &[&str] = &[
    "delivered:", "relayed:", "expanded:", "zugestellt:", "weitergeleitet:", "remis :", "remis:",
    "entregado:", "entregue:", "recapitato:", "consegnato:", "bezorgd:", "dostarczono:",
    "levererat:", "levert:", "leveret:", "доставлено:", "accettazione:",
];

/// Sentences of confirmations.
#[rustfmt::skip]
pub(super) const SUCCESS_PHRASES: &[&str] = &[
    "successfully delivered", "successfully relayed", "was delivered to the following",
    "has been delivered to the following", "delivered to the following recipient",
    "was successfully", "delivery to these recipients or groups is complete",
    "delivery notification was", "erfolgreich zugestellt", "erfolgreich übermittelt",
    "remis avec succès", "entregado correctamente",
];

/// How the words of a server begin, in their first lines.
#[rustfmt::skip]
pub(super) const OPENINGS: &[&str] = &[
    "hi. this is the", "hi! this is the", "this is the mail system at", "this is the mail delivery",
    "created automatically by mail delivery software", "transcript of session follows",
    "automatically generated delivery status notification", "message that you sent could not be",
    "the following addresses had", "delivery to the following recipient", "permanent fatal",
    "delivery has failed to these recipients", "the following recipient", "failure reasons",
    "your message did not reach", "this report relates to a message you sent", "unknown user:",
    "this message was undeliverable due to", "your mail to the following recipients",
    "the original message was received at", "unable to deliver message to",
    "message from interscan", "this is a delivery failure notification", "the message that you sent",
    "your message to ", "fehler bei der nachrichtenzustellung", "rejected address",
    "sorry, your message", "sorry, we were unable", "sorry. your message", "i'm sorry to have to",
    "we were unable to deliver", "message could not be delivered", "your message could not be",
    "your message cannot be", "your message was not", "your message has been",
    "invalid user address", "receiver not found", "mail could not be delivered", "undelivered message",
    "the following address", "this is an automatically generated mail", "this is an automated message from the mail",
    "an error occurred while trying to deliver", "undeliverable address", "user mailbox exceeds",
    "la remise a échoué", "delivery status notification", "no se pudo entregar", "失敗", "很抱歉，您的邮件",
];

/// How people begin a letter.
#[rustfmt::skip]
pub(super) const GREETINGS: &[&str] = &[
    "hello", "hi ", "hi,", "dear ", "good morning", "good afternoon", "guten tag", "guten morgen",
    "hallo", "sehr geehrte", "liebe", "bonjour", "madame", "hola", "buenos", "estimad", "buongiorno",
    "gentile", "olá", "prezad", "beste ", "geachte", "dzień dobry", "szanown", "dobrý", "hej",
    "здравствуйте", "добрый день", "merhaba", "你好", "您好", "お世話",
];

/// How people end one.
#[rustfmt::skip]
pub(super) const CLOSINGS: &[&str] = &[
    "regards", "sincerely", "thank you", "thanks", "cheers", "grüße", "grüßen", "gruß", "vielen dank",
    "cordialement", "salutations", "merci", "saludos", "gracias", "saluti", "grazie", "atenciosamente",
    "obrigad", "groet", "pozdraw", "pozdrav", "hälsning", "hilsen", "terveisin", "с уважением",
    "спасибо", "saygılar", "谢谢", "よろしく",
];
