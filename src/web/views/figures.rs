//! The page of figures: what arrives and is answered on each day, how long people wait for a first
//! answer, and what waits now. What counts as what is decided in `desk/figures.rs`; the pictures are
//! drawn in `chart.rs`. An hour in UTC belongs to the day of the office in which it begins.

use maud::{Markup, html};

use super::chart::{self, Columns};
use crate::desk::figures::{FIRST_ANSWERS, What, waiting_band};
use crate::desk::ticket::State;
use crate::store::figures::Figures;
use crate::time::{Timestamp, Zone};
use crate::web::locale::Locale;
use crate::web::texts::put;

/// Days shown.
const DAYS: usize = 30;

/// When each of the last days of the office began, the oldest first, today last.
pub(in crate::web) fn days(zone: &Zone, now: Timestamp) -> Vec<Timestamp> {
    let mut days = vec![zone.day_start(now)];
    while let (Some(last), true) = (days.last(), days.len() < DAYS) {
        days.push(zone.day_start(last.plus_seconds(-1)));
    }
    days.reverse();
    days
}

/// The numbers of the page.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Numbers {
    days: Vec<Timestamp>,
    arrivals: Vec<u64>,
    answers: Vec<u64>,
    first: [u64; 5],
    waits: [u64; 5],
    longest: Option<Timestamp>,
    open: u64,
}

impl Numbers {
    fn of(figures: &Figures, locale: &Locale) -> Self {
        let days = days(&locale.zone, locale.now);
        let mut numbers = Self {
            arrivals: vec![0; days.len()],
            answers: vec![0; days.len()],
            first: [0; 5],
            waits: [0; 5],
            longest: figures.waiting.first().map(|(since, _)| *since),
            open: [State::New, State::Open]
                .iter()
                .filter_map(|state| figures.states.get(state))
                .sum(),
            days,
        };
        for tally in &figures.tallies {
            // Mail may claim to have arrived in the future, as far as our clock knows.
            let Some(day) = numbers.days.partition_point(|day| *day <= tally.hour).checked_sub(1)
            else {
                continue;
            };
            match tally.what {
                What::Arrived => numbers.arrivals[day] += tally.amount,
                What::Answered => numbers.answers[day] += tally.amount,
                What::TakenIn => {}
                band => {
                    let place = FIRST_ANSWERS.iter().position(|what| *what == band);
                    numbers.first[place.unwrap_or_default()] += tally.amount;
                }
            }
        }
        for (since, tickets) in &figures.waiting {
            numbers.waits[waiting_band(*since, locale.now)] += tickets;
        }
        numbers
    }
}

/// The content of the page.
pub(in crate::web) fn page(figures: &Figures, locale: &Locale) -> Markup {
    let texts = &locale.texts().figures;
    let numbers = Numbers::of(figures, locale);
    html! {
        div.head { h1 { (texts.title) } }
        p.lead { (texts.lead) }
        (headlines(&numbers, locale))
        (by_day(&numbers, locale))
        div.pair {
            (banded(locale, &Banded {
                id: "first",
                title: texts.first,
                lead: texts.first_lead,
                none: texts.first_none,
                columns: [texts.first_time, texts.first_count],
                bands: &texts.first_bands,
                values: &numbers.first,
            }))
            (banded(locale, &Banded {
                id: "waits",
                title: texts.waits,
                lead: texts.waits_lead,
                none: texts.waits_none,
                columns: [texts.waits_time, texts.waits_count],
                bands: &texts.waits_bands,
                values: &numbers.waits,
            }))
        }
    }
}

