//! Templates that make another thing each time: which may, and which did. Pure, but that
//! it unpacks archives in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::MultiGzDecoder;
use regex::bytes::Regex;

use super::archive;
use super::printed;

/// No archive of charts is larger unpacked; one that is counts as if it made another
/// thing each time.
const LARGEST: u64 = 64 << 20;

/// Functions of Helm's templates that tell the time, draw lots, or ask the network.
static CHANGING: LazyLock<Regex> = LazyLock::new(|| {
    let functions = "now|ago|rand[A-Z][A-Za-z]*|shuffle|uuidv4|htpasswd|bcrypt|encryptAES|getHostByName|\
                     gen(?:PrivateKey|CA|SelfSignedCert|SignedCert)(?:WithKey)?";
    let pattern = format!(r"(?-u)\{{\{{(?:(?:[^}}]|\}}[^}}])*?[\s(|=-])?(?:{functions})[\s)|}}-]");
    #[expect(clippy::unwrap_used, reason = "it doesn't depend on anything")]
    Regex::new(&pattern).unwrap()
});

/// Whether anything in a file of a chart would be another thing in another run. Rather
/// once too often than once too rarely: also where nobody calls what is defined there.
pub(super) fn is_in(path: &str, content: &[u8]) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default();
    if end == "md" {
        return false;
    }
    if end == "tgz" || end == "gz" {
        let mut unpacked = Vec::new();
        let read = MultiGzDecoder::new(content).take(LARGEST).read_to_end(&mut unpacked);
        // Those that lie in it are packed once more.
        let inner = || archive::templates(content).iter().any(|(_, text)| CHANGING.is_match(text.as_bytes()));
        return read.is_err() || unpacked.len() as u64 >= LARGEST || CHANGING.is_match(&unpacked) || inner();
    }
    CHANGING.is_match(content)
}

/// The templates, as Helm calls them, of which it printed one thing and then another over
/// the same files.
pub(super) fn differing<'t>(one: &'t str, other: &'t str) -> Vec<&'t str> {
    let by_path = |text: &'t str| {
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (path, content) in printed::files(text) {
            files.entry(path).or_default().push(content);
        }
        files
    };
    let (one, other) = (by_path(one), by_path(other));
    let paths: BTreeSet<&str> = one.keys().chain(other.keys()).copied().collect();
    paths.into_iter().filter(|path| one.get(path) != other.get(path)).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::archive::packed;
    use super::*;

    #[test]
    fn what_changes_each_time_is_told_from_what_doesnt() {
        for changing in [
            "a: {{ now }}",
            "a: {{now | date \"2006\"}}",
            "a: {{- randAlphaNum 5 | quote }}",
            "a: {{ $x := (genCA \"a\" 1) }}",
            "a: {{ date \"2006\" (now) }}",
            "a: {{ .Values.a\n  | default (randAlpha 3) }}",
            "{{ $cert := genSignedCertWithKey \"a\" nil nil 1 . . }}",
            "{{ uuidv4 }}",
            "{{ printf \"}%s\" (uuidv4) }}",
            "{{ if eq (htpasswd \"a\" \"b\") \"\" }}{{ end }}",
        ] {
            assert!(is_in("a.yaml", changing.as_bytes()), "{changing}");
        }
        for same in [
            "a: now",
            "a: {{ .Values.now }}",
            "a: {{ .Values.known }}",
            "# randAlphaNum 5",
            "a: {{ .Values.a }} now {{ .Values.b }}",
            "a: {{ include \"snow\" . }}",
            "a: {{ sha256sum \"x\" }}",
        ] {
            assert!(!is_in("a.yaml", same.as_bytes()), "{same}");
        }
        assert!(!is_in("README.md", b"{{ now }}"));
    }

    #[test]
    fn templates_that_were_printed_differently_are_told() {
        let printed = |a: &str, c: &str| {
            format!(
                "---\n# Source: w/a.yaml\n{a}\n---\n# Source: w/b.yaml\nb\n---\n# Source: w/c.yaml\n{c}\n"
            )
        };
        assert_eq!(differing(&printed("1", "1"), &printed("1", "1")), [""; 0]);
        assert_eq!(differing(&printed("1", "1"), &printed("1", "2")), ["w/c.yaml"]);
        assert_eq!(differing(&printed("1", "1"), &printed("2", "2")), ["w/a.yaml", "w/c.yaml"]);
        assert_eq!(differing(&printed("1", "1"), "---\n# Source: w/a.yaml\n1\n"), ["w/b.yaml", "w/c.yaml"]);
    }

    #[test]
    fn archives_are_looked_into() {
        let archive = |text: &str| {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(text.as_bytes()).expect("packed");
            packer.finish().expect("packed")
        };
        assert!(is_in("charts/a-1.tgz", &archive("a: {{ now }}")));
        assert!(!is_in("charts/a-1.tgz", &archive("a: 1")));
        assert!(is_in("charts/a-1.tgz", b"broken"));
    }

    #[test]
    fn archives_in_archives_are_looked_into_too() {
        let around = |text: &str| {
            let inner = packed(&[("b/templates/b.yaml", text.as_bytes())]);
            packed(&[("a/templates/a.yaml", b"a: 1"), ("a/charts/b-1.tgz", &inner)])
        };
        assert!(is_in("charts/a-1.tgz", &around("b: {{ randAlphaNum 5 }}")));
        assert!(!is_in("charts/a-1.tgz", &around("b: 1")));
    }
}
