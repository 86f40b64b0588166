//! Questions.

use super::terminal::{Terminal, lock};

impl Terminal {
    /// Asks whether to go on. Only `yes` and `y` mean yes; an empty line, the
    /// end of the input, anything else and a terminal where nobody answers
    /// mean no.
    pub fn confirm(&self, question: &str) -> bool {
        let answer = self.ask(&format!("{question} (yes/no)"));
        answer.is_some_and(|answer| matches!(answer.to_lowercase().as_str(), "yes" | "y"))
    }

    /// Asks for a line, such as the name of what is to be deleted. `None` when
    /// nobody is there to answer.
    pub fn ask(&self, question: &str) -> Option<String> {
        if !self.is_interactive() {
            return None;
        }
        self.text(&format!("{question} "));
        let mut answer = String::new();
        let read = lock(&self.shared.input).read_line(&mut answer).unwrap_or(0);
        if read == 0 {
            self.text("\n");
            return None;
        }
        Some(answer.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Capture;

    fn confirmed(input: &str) -> bool {
        let capture = Capture { interactive: true, input: input.to_owned(), ..Capture::default() };
        capture.start().0.confirm("Apply?")
    }

    #[test]
    fn only_yes_means_yes() {
        for yes in ["yes\n", "y\n", "YES\n", " y \n", "yes"] {
            assert!(confirmed(yes), "{yes:?}");
        }
        for no in ["no\n", "\n", "", "yep\n", "ja\n"] {
            assert!(!confirmed(no), "{no:?}");
        }
    }

    #[test]
    fn the_question_goes_to_standard_error() {
        let capture = Capture { interactive: true, input: "shop\n".to_owned(), ..Capture::default() };
        let (terminal, captured) = capture.start();
        assert_eq!(terminal.ask("Type the environment's name:").as_deref(), Some("shop"));
        assert_eq!(captured.errors(), "Type the environment's name: ");
        assert_eq!(captured.output(), "");
    }

    #[test]
    fn nobody_is_asked_where_nobody_can_answer() {
        let (terminal, captured) = Capture { input: "yes\n".to_owned(), ..Capture::default() }.start();
        assert!(!terminal.confirm("Apply?"));
        assert_eq!(captured.errors(), "");
    }
}
