//! The words of the language (cel-spec `doc/langdef.md`, "Syntax").

/// Literals, operators and what is kept for later.
const WORDS: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Whether it's a word of the language, which nothing can be called by.
pub(crate) fn is_word(text: &str) -> bool {
    WORDS.contains(&text)
}
