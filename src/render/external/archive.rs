//! Charts in archives (`.tgz`): the templates in them.

use std::io::Read as _;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use tar::Archive;

/// The most that an archive may hold, in bytes: Helm takes no more either.
const MOST: u64 = 100 * 1024 * 1024;

/// How deep archives may lie in archives.
const DEEPEST: usize = 8;

/// The templates in an archive and in those that lie in it, by their paths. What can't be
/// read is passed over: Helm reads it, too, and says so.
pub(super) fn templates(bytes: &[u8]) -> Vec<(String, String)> {
    let mut templates = Vec::new();
    read(bytes, "", DEEPEST, &mut templates);
    templates
}

fn read(bytes: &[u8], below: &str, depth: usize, templates: &mut Vec<(String, String)>) {
    let mut archive = Archive::new(MultiGzDecoder::new(bytes).take(MOST));
    for mut entry in archive.entries().into_iter().flatten().flatten() {
        let Ok(path) = entry.path().map(|path| path.to_string_lossy().into_owned()) else { continue };
        let path = format!("{below}{path}");
        let mut bytes = Vec::new();
        if is_archive(&path) && depth > 0 {
            if entry.read_to_end(&mut bytes).is_ok() {
                read(&bytes, &format!("{path}/"), depth - 1, templates);
            }
        } else if is_template(&path)
            && entry.read_to_end(&mut bytes).is_ok()
            && let Ok(text) = String::from_utf8(bytes)
        {
            templates.push((path, text));
        }
    }
}

pub(super) fn is_archive(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "tgz")
}

/// Whether Helm renders a file, or may read parts from it.
pub(super) fn is_template(path: &str) -> bool {
    path.split('/').any(|name| name == "templates")
        && [".yaml", ".yml", ".tpl", ".json"].iter().any(|end| path.ends_with(end))
}

/// An archive of these files.
#[cfg(test)]
pub(super) fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    use flate2::{Compression, write::GzEncoder};

    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, path, *bytes).expect("an entry");
    }
    archive.into_inner().and_then(GzEncoder::finish).expect("an archive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_found_in_archives_of_archives() {
        let inner = packed(&[("b/templates/_b.tpl", b"inner"), ("b/values.yaml", b"no")]);
        let outer = packed(&[
            ("a/templates/a.yaml", b"outer"),
            ("a/templates/a.txt", b"no"),
            ("a/charts/b-1.tgz", &inner),
            ("a/templates/odd.yaml", b"\xff"),
        ]);
        let found = templates(&outer);
        let told: Vec<_> = found.iter().map(|(path, text)| format!("{path}: {text}")).collect();
        assert_eq!(told, ["a/templates/a.yaml: outer", "a/charts/b-1.tgz/b/templates/_b.tpl: inner"]);
    }

    #[test]
    fn what_is_no_archive_has_none() {
        for bytes in [&b""[..], b"text", &packed(&[("a/templates/a.yaml", b"x")])[..20]] {
            assert!(templates(bytes).is_empty());
        }
    }
}
