//! Letters that were passed on, as mail programs write them.

/// A letter and what its original is.
pub(crate) struct Letter {
    pub(crate) program: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) text: &'static str,
    pub(crate) note: &'static str,
    pub(crate) name: &'static str,
    pub(crate) address: &'static str,
    pub(crate) original: &'static str,
    pub(crate) sent_at: &'static str,
}

/// What most of the letters have in common: a note, and what Ana Muster wrote of the lamp.
const fn letter(program: &'static str, subject: &'static str, text: &'static str) -> Letter {
    Letter {
        program,
        subject,
        text,
        note: "Please look at this.",
        name: "Ana Muster",
        address: "ana@shop.example",
        original: "The lamp",
        sent_at: "2026-05-04T08:00:00Z",
    }
}

/// The letters. The times are in the zone of the forwarder, two hours before UTC.
pub(crate) const LETTERS: &[Letter] = &[
    letter("gmail en", "Fwd: The lamp", "Please look at this.\n\n---------- Forwarded message ---------\nFrom: Ana Muster <ana@shop.example>\nDate: Mon, May 4, 2026 at 10:00 AM\nSubject: The lamp\nTo: Ben <ben@office.example>\n\n\nIt flickers."),
    letter("gmail en bold", "Fwd: The lamp", "Please look at this.\n\n---------- Forwarded message ----------\nFrom: *Ana Muster* <ana@shop.example>\nDate: Mon, May 4, 2026 at 10:00 AM\nSubject: The lamp\nTo: Ben <ben@office.example>\n\n\nIt flickers."),
    letter("gmail de", "Fwd: The lamp", "Please look at this.\n\n---------- Forwarded message ---------\nVon: Ana Muster <ana@shop.example>\nDate: Mo., 4. Mai 2026 um 10:00 Uhr\nSubject: The lamp\nTo: <ben@office.example>\n\n\nIt flickers."),
    letter("apple en", "Fwd: The lamp", "Please look at this.\n\n> Begin forwarded message:\n> \n> From: Ana Muster <ana@shop.example>\n> Subject: The lamp\n> Date: 4 May 2026 at 10:00:00 CEST\n> To: Ben <ben@office.example>\n> \n> It flickers."),
    letter("apple ios en", "Fwd: The lamp", "Please look at this.\n\nSent from my iPhone\n\nBegin forwarded message:\n\n> From: Ana Muster <ana@shop.example>\n> Date: 4 May 2026 at 10:00:00 CEST\n> To: Ben <ben@office.example>\n> Subject: The lamp\n> \n> \u{feff}It flickers."),
    letter("apple de", "Fwd: The lamp", "Please look at this.\n\nAnfang der weitergeleiteten Nachricht:\n\nVon: Ana Muster <ana@shop.example>\nBetreff: The lamp\nDatum: 4. Mai 2026 um 10:00:00 MESZ\nAn: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple fr", "Tr : The lamp", "Please look at this.\n\nDébut du message transféré :\n\nDe: Ana Muster <ana@shop.example>\nObjet: The lamp\nDate: 4 mai 2026 à 10:00:00 UTC+2\nÀ: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple es", "Fwd: The lamp", "Please look at this.\n\nInicio del mensaje reenviado:\n\nDe: Ana Muster <ana@shop.example>\nAsunto: The lamp\nFecha: 4 de mayo de 2026, 10:00:00 CEST\nPara: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple it", "I: The lamp", "Please look at this.\n\nInizio messaggio inoltrato:\n\nDa: Ana Muster <ana@shop.example>\nOggetto: The lamp\nData: 4 maggio 2026 alle ore 10:00:00 CEST\nA: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple nl", "Fwd: The lamp", "Please look at this.\n\nBegin doorgestuurd bericht:\n\nVan: Ana Muster <ana@shop.example>\nOnderwerp: The lamp\nDatum: 4 mei 2026 om 10:00:00 CEST\nAan: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple pl", "Fwd: The lamp", "Please look at this.\n\nPoczątek przekazywanej wiadomości:\n\nOd: Ana Muster <ana@shop.example>\nTemat: The lamp\nData: 4 maja 2026 o 10:00:00 CEST\nDo: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple cs", "Fwd: The lamp", "Please look at this.\n\nZačátek přeposílané zprávy:\n\nOd: Ana Muster <ana@shop.example>\nPředmět: The lamp\nDatum: 4. května 2026 10:00:00 SELČ\nKomu: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple sv", "Fwd: The lamp", "Please look at this.\n\nVidarebefordrat brev:\n\nFrån: Ana Muster <ana@shop.example>\nÄmne: The lamp\nDatum: 4 maj 2026 10:00:00 CEST\nTill: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple da", "Fwd: The lamp", "Please look at this.\n\nStart på videresendt besked:\n\nFra: Ana Muster <ana@shop.example>\nEmne: The lamp\nDato: 4. maj 2026 kl. 10.00.00 CEST\nTil: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple fi", "Fwd: The lamp", "Please look at this.\n\nVälitetty viesti alkaa:\n\nLähettäjä: Ana Muster <ana@shop.example>\nAihe: The lamp\nPäivämäärä: 4. toukokuuta 2026 klo 10.00.00 UTC+2\nVastaanottaja: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple pt-br", "Fwd: The lamp", "Please look at this.\n\nInício da mensagem encaminhada:\n\nDe: Ana Muster <ana@shop.example>\nAssunto: The lamp\nData: 4 de maio de 2026 10:00:00 CEST\nPara: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple ru", "Fwd: The lamp", "Please look at this.\n\nНачало переадресованного сообщения:\n\nОт: Ana Muster <ana@shop.example>\nТема: The lamp\nДата: 4 мая 2026 г., 10:00:00 GMT+2\nКому: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple uk", "Fwd: The lamp", "Please look at this.\n\nПочаток пересланого повідомлення:\n\nВід: Ana Muster <ana@shop.example>\nТема: The lamp\nДата: 4 травня 2026 р., 10:00:00 EEST\nКому: Ben <ben@office.example>\n\nIt flickers.").at("2026-05-04T07:00:00Z"),
    letter("apple tr", "Fwd: The lamp", "Please look at this.\n\nİletilmiş ileti başlangıcı:\n\nKimden: Ana Muster <ana@shop.example>\nKonu: The lamp\nTarih: 4 Mayıs 2026 11:00:00 GMT+3\nKime: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple zh-cn", "Fwd: The lamp", "Please look at this.\n\n下面是被转发的邮件：\n\n发件人: Ana Muster <ana@shop.example>\n主题: The lamp\n日期: 2026年5月4日 GMT+8 16:00:00\n收件人: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple ja", "Fwd: The lamp", "Please look at this.\n\n転送されたメッセージ：\n\n差出人: Ana Muster <ana@shop.example>\n件名: The lamp\n日付: 2026年5月4日 17:00:00 JST\n宛先: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple ko", "Fwd: The lamp", "Please look at this.\n\n전달된 메시지 시작:\n\n보낸 사람: Ana Muster <ana@shop.example>\n제목: The lamp\n날짜: 2026년 5월 4일 오후 5시 0분 0초 GMT+9\n받는 사람: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple hu", "Fwd: The lamp", "Please look at this.\n\nA továbbított levél kezdete:\n\nFeladó: Ana Muster <ana@shop.example>\nTárgy: The lamp\nDátum: 2026. május 4. 10:00:00 CEST\nCímzett: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple ro", "Fwd: The lamp", "Please look at this.\n\nÎncepe mesajul redirecționat:\n\nDe la: Ana Muster <ana@shop.example>\nSubiect: The lamp\nDată: 4 mai 2026 10:00:00 CEST\nCătre: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple sk", "Fwd: The lamp", "Please look at this.\n\nZačiatok preposlaného e-mailu:\n\nOd: Ana Muster <ana@shop.example>\nPredmet: The lamp\nDátum: 4. mája 2026 10:00:00 CEST\nPre: Ben <ben@office.example>\n\nIt flickers."),
    letter("apple hr", "Fwd: The lamp", "Please look at this.\n\nPočetak proslijeđene poruke:\n\nŠalje: Ana Muster <ana@shop.example>\nPredmet: The lamp\nDatum: 4. svibnja 2026. 10:00:00 CEST\nPrima: Ben <ben@office.example>\n\nIt flickers."),
    letter("thunderbird en", "Fwd: The lamp", "Please look at this.\n\n\n-------- Forwarded Message --------\nSubject: \tThe lamp\nDate: \tMon, 4 May 2026 10:00:00 +0200\nFrom: \tAna Muster <ana@shop.example>\nTo: \tBen <ben@office.example>\n\n\n\nIt flickers."),
    letter("thunderbird de", "Fwd: The lamp", "Please look at this.\n\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \tThe lamp\nDatum: \tMon, 4 May 2026 10:00:00 +0200\nVon: \tAna Muster <ana@shop.example>\nAn: \tBen <ben@office.example>\n\n\n\nIt flickers."),
    letter("thunderbird fi", "Fwd: The lamp", "Please look at this.\n\n-------- Edelleenlähetetty viesti --------\nAihe: \tThe lamp\nPäiväys: \tMon, 4 May 2026 10:00:00 +0200\nLähettäjä: \tAna Muster <ana@shop.example>\nVastaanottaja: \tBen <ben@office.example>\n\nIt flickers."),
    letter("thunderbird et", "Edasi: The lamp", "Please look at this.\n\n-------- Edastatud kiri --------\nTeema: \tThe lamp\nKuupäev: \tMon, 4 May 2026 10:00:00 +0200\nSaatja: \tAna Muster <ana@shop.example>\nSaaja: \tBen <ben@office.example>\n\nIt flickers."),
    letter("yahoo en", "Fw: The lamp", "Please look at this.\n\n   ----- Forwarded Message -----\n  From: Ana Muster <ana@shop.example>\n To: Ben <ben@office.example> \n Sent: Monday, May 4, 2026 at 10:00:00 AM GMT+2\n Subject: The lamp\n   \nIt flickers."),
    letter("yahoo in one line", "Fw: The lamp", "Please look at this.\n   ----- Forwarded message ----- From: Ana Muster <ana@shop.example>To: Ben <ben@office.example>Sent: Monday, May 4, 2026, 10:00:00 AM GMT+2Subject: The lamp\n It flickers."),
    letter("outlook en", "FW: The lamp", "Please look at this.\n\nFrom: Ana Muster <ana@shop.example>\nSent: Monday, May 4, 2026 10:00 AM\nTo: Ben <ben@office.example>\nSubject: The lamp\n\nIt flickers."),
    letter("outlook own subject", "About a lamp", "Please look at this.\n\n________________________________\nFrom: Ana Muster <ana@shop.example>\nSent: Monday, May 4, 2026 10:00 AM\nTo: Ben <ben@office.example>\nSubject: The lamp\n\nIt flickers."),
    letter("outlook ios", "Fwd: The lamp", "Please look at this.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Ana Muster <ana@shop.example>\nSent: Monday, May 4, 2026 10:00:00 AM\nTo: Ben <ben@office.example>\nSubject: The lamp\n\nIt flickers."),
    letter("outlook with links", "FW: The lamp", "Please look at this.\n\nFrom: Ana Muster <ana@shop.example<mailto:ana@shop.example>>\nSent: Monday, May 4, 2026 10:00 AM\nTo: Ben <ben@office.example<mailto:ben@office.example>>\nSubject: The lamp\n\nIt flickers."),
    letter("outlook quoted", "FW: The lamp", "Please look at this.\n\n> From: Ana Muster <ana@shop.example>\n> Sent: Monday, May 4, 2026 10:00 AM\n> To: Ben <ben@office.example>\n> Subject: The lamp\n>\n> It flickers."),
    Letter { address: "", ..letter("outlook 2019 name alone", "WG: The lamp", "Please look at this.\n\nVon: Ana Muster\nGesendet: Montag, 4. Mai 2026 10:00\nAn: Ben\nBetreff: The lamp\n\nIt flickers.") },
    letter("notes en", "Fw: The lamp", "Please look at this.\n\n----- Forwarded by Ben Two/Office on 05/05/2026 09:00 AM -----\n\nFrom:\tAna Muster <ana@shop.example>\nTo:\tBen <ben@office.example>\nDate:\t05/04/2026 10:00 AM\nSubject:\tThe lamp\n\n\n\nIt flickers."),
    letter("notes de", "WG: The lamp", "Please look at this.\n\n----- Weitergeleitet von Ben Two/Office am 05.05.2026 09:00 -----\n\nVon:    Ana Muster <ana@shop.example>\nAn:     Ben <ben@office.example>\nDatum:  04.05.2026 10:00\nBetreff:        The lamp\n\n\nIt flickers."),
    letter("hubspot", "Fwd: The lamp", "Please look at this.\n\n---------- Forwarded message ---------\nFrom: Ana Muster <ana@shop.example>\nDate: Monday, May 4, 2026 10:00 AM\nSubject: The lamp\nTo: Ben <ben@office.example>\nCC: \n\nIt flickers."),
    letter("ionos", "Fwd: The lamp", "Please look at this.\n\n> --- Original message ---\n> From: Ana Muster <ana@shop.example>\n> Date: 04.05.2026 10:00\n> To: Ben <ben@office.example>\n> Subject: The lamp\n>\n> It flickers."),
    letter("missive", "Fwd: The lamp", "Please look at this.\n\n---------- Forwarded message ----------\nFrom: Ana Muster <ana@shop.example>\nDate: May 4, 2026 at 10:00 AM\nSubject: The lamp\nTo: Ben <ben@office.example>\n\nIt flickers."),
    letter("proton", "Fw: The lamp", "Please look at this.\n\n------- Forwarded Message -------\nFrom: Ana Muster <ana@shop.example>\nDate: On Monday, May 4th, 2026 at 10:00\nSubject: The lamp\nTo: Ben <ben@office.example>\n\n> It flickers."),
    letter("proton old", "Fw: The lamp", "Please look at this.\n\n‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, May 4, 2026 10:00 AM, Ana Muster <ana@shop.example> wrote:\n\n> It flickers."),
    letter("superhuman", "Fwd: The lamp", "Please look at this.\n\n---------- Forwarded message ----------\nFrom: Ana Muster < ana@shop.example >\nDate: Mon, May 04, 2026 at 10:00 AM\nSubject: The lamp\nTo: Ben < ben@office.example >\n\nIt flickers."),
    letter("samsung", "Fwd: The lamp", "Please look at this.\n\n-------- Original message --------\nFrom: Ana Muster <ana@shop.example>\nDate: 04/05/2026 10:00 (GMT+02:00)\nTo: ben@office.example\nSubject: The lamp\n\nIt flickers."),
    letter("gmx", "Fw: The lamp", "Please look at this.\n \n\nGesendet: Montag, 04. Mai 2026 um 10:00 Uhr\nVon: \"Ana Muster\" <ana@shop.example>\nAn: ben@office.example\nBetreff: The lamp\nIt flickers."),
    letter("zoho", "Fwd: The lamp", "Please look at this.\n\n\n============ Forwarded message ============\nFrom: Ana Muster <ana@shop.example>\nTo: <ben@office.example>\nDate: Mon, 04 May 2026 10:00:00 +0200\nSubject: The lamp\n============ Forwarded message ============\n\nIt flickers."),
    letter("roundcube", "Fwd: The lamp", "Please look at this.\n\n-------- Original Message --------\nSubject: The lamp\nDate: 2026-05-04 10:00\nFrom: Ana Muster <ana@shop.example>\nTo: ben@office.example\n\nIt flickers."),
    letter("zimbra", "Fwd: The lamp", "Please look at this.\n\n----- Forwarded Message -----\nFrom: \"Ana Muster\" <ana@shop.example>\nTo: \"Ben\" <ben@office.example>\nSent: Monday, May 4, 2026 10:00:00 AM\nSubject: The lamp\n\nIt flickers."),
    letter("qq", "转发：The lamp", "Please look at this.\n\n------------------ 转发的邮件 ------------------\n发件人: \"Ana Muster\" <ana@shop.example>;\n发送时间: 2026年5月4日(星期一) 上午10:00\n收件人: \"Ben\"<ben@office.example>;\n主题: The lamp\n\nIt flickers."),
    letter("163", "Fw:The lamp", "Please look at this.\n\n\n-------- 转发邮件信息 --------\n发件人：\"Ana Muster\" <ana@shop.example>\n发送日期：2026-05-04 10:00:00\n收件人：ben@office.example\n主题：The lamp\nIt flickers."),
    letter("163 en", "Fw:The lamp", "Please look at this.\n\n---- Forwarded Message ----\n| From | Ana Muster<ana@shop.example> |\n| Date | 05/04/2026 10:00 AM |\n| To | <ben@office.example> |\n| Subject | The lamp |\n\nIt flickers."),
    letter("mail.ru", "Fwd: The lamp", "Please look at this.\n\n\n-------- Пересылаемое сообщение --------\nОт: Ana Muster <ana@shop.example>\nКому: ben@office.example\nДата: Понедельник, 4 мая 2026, 11:00 +03:00\nТема: The lamp\n\nIt flickers."),
    letter("yandex", "Fwd: The lamp", "Please look at this.\n\n-------- Пересылаемое сообщение --------\n04.05.2026, 10:00, \"Ana Muster\" <ana@shop.example>:\n\nIt flickers.\n-------- Конец пересылаемого сообщения --------"),
    letter("naver", "FW: The lamp", "Please look at this.\n\n-----Original Message-----\nFrom: \"Ana Muster\" <ana@shop.example>\nTo: <ben@office.example>;\nCc:\nSent: 2026-05-04 (월) 17:00:00 (GMT+09:00)\nSubject: The lamp\n\nIt flickers."),
    letter("mailmate", "Fwd: The lamp", "Please look at this.\n\nForwarded message:\n\n> From: Ana Muster <ana@shop.example>\n> To: Ben <ben@office.example>\n> Subject: The lamp\n> Date: Mon, 4 May 2026 10:00:00 +0200\n>\n> It flickers."),
    letter("seznam", "Fwd: The lamp", "Please look at this.\n\n---------- Přeposlaná zpráva ----------\nOd: Ana Muster <ana@shop.example>\nKomu: ben@office.example\nDatum: 4. 5. 2026 10:00:00\nPředmět: The lamp\n\nIt flickers."),
    letter("attribution alone", "Fwd: The lamp", "Please look at this.\n\nOn Mon, May 4, 2026 at 10:00 AM Ana Muster <ana@shop.example> wrote:\n\n> It flickers."),
    Letter { sent_at: "", ..letter("no readable date", "Fwd: The lamp", "Please look at this.\n\n---------- Forwarded message ---------\nFrom: Ana Muster <ana@shop.example>\nDate: yesterday\nSubject: The lamp\nTo: Ben <ben@office.example>\n\nIt flickers.") },
    letter("no subject in the head", "Fwd: The lamp", "Please look at this.\n\n-------- Forwarded message --------\nFrom: Ana Muster <ana@shop.example>\nDate: 04.05.26 10:00\n\nIt flickers."),
    Letter { original: "Re: The lamp in the hall on the second floor of the office flickers", ..letter("long subject", "FW: The lamp", "Please look at this.\n\nFrom: Ana Muster <ana@shop.example>\nSent: Monday, May 4, 2026 10:00 AM\nTo: Ben <ben@office.example>\nSubject: Re: The lamp in the hall on the second floor of the office\n flickers\n\nIt flickers.") },
    Letter { name: "", ..letter("tutanota", "Fwd: The lamp", "Please look at this.\n\n4. Mai 2026, 10:00 von ana@shop.example:\n> It flickers.") },
    letter("yandex of today", "Fwd: The lamp", "Please look at this.\n\n----------------\nКому: ben@office.example;\nТема: The lamp;\n04.05.2026, 10:00, \"Ana Muster\" <ana@shop.example>:\n\nIt flickers."),
    letter("the bat's scissors", "Fwd: The lamp", "Please look at this.\n\n===8<==============Original message text===============\nFrom: Ana Muster <ana@shop.example>\nTo: ben@office.example\nDate: Monday, May 4, 2026, 10:00:00 AM\nSubject: The lamp\n\nIt flickers."),
    letter("becky", "Fwd: The lamp", "Please look at this.\n\nForwarded by Ben <ben@office.example>\n----------------------- Original Message -----------------------\n From:    Ana Muster <ana@shop.example>\n To:      ben@office.example\n Date:    Mon, 04 May 2026 10:00:00 +0200\n Subject: The lamp\n----\n\nIt flickers."),
    letter("groupwise without marks", "Fwd: The lamp", "Please look at this.\n\n>>> Ana Muster <ana@shop.example> 04.05.2026 10:00 >>>\nIt flickers."),
    letter("chinese attribution", "Fwd: The lamp", "Please look at this.\n\n在 2026年5月4日，10:00，Ana Muster <ana@shop.example> 写道：\n\n> It flickers."),
];

impl Letter {
    const fn at(self, sent_at: &'static str) -> Self {
        Self { sent_at, ..self }
    }
}
