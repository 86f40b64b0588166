//! What may have been meant by a pattern that fits nothing.

use std::collections::BTreeSet;

use super::pattern::Part;
use super::{Candidate, Pattern};
use crate::error::{Diagnostic, did_you_mean_in_any_case};

/// The pattern fits no object.
pub(super) fn unfit(pattern: &Pattern, candidates: &[Candidate<'_>]) -> Diagnostic {
    let problem = Diagnostic::new(format!("no object fits {pattern}"));
    let is_unfit = |part: &&Part| !candidates.iter().any(|candidate| part.fits(*candidate));
    let Some(part) = pattern.parts().iter().find(is_unfit) else {
        return problem.hint("each part of it fits something, but no object fits them all");
    };
    let known: BTreeSet<String> = candidates.iter().flat_map(|candidate| alike(part, *candidate)).collect();
    let told = part.to_string();
    // Only what stands behind `kind=` and the like is compared.
    let (key, value) = told.split_at(told.find('=').map_or(0, |end| end + 1));
    let meant = did_you_mean_in_any_case(value, known.iter().filter_map(|known| known.strip_prefix(key)));
    match meant {
        Some(meant) if pattern.parts().len() == 1 => problem.hint(format!("did you mean \"{key}{meant}\"?")),
        Some(meant) => problem.hint(format!("no object fits {told:?}: did you mean \"{key}{meant}\"?")),
        None => problem.hint("`trueup render` lists the objects"),
    }
}

/// The parts of this sort that would fit an object.
fn alike(part: &Part, Candidate { id, labels, path }: Candidate<'_>) -> Vec<String> {
    let kind = &id.kind;
    let part = match part {
        Part::Object { namespace, kind: named, .. } => Part::Object {
            namespace: namespace.as_ref().and(id.namespace.clone()),
            kind: if named.contains('.') { kind.to_string() } else { kind.kind.clone() },
            name: id.name.clone(),
        },
        Part::Kind(named) if named.contains('.') => Part::Kind(kind.to_string()),
        Part::Kind(_) => Part::Kind(kind.kind.clone()),
        Part::Name(_) => Part::Name(id.name.clone()),
        Part::Namespace(_) => Part::Namespace(id.namespace.clone().unwrap_or_default()),
        Part::Label { value, .. } => {
            let labels = labels.into_iter().flat_map(|labels| labels.iter());
            let labels = labels.map(|(key, found)| Part::Label {
                key: key.clone(),
                value: value.as_ref().and_then(|_| found.as_str().map(str::to_owned)),
            });
            return labels.map(|label| label.to_string()).collect();
        }
        // The file, and every folder above it.
        Part::Path(_) => {
            let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
            return folders.chain([path]).map(|path| Part::Path(path.to_owned()).to_string()).collect();
        }
    };
    vec![part.to_string()]
}
