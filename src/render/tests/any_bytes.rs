//! Whatever is in a file: a finding or objects, and an end. `fuzz/` tries more.

use proptest::prelude::*;

use super::*;

/// Reads bytes as a file's. What takes more than linear time would not end
/// with the lengths that are tried here.
fn read(bytes: Vec<u8>) {
    let _ = render(
        &SourceTree::AdHoc { directory: "/".into(), stdin: Some(bytes) },
        &items(&["-"]),
        &Means::default(),
    );
}

/// The documents that the fuzzer starts from.
fn seeds() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let files = std::fs::read_dir(folder).expect("the seeds");
    let seeds: Vec<_> =
        files.map(|file| std::fs::read(file.expect("a seed").path()).expect("a seed")).collect();
    assert!(seeds.len() > 5);
    seeds
}

fn spoilt_seed() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..4),
        "[-a:{}\\[\\] \n\r\t'\"&*|>#!%?,<~\\\\é\u{feff}\u{85}]{0,6}".prop_map(String::into_bytes),
    ];
    let change = (any::<prop::sample::Index>(), 0..5usize, piece);
    (prop::sample::select(seeds()), prop::collection::vec(change, 1..8)).prop_map(|(mut bytes, changes)| {
        for (place, removed, piece) in changes {
            let start = place.index(bytes.len() + 1);
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, piece);
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read(bytes);
    }

    #[test]
    fn spoilt_documents_are_read_or_refused(bytes in spoilt_seed()) {
        read(bytes);
    }
}

#[test]
fn long_files_of_one_pattern_are_read_to_their_end() {
    let patterns = [
        "[",
        "{",
        "- ",
        "? ",
        "a: ",
        "a: [",
        "{a: ",
        "&a ",
        "*a ",
        "!a ",
        "'",
        "\"",
        "\\",
        "\n",
        " ",
        "\t",
        "#",
        "# \n",
        "|\n ",
        ">\n",
        "---\n",
        "...\n",
        "%",
        "%TAG ! a\n",
        "\u{feff}",
        "\u{85}",
        "é",
        "é ",
        "é: ",
        "é,",
        "a\n",
        "a ",
        "a\n\n",
        "''",
        "\"\\\n",
        "[]",
        "{}",
        "[],",
        "<<: ",
        "<<: {}\n",
        ": ",
        ":",
        "? \n",
        "- a\n",
        "- - a\n  - b\n",
        "a,",
        "'a' ",
        "{\"a\":",
    ];
    for pattern in patterns {
        for before in ["", "a: [", "a: \"", "a: '", "a: |\n  ", "[é, "] {
            read(format!("{before}{}", pattern.repeat(20_000 / pattern.len())).into_bytes());
        }
    }
}
