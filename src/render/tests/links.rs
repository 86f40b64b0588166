//! Symbolic links: followed inside of the repository, refused out of it.

use super::*;

/// Both ways to read a repository say the same.
#[track_caller]
fn both(fixture: &Fixture, paths: &[&str]) -> String {
    let said = findings(work_tree(fixture, paths));
    let commit = format!(" in commit {}", fixture.id("HEAD").short());
    assert_eq!(findings(head(fixture, paths)).replace(&commit, ""), said);
    said
}

#[track_caller]
fn both_objects(fixture: &Fixture, paths: &[&str]) -> String {
    let read = work_tree(fixture, paths);
    assert_eq!(head(fixture, paths), read);
    objects(read)
}

#[test]
fn links_to_files_and_folders_inside_are_followed() {
    let fixture = Fixture::new();
    fixture.write("shared/a.yaml", &config_map("a"));
    fixture.write("shared/more/b.yaml", &config_map("b"));
    fixture.write("plain", &config_map("plain"));
    fixture.link("deploy/a.yaml", "../shared/a.yaml");
    fixture.link("deploy/more", "more-again");
    fixture.link("deploy/more-again", "../shared/./more/");
    fixture.link("deploy/plain.yaml", "./../plain");
    fixture.commit_all("Start");
    // Two names for one folder: its objects are there twice.
    assert!(both(&fixture, &["deploy"]).starts_with("ConfigMap/b is in the sources twice"));
    std::fs::remove_file(fixture.path().join("deploy/more-again")).expect("removed");
    std::fs::remove_file(fixture.path().join("deploy/more")).expect("removed");
    fixture.link("deploy/more", "../shared/more");
    fixture.commit_all("One name");
    assert_eq!(
        both_objects(&fixture, &["deploy"]),
        "ConfigMap/a deploy/a.yaml:1:1\nConfigMap/b deploy/more/b.yaml:1:1\nConfigMap/plain deploy/plain.yaml:1:1"
    );
}

#[test]
fn what_links_lead_to_counts_among_the_paths_that_matter() {
    let fixture = Fixture::new();
    fixture.write("shared/a.yaml", &config_map("a"));
    fixture.write("deploy/b.yaml", &config_map("b"));
    fixture.link("deploy/a.yaml", "../between");
    fixture.link("between", "shared/a.yaml");
    fixture.commit_all("Start");
    fixture.write("shared/a.yaml", &config_map("changed"));
    let rendered = work_tree(&fixture, &["deploy"]).expect("renders");
    assert_eq!(rendered.paths, ["between", "deploy", "deploy/a.yaml", "shared/a.yaml"]);
    assert_eq!(fixture.repository().is_dirty(&rendered.paths), Ok(vec!["shared/a.yaml".to_owned()]));
}

#[test]
fn links_on_the_way_to_an_item_are_followed() {
    let fixture = Fixture::new();
    fixture.write("releases/v2/deploy/a.yaml", &config_map("a"));
    fixture.link("current", "releases/v2");
    fixture.link("releases/v2/up", "../../current/deploy");
    fixture.commit_all("Start");
    assert_eq!(both_objects(&fixture, &["current/deploy"]), "ConfigMap/a current/deploy/a.yaml:1:1");
    assert_eq!(both_objects(&fixture, &["current/deploy/a.yaml"]), "ConfigMap/a current/deploy/a.yaml:1:1");
    assert_eq!(both_objects(&fixture, &["current/up"]), "ConfigMap/a current/up/a.yaml:1:1");
}

