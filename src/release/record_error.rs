//! What reading and writing records can fail with.

use crate::cluster::ApiError;
use crate::error::Diagnostic;

/// Why a record can't be read or written. Each names the `ConfigMap`.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is no such record: the release never was, or was trimmed.
    #[error("release {release} has no record (ConfigMap {config_map} isn't there)")]
    Missing {
        /// The `ConfigMap` that would hold it.
        config_map: String,
        /// The release.
        release: u64,
    },
    /// A further `ConfigMap` of a large record is gone.
    #[error("the record of release {release} is incomplete: ConfigMap {config_map} isn't there")]
    MissingChunk {
        /// The `ConfigMap` that is gone.
        config_map: String,
        /// The release.
        release: u64,
    },
    /// The content isn't what was written.
    #[error("the record of release {release} (ConfigMap {config_map}) is damaged: its checksum is wrong")]
    Checksum {
        /// The first `ConfigMap` of the record.
        config_map: String,
        /// The release.
        release: u64,
    },
    /// It has a schema that this program doesn't know.
    #[error("ConfigMap {config_map} was written by a newer trueup ({schema})")]
    Newer {
        /// The `ConfigMap`.
        config_map: String,
        /// Its schema.
        schema: String,
    },
    /// It isn't a record.
    #[error("can't read ConfigMap {config_map}: {why}")]
    Malformed {
        /// The `ConfigMap`.
        config_map: String,
        /// What is wrong with it.
        why: String,
    },
    /// Another record is there under this number.
    #[error("release {release} is recorded already (ConfigMap {config_map}), with other content")]
    Taken {
        /// The `ConfigMap`.
        config_map: String,
        /// The release.
        release: u64,
    },
    /// A request failed.
    #[error("can't {verb} ConfigMap {config_map}")]
    Api {
        /// What was to be done: `read`, `write`, `delete`, `list`.
        verb: &'static str,
        /// The `ConfigMap`, or a selector of several.
        config_map: String,
        /// Why it failed.
        error: ApiError,
    },
}

impl From<RecordError> for Diagnostic {
    fn from(error: RecordError) -> Self {
        let diagnostic = Self::new(error.to_string());
        match error {
            RecordError::Missing { .. } => diagnostic.hint("see the recorded releases with 'trueup history'"),
            RecordError::MissingChunk { .. } | RecordError::Checksum { .. } => {
                diagnostic.hint("use another release, or the commit itself")
            }
            RecordError::Newer { .. } => diagnostic.hint("use that version of trueup, or a later one"),
            RecordError::Malformed { .. } => diagnostic,
            RecordError::Taken { .. } => diagnostic.hint("did another trueup write meanwhile?"),
            RecordError::Api { error, .. } => diagnostic.because(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_names_the_config_map_and_says_what_to_do() {
        let config_map = || "trueup-shop-prod.r7".to_owned();
        let error = ApiError::Transport { server: "https://c".into(), why: "timed out".into() };
        let errors = [
            RecordError::Missing { config_map: config_map(), release: 7 },
            RecordError::MissingChunk { config_map: "trueup-shop-prod.r7.2".into(), release: 7 },
            RecordError::Checksum { config_map: config_map(), release: 7 },
            RecordError::Newer { config_map: config_map(), schema: "trueup/v2".into() },
            RecordError::Malformed { config_map: config_map(), why: "data.sha256 is missing".into() },
            RecordError::Taken { config_map: config_map(), release: 7 },
            RecordError::Api { verb: "write", config_map: config_map(), error },
        ];
        let lines = errors.map(Diagnostic::from).map(|diagnostic| {
            let rest: Vec<&str> =
                diagnostic.causes.iter().chain(&diagnostic.hints).map(String::as_str).collect();
            format!("{} -> {}", diagnostic.message, rest.join(""))
        });
        insta::assert_snapshot!(lines.join("\n"), @r#"
        release 7 has no record (ConfigMap trueup-shop-prod.r7 isn't there) -> see the recorded releases with 'trueup history'
        the record of release 7 is incomplete: ConfigMap trueup-shop-prod.r7.2 isn't there -> use another release, or the commit itself
        the record of release 7 (ConfigMap trueup-shop-prod.r7) is damaged: its checksum is wrong -> use another release, or the commit itself
        ConfigMap trueup-shop-prod.r7 was written by a newer trueup (trueup/v2) -> use that version of trueup, or a later one
        can't read ConfigMap trueup-shop-prod.r7: data.sha256 is missing -> 
        release 7 is recorded already (ConfigMap trueup-shop-prod.r7), with other content -> did another trueup write meanwhile?
        can't write ConfigMap trueup-shop-prod.r7 -> can't reach https://c: timed out
        "#);
    }
}
