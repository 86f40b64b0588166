//! Which CI run this is, by the variables that CI systems set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The process's environment, passed in as data.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A run of a CI system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The CI system's name, such as `GitHub Actions`.
    pub system: String,
    /// Where it can be looked at.
    pub url: Option<String>,
    /// The system's own number or name for it.
    pub id: Option<String>,
    /// Who started it, as the system knows them.
    pub actor: Option<String>,
}

impl Run {
    /// The run that this is, if it is one.
    pub fn detect(environment: &Environment<'_>) -> Option<Self> {
        let detectors = [github_actions, gitlab, jenkins, azure_pipelines, circleci, buildkite];
        detectors.into_iter().find_map(|detect| detect(environment)).map(|mut run| {
            run.url = run.url.map(|url| without_credentials(&url));
            run
        })
    }

    /// Its address, else its number, else the system's name: one text that
    /// leads people there.
    pub fn reference(&self) -> &str {
        self.url.as_deref().or(self.id.as_deref()).unwrap_or(&self.system)
    }
}

/// A variable; empty ones count as not set.
pub(super) fn set(environment: &Environment<'_>, name: &str) -> Option<String> {
    environment(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn any(environment: &Environment<'_>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| set(environment, name))
}

fn is_true(environment: &Environment<'_>, name: &str) -> bool {
    set(environment, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// <https://docs.github.com/actions/reference/workflows-and-actions/variables>
fn github_actions(environment: &Environment<'_>) -> Option<Run> {
    if !is_true(environment, "GITHUB_ACTIONS") {
        return None;
    }
    let get = |name| set(environment, name);
    let url = || {
        let (server, repository) = (get("GITHUB_SERVER_URL")?, get("GITHUB_REPOSITORY")?);
        let run = format!("{server}/{repository}/actions/runs/{}", get("GITHUB_RUN_ID")?);
        Some(match get("GITHUB_RUN_ATTEMPT") {
            Some(attempt) => format!("{run}/attempts/{attempt}"),
            None => run,
        })
    };
    Some(Run {
        system: "GitHub Actions".into(),
        url: url(),
        id: get("GITHUB_RUN_ID"),
        // Whoever asked for a re-run isn't whoever started the first one.
        actor: any(environment, &["GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"]),
    })
}

/// <https://docs.gitlab.com/ci/variables/predefined_variables/>
fn gitlab(environment: &Environment<'_>) -> Option<Run> {
    is_true(environment, "GITLAB_CI").then(|| Run {
        system: "GitLab".into(),
        url: any(environment, &["CI_JOB_URL", "CI_PIPELINE_URL"]),
        id: any(environment, &["CI_PIPELINE_ID", "CI_JOB_ID"]),
        actor: set(environment, "GITLAB_USER_LOGIN"),
    })
}

/// <https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables>,
/// and the build user variables of the plugin of that name.
fn jenkins(environment: &Environment<'_>) -> Option<Run> {
    set(environment, "JENKINS_URL")?;
    let number = || Some(format!("{} #{}", set(environment, "JOB_NAME")?, set(environment, "BUILD_NUMBER")?));
    Some(Run {
        system: "Jenkins".into(),
        url: set(environment, "BUILD_URL"),
        id: number().or_else(|| set(environment, "BUILD_TAG")),
        actor: any(environment, &["BUILD_USER_ID", "BUILD_USER", "CHANGE_AUTHOR"]),
    })
}

/// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>
fn azure_pipelines(environment: &Environment<'_>) -> Option<Run> {
    if !is_true(environment, "TF_BUILD") {
        return None;
    }
    let get = |name| set(environment, name);
    let url = || {
        let collection = any(environment, &["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"])?;
        // Projects may have spaces in their names.
        let project = get("SYSTEM_TEAMPROJECT")?.replace(' ', "%20");
        let collection = collection.trim_end_matches('/');
        Some(format!("{collection}/{project}/_build/results?buildId={}", get("BUILD_BUILDID")?))
    };
    Some(Run {
        system: "Azure Pipelines".into(),
        url: url(),
        id: any(environment, &["BUILD_BUILDNUMBER", "BUILD_BUILDID"]),
        actor: get("BUILD_REQUESTEDFOR"),
    })
}

/// <https://circleci.com/docs/reference/variables/>
fn circleci(environment: &Environment<'_>) -> Option<Run> {
    is_true(environment, "CIRCLECI").then(|| Run {
        system: "CircleCI".into(),
        url: set(environment, "CIRCLE_BUILD_URL"),
        id: any(environment, &["CIRCLE_BUILD_NUM", "CIRCLE_WORKFLOW_ID"]),
        actor: set(environment, "CIRCLE_USERNAME"),
    })
}

/// <https://buildkite.com/docs/pipelines/configure/environment-variables>
fn buildkite(environment: &Environment<'_>) -> Option<Run> {
    is_true(environment, "BUILDKITE").then(|| Run {
        system: "Buildkite".into(),
        url: set(environment, "BUILDKITE_BUILD_URL"),
        id: any(environment, &["BUILDKITE_BUILD_NUMBER", "BUILDKITE_BUILD_ID"]),
        actor: any(environment, &["BUILDKITE_UNBLOCKER", "BUILDKITE_BUILD_CREATOR"]),
    })
}

/// An address may carry a user and a password; a record may not.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
pub(super) mod fixtures {
    use std::collections::BTreeMap;

    /// An environment of exactly these variables.
    pub(in super::super) fn environment(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let variables: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        move |name| variables.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::environment;
    use super::*;

    fn detect(variables: &[(&str, &str)]) -> Option<Run> {
        Run::detect(&environment(variables))
    }

    fn expected(system: &str, url: &str, id: &str, actor: &str) -> Run {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Run { system: system.into(), url: text(url), id: text(id), actor: text(actor) }
    }

    #[test]
    fn each_system_is_known_by_its_own_variables() {
        let github = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "acme/shop"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_ACTOR", "bot"),
            ("GITHUB_TRIGGERING_ACTOR", "ada"),
        ];
        let url = "https://github.com/acme/shop/actions/runs/42/attempts/2";
        assert_eq!(detect(&github), Some(expected("GitHub Actions", url, "42", "ada")));

        let gitlab = [
            ("GITLAB_CI", "true"),
            ("CI_JOB_URL", "https://gitlab.example/acme/shop/-/jobs/9"),
            ("CI_PIPELINE_ID", "8"),
            ("GITLAB_USER_LOGIN", "ada"),
        ];
        assert_eq!(
            detect(&gitlab),
            Some(expected("GitLab", "https://gitlab.example/acme/shop/-/jobs/9", "8", "ada"))
        );

        let jenkins = [
            ("JENKINS_URL", "https://ci.example/"),
            ("BUILD_URL", "https://ci.example/job/shop/3/"),
            ("JOB_NAME", "shop"),
            ("BUILD_NUMBER", "3"),
            ("BUILD_USER_ID", "ada"),
        ];
        assert_eq!(
            detect(&jenkins),
            Some(expected("Jenkins", "https://ci.example/job/shop/3/", "shop #3", "ada"))
        );

        let azure = [
            ("TF_BUILD", "True"),
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"),
            ("SYSTEM_TEAMPROJECT", "Web Shop"),
            ("BUILD_BUILDID", "77"),
            ("BUILD_BUILDNUMBER", "20260101.1"),
            ("BUILD_REQUESTEDFOR", "Ada L"),
        ];
        let url = "https://dev.azure.com/acme/Web%20Shop/_build/results?buildId=77";
        assert_eq!(detect(&azure), Some(expected("Azure Pipelines", url, "20260101.1", "Ada L")));

        let circle = [("CIRCLECI", "true"), ("CIRCLE_BUILD_URL", "https://c/1"), ("CIRCLE_BUILD_NUM", "1")];
        assert_eq!(detect(&circle), Some(expected("CircleCI", "https://c/1", "1", "")));

        let buildkite = [
            ("BUILDKITE", "true"),
            ("BUILDKITE_BUILD_URL", "https://b/1"),
            ("BUILDKITE_BUILD_NUMBER", "1"),
            ("BUILDKITE_BUILD_CREATOR", "ada"),
        ];
        assert_eq!(detect(&buildkite), Some(expected("Buildkite", "https://b/1", "1", "ada")));
    }

    #[test]
    fn outside_of_ci_there_is_no_run() {
        assert_eq!(detect(&[("CI", "true"), ("GITHUB_ACTIONS", ""), ("GITLAB_CI", "false")]), None);
    }

    #[test]
    fn an_address_loses_its_credentials() {
        let jenkins = [
            ("JENKINS_URL", "https://ci/"),
            ("BUILD_URL", "https://ada:hunter2@ci.example:8443/job/1?a=b@c"),
        ];
        let run = Run::detect(&environment(&jenkins)).expect("a run");
        assert_eq!(run.reference(), "https://ci.example:8443/job/1?a=b@c");
    }

    #[test]
    fn a_run_without_an_address_is_named_by_its_number() {
        let run = Run::detect(&environment(&[("CIRCLECI", "true"), ("CIRCLE_BUILD_NUM", "5")]));
        assert_eq!(run.expect("a run").reference(), "5");
    }
}