#[test]
fn links_out_of_the_repository_are_refused_by_name() {
    let fixture = Fixture::new();
    fixture.write("deploy/a.yaml", &config_map("a"));
    fixture.link("deploy/b.yaml", "../../elsewhere/b.yaml");
    fixture.link("deploy/c", "/etc");
    fixture.link("deploy/d", "./../../../..");
    fixture.commit_all("Start");
    insta::assert_snapshot!(both(&fixture, &["deploy"]), @r#"
    deploy/b.yaml is a link that leads out of the repository
      because: it points to "../../elsewhere/b.yaml"
      hint: only what is in the repository can be deployed: copy the file, or link to one inside
    deploy/c is a link that leads out of the repository
      because: it points to "/etc"
      hint: only what is in the repository can be deployed: copy the file, or link to one inside
    deploy/d is a link that leads out of the repository
      because: it points to "./../../../.."
      hint: only what is in the repository can be deployed: copy the file, or link to one inside
    "#);
    insta::assert_snapshot!(both(&fixture, &["deploy/c", "../x", "/etc/hosts", "deploy/../../x"]), @"
    deploy/c is outside of the repository
      hint: only what is in the repository can be deployed
    ../x is outside of the repository
      hint: only what is in the repository can be deployed
    /etc/hosts is outside of the repository
      hint: only what is in the repository can be deployed
    deploy/../../x is outside of the repository
      hint: only what is in the repository can be deployed
    ");
}

#[test]
fn a_link_into_the_repositorys_own_folder_is_not_a_way_in() {
    let fixture = Fixture::new();
    fixture.commit("deploy/a.yaml", &config_map("a"));
    fixture.link("deploy/config.yaml", "../.git/config");
    assert!(findings(work_tree(&fixture, &["deploy"])).contains("deploy/config.yaml"));
}

#[test]
fn an_absolute_link_is_followed_only_where_it_means_something() {
    let fixture = Fixture::new();
    fixture.write("shared/a.yaml", &config_map("a"));
    let target = fixture.path().join("shared/a.yaml");
    fixture.link("deploy/a.yaml", &target.to_string_lossy());
    fixture.commit_all("Start");
    assert_eq!(objects(work_tree(&fixture, &["deploy"])), "ConfigMap/a deploy/a.yaml:1:1");
    assert!(findings(head(&fixture, &["deploy"])).starts_with("deploy/a.yaml is a link that leads out"));
    fixture.link("deploy/b.yaml", &format!("{}-beside/b.yaml", fixture.path().display()));
    let said = findings(work_tree(&fixture, &["deploy"]));
    assert!(said.starts_with("deploy/b.yaml is a link that leads out"), "{said}");
}

#[test]
fn links_that_lead_nowhere_or_in_circles_are_refused() {
    let fixture = Fixture::new();
    fixture.write("deploy/a.yaml", &config_map("a"));
    fixture.link("deploy/gone", "../gone");
    fixture.link("deploy/self.yaml", "self.yaml");
    fixture.link("deploy/up", "..");
    fixture.link("deploy/here", ".");
    fixture.commit_all("Start");
    insta::assert_snapshot!(both(&fixture, &["deploy"]), @r#"
    deploy/gone is a link that leads nowhere
      because: it points to "../gone"
    deploy/here is a link that leads back to itself
    deploy/self.yaml is a link that leads back to itself
    deploy/up/deploy is a link that leads back to itself
    "#);
    insta::assert_snapshot!(both(&fixture, &["deploy/gone"]), @"deploy/gone doesn't exist");
}

#[test]
fn with_f_links_are_followed_anywhere_but_not_in_circles() {
    let (elsewhere, fixture) = (Fixture::without_repository(), Fixture::without_repository());
    elsewhere.write("a.yaml", &config_map("a"));
    fixture.link("k8s/linked", &elsewhere.path().to_string_lossy());
    assert_eq!(objects(ad_hoc(&fixture, &["k8s"], None)), "ConfigMap/a k8s/linked/a.yaml:1:1");
    fixture.link("k8s/gone.yaml", "nowhere");
    fixture.link("k8s/round", "..");
    insta::assert_snapshot!(findings(ad_hoc(&fixture, &["k8s"], None)), @r#"
    k8s/gone.yaml is a link that leads nowhere
      because: it points to "nowhere"
    k8s/round/k8s is a link that leads back to itself
    "#);
}
