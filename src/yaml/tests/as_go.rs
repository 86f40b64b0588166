//! The reader against Go's: what `sigs.k8s.io/yaml` v1.6.0 makes of rough
//! documents, recorded from it.

use super::cases::{REFUSED, REFUSED_UNLIKE_GO, SAME_AS_GO};
use crate::json::Value;
use crate::yaml::{documents, to_text};

/// The first document, as Go sees it: null if there is none.
fn read(text: &str) -> Option<Value> {
    let first = documents(text).ok()?.into_iter().next();
    Some(first.map_or(Value::Null, |document| document.value))
}

fn json(text: &str) -> Option<Value> {
    (text != REFUSED).then(|| serde_json::from_str(text).expect("a recorded value"))
}

#[test]
fn rough_documents_mean_what_they_mean_to_kubectl() {
    let differing: Vec<_> = SAME_AS_GO
        .iter()
        .map(|(text, value)| (text, json(value), read(text)))
        .filter(|(_, expected, actual)| expected != actual)
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn what_readers_disagree_about_is_refused() {
    for (text, _) in REFUSED_UNLIKE_GO {
        assert_eq!(read(text), None, "{text:?}");
    }
}

#[test]
fn whatever_is_read_is_written_back_alike() {
    for value in SAME_AS_GO.iter().filter_map(|(text, _)| read(text)) {
        assert_eq!(read(&to_text(&value)), Some(value.clone()), "{}", to_text(&value));
    }
}
