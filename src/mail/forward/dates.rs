//! Dates as mail programs show them to people, in the languages they speak: `Monday, May 4, 2026
//! 10:00 AM`, `4. Mai 2026 um 10:00`, `2026年5月4日(月) 10:00`, `2026-05-04 10:00 +0200`. What names
//! no year, month and day is no date.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::time::Timestamp;

/// Characters read of a date.
const LONGEST: usize = 300;

/// The names of the months, full and short, inflected as dates need it.
const MONTHS: [&str; 12] = [
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari stycznia styczeń sty \
     ledna leden led tammikuuta tammikuu tammi января январь янв січня січень січ ocak oca január \
     januára ianuarie ian siječnja siječanj sij jaanuar jaan ιανουαρίου ιανουάριος ιαν ינואר בינואר \
     يناير styczen janvāris sausio gener",
    "february feb februar februar feber février févr fevrier fév febrero febbraio febb fevereiro fev \
     februari lutego luty lut února únor úno helmikuuta helmikuu helmi февраля февраль фев февр лютого \
     лютий лют şubat şub február februára febr februarie veljače veljača velj vel veebruar veebr \
     φεβρουαρίου φεβρουάριος φεβ פברואר בפברואר فبراير",
    "march mar märz mär mrz mars marzo março maart mrt marca marzec března březen bře maaliskuuta \
     maaliskuu maalis марта март мар березня березень бер mart március márc marec martie ožujka ožujak \
     ožu märts marts μαρτίου μάρτιος μαρ מרץ במרץ مارس",
    "april apr avril avr abril abr aprile kwietnia kwiecień kwi dubna duben dub huhtikuuta huhtikuu \
     huhti апреля апрель апр квітня квітень кві квіт nisan nis április ápr apríla apríl aprilie \
     travnja travanj tra aprill απριλίου απρίλιος απρ אפריל באפריל أبريل ابريل إبريل",
    "may mai mayo maggio mag maio mei maja maj května květen kvě toukokuuta toukokuu touko мая май \
     травня травень трав тра mayıs május máj mája svibnja svibanj svi μαΐου μαίου μάιος μαΐ μάι מאי \
     במאי مايو",
    "june jun juni juin junio giugno giu junho czerwca czerwiec cze června červen čvn kesäkuuta kesäkuu \
     kesä июня июнь июн червня червень черв чер haziran haz június júna jún iunie iun lipnja lipanj \
     juuni ιουνίου ιούνιος ιουν ιούν יוני ביוני يونيو",
    "july jul juli juillet juil julio luglio lug julho lipca lipiec července červenec čvc heinäkuuta \
     heinäkuu heinä июля июль июл липня липень лип temmuz tem július júla júl iulie iul srpnja srpanj \
     juuli ιουλίου ιούλιος ιουλ ιούλ יולי ביולי يوليو lip",
    "august aug août aout agosto ago augustus sierpnia sierpień sie srpna srpen srp elokuuta elokuu elo \
     августа август авг серпня серпень серп сер ağustos ağu augusztus augusta kolovoza kolovoz kol \
     augusti αυγούστου αύγουστος αυγ אוגוסט באוגוסט أغسطس اغسطس",
    "september sep sept septembre septiembre setiembre settembre sett set setembro września wrzesień wrz \
     září zář syyskuuta syyskuu syys сентября сентябрь сен сент вересня вересень вер eylül eyl \
     szeptember szept septembra septembrie rujna rujan ruj σεπτεμβρίου σεπτέμβριος σεπ σεπτ ספטמבר \
     בספטמבר سبتمبر",
    "october oct oktober okt octobre octubre ottobre ott outubro out października październik paź \
     října říjen říj lokakuuta lokakuu loka октября октябрь окт жовтня жовтень жовт жов ekim eki \
     október októbra octombrie oktoober οκτωβρίου οκτώβριος οκτ אוקטובר באוקטובר أكتوبر اكتوبر",
    "november nov novembre noviembre novembro listopada listopad listopadu lis marraskuuta marraskuu \
     marras ноября ноябрь ноя нояб листопада листопад лист лис kasım kas novembra noiembrie noi \
     studenoga studenog studeni stu νοεμβρίου νοέμβριος νοε νοέ נובמבר בנובמבר نوفمبر",
    "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro grudnia grudzień gru \
     prosince prosinec pro joulukuuta joulukuu joulu декабря декабрь дек грудня грудень груд гру aralık \
     ara decembra decembrie prosinca prosinac detsember dets δεκεμβρίου δεκέμβριος δεκ דצמבר בדצמבר \
     ديسمبر",
];

