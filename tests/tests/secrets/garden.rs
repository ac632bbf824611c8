//! What is planted, and how it is found again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64, HEXLOWER};

use crate::outputs::{Output, Place};

/// What something is that is planted, which says where it may come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A key, a token or a signature: nowhere.
    Secret,
    /// A key or a consent that is given to somebody: in the answer that gives it.
    Given,
    /// A phone number where one belongs, or where none does: nowhere. Who sends it where none belongs is told
    /// what they sent.
    Phone,
    /// A card number, as [`Kind::Phone`].
    Card,
    /// A payer's name, address or email, that Stripe tells: nowhere.
    Person,
    /// What a merchant or an operator writes in their own words, a phone or a card number among it: in the
    /// table and in what is answered to them.
    Words,
}

pub(crate) const KINDS: [Kind; 6] =
    [Kind::Secret, Kind::Given, Kind::Phone, Kind::Card, Kind::Person, Kind::Words];

impl Kind {
    fn may_be_in(self, place: Place) -> bool {
        match self {
            Self::Secret => false,
            Self::Given => place == Place::Answer,
            Self::Phone | Self::Card | Self::Person => place == Place::Problem,
            Self::Words => [Place::Answer, Place::Problem, Place::Table].contains(&place),
        }
    }
}

/// All that was planted. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Garden(Arc<Mutex<Vec<(Kind, String)>>>);

impl Garden {
    /// Plants `word`.
    pub(crate) fn plant(&self, kind: Kind, word: &str) -> String {
        let mut planted = self.0.lock().unwrap();
        let known = (kind, word.to_owned());
        if !planted.contains(&known) {
            planted.push(known);
        }
        word.to_owned()
    }

    /// How many things are planted.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// A phone number that somebody in Singapore can have.
    pub(crate) fn phone(&self) -> String {
        self.plant(Kind::Phone, &self.digits("+659"))
    }

    /// The phone number with this number. It ends with a seven, so that no full second in milliseconds has
    /// its digits.
    pub(crate) fn phone_of(&self, number: usize) -> String {
        self.plant(Kind::Phone, &format!("+6598{:06}", 10 * number + 7))
    }

    /// The card with this number.
    pub(crate) fn card_of(&self, number: usize) -> String {
        self.plant(Kind::Card, &pan(number))
    }

    /// The number of a card, with the digit that proves it.
    pub(crate) fn card(&self) -> String {
        self.plant(Kind::Card, &pan(1_000 + self.len()))
    }

    /// Something of a payer.
    pub(crate) fn person(&self, what: &str) -> String {
        self.plant(Kind::Person, &format!("Zq{what}"))
    }

    /// What somebody writes: a word, a phone number and a card's.
    pub(crate) fn words(&self, what: &str) -> String {
        let phone = self.plant(Kind::Words, &self.digits("+659"));
        let card = self.plant(Kind::Words, &pan(1_000 + self.len()));
        let word = self.plant(Kind::Words, &format!("Zw{what}{:05}", self.len()));
        format!("{word} {phone} {card}")
    }

    /// A key or a token.
    pub(crate) fn secret(&self, what: &str) -> String {
        self.plant(Kind::Secret, &format!("Zs{what}"))
    }

    fn digits(&self, start: &str) -> String {
        format!("{start}{:07}", 2_000_007 + 10 * self.len())
    }

    /// Whatever is in `outputs` and may not be there.
    pub(crate) fn found_in(&self, outputs: &[Output]) -> BTreeSet<(Kind, Place, String)> {
        let planted = self.0.lock().unwrap().clone();
        let forms: Vec<(usize, String)> = planted
            .iter()
            .enumerate()
            .flat_map(|(index, (_, word))| forms(word).into_iter().map(move |form| (index, form)))
            .collect();
        let mut search = AhoCorasick::builder();
        let search = search.ascii_case_insensitive(true).build(forms.iter().map(|(_, form)| form)).unwrap();
        let mut found = BTreeSet::new();
        for output in outputs {
            for text in [output.text.clone(), together(&output.text)] {
                for hit in search.find_overlapping_iter(&text) {
                    let (kind, word) = &planted[forms[hit.pattern().as_usize()].0];
                    if !kind.may_be_in(output.place) {
                        found.insert((
                            *kind,
                            output.place,
                            format!("{word} in {}", around(&text, hit.start())),
                        ));
                    }
                }
            }
        }
        found
    }
}

fn pan(number: usize) -> String {
    let digits = format!("40005{number:010}");
    let sum: u32 = digits.chars().rev().enumerate().map(|(place, digit)| luhn(place, digit)).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn luhn(place: usize, digit: char) -> u32 {
    let digit = digit.to_digit(10).unwrap();
    if place % 2 == 1 { digit } else { (2 * digit) / 10 + (2 * digit) % 10 }
}

/// The ways in which a word may be written: as it is, a phone number without its country, as base64 wherever
/// it begins, in hexadecimal, and as the bytes that a debug form or JSON lists.
fn forms(word: &str) -> BTreeSet<String> {
    let plain = word.strip_prefix("+65").unwrap_or(word);
    let bytes: Vec<String> = plain.bytes().map(|byte| byte.to_string()).collect();
    let mut forms = BTreeSet::from([
        together(plain),
        HEXLOWER.encode(plain.as_bytes()),
        bytes.join(","),
        bytes.join(", "),
    ]);
    for offset in 0..3 {
        let encoded = BASE64.encode(format!("{}{plain}", "\0".repeat(offset)).as_bytes());
        let (start, end) = ((offset * 8).div_ceil(6), (offset + plain.len()) * 8 / 6);
        forms.insert(encoded.get(start..end).unwrap().to_owned());
    }
    forms
}

/// Without what people write between digits.
fn together(text: &str) -> String {
    text.replace([' ', '-', '.', '(', ')'], "")
}

fn around(text: &str, at: usize) -> String {
    let start = text.floor_char_boundary(at.saturating_sub(300));
    let end = text.floor_char_boundary(at.saturating_add(100));
    text.get(start..end).unwrap_or_default().to_owned()
}
