//! The same object twice.

use std::collections::HashMap;

use crate::error::Diagnostic;
use crate::object::{Manifest, ObjectId};

/// One finding for each manifest whose object an earlier one is already:
/// applied, the later would silently win.
///
/// Goes by the identities as they are: call it again when the namespaces that
/// manifests leave out are known.
pub fn duplicates(manifests: &[Manifest]) -> Vec<Diagnostic> {
    let mut first: HashMap<&ObjectId, &Manifest> = HashMap::with_capacity(manifests.len());
    let mut findings = Vec::new();
    for manifest in manifests {
        let earlier = *first.entry(&manifest.id).or_insert(manifest);
        if !std::ptr::eq(earlier, manifest) {
            let message = format!("{} is in the sources twice", manifest.id);
            let finding = Diagnostic::new(message).at(manifest.source.location());
            findings.push(finding.because(format!("it is in {} already", earlier.source.location())));
        }
    }
    findings
}
