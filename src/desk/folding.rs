//! What counts as a word when mail is searched, and when two spellings are the same one: case,
//! accents, width and ligatures do not matter. Scripts that put no spaces between words are cut into
//! overlapping pairs of characters. The search index and the query are both made with this, so a
//! change here calls for a new index.

use std::ops::Range;
use std::sync::LazyLock;

/// The most characters of a word that count. Two longer ones that begin alike are the same.
pub const LONGEST_WORD: usize = 40;

/// Lower-case letters that stand for another one with a mark on it (Unicode's canonical
/// decompositions), and those that people type another one for.
const MARKED: &[(char, &str)] = &[
    ('a', "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ('b', "ḃḅḇ"),
    ('c', "çćĉċčḉ"),
    ('d', "ďḋḍḏḑḓđð"),
    ('e', "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
    ('f', "ḟ"),
    ('g', "ĝğġģǧǵḡ"),
    ('h', "ĥȟḣḥḧḩḫẖħ"),
    ('i', "ìíîïĩīĭįǐȉȋḭḯỉịı"),
    ('j', "ĵǰ"),
    ('k', "ķǩḱḳḵ"),
    ('l', "ĺļľḷḹḻḽł"),
    ('m', "ḿṁṃ"),
    ('n', "ñńņňǹṅṇṉṋ"),
    ('o', "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợøǿ"),
    ('p', "ṕṗ"),
    ('r', "ŕŗřȑȓṙṛṝṟ"),
    ('s', "śŝşšșṡṣṥṧṩ"),
    ('t', "ţťțṫṭṯṱẗ"),
    ('u', "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ('v', "ṽṿ"),
    ('w', "ŵẁẃẅẇẉẘ"),
    ('x', "ẋẍ"),
    ('y', "ýÿŷȳẏẙỳỵỷỹ"),
    ('z', "źżžẑẓẕ"),
    ('α', "άἀἁἂἃἄἅἆἇὰᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"),
    ('ε', "έἐἑἒἓἔἕὲ"),
    ('η', "ήἠἡἢἣἤἥἦἧὴᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"),
    ('ι', "ΐίϊἰἱἲἳἴἵἶἷὶιῐῑῒῖῗ"),
    ('ο', "όὀὁὂὃὄὅὸ"),
    ('ρ', "ῤῥ"),
    ('σ', "ς"),
    ('υ', "ΰϋύὐὑὒὓὔὕὖὗὺῠῡῢῦῧ"),
    ('ω', "ώὠὡὢὣὤὥὦὧὼᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"),
    ('а', "ӑӓ"),
    ('г', "ѓ"),
    ('е', "ѐёӗ"),
    ('ж', "ӂӝ"),
    ('з', "ӟ"),
    ('и', "йѝӣӥ"),
    ('к', "ќ"),
    ('о', "ӧ"),
    ('у', "ўӯӱӳ"),
    ('ч', "ӵ"),
    ('ы', "ӹ"),
    ('э', "ӭ"),
    ('і', "ї"),
    ('ا', "أإآٱ"),
    ('ي', "ىئ"),
    ('و', "ؤ"),
    ('ه', "ة"),
];

/// Single characters that are written out.
const WRITTEN_OUT: &[(char, &str)] = &[
    ('ß', "ss"),
    ('æ', "ae"),
    ('þ', "th"),
    ('ĳ', "ij"),
    ('œ', "oe"),
    ('ǣ', "ae"),
    ('ǽ', "ae"),
    ('ﬀ', "ff"),
    ('ﬁ', "fi"),
    ('ﬂ', "fl"),
    ('ﬃ', "ffi"),
    ('ﬄ', "ffl"),
    ('ﬅ', "st"),
    ('ﬆ', "st"),
];

/// [`MARKED`] by the letter that is looked for.
static UNMARKED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut pairs: Vec<(char, char)> = MARKED
        .iter()
        .flat_map(|(letter, marked)| marked.chars().map(|marked| (marked, *letter)))
        .collect();
    pairs.sort_unstable();
    pairs
});

/// Calls `each` with every word of a text in order, as it stands there and folded.
pub fn words(text: &str, mut each: impl FnMut(Range<usize>, &str)) {
    let mut word = Word::default();
    for (at, found) in text.char_indices() {
        let end = at + found.len_utf8();
        if found.is_ascii() {
            if found.is_ascii_alphanumeric() {
                word.push(at..end, found.to_ascii_lowercase());
            } else {
                word.finish(&mut each);
            }
        } else if is_unspaced(found) {
            word.finish(&mut each);
            let next = text[end..].chars().next().filter(|next| is_unspaced(*next));
            word.push(at..end, found);
            if let Some(next) = next {
                word.push(at..end + next.len_utf8(), next);
            }
            word.finish(&mut each);
        } else if is_part_of_word(found) {
            word.push_folded(at..end, found);
        } else if !is_ignored(found) {
            word.finish(&mut each);
        }
    }
    word.finish(&mut each);
}

/// The folded words of a text.
pub fn folded(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    words(text, |_, word| found.push(word.to_owned()));
    found
}

/// Whether a text ends in a character of a script that puts no spaces between words.
pub fn ends_unspaced(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_unspaced)
}

