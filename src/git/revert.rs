//! The exact `git revert` command that undoes commits. It is only ever shown:
//! nothing here runs it.

use super::{CommitId, GitError, Repository};

impl Repository {
    /// The command by which a branch with all commits from `from` (without it) to `to`
    /// gets the content that `from` has. `None` where there is no simple one: the first
    /// parents of `to` don't lead to `from`.
    pub fn revert(&self, from: &CommitId, to: &CommitId) -> Result<Option<String>, GitError> {
        let repository = self.local();
        let between = self.only_in(to, from)?;
        let (mut at, mut merges, mut count) = (*to, 0, 0);
        while at != *from {
            if !between.contains(&at) {
                return Ok(None);
            }
            let commit = self.find_commit(&repository, &at)?;
            let parents: Vec<_> = commit.parent_ids().map(|id| CommitId::new(id.detach())).collect();
            let Some(first) = parents.first() else { return Ok(None) };
            at = *first;
            merges += usize::from(parents.len() > 1);
            count += 1;
        }
        let range = format!("{}..{}", from.short(), to.short());
        Ok(match (count, merges) {
            (0, _) => None,
            (1, 0) => Some(format!("git revert {}", to.short())),
            (1, _) => Some(format!("git revert -m 1 {}", to.short())),
            (_, 0) => Some(format!("git revert {range}")),
            // Git takes `-m 1` for commits that are no merges, too (since 2.21).
            _ => Some(format!("git revert -m 1 $(git rev-list --first-parent {range})")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    /// Four commits on `main`, the third of which is a merge of `side`.
    fn history() -> Fixture {
        let fixture = Fixture::new();
        fixture.commit("a", "1");
        fixture.git(&["checkout", "--quiet", "-b", "side"]);
        fixture.commit("b", "1");
        fixture.git(&["checkout", "--quiet", "main"]);
        fixture.commit("a", "2");
        fixture.git(&["merge", "--quiet", "--no-ff", "-m", "Merge side", "side"]);
        fixture.commit("a", "3");
        fixture.commit("a", "4");
        fixture
    }

    #[test]
    fn the_command_is_as_simple_as_the_history_is() {
        let fixture = history();
        let repository = fixture.repository();
        let id = |name: &str| fixture.id(name);
        let command = |from: &str, to: &str| repository.revert(&id(from), &id(to)).expect("a history");
        let short = |name: &str| id(name).short();
        assert_eq!(command("main~1", "main"), Some(format!("git revert {}", short("main"))));
        let range = format!("{}..{}", short("main~2"), short("main"));
        assert_eq!(command("main~2", "main"), Some(format!("git revert {range}")));
        assert_eq!(command("main~3", "main~2"), Some(format!("git revert -m 1 {}", short("main~2"))));
        let range = format!("{}..{}", short("main~4"), short("main"));
        let expected = format!("git revert -m 1 $(git rev-list --first-parent {range})");
        assert_eq!(command("main~4", "main"), Some(expected));
        assert_eq!(command("side", "main"), None);
        assert_eq!(command("main", "main"), None);
        assert_eq!(command("main", "main~1"), None);
    }

    /// What the command promises, by `git` itself.
    #[test]
    fn afterwards_the_content_is_what_it_was() {
        for from in ["main~1", "main~2", "main~4"] {
            let fixture = history();
            let command = fixture.repository().revert(&fixture.id(from), &fixture.id("main"));
            let command = command.expect("a history").expect("a command");
            let (arguments, list) = command.split_once("$(git ").unwrap_or((&command, ""));
            let mut arguments: Vec<&str> = arguments.split_whitespace().skip(1).collect();
            let listed = match list.trim_end_matches(')') {
                "" => String::new(),
                list => fixture.git(&list.split_whitespace().collect::<Vec<_>>()),
            };
            arguments.insert(1, "--no-edit");
            arguments.extend(listed.split_whitespace());
            let tree = fixture.git(&["rev-parse", &format!("{from}^{{tree}}")]);
            fixture.git(&arguments);
            assert_eq!(fixture.git(&["rev-parse", "HEAD^{tree}"]), tree, "{command}");
        }
    }
}
