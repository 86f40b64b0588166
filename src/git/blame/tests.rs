use proptest::prelude::*;

use super::*;
use crate::git::fixture::Fixture;

/// Asks who wrote these lines: each may stand anywhere in the file, but only once.
fn lines<'a>(path: &str, wanted: &'a [&'a str]) -> Asked<'a> {
    let judge = move |parts: &[usize], content: Option<&[u8]>| {
        let text = String::from_utf8_lossy(content.unwrap_or_default()).into_owned();
        parts.iter().map(|part| text.lines().any(|line| line == wanted[*part])).collect()
    };
    Asked { path: path.to_owned(), blob: None, parts: wanted.len(), judge: Box::new(judge) }
}

/// Asks who took these lines away.
fn gone<'a>(path: &str, wanted: &'a [&'a str]) -> Asked<'a> {
    let judge = move |parts: &[usize], content: Option<&[u8]>| {
        let text = String::from_utf8_lossy(content.unwrap_or_default()).into_owned();
        parts.iter().map(|part| text.lines().all(|line| line != wanted[*part])).collect()
    };
    Asked { path: path.to_owned(), blob: None, parts: wanted.len(), judge: Box::new(judge) }
}

fn blame(fixture: &Fixture, from: &str, asked: Asked<'_>) -> Vec<Blamed> {
    let blamed = fixture.repository().blame(&fixture.id(from), &[asked], MOST_COMMITS);
    blamed.expect("readable").remove(0)
}

fn by(commit: CommitId, path: &str) -> Blamed {
    Blamed::Commit { commit, path: path.to_owned() }
}

#[test]
fn each_part_is_blamed_on_the_commit_that_wrote_it() {
    let fixture = Fixture::new();
    let first = fixture.commit("deploy/web.yaml", "name: web\nreplicas: 1\n");
    let second = fixture.commit("deploy/web.yaml", "# Web\n\nname: web\nreplicas: 2\n");
    fixture.commit("deploy/other.yaml", "a: 1\n");
    let asked = lines("deploy/web.yaml", &["name: web", "replicas: 2", "replicas: 3"]);
    assert_eq!(
        blame(&fixture, "main", asked),
        [by(first, "deploy/web.yaml"), by(second, "deploy/web.yaml"), Blamed::Uncommitted]
    );
}

#[test]
fn a_value_that_was_put_back_is_blamed_on_who_put_it_back() {
    let fixture = Fixture::new();
    fixture.commit("a", "x: 1\n");
    fixture.commit("a", "x: 2\n");
    let back = fixture.commit("a", "x: 1\n");
    assert_eq!(blame(&fixture, "main", lines("a", &["x: 1"])), [by(back, "a")]);
    assert_eq!(blame(&fixture, "main", gone("a", &["x: 2"])), [by(back, "a")]);
}

#[test]
fn what_was_taken_away_is_blamed_on_who_took_it() {
    let fixture = Fixture::new();
    fixture.commit("a", "x: 1\ny: 1\n");
    let shortened = fixture.commit("a", "x: 1\n");
    std::fs::remove_file(fixture.path().join("a")).expect("removed");
    let deleted = fixture.commit_all("Remove a");
    fixture.commit("b", "x: 3\n");
    assert_eq!(
        blame(&fixture, "main", gone("a", &["x: 1", "y: 1", "z: 1"])),
        [by(deleted, "a"), by(shortened, "a"), Blamed::Unknown]
    );
}

#[test]
fn a_merge_is_blamed_only_for_what_no_parent_has() {
    let fixture = Fixture::new();
    let start = fixture.commit("a", "1\n2\n3\n4\n5\n");
    fixture.git(&["checkout", "--quiet", "-b", "side"]);
    let side = fixture.commit("a", "1\n2\n3\n4\nside\n");
    fixture.git(&["checkout", "--quiet", "main"]);
    let main = fixture.commit("a", "main\n2\n3\n4\n5\n");
    fixture.git(&["merge", "--quiet", "--no-commit", "side"]);
    let merge = fixture.commit("a", "main\n2\nmerged\n4\nside\n");
    assert_eq!(
        blame(&fixture, "main", lines("a", &["main", "2", "merged", "side"])),
        [by(main, "a"), by(start, "a"), by(merge, "a"), by(side, "a")]
    );
    assert_eq!(
        blame(&fixture, "main", gone("a", &["1", "3", "5"])),
        [by(main, "a"), by(merge, "a"), by(side, "a")]
    );
}

#[test]
fn two_beginnings_are_no_trouble() {
    let fixture = Fixture::new();
    let one = fixture.commit("a", "1\n");
    fixture.git(&["checkout", "--quiet", "--orphan", "other"]);
    fixture.git(&["rm", "--quiet", "-r", "--cached", "."]);
    let other = fixture.commit("b", "2\n");
    fixture.git(&["checkout", "--quiet", "--force", "main"]);
    fixture.git(&["merge", "--quiet", "--allow-unrelated-histories", "-m", "Join", "other"]);
    assert_eq!(blame(&fixture, "main", lines("a", &["1"])), [by(one, "a")]);
    assert_eq!(blame(&fixture, "main", lines("b", &["2"])), [by(other, "b")]);
}

#[test]
fn renames_are_followed_those_of_folders_too() {
    let fixture = Fixture::new();
    let text = |image: &str| format!("name: web\nimage: {image}\nport: 80\nhost: web\nlevel: info\n");
    let first = fixture.commit("old/web.yaml", &text("web:1"));
    let second = fixture.commit("old/web.yaml", &text("web:2"));
    fixture.git(&["mv", "old", "new"]);
    fixture.commit_all("Move");
    fixture.git(&["mv", "new/web.yaml", "new/shop.yaml"]);
    let third = fixture.commit("new/shop.yaml", &text("web:3"));
    let asked = || lines("new/shop.yaml", &["name: web", "image: web:3"]);
    assert_eq!(blame(&fixture, "main", asked()), [by(first, "old/web.yaml"), by(third, "new/shop.yaml")]);
    assert_eq!(
        blame(&fixture, "main~2", lines("old/web.yaml", &["image: web:2"])),
        [by(second, "old/web.yaml")]
    );
    assert_eq!(
        blame(&fixture, "main~1", lines("new/web.yaml", &["image: web:2"])),
        [by(second, "old/web.yaml")]
    );
    assert_eq!(
        blame(&fixture, "main", gone("new/shop.yaml", &["image: web:2"])),
        [by(third, "new/shop.yaml")]
    );
    // What the user's configuration says of renames changes nothing.
    fixture.git(&["config", "diff.renames", "false"]);
    assert_eq!(blame(&fixture, "main", asked())[0], by(first, "old/web.yaml"));
}

#[test]
fn an_annotated_tag_is_as_good_as_its_commit() {
    let fixture = Fixture::new();
    let first = fixture.commit("a", "x: 1\n");
    fixture.git(&["tag", "-a", "v1", "-m", "One"]);
    fixture.commit("a", "x: 2\n");
    let tag = fixture.repository().resolve("v1").expect("a tag");
    let blamed = fixture.repository().blame(&tag, &[lines("a", &["x: 1"])], MOST_COMMITS);
    assert_eq!(blamed, Ok(vec![vec![by(first, "a")]]));
}

#[test]
fn beyond_a_shallow_clone_nobody_is_blamed() {
    let fixture = Fixture::new();
    fixture.commit("a", "x: 1\ny: 1\nz: 1\n");
    fixture.commit("a", "x: 1\ny: 2\n");
    let last = fixture.commit("a", "x: 1\ny: 2\nw: 3\n");
    let clone = fixture.clone_with(&["--depth=2"]);
    assert_eq!(
        blame(&clone, "main", lines("a", &["x: 1", "y: 2", "w: 3"])),
        [Blamed::CutOff, Blamed::CutOff, by(last, "a")]
    );
    assert_eq!(blame(&clone, "main", gone("a", &["z: 1", "y: 1"])), [Blamed::CutOff, Blamed::CutOff]);
    clone.git(&["fetch", "--quiet", "--unshallow"]);
    assert_eq!(blame(&clone, "main", lines("a", &["y: 2"])), [by(fixture.id("main~1"), "a")]);
}

#[test]
fn in_a_partial_clone_what_was_left_out_is_unknown() {
    let fixture = Fixture::new();
    fixture.git(&["config", "uploadpack.allowFilter", "true"]);
    fixture.commit("a", "x: 1\n");
    let last = fixture.commit("a", "x: 1\ny: 1\n");
    fixture.commit("b", "b: 1\n");
    let clone = fixture.clone_with(&["--filter=blob:none"]);
    assert_eq!(blame(&clone, "main", lines("a", &["x: 1", "y: 1"])), [Blamed::Unknown, Blamed::Unknown]);
    clone.git(&["cat-file", "-p", "main~2:a"]);
    assert_eq!(blame(&clone, "main", lines("a", &["y: 1"])), [by(last, "a")]);
}

#[test]
fn line_ends_and_links_and_missing_files() {
    let fixture = Fixture::new();
    let first = fixture.commit("dir/a", "x: 1\r\ny: 1\r\n");
    fixture.link("link", "dir/a");
    fixture.link("folder", "dir");
    let second = fixture.commit("dir/a", "x: 1\ny: 2\n");
    assert_eq!(
        blame(&fixture, "main", lines("dir/a", &["x: 1", "y: 2"])),
        [by(first, "dir/a"), by(second, "dir/a")]
    );
    for elsewhere in ["link", "folder/a"] {
        assert_eq!(blame(&fixture, "main", lines(elsewhere, &["x: 1"])), [Blamed::Unknown], "{elsewhere:?}");
    }
    for absent in ["dir", "none", "dir/a/b", ""] {
        assert_eq!(blame(&fixture, "main", lines(absent, &["x: 1"])), [Blamed::Uncommitted], "{absent:?}");
    }
}

/// This many commits of one file, each with a line of its own, the newest last.
fn long(commits: usize) -> Fixture {
    let fixture = Fixture::new();
    let mut text = String::new();
    let mut commands = Vec::new();
    for number in 0..commits {
        text = format!("{text}line {number}\n");
        commands.push(format!(
            "commit refs/heads/main\ncommitter C <c@example.com> {} +0000\ndata 1\nx\nM 100644 inline deploy/base/a\ndata {}\n{text}\n",
            1_700_000_000 + number,
            text.len()
        ));
    }
    fixture.import(&commands);
    fixture
}

#[test]
fn nobody_looks_further_back_than_the_bound() {
    let fixture = long(50);
    let blamed = |most: usize| {
        let asked = [lines("deploy/base/a", &["line 49", "line 40", "line 30"])];
        fixture.repository().blame(&fixture.id("main"), &asked, most).expect("readable").remove(0)
    };
    let path = "deploy/base/a";
    let (newest, middle, oldest) =
        (by(fixture.id("main"), path), by(fixture.id("main~9"), path), by(fixture.id("main~19"), path));
    assert_eq!(blamed(10), [newest.clone(), middle.clone(), Blamed::Unknown]);
    assert_eq!(blamed(9), [newest.clone(), Blamed::Unknown, Blamed::Unknown]);
    assert_eq!(blamed(20), [newest, middle, oldest]);
}

#[test]
fn many_files_are_asked_about_in_one_walk_as_one_by_one() {
    let fixture = Fixture::new();
    let names: Vec<String> = (0..20).map(|number| format!("d{}/f{number}", number % 3)).collect();
    for name in &names {
        fixture.write(name, "x: 1\n");
    }
    fixture.commit_all("Start");
    for name in names.iter().step_by(3) {
        fixture.commit(name, "x: 1\ny: 1\n");
    }
    let wanted = ["x: 1", "y: 1"];
    let (repository, head) = (fixture.repository(), fixture.id("main"));
    let asked: Vec<Asked<'_>> = names.iter().map(|name| lines(name, &wanted)).collect();
    let together = repository.blame(&head, &asked, MOST_COMMITS).expect("readable");
    let apart: Vec<_> = names.iter().map(|name| blame(&fixture, "main", lines(name, &wanted))).collect();
    assert_eq!(together, apart);
}

/// Who wrote each line, as `git blame` has it.
fn git_blame(fixture: &Fixture, path: &str) -> Vec<(String, Blamed)> {
    let porcelain = fixture.git(&["blame", "--line-porcelain", "main", "--", path]);
    let mut blamed = Vec::new();
    let (mut commit, mut name) = (None, String::new());
    for line in porcelain.lines() {
        if let Some(text) = line.strip_prefix('\t') {
            let commit: CommitId = commit.take().expect("a commit first");
            blamed.push((text.to_owned(), by(commit, &name)));
        } else if let Some(text) = line.strip_prefix("filename ") {
            text.clone_into(&mut name);
        } else if commit.is_none() {
            commit = Some(line[..40].parse().expect("an id"));
        }
    }
    blamed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn histories_with_branches_and_renames_are_blamed_as_git_does(
        steps in prop::collection::vec((0usize..10, 0usize..40, 0usize..40), 5..25),
    ) {
        let fixture = Fixture::new();
        // Lines are numbered and stay sorted: no line is ever moved, where blame by
        // lines and by content would differ.
        let mut number = 0;
        let mut fresh = |after: usize| { number += 1; format!("{after:03} written {number}") };
        let start: Vec<String> = (0..40).map(&mut fresh).collect();
        fixture.commit("a", &(start.join("\n") + "\n"));
        fixture.git(&["branch", "side"]);
        let mut names = 0;
        for (what, place, other) in steps {
            let branch = if what % 2 == 0 { "main" } else { "side" };
            fixture.git(&["checkout", "--quiet", branch]);
            let path = fixture.git(&["ls-files"]);
            if what == 9 {
                fixture.git(&["mv", &path, &format!("n{names}")]);
                names += 1;
                fixture.commit_all("Rename");
                continue;
            }
            if what == 8 {
                // A conflict is settled for this side.
                fixture.git(&["merge", "--quiet", "-X", "ours", "-m", "Merge", "side"]);
                continue;
            }
            let text = std::fs::read_to_string(fixture.path().join(&path)).expect("readable");
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            for place in [place, other] {
                if let Some(line) = lines.iter_mut().find(|line| line.starts_with(&format!("{place:03} "))) {
                    *line = fresh(place);
                }
            }
            fixture.commit(&path, &(lines.join("\n") + "\n"));
        }
        fixture.git(&["checkout", "--quiet", "main"]);
        let path = fixture.git(&["ls-files"]);
        prop_assume!(!path.contains('\n'));
        let expected = git_blame(&fixture, &path);
        let texts: Vec<&str> = expected.iter().map(|(text, _)| text.as_str()).collect();
        let blamed = blame(&fixture, "main", lines(&path, &texts));
        for ((text, expected), blamed) in expected.iter().zip(blamed) {
            prop_assert_eq!(expected, &blamed, "{}", text);
        }
    }
}
