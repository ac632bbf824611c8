//! What is happening, on a terminal or in a log.

use std::io::{IsTerminal, Write};

/// Shows how far something is: on a terminal each line takes the place of the one before, so that the result
/// stands alone at the end; anywhere else each line stays.
#[derive(Debug)]
pub struct Screen<W> {
    to: W,
    is_terminal: bool,
}

impl Screen<std::io::Stderr> {
    /// The standard error output, as it is.
    pub fn stderr() -> Self {
        let to = std::io::stderr();
        let is_terminal = to.is_terminal();
        Self { to, is_terminal }
    }
}

impl<W: Write> Screen<W> {
    /// Shows `line`; an empty one clears the place. That it cannot be shown is no reason to stop.
    pub fn tell(&mut self, line: &str) {
        let shown = match (self.is_terminal, line) {
            // To the beginning of the line, and empty to its end.
            (true, line) => write!(self.to, "\r\x1b[K{line}").and_then(|()| self.to.flush()),
            (false, "") => Ok(()),
            (false, line) => writeln!(self.to, "{line}"),
        };
        drop(shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(is_terminal: bool) -> String {
        let mut screen = Screen { to: Vec::new(), is_terminal };
        ["day 1 of 2", "day 2 of 2", ""].into_iter().for_each(|line| screen.tell(line));
        String::from_utf8(screen.to).unwrap()
    }

    #[test]
    fn a_line_is_rewritten_on_a_terminal_and_stays_elsewhere() {
        assert_eq!(shown(true), "\r\x1b[Kday 1 of 2\r\x1b[Kday 2 of 2\r\x1b[K");
        assert_eq!(shown(false), "day 1 of 2\nday 2 of 2\n");
    }
}