fn headlines(numbers: &Numbers, locale: &Locale) -> Markup {
    let texts = &locale.texts().figures;
    let today = |values: &[u64]| values.last().copied().unwrap_or(0);
    let waiting: u64 = numbers.waits.iter().sum();
    let first: u64 = numbers.first.iter().sum();
    let in_a_day: u64 = numbers.first[..3].iter().sum();
    let longest = match numbers.longest {
        Some(since) => {
            let seconds = (locale.now.unix() - since.unix()).max(0);
            put(texts.longest, &[&locale.distance(seconds)])
        }
        None => texts.nothing.to_owned(),
    };
    html! {
        dl.numbers {
            div {
                dt { (texts.open) }
                dd { a href="/tickets" { (locale.number(numbers.open)) } }
            }
            div {
                dt { (texts.unanswered) }
                dd { (locale.number(waiting)) " " span.at { (longest) } }
            }
            div {
                dt { (texts.today) }
                dd {
                    (locale.number(today(&numbers.arrivals))) " "
                    span.at {
                        (word(today(&numbers.arrivals), texts.arrived_today)) ", "
                        (locale.counted(today(&numbers.answers), texts.answered_today))
                    }
                }
            }
            div {
                dt { (texts.in_a_day) }
                dd {
                    @if first == 0 {
                        "–" " " span.at { (texts.nobody_answered) }
                    } @else {
                        (in_a_day * 100 / first) " %" " "
                        span.at { (put(texts.in_a_day_more, &[&locale.number(first)])) }
                    }
                }
            }
        }
    }
}

fn word(count: u64, word: crate::web::texts::Word) -> &'static str {
    if count == 1 { word.one } else { word.many }
}

