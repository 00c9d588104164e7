//! The header blocks above quoted and forwarded letters, in the languages of mail programs.

/// A program and language, the line above the block (empty when there is none), and the block,
/// which names Ana Muster, 4 May 2026 10:00 and the lamp.
pub(crate) const BLOCKS: &[(&str, &str, &str)] = &[
    (
        "outlook en",
        "",
        "From: Ana Muster <ana@shop.example>\nSent: Monday, May 4, 2026 10:00 AM\nTo: Desk <desk@office.example>\nSubject: The lamp",
    ),
    (
        "outlook en cc",
        "________________________________",
        "From: Ana Muster <ana@shop.example>\nSent: Monday, May 4, 2026 10:00 AM\nTo: Desk <desk@office.example>; Ben Two\n<ben@office.example>; Carl Three <carl@office.example>\nCc: Dora <dora@office.example>\nSubject: The lamp",
    ),
    (
        "outlook 2003 en",
        "-----Original Message-----",
        "From: Ana Muster [mailto:ana@shop.example]\nSent: Monday, May 04, 2026 10:00 AM\nTo: Desk\nSubject: The lamp",
    ),
    (
        "outlook bold",
        "------------------------------",
        "*From:* Ana Muster <ana@shop.example>\n*Sent:* Monday, May 4, 2026 10:00 AM\n*To:* Desk\n*Subject:* The lamp",
    ),
    (
        "outlook mac en",
        "",
        "From: Ana Muster <ana@shop.example>\nDate: Monday, 4 May 2026 at 10:00\nTo: Desk <desk@office.example>\nSubject: The lamp",
    ),
    (
        "outlook importance",
        "",
        "From: Ana Muster <ana@shop.example>\nSent: Monday, 4 May 2026 10:00\nTo: Desk\nImportance: High\nAttachments: lamp.jpg\nSubject: The lamp",
    ),
    (
        "paragraphs",
        "---",
        "From: Ana Muster <ana@shop.example>\n\nSent: Monday, 4 May 2026 10:00\n\nTo: Desk\n\nSubject: The lamp",
    ),
    (
        "yahoo en",
        "----- Original Message -----",
        "From: \"Ana Muster\" <ana@shop.example>\nTo: \"desk@office.example\" <desk@office.example>\nSent: Monday, May 4, 2026 10:00 AM\nSubject: The lamp",
    ),
    (
        "samsung en",
        "-------- Original message --------",
        "From: Ana Muster <ana@shop.example>\nDate: 04/05/2026 10:00 (GMT+00:00)\nTo: desk@office.example\nSubject: The lamp",
    ),
    (
        "ionos",
        "--- Original message ---",
        "From: Ana Muster <ana@shop.example>\nDate: 04.05.2026 10:00\nTo: Desk <desk@office.example>\nSubject: The lamp",
    ),
    (
        "naver",
        "-----Original Message-----",
        "From: \"Ana Muster\" <ana@shop.example>\nTo: <desk@office.example>;\nCc:\nSent: 2026-05-04 (월) 19:00:00 (GMT+09:00)\nSubject: The lamp",
    ),
    (
        "163 table",
        "---- Replied Message ----",
        "| From | Ana Muster<ana@shop.example> |\n| Date | 05/04/2026 10:00 AM |\n| To | <desk@office.example> |\n| Subject | The lamp |",
    ),
    (
        "notes en",
        "",
        "From:\tAna Muster <ana@shop.example>\nTo:\tDesk <desk@office.example>\nDate:\t05/04/2026 10:00 AM\nSubject:\tThe lamp",
    ),
    (
        "outlook de",
        "",
        "Von: Ana Muster <ana@shop.example>\nGesendet: Montag, 4. Mai 2026 10:00\nAn: Desk <desk@office.example>\nBetreff: The lamp",
    ),
    (
        "outlook de old",
        "-----Ursprüngliche Nachricht-----",
        "Von: Ana Muster [mailto:ana@shop.example]\nGesendet: Montag, 4. Mai 2026 10:00\nAn: 'Desk'\nCc: Ben\nBetreff: The lamp",
    ),
    (
        "outlook mac de",
        "",
        "Von: Ana Muster <ana@shop.example>\nDatum: Montag, 4. Mai 2026 um 10:00\nAn: Desk <desk@office.example>\nBetreff: The lamp",
    ),
    (
        "gmx",
        "",
        "Gesendet: Montag, 04. Mai 2026 um 10:00 Uhr\nVon: \"Ana Muster\" <ana@shop.example>\nAn: desk@office.example\nBetreff: The lamp",
    ),
    (
        "web.de app",
        "--\nDiese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.",
        "Am 04.05.26, 10:00, Ana Muster <ana@shop.example> schrieb:",
    ),
    (
        "samsung de",
        "-------- Ursprüngliche Nachricht --------",
        "Von: Ana Muster <ana@shop.example>\nDatum: 04.05.26 10:00 (GMT+00:00)\nAn: desk@office.example\nBetreff: The lamp",
    ),
    (
        "t-online",
        "-----Original-Nachricht-----",
        "Betreff: The lamp\nDatum: 2026-05-04T10:00:00+0000\nVon: \"Ana Muster\" <ana@shop.example>\nAn: \"desk@office.example\" <desk@office.example>",
    ),
    (
        "outlook fr",
        "",
        "De : Ana Muster <ana@shop.example>\nEnvoyé : lundi 4 mai 2026 10:00\nÀ : Desk <desk@office.example>\nObjet : The lamp",
    ),
    (
        "outlook mac fr",
        "-----Message d'origine-----",
        "De : Ana Muster [mailto:ana@shop.example]\nDate : lundi 4 mai 2026 à 10:00\nÀ : Desk\nCc : Ben\nObjet : The lamp",
    ),
    (
        "orange fr",
        "> Message du 04/05/26 10:00",
        "De : \"Ana Muster\" <ana@shop.example>\nA : desk@office.example\nDate : 04/05/2026 10:00\nObjet : The lamp",
    ),
    (
        "outlook es",
        "________________________________",
        "De: Ana Muster <ana@shop.example>\nEnviado: lunes, 4 de mayo de 2026 10:00\nPara: Desk <desk@office.example>\nAsunto: The lamp",
    ),
    (
        "outlook es old",
        "-----Mensaje original-----",
        "De: Ana Muster [mailto:ana@shop.example]\nEnviado el: lunes, 4 de mayo de 2026 10:00 a. m.\nPara: Desk\nAsunto: The lamp",
    ),
    (
        "outlook pt-br",
        "",
        "De: Ana Muster <ana@shop.example>\nEnviada em: segunda-feira, 4 de maio de 2026 10:00\nPara: Desk <desk@office.example>\nAssunto: The lamp",
    ),
    (
        "outlook pt",
        "________________________________",
        "De: Ana Muster <ana@shop.example>\nEnviado: 4 de maio de 2026 10:00\nPara: Desk\nAssunto: The lamp",
    ),
    (
        "outlook it",
        "",
        "Da: Ana Muster <ana@shop.example>\nInviato: lunedì 4 maggio 2026 10:00\nA: Desk <desk@office.example>\nOggetto: The lamp",
    ),
    (
        "libero it",
        "-----Messaggio originale-----",
        "Da: Ana Muster [mailto:ana@shop.example]\nData: 4-mag-2026 10.00\nA: <desk@office.example>\nOgg: x\nOggetto: The lamp",
    ),
    (
        "outlook nl",
        "",
        "Van: Ana Muster <ana@shop.example>\nVerzonden: maandag 4 mei 2026 10:00\nAan: Desk <desk@office.example>\nOnderwerp: The lamp",
    ),
    (
        "outlook nl old",
        "-----Oorspronkelijk bericht-----",
        "Van: Ana Muster [mailto:ana@shop.example]\nVerzonden: maandag 4 mei 2026 10:00\nAan: Desk\nOnderwerp: The lamp",
    ),
    (
        "outlook pl",
        "",
        "Od: Ana Muster <ana@shop.example>\nWysłano: poniedziałek, 4 maja 2026 10:00\nDo: Desk <desk@office.example>\nTemat: The lamp",
    ),
    (
        "outlook pl old",
        "-----Wiadomość oryginalna-----",
        "Od: Ana Muster [mailto:ana@shop.example]\nData: 4 maja 2026 10:00\nDo: Desk\nDW: Ben\nTemat: The lamp",
    ),
    (
        "outlook cs",
        "",
        "Od: Ana Muster <ana@shop.example>\nOdesláno: pondělí 4. května 2026 10:00\nKomu: Desk <desk@office.example>\nPředmět: The lamp",
    ),
    (
        "seznam cs",
        "---------- Původní e-mail ----------",
        "Od: Ana Muster <ana@shop.example>\nKomu: desk@office.example\nDatum: 4. 5. 2026 10:00:00\nPředmět: The lamp",
    ),
    (
        "outlook sk",
        "",
        "Od: Ana Muster <ana@shop.example>\nOdoslané: pondelok 4. mája 2026 10:00\nKomu: Desk\nPredmet: The lamp",
    ),
    (
        "outlook sv",
        "",
        "Från: Ana Muster <ana@shop.example>\nSkickat: den 4 maj 2026 10:00\nTill: Desk <desk@office.example>\nÄmne: The lamp",
    ),
    (
        "outlook sv old",
        "-----Ursprungligt meddelande-----",
        "Från: Ana Muster [mailto:ana@shop.example]\nSkickat: den 4 maj 2026 10:00\nTill: Desk\nKopia: Ben\nÄmne: The lamp",
    ),
    (
        "outlook da",
        "",
        "Fra: Ana Muster <ana@shop.example>\nSendt: 4. maj 2026 10:00\nTil: Desk <desk@office.example>\nEmne: The lamp",
    ),
    (
        "outlook da old",
        "-----Oprindelig meddelelse-----",
        "Fra: Ana Muster [mailto:ana@shop.example]\nSendt: 4. maj 2026 10:00\nTil: Desk\nEmne: The lamp",
    ),
    (
        "outlook no",
        "-----Opprinnelig melding-----",
        "Fra: Ana Muster <ana@shop.example>\nSendt: mandag 4. mai 2026 10:00\nTil: Desk\nKopi: Ben\nEmne: The lamp",
    ),
    (
        "outlook fi",
        "",
        "Lähettäjä: Ana Muster <ana@shop.example>\nLähetetty: maanantai 4. toukokuuta 2026 10.00\nVastaanottaja: Desk <desk@office.example>\nAihe: The lamp",
    ),
    (
        "outlook fi old",
        "-----Alkuperäinen viesti-----",
        "Lähettäjä: Ana Muster [mailto:ana@shop.example]\nLähetetty: 4. toukokuuta 2026 10:00\nVastaanottaja: Desk\nKopio: Ben\nAihe: The lamp",
    ),
    (
        "outlook ru",
        "",
        "От: Ana Muster <ana@shop.example>\nОтправлено: 4 мая 2026 г. 10:00\nКому: Desk <desk@office.example>\nТема: The lamp",
    ),
    (
        "outlook ru old",
        "-----Исходное сообщение-----",
        "От: Ana Muster [mailto:ana@shop.example]\nОтправлено: понедельник, 4 мая 2026 г. 10:00\nКому: Desk\nКопия: Ben\nТема: The lamp",
    ),
    (
        "outlook uk",
        "",
        "Від: Ana Muster <ana@shop.example>\nНадіслано: 4 травня 2026 р. 10:00\nКому: Desk <desk@office.example>\nТема: The lamp",
    ),
    (
        "outlook tr",
        "",
        "Kimden: Ana Muster <ana@shop.example>\nGönderilme: 4 Mayıs 2026 Pazartesi 10:00\nKime: Desk <desk@office.example>\nKonu: The lamp",
    ),
    (
        "outlook tr old",
        "-----Özgün İleti-----",
        "Kimden: Ana Muster [mailto:ana@shop.example]\nGönderme Tarihi: 4 Mayıs 2026 10:00\nKime: Desk\nBilgi: Ben\nKonu: The lamp",
    ),
    (
        "outlook zh-cn",
        "",
        "发件人: Ana Muster <ana@shop.example>\n发送时间: 2026年5月4日 10:00\n收件人: Desk <desk@office.example>\n主题: The lamp",
    ),
    (
        "qq",
        "------------------ 原始邮件 ------------------",
        "发件人: \"Ana Muster\" <ana@shop.example>;\n发送时间: 2026年5月4日(星期一) 上午10:00\n收件人: \"Desk\"<desk@office.example>;\n主题: The lamp",
    ),
    (
        "outlook zh-tw",
        "",
        "寄件者: Ana Muster <ana@shop.example>\n寄件日期: 2026年5月4日 上午 10:00\n收件者: Desk <desk@office.example>\n主旨: The lamp",
    ),
    (
        "outlook ja",
        "",
        "差出人: Ana Muster <ana@shop.example>\n送信日時: 2026年5月4日 10:00\n宛先: Desk <desk@office.example>\n件名: The lamp",
    ),
    (
        "outlook ja old",
        "-----元のメッセージ-----",
        "差出人: Ana Muster [mailto:ana@shop.example]\n送信日時: 2026年5月4日月曜日 10:00\n宛先: Desk\n件名: The lamp",
    ),
    (
        "outlook ko",
        "",
        "보낸 사람: Ana Muster <ana@shop.example>\n보낸 날짜: 2026년 5월 4일 월요일 오전 10:00\n받는 사람: Desk <desk@office.example>\n제목: The lamp",
    ),
    (
        "outlook hu",
        "",
        "Feladó: Ana Muster <ana@shop.example>\nElküldve: 2026. május 4. 10:00\nCímzett: Desk <desk@office.example>\nTárgy: The lamp",
    ),
    (
        "outlook ro",
        "",
        "De la: Ana Muster <ana@shop.example>\nTrimis: luni, 4 mai 2026 10:00\nCătre: Desk <desk@office.example>\nSubiect: The lamp",
    ),
    (
        "outlook hr",
        "",
        "Šalje: Ana Muster <ana@shop.example>\nPoslano: 4. svibnja 2026. 10:00\nPrima: Desk <desk@office.example>\nPredmet: The lamp",
    ),
    (
        "outlook et",
        "",
        "Saatja: Ana Muster <ana@shop.example>\nSaadetud: 4. mai 2026 10:00\nAdressaat: Desk\nKellele: Desk <desk@office.example>\nTeema: The lamp",
    ),
    (
        "outlook el",
        "",
        "Από: Ana Muster <ana@shop.example>\nΣτάλθηκε: Δευτέρα, 4 Μαΐου 2026 10:00 πμ\nΠρος: Desk <desk@office.example>\nΘέμα: The lamp",
    ),
    (
        "outlook he",
        "",
        "מאת: Ana Muster <ana@shop.example>\nנשלח: יום שני 4 מאי 2026 10:00\nאל: Desk <desk@office.example>\nנושא: The lamp",
    ),
    (
        "outlook ar",
        "",
        "من: Ana Muster <ana@shop.example>\nتم الإرسال: 4 مايو 2026 10:00\nإلى: Desk <desk@office.example>\nالموضوع: The lamp",
    ),
];
