//! A long text in parts that are read at once, one on each core.
//!
//! A line that starts with `---` and a blank ends whatever document it stands
//! in: in the middle of a quoted scalar or of brackets it's an error, a block
//! scalar is indented, and a comment starts with `#`. Nothing else leads from
//! one document into another, but directives, and a part that ends with some is
//! an error. So when every part can be read, the whole is the sum of them; when
//! one can't, the text is read from its start to tell what a user is told.

use std::thread;

use super::value::Keys;
use super::{Read, YamlError};
use crate::parallel;

/// What is worth a thread, in bytes.
const SMALLEST: usize = 256 * 1024;

/// Reads a text in parts; `None` when it's too short, or has to be read whole.
pub(super) fn read(text: &str) -> Option<Read> {
    let cores = parallel::cores();
    let size = text.len().div_ceil(cores).max(SMALLEST);
    let parts = split(text, size);
    if parts.len() < 2 {
        return None;
    }
    join(read_all(&parts))
}

/// The parts, with the number of the line that each starts with.
fn split(text: &str, size: usize) -> Vec<(&str, u32)> {
    let mut parts = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(end) = boundary(rest, size) {
        let (part, after) = rest.split_at(end);
        parts.push((part, line));
        line += lines(part);
        rest = after;
    }
    parts.push((rest, line));
    parts
}

/// Where the first document after so many bytes starts.
fn boundary(text: &str, size: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = size;
    loop {
        let found = from + bytes.get(from..)?.windows(4).position(|window| window == b"\n---")?;
        if matches!(bytes.get(found + 4), None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
            return Some(found + 1);
        }
        from = found + 4;
    }
}

/// How many lines end in a text, by the rules of YAML 1.1.
fn lines(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let is_end = |position: usize| match bytes[position] {
        b'\n' => true,
        b'\r' => bytes.get(position + 1) != Some(&b'\n'),
        0xc2 => bytes.get(position + 1) == Some(&0x85),
        0xe2 => matches!(bytes.get(position + 1..position + 3), Some([0x80, 0xa8 | 0xa9])),
        _ => false,
    };
    u32::try_from((0..bytes.len()).filter(|position| is_end(*position)).count()).unwrap_or(u32::MAX)
}

fn read_all(parts: &[(&str, u32)]) -> Vec<Result<Read, YamlError>> {
    thread::scope(|scope| {
        let read: Vec<_> =
            parts.iter().map(|(part, line)| scope.spawn(|| Read::of(part, *line, Keys::Resolved))).collect();
        let joined = read.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

fn join(parts: Vec<Result<Read, YamlError>>) -> Option<Read> {
    let mut whole = Read::default();
    for part in parts {
        whole.append(part.ok()?);
    }
    whole.is_within_limits().then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_start_at_documents_and_know_their_line() {
        let text = "a: 1\n---\nb: |\n  ---\n---x: 1\r\n--- # c\nc: 1\n---\n";
        let parts = split(text, 1);
        assert_eq!(
            parts,
            [("a: 1\n", 1), ("---\nb: |\n  ---\n---x: 1\r\n", 2), ("--- # c\nc: 1\n", 6), ("---\n", 8)]
        );
    }

    #[test]
    fn line_ends_of_all_kinds_count_as_for_the_scanner() {
        assert_eq!(lines("a\nb\r\nc\rd\u{85}e\u{2028}f\u{2029}g\u{a0}\u{2020}"), 6);
    }

    #[test]
    fn the_whole_is_the_sum_of_its_parts() {
        for text in [
            "# c\n---\na: 1\n---\n\n---\n  b: &x [1, *y]\n",
            "a: &x 1\n---\nb: *x\n",
            "a: |+\n  x\n\n---\nb: 1\n...\n---\nc: \"é\"\n",
            "%TAG !e! x:\n---\na: !e!y 1\n---\nb: 1\n",
            "a: 1\n...\n%TAG !e! x:\n---\nb: !e!y 1\n",
            "a: [\n---\nb: 1\n",
            "a: \"\n---\nb: 1\"\n",
            "a: 1\n---\n\u{feff}b: 1\n---\n",
        ] {
            let whole = Read::of(text, 1, Keys::Resolved);
            let read = join(read_all(&split(text, 1)));
            match (whole, read) {
                (Ok(whole), Some(read)) => assert_eq!(read, whole, "{text:?}"),
                (_, None) => {}
                (Err(error), Some(_)) => panic!("{text:?} is read in parts, but: {error}"),
            }
        }
    }
}