fn by_day(numbers: &Numbers, locale: &Locale) -> Markup {
    let texts = &locale.texts().figures;
    let sum = |values: &[u64]| locale.number(values.iter().sum());
    let most = numbers.arrivals.iter().chain(&numbers.answers).max().copied().unwrap_or(0);
    let sentence = put(
        texts.days_picture,
        &[&sum(&numbers.arrivals), &sum(&numbers.answers), &locale.number(most)],
    );
    let rows = [("arrived", numbers.arrivals.clone()), ("answered", numbers.answers.clone())];
    let columns = Columns { id: "days", title: texts.days, sentence: &sentence, rows: &rows };
    let short = |day: &Timestamp| locale.zone.bare(*day, texts.short_date);
    let all = numbers.days.iter().zip(numbers.arrivals.iter().zip(&numbers.answers));
    html! {
        section aria-labelledby="by-day" {
            h2 #by-day { (texts.days) }
            p.lead { (texts.days_lead) }
            figure.chart {
                ul.legend {
                    li { span.swatch.arrived {} (texts.arrivals) }
                    li { span.swatch.answered {} (texts.answers) }
                }
                div.plot {
                    div.scale aria-hidden="true" {
                        span { (locale.number(columns.top())) }
                        span { (locale.number(columns.top() / 2)) }
                        span { "0" }
                    }
                    (columns.draw())
                    div.dates aria-hidden="true" {
                        @for day in [0, 10, 20, DAYS - 1].iter().filter_map(|at| numbers.days.get(*at)) {
                            span { (short(day)) }
                        }
                    }
                }
                details {
                    summary { (texts.as_table) }
                    div.scroll role="region" aria-label=(texts.days) tabindex="0" {
                        table {
                            thead {
                                tr {
                                    th scope="col" { (texts.day) }
                                    th.number scope="col" { (texts.arrivals) }
                                    th.number scope="col" { (texts.answers) }
                                }
                            }
                            tbody {
                                @for (day, (arrived, answered)) in all {
                                    tr {
                                        th scope="row" { (locale.date(*day)) }
                                        td.number.zero[*arrived == 0] { (locale.number(*arrived)) }
                                        td.number.zero[*answered == 0] { (locale.number(*answered)) }
                                    }
                                }
                            }
                            tfoot {
                                tr {
                                    th scope="row" { (texts.sum) }
                                    td.number { (sum(&numbers.arrivals)) }
                                    td.number { (sum(&numbers.answers)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Numbers in five bands.
struct Banded<'a> {
    id: &'static str,
    title: &'static str,
    lead: &'static str,
    none: &'static str,
    columns: [&'static str; 2],
    bands: &'a [&'static str; 5],
    values: &'a [u64; 5],
}

fn banded(locale: &Locale, banded: &Banded<'_>) -> Markup {
    let texts = &locale.texts().figures;
    let told = banded.bands.iter().zip(banded.values);
    let sentence: Vec<String> =
        told.clone().map(|(band, value)| format!("{band}: {}", locale.number(*value))).collect();
    let sentence = sentence.join("; ");
    let sum: u64 = banded.values.iter().sum();
    html! {
        section aria-labelledby=(banded.id) {
            h2 id=(banded.id) { (banded.title) }
            p.lead { (banded.lead) }
            @if sum == 0 {
                p.empty { (banded.none) }
            } @else {
                figure.chart {
                    div.bands {
                        ul aria-hidden="true" { @for band in banded.bands { li { (band) } } }
                        (chart::bars(&format!("{}-bars", banded.id), banded.title, &sentence, banded.values))
                        ul.number aria-hidden="true" {
                            @for value in banded.values { li { (locale.number(*value)) } }
                        }
                    }
                    details {
                        summary { (texts.as_table) }
                        div.scroll {
                            table {
                                thead {
                                    tr {
                                        th scope="col" { (banded.columns[0]) }
                                        th.number scope="col" { (banded.columns[1]) }
                                    }
                                }
                                tbody {
                                    @for (band, value) in told {
                                        tr {
                                            th scope="row" { (band) }
                                            td.number.zero[*value == 0] { (locale.number(*value)) }
                                        }
                                    }
                                }
                                tfoot {
                                    tr {
                                        th scope="row" { (texts.sum) }
                                        td.number { (locale.number(sum)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::figures::Tally;
    use crate::time::DAY;
    use crate::web::texts::Language;

    // 2026-05-04 09:12:44 UTC.
    const NOW: Timestamp = Timestamp::from_unix(1_777_885_964);

    #[test]
    fn days_are_those_of_the_office_also_when_clocks_change() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let all = days(&berlin, NOW);
        assert_eq!(all.len(), DAYS);
        assert_eq!(all[29].to_string(), "2026-05-03T22:00:00Z");
        assert_eq!(all[0].to_string(), "2026-04-04T22:00:00Z");
        // Summer time began on 29 March 2026.
        let all = days(&berlin, NOW.plus_days(-30));
        assert_eq!(all[29].to_string(), "2026-04-03T22:00:00Z");
        assert_eq!(all[0].to_string(), "2026-03-05T23:00:00Z");
        assert!(
            all.windows(2)
                .all(|pair| (23..=25).contains(&((pair[1].unix() - pair[0].unix()) / 3_600)))
        );
    }

    #[test]
    fn tallies_fall_into_their_days_and_bands() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let locale = Locale { language: Language::English, zone, now: NOW };
        let tally = |hour: &str, what, amount| Tally { hour: hour.parse().unwrap(), what, amount };
        let figures = Figures {
            tallies: vec![
                tally("2026-04-04T21:00:00Z", What::Arrived, 100),
                tally("2026-04-04T22:00:00Z", What::Arrived, 1),
                tally("2026-05-03T21:00:00Z", What::Arrived, 2),
                tally("2026-05-03T22:00:00Z", What::Arrived, 4),
                tally("2026-05-04T09:00:00Z", What::Answered, 3),
                tally("2026-05-04T09:00:00Z", What::TakenIn, 50),
                tally("2026-05-04T09:00:00Z", What::WithinDay, 2),
                tally("2026-05-04T09:00:00Z", What::Later, 1),
            ],
            waiting: vec![(NOW.plus_seconds(-2 * DAY), 5), (NOW, 7)],
            states: [(State::New, 1), (State::Open, 11), (State::Closed, 9)].into(),
        };
        let numbers = Numbers::of(&figures, &locale);
        assert_eq!((numbers.arrivals[0], numbers.arrivals[28], numbers.arrivals[29]), (1, 2, 4));
        assert_eq!(numbers.answers[29], 3);
        assert_eq!(numbers.first, [0, 0, 2, 0, 1]);
        assert_eq!(numbers.waits, [7, 5, 0, 0, 0]);
        assert_eq!(numbers.open, 12);
        let page = page(&figures, &locale).into_string();
        assert!(page.contains("the longest for up to 2 days"), "{page}");
        assert!(page.contains("66 %"), "{page}");
    }
}
