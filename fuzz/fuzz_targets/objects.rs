//! Any bytes as a file of manifests: never a panic, never a hang.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let source = trueup::render::SourceTree::AdHoc { directory: "/".into(), stdin: Some(bytes.to_vec()) };
    let _ = trueup::render::render(&source, &["-".to_owned()]);
});
