//! Letters in other scripts: Russian, Japanese, Chinese, Arabic, Greek, and two with emoji, each in
//! a character set it usually comes in. They are sent as they stand.

use super::charsets::Charset;
use super::mime::{Transfer, Word};

/// A letter that is sent as it stands.
pub(super) struct Foreign {
    pub(super) name: &'static str,
    pub(super) address: &'static str,
    pub(super) subject: &'static str,
    pub(super) body: &'static str,
    pub(super) charset: Charset,
    pub(super) transfer: Transfer,
    pub(super) word: Word,
    /// Minutes east of Greenwich where it was written.
    pub(super) offset: i32,
}

/// Russian.
pub(super) static RUSSIAN: [Foreign; 2] = [
    Foreign {
        name: "Ирина Соколова",
        address: "sokolova@svetotehnika.example",
        subject: "Вопрос о гарантии на фонари",
        body: "Здравствуйте!\n\nМы купили у вас двадцать велосипедных фонарей. Три из них перестали\nработать уже через месяц. Распространяется ли на них гарантия?\n\nСчёт и фотографии могу прислать.\n\nС уважением,\nИрина Соколова\nООО Светотехника\n",
        charset: Charset::Koi8r,
        transfer: Transfer::EightBit,
        word: Word::B,
        offset: 180,
    },
    Foreign {
        name: "Павел Орлов",
        address: "orlov@velomaster.example",
        subject: "Заказ не пришёл",
        body: "Добрый день!\n\nЗаказ оплачен две недели назад, но посылка до сих пор не пришла.\nПожалуйста, сообщите номер отправления.\n\nПавел Орлов\n",
        charset: Charset::Koi8r,
        transfer: Transfer::Base64,
        word: Word::Q,
        offset: 180,
    },
];

/// Japanese.
pub(super) static JAPANESE: [Foreign; 2] = [
    Foreign {
        name: "田中太郎",
        address: "tanaka@sakura-denki.example",
        subject: "照明器具の納期のお問い合わせ",
        body: "お世話になっております。桜電機の田中と申します。\n\n先日注文した照明器具の件でご連絡いたしました。\n注文番号は次の通りです。 BK-20417\n\nライトがまだ届いておりません。\n発送予定日を教えていただけますでしょうか。\n\nよろしくお願いいたします。\n田中太郎\n",
        charset: Charset::Iso2022Jp,
        transfer: Transfer::SevenBit,
        word: Word::B,
        offset: 540,
    },
    Foreign {
        name: "鈴木花子",
        address: "suzuki@sakura-denki.example",
        subject: "照明器具の修理について",
        body: "お世話になっております。\n\n製品の保証について質問があります。\nスイッチを入れても光りません。\n修理は可能でしょうか。\n\nよろしくお願いいたします。\n桜電機株式会社\n鈴木花子\n",
        charset: Charset::Iso2022Jp,
        transfer: Transfer::SevenBit,
        word: Word::B,
        offset: 540,
    },
];

/// Chinese.
pub(super) static CHINESE: [Foreign; 2] = [
    Foreign {
        name: "王小明",
        address: "wang@guangming-trade.example",
        subject: "关于订单的问题",
        body: "您好！\n\n我们上周订购的自行车灯还没有收到，请帮忙查询一下物流信息。\n订单号： BK-31877\n\n谢谢！\n王小明\n光明贸易有限公司\n",
        charset: Charset::Gb18030,
        transfer: Transfer::Base64,
        word: Word::B,
        offset: 480,
    },
    Foreign {
        name: "王小明",
        address: "wang@guangming-trade.example",
        subject: "请求报价",
        body: "您好！\n\n我们需要二十个台灯，请给我们报价。包括运费和安装。\n\n此致\n敬礼\n王小明\n",
        charset: Charset::Gb18030,
        transfer: Transfer::Quoted,
        word: Word::B,
        offset: 480,
    },
];

/// Arabic.
pub(super) static ARABIC: [Foreign; 2] = [
    Foreign {
        name: "ليلى حداد",
        address: "layla.haddad@noor-lighting.example",
        subject: "استفسار عن مصابيح الدراجات",
        body: "السلام عليكم،\n\nنود الاستفسار عن أسعار مصابيح الدراجات، ونحتاج إلى عشرين قطعة.\nهل يمكنكم إرسال عرض سعر يشمل الشحن؟\n\nمع أطيب التحيات،\nليلى حداد\n",
        charset: Charset::Utf8,
        transfer: Transfer::Base64,
        word: Word::B,
        offset: 120,
    },
    Foreign {
        name: "سامر قاسم",
        address: "samer@noor-lighting.example",
        subject: "الفاتورة غير صحيحة",
        body: "مرحبا،\n\nالمبلغ المذكور في الفاتورة غير صحيح. الرجاء إرسال فاتورة جديدة.\n\nشكرا جزيلا\nسامر قاسم\n",
        charset: Charset::Utf8,
        transfer: Transfer::Quoted,
        word: Word::B,
        offset: 180,
    },
];

/// English with emoji.
pub(super) static EMOJI: [Foreign; 2] = [
    Foreign {
        name: "Freya 🚲",
        address: "freya@postfach.example",
        subject: "Light works again 🎉💡",
        body: "Hey team 👋\n\nthe rear light works again, it was only the cable 😅. You can close this ✅\n\nSee you on Saturday for the ride 🚴‍♀️🌧️\nFreya\n",
        charset: Charset::Utf8,
        transfer: Transfer::EightBit,
        word: Word::B,
        offset: 0,
    },
    Foreign {
        name: "Luis ⚡",
        address: "luis@inbox.example",
        subject: "Help!! 😱 bike stolen 🚨",
        body: "Hi,\n\nmy city bike was stolen last night 😢 Do you still have the frame number? I need it\nfor the police 👮 and the insurance 📄.\n\n🙏 Luis\n",
        charset: Charset::Utf8,
        transfer: Transfer::Quoted,
        word: Word::Q,
        offset: 60,
    },
];

/// Greek.
pub(super) static GREEK: [Foreign; 1] = [Foreign {
    name: "Ελένη Παππά",
    address: "pappa@fotistika.example",
    subject: "Ερώτηση για την παραγγελία",
    body: "Καλημέρα σας,\n\nθα ήθελα να μάθω πότε θα σταλεί η παραγγελία μας. Χρειαζόμαστε τα φωτιστικά\nμέχρι την Παρασκευή.\n\nΜε εκτίμηση\nΕλένη Παππά\n",
    charset: Charset::Utf8,
    transfer: Transfer::Base64,
    word: Word::B,
    offset: 120,
}];
