//! Any bytes as a file of manifests: never a panic, never a hang.
#![no_main]

use trueup::render::{Item, Means, SourceTree, render};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let tree = SourceTree::AdHoc { directory: "/".into(), stdin: Some(bytes.to_vec()) };
    let _ = render(&tree, &[Item::from("-")], &Means::default());
});
