//! Pictures of numbers, drawn here as SVG: the shapes alone, which stretch to the width there is.
//! What is to be read stands around them in HTML, so that it keeps its size, and once more in a
//! table. Colours come from classes of the style sheet.

use maud::{Markup, html};

/// Columns side by side: for each place the values of every row of them.
pub(super) struct Columns<'a> {
    /// Distinguishes the picture from others on the page.
    pub(super) id: &'a str,
    /// What it shows.
    pub(super) title: &'a str,
    /// What one sees in it, in a sentence.
    pub(super) sentence: &'a str,
    /// Class and values of each row, as many values in each.
    pub(super) rows: &'a [(&'static str, Vec<u64>)],
}

/// The units in which a picture is drawn, before it is stretched.
const WIDTH: usize = 600;
const HEIGHT: u64 = 200;

impl Columns<'_> {
    /// The value at the top of the picture: the largest one, rounded up to what one can halve.
    pub(super) fn top(&self) -> u64 {
        top(self.rows.iter().flat_map(|(_, values)| values).copied().max().unwrap_or(0))
    }

    /// The picture.
    pub(super) fn draw(&self) -> Markup {
        let top = self.top();
        let places = self.rows.iter().map(|(_, values)| values.len()).max().unwrap_or(0).max(1);
        let place_width = WIDTH / places;
        // A sixth of each place stays free.
        let width = (place_width * 5 / 6) / self.rows.len().max(1);
        html! {
            svg.columns role="img" aria-labelledby={ (self.id) "-title " (self.id) "-desc" }
                viewBox={ "0 0 " (place_width * places) " " (HEIGHT) } preserveAspectRatio="none" {
                title id={ (self.id) "-title" } { (self.title) }
                desc id={ (self.id) "-desc" } { (self.sentence) }
                @for y in [0, HEIGHT / 2, HEIGHT] {
                    line x1="0" x2=(place_width * places) y1=(y) y2=(y)
                        vector-effect="non-scaling-stroke" {}
                }
                @for (row, (class, values)) in self.rows.iter().enumerate() {
                    g class=(class) {
                        @for (place, value) in values.iter().enumerate() {
                            @let height = length(*value, top, HEIGHT);
                            @if height > 0 {
                                rect x=(place * place_width + place_width / 12 + row * width)
                                    y=(HEIGHT - height) width=(width) height=(height) {}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Bars one below the other, for rows of equal height beside them.
pub(super) fn bars(id: &str, title: &str, sentence: &str, values: &[u64]) -> Markup {
    let most = values.iter().copied().max().unwrap_or(0);
    html! {
        svg.bars role="img" aria-labelledby={ (id) "-title " (id) "-desc" }
            viewBox={ "0 0 " (WIDTH) " " (values.len() * 10) } preserveAspectRatio="none" {
            title id={ (id) "-title" } { (title) }
            desc id={ (id) "-desc" } { (sentence) }
            @for (place, value) in values.iter().enumerate() {
                rect.ground x="0" y=(place * 10 + 2) width=(WIDTH) height="6" {}
                @let width = length(*value, most, WIDTH as u64);
                @if width > 0 {
                    rect x="0" y=(place * 10 + 2) width=(width) height="6" {}
                }
            }
        }
    }
}

/// How long `value` is where `top` has the length `whole`: never nothing for something.
fn length(value: u64, top: u64, whole: u64) -> u64 {
    if value == 0 || top == 0 {
        return 0;
    }
    let length = u128::from(value) * u128::from(whole) / u128::from(top);
    u64::try_from(length).unwrap_or(whole).clamp(2, whole)
}

/// The least of 2, 4, 10, 20, 40, 100 … that is not below `most`.
fn top(most: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for digit in [2, 4, 10] {
            let top = power.saturating_mul(digit);
            if top >= most {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_round_and_not_below_the_largest() {
        for (most, expected) in
            [(0, 2), (1, 2), (3, 4), (5, 10), (10, 10), (11, 20), (41, 100), (401, 1_000)]
        {
            assert_eq!(top(most), expected, "{most}");
        }
        assert_eq!(top(u64::MAX), u64::MAX);
    }

    #[test]
    fn what_is_there_is_seen_and_fits() {
        for (value, top, expected) in
            [(0, 10, 0), (1, 1_000_000, 2), (5, 10, 100), (10, 10, 200), (3, 0, 0)]
        {
            assert_eq!(length(value, top, 200), expected, "{value} of {top}");
        }
        assert_eq!(length(u64::MAX, u64::MAX, 200), 200);
    }
}
