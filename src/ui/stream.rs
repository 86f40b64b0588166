//! One output: standard output, standard error, or a test's buffer.

use std::borrow::Cow;
use std::io::{ErrorKind, Write};

use anstream::adapter::strip_str;

/// Where finished text goes, with or without its colours. The first failure is
/// kept and ends the writing; nothing here panics or returns errors, because a
/// deployment must not stop halfway only because nobody reads along.
pub(super) struct Stream {
    sink: Box<dyn Write + Send>,
    color: bool,
    failure: Option<std::io::Error>,
}

impl Stream {
    pub(super) fn new(sink: Box<dyn Write + Send>, color: bool) -> Self {
        Self { sink, color, failure: None }
    }

    /// Writes the text at once, in full.
    pub(super) fn write(&mut self, text: &str) {
        if self.failure.is_some() {
            return;
        }
        let written = self.sink.write_all(self.shown(text).as_bytes());
        self.failure = written.and_then(|()| self.sink.flush()).err();
    }

    /// Empties the screen, and begins at its top.
    pub(super) fn clear(&mut self) {
        if self.failure.is_none() {
            self.failure = self.sink.write_all(b"\x1b[H\x1b[2J").err();
        }
    }

    /// The text as it is written.
    pub(super) fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let is_plain = self.color || !text.contains('\u{1b}');
        if is_plain { Cow::Borrowed(text) } else { Cow::Owned(strip_str(text).to_string()) }
    }

    /// Whether all that was written got through so far.
    pub(super) fn is_open(&self) -> bool {
        self.failure.is_none()
    }

    /// What kept the text from being written. A reader that has gone away
    /// wanted no more, which is no failure.
    pub(super) fn failure(&self) -> Option<&std::io::Error> {
        self.failure.as_ref().filter(|failure| failure.kind() != ErrorKind::BrokenPipe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_gone_away_is_no_failure() {
        let mut stream = Stream::new(Box::new(Broken(ErrorKind::BrokenPipe)), false);
        assert!(stream.is_open());
        stream.write("a\n");
        stream.write("b\n");
        assert!(stream.failure().is_none());
        assert!(!stream.is_open(), "who goes on for ever has to know");
    }

    #[test]
    fn a_full_disk_is_kept_as_a_failure() {
        let mut stream = Stream::new(Box::new(Broken(ErrorKind::StorageFull)), false);
        stream.write("a\n");
        assert_eq!(stream.failure().map(std::io::Error::kind), Some(ErrorKind::StorageFull));
    }
}
