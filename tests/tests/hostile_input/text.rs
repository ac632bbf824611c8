//! Texts that are almost right.

use fastrand::Rng;

/// What is put in: everything that a header, a number or a name is made of, and some that none is.
const LETTERS: &[char] = &[
    '0', '1', '5', '9', 'a', 'c', 'f', 'A', 'F', 'g', 't', 'v', 'x', '=', '=', ',', ',', '.', '-', '+', '_',
    ' ', '\t', '"', '\'', ';', ':', '/', '%', '#', '\0', '\n', 'é', '١', '\u{a0}', '\u{202e}', '😀',
];

/// `text` with one small thing changed: a letter or a run of them put in, left out, replaced, doubled or
/// exchanged.
pub(crate) fn changed(rng: &mut Rng, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = rng.usize(..=letters.len());
    let end = (at + 1 + rng.usize(..4)).min(letters.len());
    let letter = LETTERS[rng.usize(..LETTERS.len())];
    match rng.u8(..8) {
        0 | 1 => letters.insert(at, letter),
        2 => drop(letters.drain(at..end)),
        3 if at < end => letters[at] = letter,
        4 => {
            let run = letters[at..end].to_vec();
            letters.splice(at..at, run);
        }
        5 if at + 1 < letters.len() => letters.swap(at, at + 1),
        6 => letters.truncate(at),
        _ => letters[at..end].iter_mut().for_each(|letter| *letter = letter.to_ascii_uppercase()),
    }
    letters.into_iter().collect()
}

/// `text`, taken as a list, with one part of it left out, doubled, moved or put in a second time further on.
pub(crate) fn shuffled(rng: &mut Rng, text: &str) -> String {
    let mut parts: Vec<&str> = text.split(',').collect();
    let (one, other) = (rng.usize(..parts.len()), rng.usize(..parts.len()));
    match rng.u8(..4) {
        0 if parts.len() > 1 => drop(parts.remove(one)),
        1 => parts.insert(other, parts[one]),
        2 => parts.swap(one, other),
        _ => parts.push(parts[one]),
    }
    parts.join(",")
}
