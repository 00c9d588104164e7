//! Letters of which everything is the writer's, and letters of which something is not.

/// Nothing of these may be folded away.
pub(crate) const KEPT_WHOLE: &[(&str, &str)] = &[
    ("quoted speech", "On Monday he wrote: please come at ten.\nI did, and nobody was there."),
    (
        "speech at a line's end",
        "In the letter of 4 May you wrote:\n\n\"We come at ten.\"\n\nNobody came.",
    ),
    ("german speech", "Am Montag schrieben Sie:\n\n„Wir kommen um zehn.“\n\nNiemand kam."),
    ("a journey", "Please book the train.\n\nFrom: Berlin\nTo: Munich\n\nThank you"),
    ("a german journey", "Bitte buchen.\n\nVon: Hamburg\nNach: Rom\nDatum: 4. Mai 2026\n\nDanke"),
    ("one line", "From: Berlin To: Munich, on the 4th of May"),
    ("a list with dashes", "We need\n-- two lamps\n-- one ladder\n-- a fuse\nby Monday."),
    ("dashes in a line", "It is urgent -- very urgent -- for the lamp is dark."),
    ("a rule in the text", "The old offer:\n30 EUR\n\n---\n\nThe new offer:\n40 EUR"),
    ("closing formula", "It works.\n\nBest regards,\nAna"),
    ("german closing", "Es geht wieder.\n\nMit freundlichen Grüßen\nAna Muster"),
    ("a title", "Subject: The lamp\n\nIt flickers."),
    (
        "a form",
        "Name: Ana Muster\nE-Mail: ana@shop.example\nDate: 4 May 2026\nMessage: the lamp flickers",
    ),
    ("to sign", "Please sign here:\n\n______________________\nAna Muster"),
    ("about a telephone", "Which photo was sent from my iPhone? The one with the lamp."),
    ("about outlook", "I got Outlook for iOS and it does not open the file."),
    ("original parts", "We only use original parts.\nThe original message was lost."),
    ("forwarded post", "The post was forwarded to Ana.\nForwarded message: none."),
    ("only a quote", "> The lamp flickers.\n> Please help."),
    ("only a device", "Sent from my iPhone"),
    (
        "only a forward",
        "---------- Forwarded message ---------\nFrom: Ana <ana@shop.example>\nDate: Mon, 4 May 2026\nSubject: The lamp\nTo: <desk@office.example>\n\nIt flickers.",
    ),
    ("a time", "On 4 May 2026 at 10:00 we meet here:\n\nMarket Street 5"),
    ("chinese", "您好，\n\n灯坏了。\n\n谢谢"),
];

/// A letter and the part of it that is new.
pub(crate) const FOLDED: &[(&str, &str, &str)] = &[
    (
        "bottom posting",
        "On Mon, 4 May 2026 at 10:00, Ana <ana@shop.example> wrote:\n> Does it flicker?\n> Ana\n\nYes, still.\n\nBen",
        "Yes, still.\n\nBen",
    ),
    (
        "answers between",
        "Hello Ana,\n\nOn Mon, 4 May 2026 at 10:00, Ana <ana@shop.example> wrote:\n> Does it flicker?\n\nYes.\n\n> Since when?\n\nMonday.\n\n> Regards\n> Ana\n\n-- \nBen",
        "Hello Ana,\n\n> Does it flicker?\n\nYes.\n\n> Since when?\n\nMonday.",
    ),
    (
        "a quote that was wrapped",
        "Yes, it does.\n\nOn 4 May 2026, at 10:00, Ana <ana@shop.example> wrote:\n\n> Could you please have a look whether the lamp in the hall is still\nflickering\n> since Monday and tell me?",
        "Yes, it does.",
    ),
    (
        "device between text and quote",
        "Yes.\n\nBen\n\nSent from my iPhone\n\n> On 4 May 2026, at 10:00, Ana <ana@shop.example> wrote:\n>\n> \u{feff}Does it flicker?",
        "Yes.\n\nBen",
    ),
    (
        "device with an excuse",
        "Yes.\n\nSent from my Android device with K-9 Mail. Please excuse my brevity.\n\nOn May 4, 2026 10:00:00 AM GMT+02:00, Ana <ana@shop.example> wrote:\n>Does it flicker?",
        "Yes.",
    ),
    (
        "device and excuse below",
        "Yes.\n\nSent from my iPhone\nPlease excuse typing errors\n\nOn 4 May 2026, at 10:00, Ana wrote:\n\n> No?",
        "Yes.",
    ),
    (
        "signature and quote",
        "Yes.\n-- \nBen Two\nOffice Ltd, Market Street 5\nThis e-mail is confidential.\n\nOn 4 May 2026 10:00, Ana wrote:\n> No?",
        "Yes.",
    ),
    (
        "help desk line",
        "It works now.\n\n##- Please type your reply above this line -##\n\nYour request has been updated.",
        "It works now.",
    ),
    (
        "notes",
        "It works now.\n\n\n\nVon:\tAna Muster/Office\nAn:\tBen Two/Office@Office\nDatum:\t04.05.2026 10:00\nBetreff:\tDie Lampe\n\n\n\nGeht es?",
        "It works now.",
    ),
    (
        "two letters below",
        "Yes.\n\nFrom: Ana <ana@shop.example>\nSent: Monday, May 4, 2026 10:00 AM\nTo: Ben\nSubject: Lamp\n\nSo?\n\nFrom: Ben <ben@shop.example>\nSent: Monday, May 4, 2026 9:00 AM\nTo: Ana\nSubject: Lamp\n\nWait.",
        "Yes.",
    ),
    (
        "forward with a note",
        "Can you look at this?\n\nThanks\nBen\n\nBegin forwarded message:\n\n> From: Ana <ana@shop.example>\n> Subject: The lamp\n> Date: 4 May 2026 at 10:00:00 GMT\n> To: Ben <ben@shop.example>\n>\n> It flickers.",
        "Can you look at this?\n\nThanks\nBen",
    ),
    (
        "wrapped over four lines",
        "Ja.\n\nAm Mo., 4. Mai 2026 um 10:00 Uhr\nschrieb Ana Muster von der Firma\nMuster und Söhne\n<ana@shop.example>:\n\n> Nein?",
        "Ja.",
    ),
    (
        "list footer",
        "It works.\n\n_______________________________________________\nlamps mailing list\nlamps@lists.example\nhttps://lists.example/lamps",
        "It works.",
    ),
    (
        "words without dashes",
        "It works.\n\nOriginal message\nFrom: Ana <ana@shop.example>\nDate: 4 May 2026 10:00\nSubject: The lamp\n\nDoes it?",
        "It works.",
    ),
];
