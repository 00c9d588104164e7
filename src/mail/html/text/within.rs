//! An element whose end is waited for.

use super::super::elements::Element;
use super::super::tokens::Token;

/// An element, and how many of its kind are open in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Within {
    element: Element,
    depth: usize,
}

impl Within {
    /// The element that was opened last.
    pub(super) fn of(element: Element) -> Self {
        Self { element, depth: 1 }
    }

    /// Takes note of a tag; true when it ended the element.
    pub(super) fn ends_with(&mut self, token: Token<'_>) -> bool {
        match token {
            // Paragraphs and items end where the next begins.
            Token::Open(element) if element == self.element => {
                if matches!(element, Element::P | Element::Li) {
                    return true;
                }
                self.depth += 1;
                false
            }
            Token::Close(element) if element == self.element => {
                self.depth -= 1;
                self.depth == 0
            }
            _ => false,
        }
    }
}
