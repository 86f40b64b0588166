//! From what people write (`main`, `v1.2`, `3f2a91c`, `HEAD~2`,
//! `origin/main`, `@{u}`) to one commit.

use gix::revision::plumbing::Spec as Revision;
use gix::revision::spec::parse::{CandidateInfo, Error as ParseError, ObjectKindHint, Options};

use super::repository::damaged;
use super::{CommitId, GitError, Repository};
use crate::error::did_you_mean;

impl Repository {
    /// The commit that a reference means, by Git's own rules (gitrevisions(7)):
    /// branches, tags (down to the commit that they are of), full and
    /// shortened ids, remote branches, and steps from them.
    ///
    /// One thing is refused that Git only warns of: a name that a branch and a
    /// tag share at different commits. A deployment mustn't guess.
    pub fn resolve(&self, reference: &str) -> Result<CommitId, GitError> {
        let repository = self.local();
        refuse_shared_name(&repository, reference)?;
        match parse(&repository, reference) {
            Ok(Revision::Include(id)) => commit_of(&repository, reference, id),
            Ok(_) => Err(GitError::NotOneCommit { reference: reference.to_owned() }),
            Err(error) => Err(self.unresolved(&repository, reference, &error)),
        }
    }

    fn unresolved(&self, repository: &gix::Repository, reference: &str, error: &gix::Error) -> GitError {
        if let Some(ParseError::AmbiguousPrefix { candidates, .. }) = error.downcast_any_ref() {
            let candidates = candidates.iter().filter_map(|(id, info)| candidate(&id.to_string(), info));
            return GitError::AmbiguousId {
                reference: reference.to_owned(),
                candidates: candidates.collect(),
            };
        }
        let (name, step) = split_step(reference);
        if is_unborn(repository, name) {
            return GitError::NoCommits;
        }
        if step.is_empty() || parse(repository, name).is_err() {
            return self.unknown(name);
        }
        let reference = reference.to_owned();
        if step.starts_with("@{u") || step.starts_with("@{p") {
            GitError::NoUpstream { reference }
        } else if step.starts_with(['~', '^']) {
            let fetch = self.is_shallow().then(|| self.fetch_everything()).flatten();
            GitError::BeyondHistory { reference, fetch }
        } else {
            GitError::UnknownReference { reference, suggestion: None, fetch: None }
        }
    }

    fn unknown(&self, name: &str) -> GitError {
        let suggestion = self.suggestion(name);
        let fetch = match self.fetch_remote_branch(name) {
            Some(fetch) => Some(fetch),
            None if suggestion.is_none() || looks_like_an_id(name) => self.fetch_everything(),
            None => None,
        };
        GitError::UnknownReference { reference: name.to_owned(), suggestion, fetch }
    }

    /// The branch or tag that was probably meant. A remote's branch is found
    /// by its own name, too: CI checkouts often have only `origin/main`.
    fn suggestion(&self, name: &str) -> Option<String> {
        let remote = self.names("refs/remotes/");
        let mut names: Vec<(&str, &str)> = Vec::new();
        names.extend(remote.iter().filter_map(|full| Some((full.split_once('/')?.1, full.as_str()))));
        names.extend(remote.iter().map(|full| (full.as_str(), full.as_str())));
        let local: Vec<String> = ["refs/heads/", "refs/tags/"].iter().flat_map(|at| self.names(at)).collect();
        names.extend(local.iter().map(|full| (full.as_str(), full.as_str())));
        let meant = did_you_mean(name, names.iter().map(|(word, _)| *word))?;
        // The last ones are the local ones: they go first.
        names.iter().rev().find(|(word, _)| *word == meant).map(|(_, full)| (*full).to_owned())
    }
}

fn parse(repository: &gix::Repository, reference: &str) -> gix::Result<Revision> {
    let options = Options { object_kind_hint: Some(ObjectKindHint::Committish), ..Options::default() };
    gix::revision::Spec::from_bstr(reference, repository, options).map(gix::revision::Spec::detach)
}