static MONTH: LazyLock<HashMap<&'static str, i8>> = LazyLock::new(|| {
    let mut months = HashMap::new();
    for (nth, names) in (1_i8..).zip(MONTHS) {
        for name in names.split_whitespace() {
            months.entry(name).or_insert(nth);
        }
    }
    months
});

/// Zones by name, in minutes from UTC (RFC 5322 section 4.3, and those of other programs).
const ZONES: [(&str, i32); 30] = [
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("wet", 0),
    ("bst", 60),
    ("west", 60),
    ("cet", 60),
    ("mez", 60),
    ("mesz", 120),
    ("cest", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("мск", 180),
    ("trt", 180),
    ("ist", 330),
    ("hkt", 480),
    ("jst", 540),
    ("kst", 540),
    ("aest", 600),
    ("aedt", 660),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("cst", -360),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
];

/// What a date is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Number { value: i32, digits: usize },
    Word(String),
    Sign(char),
}

/// Reads a date. One without a zone is read `offset` seconds east of UTC.
pub(super) fn read(text: &str, offset: i32) -> Option<Timestamp> {
    let mut pieces = pieces(text);
    let half = half_of_day(&pieces, text);
    let time = take_time(&mut pieces);
    let seconds = time.as_ref().and_then(|(_, at)| take_zone(&mut pieces, *at)).unwrap_or(offset);
    let (mut hour, minute, second) = time.map_or((0, 0, 0), |(time, _)| time);
    match half {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    let (year, month, day) = day(&pieces, half.is_some())?;
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let moment = civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    Some(Timestamp::from_unix(moment).plus_seconds(-i64::from(seconds)))
}

/// The offset from UTC that a Date header names, in seconds.
pub(in crate::mail) fn offset(header: &str) -> Option<i32> {
    let mut pieces = pieces(header);
    let (_, at) = take_time(&mut pieces)?;
    take_zone(&mut pieces, at)
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut joined = false;
    for c in text.chars().take(LONGEST).filter(|&c| !super::super::quote::is_invisible(c)) {
        match (c.to_digit(10), pieces.last_mut()) {
            (Some(digit), Some(Piece::Number { value, digits })) if joined && *digits < 9 => {
                *value = *value * 10 + digit.cast_signed();
                *digits += 1;
            }
            (Some(digit), _) => {
                pieces.push(Piece::Number { value: digit.cast_signed(), digits: 1 });
            }
            (None, Some(Piece::Word(word))) if joined && is_of_word(c) => {
                word.extend(c.to_lowercase());
            }
            (None, _) if is_of_word(c) => pieces.push(Piece::Word(c.to_lowercase().collect())),
            (None, _) if c.is_whitespace() => {
                joined = false;
                // Some programs part everything with more than one kind of space.
                if pieces.last() != Some(&Piece::Sign(' ')) {
                    pieces.push(Piece::Sign(' '));
                }
                continue;
            }
            (None, _) => pieces.push(Piece::Sign(c)),
        }
        joined = true;
    }
    pieces
}

/// Letters of names; the signs that count years, months and hours stand alone.
fn is_of_word(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, '年' | '月' | '日' | '时' | '時' | '点' | '點' | '分' | '秒')
}

