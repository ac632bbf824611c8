//! What people write for people to read: names, descriptions, reasons.

use icu_properties::CodePointSetData;
use icu_properties::props::{BinaryProperty, DefaultIgnorableCodePoint, JoinControl, VariationSelector};
use serde::{Deserialize, Serialize};

/// One line of text without anything invisible. Control characters are left out, and so is formatting that
/// hides or reorders text: with it a payer could read another name than the one that was given
/// (<https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>). Line breaks and runs of space
/// become one space.
///
/// They are left out rather than refused: whoever copied them along cannot see them to remove them, and items
/// that were written before this rule can still be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Line(String);

/// Why a line cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The text is empty or too long. Write 1 to {most} characters that can be seen.")]
pub struct InvalidLine {
    most: usize,
}

impl Line {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// That it has 1 to `most` characters.
    ///
    /// # Errors
    /// It is empty or too long.
    pub fn check(&self, most: usize) -> Result<(), InvalidLine> {
        if (1..=most).contains(&self.0.chars().count()) { Ok(()) } else { Err(InvalidLine { most }) }
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        let mut line = String::with_capacity(text.len());
        for letter in text.chars() {
            let before = line.chars().next_back();
            if is_space(letter) {
                if before.is_some_and(|before| before != ' ') {
                    line.push(' ');
                }
            } else if !is_unseen(letter) || before.is_some_and(|before| shapes(letter, before)) {
                line.push(letter);
            }
        }
        line.truncate(line.trim_end().len());
        Self(line)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// Whether `letter` is invisible: a control character, one that Unicode calls ignorable by default
/// (<https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point>), or an annotation mark.
pub fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || has::<DefaultIgnorableCodePoint>(letter)
        || matches!(letter, '\u{FFF9}'..='\u{FFFB}')
}

/// Whether `letter` is space between words. The empty Braille pattern is a sign that looks like space.
pub fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{2800}'
}

/// Whether `letter`, which is invisible itself, changes how the one `before` it looks: a joiner in the
/// scripts of India and others or in an emoji, a variation selector, or a tag in the flag of a region.
fn shapes(letter: char, before: char) -> bool {
    /// Letters before this one (Latin, Greek, Cyrillic and others) have one shape only.
    const FIRST_SHAPED: char = '\u{600}';
    /// The black flag, which begins the flag of a region.
    const FLAG: char = '\u{1F3F4}';
    let is_tag = |letter| matches!(letter, '\u{E0020}'..='\u{E007F}');
    if has::<JoinControl>(letter) {
        before >= FIRST_SHAPED && !has::<JoinControl>(before)
    } else if has::<VariationSelector>(letter) {
        before >= FIRST_SHAPED && !is_unseen(before)
    } else {
        is_tag(letter) && (before == FLAG || is_tag(before))
    }
}

fn has<P: BinaryProperty>(letter: char) -> bool {
    CodePointSetData::new::<P>().contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_seen_is_left_out() {
        for (written, read) in [
            ("2 kopi, 1 kaya toast", "2 kopi, 1 kaya toast"),
            ("  kopi\r\n\tteh\u{a0}\u{2028}tarik ", "kopi teh tarik"),
            ("ko\0pi\u{7}\u{1b}[31m\u{9b}", "kopi[31m"),
            ("\u{202e}gpj.exe\u{202c}", "gpj.exe"),
            ("\u{2066}a\u{2069}\u{200e}b\u{200f}c\u{61c}d", "abcd"),
            ("k\u{200b}o\u{ad}p\u{2060}i\u{feff}", "kopi"),
            ("ko\u{200d}pi\u{fe0f}", "kopi"),
            ("caf\u{e9}\u{200c} \u{200d}o", "caf\u{e9} o"),
            ("kopi\u{e0041}\u{e0042}", "kopi"),
        ] {
            assert_eq!(Line::from(written).as_str(), read, "{written:?}");
        }
    }

    #[test]
    fn what_shapes_a_letter_or_an_emoji_stays() {
        for text in [
            "\u{915}\u{94d}\u{200d}\u{937}", // Devanagari, half a letter
            "\u{9b0}\u{200d}\u{9cd}\u{9af}", // Bengali
            "\u{d28}\u{d4d}\u{200d}",        // Malayalam, at the end of a word
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}", // Persian
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}", // a family
            "\u{2764}\u{fe0f}\u{200d}\u{1f525}", // a burning heart
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", // England's flag
            "\u{845b}\u{e0100}",             // an ideograph's variation
        ] {
            assert_eq!(Line::from(text).as_str(), text, "{text:?}");
        }
    }

    #[test]
    fn what_looks_empty_is_empty() {
        for text in
            ["", " \n\u{3000}", "\0", "\u{200b}\u{200d}\u{2060}", "\u{3164}\u{115f}", "\u{2800}", "\u{fe0f}"]
        {
            assert!(Line::from(text).check(250).is_err(), "{text:?}");
        }
        let refusal = Line::from("").check(60).unwrap_err().to_string();
        assert_eq!(refusal, "The text is empty or too long. Write 1 to 60 characters that can be seen.");
    }

    #[test]
    fn length_is_counted_in_characters_that_are_left() {
        let line = Line::from("\u{202e}\u{1f600}\u{1f600}\u{1f600}\n");
        assert_eq!((line.check(3), line.check(2).is_err()), (Ok(()), true));
    }

    #[test]
    fn an_item_of_before_is_read() {
        let read: Line = serde_json::from_str("\"a\\u0000\\nb\"").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"a b\"");
    }

    proptest! {
        #[test]
        fn a_line_stays_as_it_is(text in any::<String>(), odd in proptest::collection::vec(
            prop::sample::select(vec!['a', '\u{915}', ' ', '\n', '\u{200d}', '\u{fe0f}', '\u{202e}', '\u{e0041}', '\u{1f3f4}']), 0..12,
        )) {
            let odd: String = odd.into_iter().collect();
            for text in [text, odd] {
                let line = Line::from(text.as_str());
                prop_assert_eq!(&Line::from(line.as_str()), &line);
                prop_assert_eq!(line.as_str().trim(), line.as_str());
                prop_assert!(!line.as_str().contains(char::is_control) && !line.as_str().contains("  "));
            }
        }
    }
}
