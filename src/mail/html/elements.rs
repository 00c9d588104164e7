//! The HTML elements this program knows by name, and what kind each is. Names are compared as
//! numbers, because a newsletter holds thousands of tags. What is done with an element is said where
//! it is done: in `clean.rs` for pages and in `text.rs` for text.

/// A short name in lower case as one number; longer ones than 16 bytes give 0, which is no name.
pub(super) const fn key(name: &[u8]) -> u128 {
    if name.len() > 16 {
        return 0;
    }
    let mut key = 0;
    let mut at = 0;
    while at < name.len() {
        key = key << 8 | name[at].to_ascii_lowercase() as u128;
        at += 1;
    }
    key
}

macro_rules! elements {
    ($($element:ident $name:literal)*) => {
        /// An element.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Element {
            $($element,)*
            /// Any other.
            Unknown,
        }

        impl Element {
            /// How many there are.
            pub(super) const COUNT: usize = Self::Unknown as usize + 1;

            /// The element with this name, in any case of letters.
            #[allow(non_upper_case_globals)]
            pub(super) fn named(name: &str) -> Self {
                $(const $element: u128 = key($name.as_bytes());)*
                match key(name.as_bytes()) {
                    $($element => Self::$element,)*
                    _ => Self::Unknown,
                }
            }

            /// Its name, in lower case.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$element => $name,)*
                    Self::Unknown => "",
                }
            }
        }
    };
}

elements! {
    A "a" Abbr "abbr" Address "address" Article "article" Aside "aside" B "b" Bdi "bdi" Bdo "bdo"
    Big "big" Blockquote "blockquote" Body "body" Br "br" Button "button" Caption "caption"
    Center "center" Cite "cite" Code "code" Dd "dd" Del "del" Details "details" Dfn "dfn" Dir "dir"
    Div "div" Dl "dl" Dt "dt" Em "em" Fieldset "fieldset" Figcaption "figcaption" Figure "figure"
    Font "font" Footer "footer" Form "form" H1 "h1" H2 "h2" H3 "h3" H4 "h4" H5 "h5" H6 "h6"
    Head "head" Header "header" Hr "hr" Html "html" I "i" Iframe "iframe" Img "img" Ins "ins"
    Kbd "kbd" Legend "legend" Li "li" Listing "listing" Main "main" Mark "mark" Menu "menu"
    Nav "nav" Noembed "noembed" Noframes "noframes" Ol "ol" Option "option" P "p"
    Plaintext "plaintext" Pre "pre" Q "q" S "s" Samp "samp" Script "script" Section "section"
    Select "select" Small "small" Span "span" Strike "strike" Strong "strong" Style "style"
    Sub "sub" Summary "summary" Sup "sup" Svg "svg" Table "table" Tbody "tbody" Td "td"
    Template "template" Textarea "textarea" Tfoot "tfoot" Th "th" Thead "thead" Title "title"
    Tr "tr" Tt "tt" U "u" Ul "ul" Var "var" Wbr "wbr" Xmp "xmp"
}

impl Element {
    /// Whether its content is text in which no tag counts (WHATWG HTML section 13.2.6, raw text
    /// and RCDATA). `noscript` is not among them, for there are no scripts here.
    pub(super) fn is_raw(self) -> bool {
        use Element::{Iframe, Noembed, Noframes, Plaintext, Script, Style, Textarea, Title, Xmp};
        matches!(
            self,
            Iframe | Noembed | Noframes | Plaintext | Script | Style | Textarea | Title | Xmp
        )
    }

    /// Whether what it holds is nothing to read.
    pub(super) fn is_silent(self) -> bool {
        matches!(self, Self::Select | Self::Svg | Self::Template)
    }

    /// Whether it begins on a line of its own.
    pub(super) fn is_block(self) -> bool {
        use Element::{
            Address, Article, Aside, Blockquote, Body, Caption, Center, Dd, Details, Dir, Div, Dl,
            Dt, Fieldset, Figcaption, Figure, Footer, Form, H1, H2, H3, H4, H5, H6, Head, Header,
            Hr, Html, Legend, Li, Listing, Main, Menu, Nav, Ol, Option, P, Plaintext, Pre, Section,
            Summary, Table, Tbody, Tfoot, Thead, Ul, Xmp,
        };
        matches!(
            self,
            Address
                | Article
                | Aside
                | Blockquote
                | Body
                | Caption
                | Center
                | Dd
                | Details
                | Dir
                | Div
                | Dl
                | Dt
                | Fieldset
                | Figcaption
                | Figure
                | Footer
                | Form
                | H1
                | H2
                | H3
                | H4
                | H5
                | H6
                | Head
                | Header
                | Hr
                | Html
                | Legend
                | Li
                | Listing
                | Main
                | Menu
                | Nav
                | Ol
                | Option
                | P
                | Plaintext
                | Pre
                | Section
                | Summary
                | Table
                | Tbody
                | Tfoot
                | Thead
                | Ul
                | Xmp
        )
    }

    /// Whether it is a heading.
    pub(super) fn is_heading(self) -> bool {
        matches!(self, Self::H1 | Self::H2 | Self::H3 | Self::H4 | Self::H5 | Self::H6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_known_by_their_names() {
        for (name, expected) in [
            ("a", Element::A),
            ("BlockQuote", Element::Blockquote),
            ("TR", Element::Tr),
            ("o:p", Element::Unknown),
            ("", Element::Unknown),
            ("a-very-long-name-of-a-custom-element", Element::Unknown),
        ] {
            assert_eq!(Element::named(name), expected, "{name}");
        }
        assert_eq!(Element::named("Blockquote").name(), "blockquote");
    }
}