/// Whether the time is after noon (`Some(true)`) or before (`Some(false)`), where it says so.
fn half_of_day(pieces: &[Piece], text: &str) -> Option<bool> {
    let word = |at: usize, wanted: &str| matches!(pieces.get(at), Some(Piece::Word(word)) if word == wanted);
    let dot = |at: usize| matches!(pieces.get(at), Some(Piece::Sign('.' | ' ' | '\u{a0}')));
    for at in 0..pieces.len() {
        let split = |first: &str, second: &str| {
            word(at, first)
                && dot(at + 1)
                && (word(at + 2, second) || (dot(at + 2) && word(at + 3, second)))
        };
        for (pm, am) in [("pm", "am"), ("μμ", "πμ"), ("ös", "öö"), ("odp", "dop")] {
            // German dates begin with `am`: only after the first number it means the morning.
            let numbers = pieces[..at].iter().any(|piece| matches!(piece, Piece::Number { .. }));
            if word(at, pm) && numbers {
                return Some(true);
            }
            if word(at, am) && numbers {
                return Some(false);
            }
        }
        if split("p", "m") || split("μ", "μ") {
            return Some(true);
        }
        if split("a", "m") || split("π", "μ") {
            return Some(false);
        }
    }
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        () if has(&["下午", "午後", "오후", "晚上"]) => Some(true),
        () if has(&["上午", "午前", "오전", "凌晨", "早上"]) => Some(false),
        () => None,
    }
}

type Time = (i8, i8, i8);

/// Takes the time of day out; its place is the second value.
fn take_time(pieces: &mut Vec<Piece>) -> Option<(Time, usize)> {
    let number = |at: usize| match pieces.get(at) {
        Some(&Piece::Number { value, digits }) if digits <= 2 => i8::try_from(value).ok(),
        _ => None,
    };
    let is = |at: usize, signs: &[char]| match pieces.get(at) {
        Some(Piece::Sign(sign)) => signs.contains(sign),
        Some(Piece::Word(word)) => signs.contains(&'h') && matches!(word.as_str(), "h" | "시"),
        _ => false,
    };
    let korean_minute = |at: usize| usize::from(matches!(pieces.get(at), Some(Piece::Sign(' '))));
    // `10.00.00` is a time only where the month has a name.
    let month_named = month(pieces).is_some();
    let signs: [&[char]; 3] = [&[':', '：', '∶'], &['h', '时', '時', '点', '點'], &['.']];
    for (kind, signs) in signs.into_iter().enumerate() {
        for at in 0..pieces.len() {
            let Some(hour) = number(at).filter(|hour| (0..24).contains(hour)) else { continue };
            if !is(at + 1, signs) {
                continue;
            }
            let minute_at = at + 2 + if kind == 1 { korean_minute(at + 2) } else { 0 };
            let Some(minute) = number(minute_at).filter(|minute| (0..60).contains(minute)) else {
                continue;
            };
            // `04.05.2026` has no time in it.
            let of_a_date = kind == 2
                && (!month_named
                    && is(minute_at + 1, &['.'])
                    && matches!(pieces.get(minute_at + 2), Some(Piece::Number { .. }))
                    || (at > 0 && is(at - 1, &['.', '/', '-']))
                    || matches!(pieces[minute_at], Piece::Number { digits: 1, .. }));
            if of_a_date {
                continue;
            }
            let more: &[char] = if kind == 1 { &['分'] } else { signs };
            let second = if is(minute_at + 1, more) { number(minute_at + 2) } else { None };
            let end = minute_at + if second.is_some() { 3 } else { 1 };
            pieces.splice(at..end, [Piece::Sign(' ')]);
            return Some(((hour, minute, second.unwrap_or(0).min(59)), at));
        }
    }
    None
}

/// Takes out the zone, in seconds: `+0200` or `CEST` after the time, `GMT+2` before it as well.
fn take_zone(pieces: &mut Vec<Piece>, after: usize) -> Option<i32> {
    let named = |piece: &Piece| match piece {
        Piece::Word(word) => {
            ZONES.iter().find(|(name, _)| name == word).map(|&(_, minutes)| minutes)
        }
        _ => None,
    };
    for at in 0..pieces.len() {
        let sign = match &pieces[at] {
            Piece::Sign('+') => 1,
            Piece::Sign('-' | '−' | '–') => -1,
            _ => continue,
        };
        let Some(&Piece::Number { value, digits }) = pieces.get(at + 1) else { continue };
        let zone_before = at > 0 && named(&pieces[at - 1]).is_some();
        let colon = matches!(pieces.get(at + 2), Some(Piece::Sign(':')));
        let (minutes, end) = match (digits, pieces.get(at + 3)) {
            (4, _) => (value / 100 * 60 + value % 100, at + 2),
            (1 | 2, Some(&Piece::Number { value: minutes, digits: 2 })) if colon => {
                (value * 60 + minutes, at + 4)
            }
            (1 | 2, _) if zone_before => (value * 60, at + 2),
            _ => continue,
        };
        let near = (after..=after + 3).contains(&at);
        if minutes > 14 * 60 || !(zone_before || near) {
            continue;
        }
        pieces.drain(at - usize::from(zone_before)..end);
        return Some(sign * minutes * 60);
    }
    let (at, minutes) = (after..pieces.len()).find_map(|at| Some((at, named(&pieces[at])?)))?;
    pieces.remove(at);
    Some(minutes * 60)
}