/// The word being read.
#[derive(Default)]
struct Word {
    folded: String,
    length: usize,
    range: Range<usize>,
}

impl Word {
    fn push(&mut self, range: Range<usize>, letter: char) {
        if self.length == 0 {
            self.range.start = range.start;
        }
        self.range.end = range.end;
        if self.length < LONGEST_WORD {
            self.folded.push(letter);
            self.length += 1;
        }
    }

    fn push_folded(&mut self, range: Range<usize>, letter: char) {
        for letter in narrow(letter).to_lowercase().filter(|letter| !is_ignored(*letter)) {
            if let Ok(at) = WRITTEN_OUT.binary_search_by_key(&letter, |(letter, _)| *letter) {
                for letter in WRITTEN_OUT[at].1.chars() {
                    self.push(range.clone(), letter);
                }
                continue;
            }
            let found = UNMARKED.binary_search_by_key(&letter, |(marked, _)| *marked);
            self.push(range.clone(), found.map_or(letter, |at| UNMARKED[at].1));
        }
    }

    fn finish(&mut self, each: &mut impl FnMut(Range<usize>, &str)) {
        if self.length > 0 {
            each(self.range.clone(), &self.folded);
            self.folded.clear();
            self.length = 0;
        }
    }
}

/// The ordinary character that a full-width one stands for.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

/// Whether it is of a script that puts no spaces between words, or hangs endings on them: Thai, Lao,
/// Myanmar, Khmer, kana, Han, Hangul.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{0e01}'..='\u{0e3a}' | '\u{0e40}'..='\u{0e4e}' | '\u{0e81}'..='\u{0ecd}'
        | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}'
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{30fc}'..='\u{30fe}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9d}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Letters, digits, and the vowel signs that make part of a word in the scripts of India.
fn is_part_of_word(letter: char) -> bool {
    letter.is_alphanumeric()
        || matches!(letter, '\u{0900}'..='\u{0dff}' if !matches!(letter, '\u{0964}' | '\u{0965}'))
}

/// Marks that hang on the letter before, and characters nobody sees.
fn is_ignored(letter: char) -> bool {
    matches!(letter,
        '\u{00ad}' | '\u{0300}'..='\u{036f}' | '\u{0591}'..='\u{05bd}' | '\u{05bf}'..='\u{05c7}'
        | '\u{0610}'..='\u{061a}' | '\u{0640}' | '\u{064b}'..='\u{065f}' | '\u{0670}'
        | '\u{200c}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_folded_words() {
        for (case, text, expected) in [
            ("plain", "The LAMP, flickers!", "the lamp flickers"),
            ("accents", "Café naïve Ångström Łódź", "cafe naive angstrom lodz"),
            ("a mark of its own", "Cafe\u{301} Mu\u{308}ller", "cafe muller"),
            ("German", "Müller STRAẞE Straße", "muller strasse strasse"),
            ("Turkish", "İstanbul ılık", "istanbul ilik"),
            ("Vietnamese", "Nguyễn Đặng", "nguyen dang"),
            ("Cyrillic", "Ёлка Йод Київ", "елка иод киів"),
            ("Greek", "Ἀθήνα ΟΔΟΣ οδός", "αθηνα οδοσ οδοσ"),
            ("Hebrew without points", "שָׁלוֹם", "שלום"),
            ("Arabic without marks", "أحمد مُحَمَّد", "احمد محمد"),
            ("Devanagari", "हिन्दी में।", "हिन्दी में"),
            ("Chinese", "打印机坏了", "打印 印机 机坏 坏了 了"),
            ("one character", "灯", "灯"),
            ("Japanese beside Latin", "ABC電球x", "abc 電球 球 x"),
            ("Thai", "ไฟดับ", "ไฟ ฟด ดั ับ บ"),
            ("full width", "ＡＢＣ１２", "abc12"),
            ("ligatures", "oﬃce œuvre", "office oeuvre"),
            ("soft hyphen and joiners", "Ver\u{ad}trag a\u{200d}b", "vertrag ab"),
            ("an address", "Ana.Weber+x@shop.example", "ana weber x shop example"),
            ("an order number", "RE-2024/00123_a", "re 2024 00123 a"),
            ("nothing", " -- !? \u{200b}", ""),
        ] {
            assert_eq!(folded(text).join(" "), expected, "{case}");
        }
    }

    #[test]
    fn a_word_is_known_by_where_it_stands() {
        let text = "Die Straße: 电灯";
        let mut found = Vec::new();
        words(text, |range, _| found.push(&text[range]));
        assert_eq!(found, ["Die", "Straße", "电灯", "灯"]);
    }

    #[test]
    fn a_word_without_end_is_cut() {
        let long = "x".repeat(10_000);
        assert_eq!(folded(&long), ["x".repeat(LONGEST_WORD)]);
    }

    #[test]
    fn the_tables_are_in_order() {
        assert!(WRITTEN_OUT.is_sorted());
        assert!(UNMARKED.windows(2).all(|two| two[0].0 < two[1].0), "a letter stands there twice");
    }
}