fn commit_of(repository: &gix::Repository, reference: &str, id: gix::ObjectId) -> Result<CommitId, GitError> {
    let unreadable = |error: gix::Error| damaged(&format!("{reference:?}"), &error);
    let object = repository.find_object(id).map_err(unreadable)?;
    let object = object.peel_tags_to_end().map_err(unreadable)?;
    match object.kind {
        gix::objs::Kind::Commit => Ok(CommitId::new(object.id)),
        gix::objs::Kind::Tree => {
            Err(GitError::NotACommit { reference: reference.to_owned(), kind: "folder".to_owned() })
        }
        gix::objs::Kind::Blob | gix::objs::Kind::Tag => {
            Err(GitError::NotACommit { reference: reference.to_owned(), kind: "file".to_owned() })
        }
    }
}

fn refuse_shared_name(repository: &gix::Repository, reference: &str) -> Result<(), GitError> {
    let (name, _) = split_step(reference);
    let commit = |prefix: &str| {
        let full = format!("{prefix}{name}");
        let found = repository.try_find_reference(full.as_str()).ok().flatten();
        found.and_then(|mut found| found.peel_to_id().ok().map(gix::Id::detach))
    };
    match (commit("refs/heads/"), commit("refs/tags/")) {
        (Some(branch), Some(tag)) if branch != tag => {
            Err(GitError::AmbiguousName { reference: name.to_owned() })
        }
        _ => Ok(()),
    }
}

/// `HEAD~2` as `HEAD` and `~2`; `@{u}` as `HEAD` and itself.
fn split_step(reference: &str) -> (&str, &str) {
    let starts = ["~", "^", "@{", ":"].iter().filter_map(|start| reference.find(start));
    let (name, step) = reference.split_at(starts.min().unwrap_or(reference.len()));
    if name.is_empty() && !step.is_empty() { ("HEAD", step) } else { (name, step) }
}

fn is_unborn(repository: &gix::Repository, name: &str) -> bool {
    let Ok(head) = repository.head() else { return false };
    let branch = head.referent_name().map(|branch| branch.shorten().to_string());
    head.is_unborn() && (matches!(name, "HEAD" | "@") || branch.as_deref() == Some(name))
}