/// Year, month and day.
fn day(pieces: &[Piece], american: bool) -> Option<(i16, i8, i8)> {
    let numbers: Vec<(i32, usize, usize)> = pieces
        .iter()
        .enumerate()
        .filter_map(|(at, piece)| match *piece {
            Piece::Number { value, digits } if digits <= 4 => Some((value, digits, at)),
            _ => None,
        })
        .collect();
    let small = |value: i32| i8::try_from(value).ok();
    let year = |(value, digits, _): (i32, usize, usize)| match digits {
        4 => i16::try_from(value).ok().filter(|year| (1970..2200).contains(year)),
        2 => i16::try_from(value + if value < 70 { 2000 } else { 1900 }).ok(),
        _ => None,
    };
    if let Some((month, name)) = month(pieces) {
        let full = numbers.iter().copied().find(|&number| number.1 == 4 && year(number).is_some());
        let days = numbers.iter().find(|number| number.1 <= 2 && (1..=31).contains(&number.0))?;
        let full = full.or_else(|| numbers.iter().copied().find(|number| number.2 > days.2))?;
        // Croatian writes a dot after the year, and calls by the same names other months than
        // Polish and Czech do.
        let croatian = matches!(pieces.get(full.2 + 1), Some(Piece::Sign('.')));
        let month = match name {
            "listopada" | "listopad" | "lis" if croatian => 10,
            "srp" if croatian => 7,
            "lip" if croatian => 6,
            _ => month,
        };
        return Some((year(full)?, month, small(days.0)?));
    }
    let (first, second, third) = (*numbers.first()?, *numbers.get(1)?, *numbers.get(2)?);
    if first.1 == 4 {
        return Some((year(first)?, small(second.0)?, small(third.0)?));
    }
    let slash = matches!(pieces.get(first.2 + 1), Some(Piece::Sign('/')));
    let month_first = second.0 > 12 || (american && slash && first.0 <= 12);
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    Some((year(third)?, small(month.0)?, small(day.0)?))
}

