//! How bad a diagnostic is.

/// Whether the command can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It can't do what it was asked to.
    Error,
    /// It can, but the reader ought to know.
    Warning,
    /// Probably not what was meant, but nothing stands against it.
    Note,
}

impl Severity {
    /// The word before the message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl From<crate::check::Severity> for Severity {
    fn from(severity: crate::check::Severity) -> Self {
        match severity {
            crate::check::Severity::Error => Self::Error,
            crate::check::Severity::Note => Self::Note,
        }
    }
}