fn looks_like_an_id(name: &str) -> bool {
    (4..=40).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn candidate(id: &str, info: &CandidateInfo) -> Option<String> {
    match info {
        CandidateInfo::Commit { title, .. } => Some(format!("{id} is {:?}", title.to_string())),
        CandidateInfo::Tag { name } => Some(format!("{id} is the tag {:?}", name.to_string())),
        CandidateInfo::Object { .. } | CandidateInfo::FindError { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    fn refused(repository: &Repository, reference: &str) -> String {
        let error = repository.resolve(reference).expect_err("refused").diagnostic();
        let mut lines = vec![error.message];
        lines.extend(error.causes.iter().map(|cause| format!("because: {cause}")));
        lines.extend(error.hints.iter().map(|hint| format!("hint: {hint}")));
        lines.join("\n")
    }

    /// Three commits on `main`, the first tagged, and a branch.
    fn history() -> Fixture {
        let fixture = Fixture::new();
        fixture.commit("deploy/web.yaml", "a: 1\n");
        fixture.git(&["tag", "light"]);
        fixture.git(&["tag", "-a", "v1.0", "-m", "One"]);
        fixture.git(&["tag", "-a", "again", "-m", "A tag of a tag", "v1.0"]);
        fixture.commit("deploy/web.yaml", "a: 2\n");
        fixture.git(&["branch", "prod"]);
        fixture.commit("deploy/web.yaml", "a: 3\n");
        fixture
    }

    #[test]
    fn references_mean_what_git_says_they_mean() {
        let fixture = history();
        let id = fixture.id("HEAD").to_string();
        let repository = fixture.repository();
        let short = &id[..7];
        let check = || {
            for reference in [
                "HEAD",
                "@",
                "main",
                "heads/main",
                "refs/heads/main",
                "prod",
                "light",
                "v1.0",
                "again",
                "refs/tags/v1.0",
                "tags/v1.0",
                "HEAD~2",
                "HEAD^",
                "@~1",
                "v1.0^{}",
                "v1.0^{commit}",
                "main^0",
                id.as_str(),
                short,
            ] {
                assert_eq!(repository.resolve(reference), Ok(fixture.id(reference)), "{reference}");
            }
        };
        check();
        assert_eq!(repository.resolve("HEAD@{1}"), Ok(fixture.id("HEAD~1")));
        fixture.git(&["gc", "--quiet"]);
        fixture.git(&["pack-refs", "--all"]);
        check();
    }

    #[test]
    fn remote_branches_and_upstreams_resolve_in_a_clone() {
        let fixture = history();
        let clone = fixture.clone_with(&[]);
        let repository = clone.repository();
        for reference in ["origin/main", "origin/prod", "origin", "@{u}", "main@{upstream}", "v1.0"] {
            assert_eq!(repository.resolve(reference), Ok(clone.id(reference)), "{reference}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_answered_with_the_name_that_was_meant() {
        let fixture = history();
        insta::assert_snapshot!(refused(&fixture.repository(), "prdo"), @r#"
        no commit, branch or tag is called "prdo"
        hint: did you mean "prod"?
        "#);
        insta::assert_snapshot!(refused(&fixture.repository(), "v1.1~3"), @r#"
        no commit, branch or tag is called "v1.1"
        hint: did you mean "v1.0"?
        "#);
    }

    #[test]
    fn a_branch_that_only_the_remote_has_is_suggested_by_its_remote_name() {
        let clone = history().clone_with(&[]);
        insta::assert_snapshot!(refused(&clone.repository(), "prod"), @r#"
        no commit, branch or tag is called "prod"
        hint: did you mean "origin/prod"?
        "#);
    }

    #[test]
    fn without_a_remote_nothing_is_to_be_fetched() {
        let fixture = history();
        insta::assert_snapshot!(refused(&fixture.repository(), "completely-different"), @r#"no commit, branch or tag is called "completely-different""#);
    }

    /// Runs the command of a hint as its reader would.
    fn run(clone: &Fixture, hints: &str) {
        let command = hints.lines().find_map(|line| Some(line.split_once(": git ")?.1)).expect("a command");
        let words: Vec<String> = command.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect();
        clone.git(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn in_a_shallow_clone_the_hints_command_brings_an_older_commit() {
        let fixture = history();
        let first = fixture.id("v1.0");
        let clone = fixture.clone_with(&["--depth=1"]);
        let repository = clone.repository();
        let said = refused(&repository, &first.to_string());
        assert_eq!(said.lines().count(), 2, "{said}");
        insta::assert_snapshot!(said.lines().last().expect("a hint"), @"hint: if it exists on the remote, fetch it: git fetch --unshallow --tags origin '+refs/heads/*:refs/remotes/origin/*'");
        run(&clone, &said);
        assert_eq!(repository.resolve(&first.to_string()), Ok(first));
        assert_eq!(repository.resolve("v1.0"), Ok(first));
    }

    #[test]
    fn the_hints_command_brings_a_branch_that_was_not_cloned() {
        let fixture = history();
        for options in [&["--single-branch"][..], &["--depth=1"]] {
            let clone = fixture.clone_with(options);
            let repository = clone.repository();
            let said = refused(&repository, "origin/prod");
            run(&clone, &said);
            assert_eq!(repository.resolve("origin/prod"), Ok(fixture.id("prod")), "{said}");
        }
    }

    #[test]
    fn steps_beyond_the_first_commit_are_told_from_unknown_names() {
        let fixture = history();
        insta::assert_snapshot!(refused(&fixture.repository(), "HEAD~7"), @r#""HEAD~7" goes further back than the history here does"#);
        let clone = fixture.clone_with(&["--depth=1"]);
        insta::assert_snapshot!(refused(&clone.repository(), "HEAD~1"), @r#"
        "HEAD~1" goes further back than the history here does
        hint: fetch the rest of the history: git fetch --unshallow --tags origin '+refs/heads/*:refs/remotes/origin/*'
        "#);
    }

    #[test]
    fn an_upstream_that_is_not_set_is_named() {
        let fixture = history();
        insta::assert_snapshot!(refused(&fixture.repository(), "@{u}"), @r#"
        "@{u}" doesn't resolve: the branch has no upstream
        hint: set one with `git branch --set-upstream-to=REMOTE/BRANCH`, or name the branch
        "#);
    }

    #[test]
    fn what_is_not_one_commit_is_refused() {
        let fixture = history();
        let repository = fixture.repository();
        for reference in ["prod..main", "prod...main", "^main", "main^@", "main^!"] {
            assert!(
                matches!(repository.resolve(reference), Err(GitError::NotOneCommit { .. })),
                "{reference}: {:?}",
                repository.resolve(reference)
            );
        }
        insta::assert_snapshot!(refused(&repository, "HEAD:deploy"), @r#"
        "HEAD:deploy" is a folder, not a commit
        hint: name one commit: a branch, a tag or an id
        "#);
        assert!(refused(&repository, "HEAD:deploy/web.yaml").contains("is a file"));
        assert!(refused(&repository, "main^{tree}").contains("is a folder"));
        assert!(refused(&repository, "").contains("is called \"\""));
    }

    #[test]
    fn a_name_of_a_branch_and_a_tag_is_refused_when_they_differ() {
        let fixture = history();
        let repository = fixture.repository();
        fixture.git(&["tag", "prod", "prod"]);
        assert_eq!(repository.resolve("prod"), Ok(fixture.id("refs/heads/prod")));
        fixture.git(&["tag", "--force", "-a", "-m", "Elsewhere", "prod", "main"]);
        insta::assert_snapshot!(refused(&repository, "prod"), @r#"
        "prod" is both a branch and a tag, at different commits
        hint: write "refs/heads/prod" or "refs/tags/prod"
        "#);
        assert_eq!(repository.resolve("refs/tags/prod"), Ok(fixture.id("main")));
        assert_eq!(repository.resolve("refs/heads/prod"), Ok(fixture.id("main~1")));
    }

    #[test]
    fn a_shortened_id_of_several_commits_is_refused_with_the_candidates() {
        let fixture = Fixture::new();
        // Enough commits for two ids that begin with the same four digits.
        let change = |number: u64| {
            let (time, message) = (1_704_067_200 + number, format!("Change {number:03}"));
            format!("commit refs/heads/main\ncommitter C <c@example.com> {time} +0000\ndata 10\n{message}\n")
        };
        fixture.import(&(0..900).map(change).collect::<Vec<_>>());
        let all = fixture.git(&["rev-list", "main"]);
        let mut ids: Vec<&str> = all.lines().collect();
        ids.sort_unstable();
        let twins = ids.windows(2).find(|pair| pair[0][..4] == pair[1][..4]).expect("a shared beginning");
        let error = fixture.repository().resolve(&twins[0][..4]).expect_err("refused");
        let GitError::AmbiguousId { candidates, .. } = &error else { panic!("{error:?}") };
        assert!(candidates.len() >= 2);
        assert!(candidates.iter().all(|candidate| candidate.contains(" is \"Change ")), "{candidates:?}");
        assert!(error.diagnostic().hints.iter().any(|hint| hint == "write more of its digits"));
    }

    #[test]
    fn a_shortened_id_means_the_commit_even_where_a_file_shares_it() {
        let fixture = Fixture::new();
        let mut commands: Vec<String> =
            (0..3000).map(|number| format!("blob\ndata 4\n{number:04}\n")).collect();
        commands.extend((0..60).map(|number| {
            format!(
                "commit refs/heads/main\ncommitter C <c@example.com> {number} +0000\ndata 2\n{number:02}\n"
            )
        }));
        fixture.import(&commands);
        let all = fixture.git(&["rev-list", "main"]);
        let files: Vec<String> =
            (0..3000).map(|number| super::super::blob_id(format!("{number:04}").as_bytes())).collect();
        let shared = all.lines().find(|id| files.iter().any(|file| file[..4] == id[..4]));
        let shared = shared.expect("a file shares a beginning with a commit");
        assert_eq!(fixture.repository().resolve(&shared[..4]), Ok(shared.parse().expect("an id")));
    }

    #[test]
    fn a_local_branch_is_suggested_before_a_remote_one() {
        let clone = history().clone_with(&["--branch=prod"]);
        let said = refused(&clone.repository(), "prdo");
        assert!(said.ends_with("did you mean \"prod\"?"), "{said}");
    }

    #[test]
    fn before_the_first_commit_every_way_to_say_head_says_so() {
        let fixture = Fixture::new();
        let repository = fixture.repository();
        for reference in ["HEAD", "@", "main", "HEAD~1"] {
            assert_eq!(repository.resolve(reference), Err(GitError::NoCommits), "{reference}");
        }
        assert!(matches!(repository.resolve("prod"), Err(GitError::UnknownReference { .. })));
    }
}