/// The month that is named, and its name. `mar.` is a Tuesday as well, in four languages.
fn month(pieces: &[Piece]) -> Option<(i8, &str)> {
    let mut tuesday = None;
    for piece in pieces {
        let Piece::Word(word) = piece else { continue };
        match MONTH.get(word.as_str()) {
            Some(&month) if word == "mar" => tuesday = tuesday.or(Some((month, "mar"))),
            Some(&month) => return Some((month, word)),
            None => {}
        }
    }
    tuesday
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_many_languages() {
        for text in [
            "Mon, 4 May 2026 10:00:00 +0000",
            "Monday, May 4, 2026 10:00 AM",
            "Monday, May 4th, 2026 at 10:00",
            "Mon, May 4, 2026 at 10:00\u{202f}AM",
            "4 May 2026 at 10:00:00 GMT",
            "2026年5月4日 GMT+8 18:00:00",
            "May 4, 2026 at 12:00:00 GMT+2",
            "May 4, 2026 at 6:00:00 AM EDT",
            "May-04-26 10:00 AM",
            "Mon May  4 10:00:00 UTC 2026",
            "5/4/2026 10:00:00 AM",
            "04/05/2026 10:00",
            "2026-05-04 10:00",
            "2026-05-04T10:00:00Z",
            "2026-05-04 (월) 19:00:00 (GMT+09:00)",
            "Montag, 4. Mai 2026 10:00",
            "Montag, 04. Mai 2026 um 12:00 Uhr MESZ",
            "Am 04.05.2026 um 10:00",
            "04.05.26 10.00",
            "lundi 4 mai 2026 10:00",
            "lun. 4 mai 2026 à 10h00",
            "lunes, 4 de mayo de 2026 10:00",
            "4 de mai. de 2026 10:00 a.m.",
            "segunda-feira, 4 de maio de 2026 10:00",
            "lunedì 4 maggio 2026 10:00",
            "maandag 4 mei 2026 10:00",
            "poniedziałek, 4 maja 2026 10:00",
            "pondělí 4. května 2026 10:00",
            "den 4 maj 2026 10:00",
            "4. maj 2026 kl. 10.00",
            "4. maj 2026 kl. 10.00.00 UTC",
            "maanantai 4. toukokuuta 2026 klo 10.00",
            "понедельник, 4 мая 2026 г. 10:00",
            "4 травня 2026 р. о 10:00",
            "4 Mayıs 2026 Pazartesi 10:00",
            "2026年5月4日 10:00",
            "2026年5月4日星期一 上午10:00",
            "2026年5月4日(月) 10時00分",
            "2026년 5월 4일 월요일 오전 10:00",
            "2026. 5. 4. 오전 10:00",
            "2026. május 4., hétfő 10:00",
            "luni, 4 mai 2026 10:00",
            "4. mája 2026 10:00",
            "4. svibnja 2026. 10:00",
            "4. mai 2026 10:00",
            "Δευτέρα, 4 Μαΐου 2026 10:00 π.μ.",
            "יום שני 4 במאי 2026 10:00",
            "\u{200e}понедельник\u{200e}, \u{200e}4\u{200e} \u{200e}мая\u{200e} \u{200e}2026\u{200e} г. \u{200e}10\u{200e}:\u{200e}00",
        ] {
            let read = read(text, 0).map(|moment| moment.to_string());
            assert_eq!(read.as_deref(), Some("2026-05-04T10:00:00Z"), "{text}");
        }
    }

    #[test]
    fn dates_that_might_be_others_are_read_as_meant() {
        for (text, expected) in [
            ("mar. 3 mars 2026 à 09:30", "2026-03-03T09:30:00Z"),
            ("mar 4 mar 2026 10:00", "2026-03-04T10:00:00Z"),
            ("martes, 5 de mayo de 2026 3:07 p. m.", "2026-05-05T15:07:00Z"),
            ("4. listopada 2026. 10:00", "2026-10-04T10:00:00Z"),
            ("4 listopada 2026 10:00", "2026-11-04T10:00:00Z"),
            ("13/05/2026 10:00", "2026-05-13T10:00:00Z"),
            ("05/13/2026 10:00", "2026-05-13T10:00:00Z"),
            ("Mon, May 4, 2026 12:15 AM", "2026-05-04T00:15:00Z"),
            ("Mon, May 4, 2026 12:15 PM", "2026-05-04T12:15:00Z"),
            ("2026/05/04 下午 3:05", "2026-05-04T15:05:00Z"),
            ("4 May 2026", "2026-05-04T00:00:00Z"),
            ("Mon, 4 May 2026 10:00:00 -0530", "2026-05-04T15:30:00Z"),
        ] {
            assert_eq!(read(text, 0).map(|m| m.to_string()).as_deref(), Some(expected), "{text}");
        }
        let local = read("4 May 2026 10:00", 7_200).map(|moment| moment.to_string());
        assert_eq!(local.as_deref(), Some("2026-05-04T08:00:00Z"));
        for text in ["", "yesterday", "Monday", "10:00", "4 May", "99.99.2026", "May 2026", "1 2 3"]
        {
            assert_eq!(read(text, 0), None, "{text}");
        }
    }

    #[test]
    fn the_zone_of_a_header_is_known() {
        for (header, expected) in [
            ("Mon, 04 May 2026 10:00:00 +0200", Some(7_200)),
            ("Mon, 04 May 2026 10:00:00 -0330 (NDT)", Some(-12_600)),
            ("Mon, 04 May 2026 10:00:00 GMT", Some(0)),
            ("Mon, 04 May 2026 10:00:00", None),
            ("", None),
        ] {
            assert_eq!(offset(header), expected, "{header}");
        }
    }
}
