//! Who runs this: the API server's own word for it, and the name that people
//! know them by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::process::Processes;
use super::run::{Environment, Run, set};
use crate::cluster::{ApiError, Cluster, MANAGER, Resource};
use crate::json::json;

/// Whoever runs trueup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// What people call them: who started the CI run, else `user@host`, else
    /// the API server's name for them. Claimed, not proved.
    pub name: String,
    /// The user that the API server takes them for; absent where it won't say.
    pub user: Option<String>,
}

impl Actor {
    /// Joins what is known. `user` is the API server's word, `host` this
    /// machine's name.
    pub fn new(
        user: Option<String>,
        run: Option<&Run>,
        host: Option<&str>,
        environment: &Environment<'_>,
    ) -> Self {
        let name = run
            .and_then(|run| run.actor.clone())
            .or_else(|| local_user(host, environment))
            .or_else(|| user.clone())
            .unwrap_or_else(|| "unknown".into());
        Self { name, user }
    }
}

/// `ada@laptop`, from the variables in which systems name the user.
fn local_user(host: Option<&str>, environment: &Environment<'_>) -> Option<String> {
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| set(environment, name))?;
    Some(host.map_or_else(|| user.clone(), |host| format!("{user}@{host}")))
}

/// This machine's name, as far as the system or the environment says.
pub fn host(environment: &Environment<'_>) -> Option<String> {
    let named = || ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| set(environment, name));
    Processes::of_this_machine().host().or_else(named)
}

/// Asks the API server whom it takes us for. `None` where it may not be asked
/// or doesn't know the question (before Kubernetes 1.28); nothing is stored.
pub async fn server_user(cluster: &Cluster) -> Result<Option<String>, ApiError> {
    let review =
        Resource::known("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", false);
    let question = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    match cluster.create(&review, None, &question, MANAGER).await {
        Ok(answer) => Ok(answer["status"]["userInfo"]["username"]
            .as_str()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)),
        Err(error) if error.is_forbidden() || error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::run::fixtures::environment;
    use super::*;

    fn run(actor: Option<&str>) -> Run {
        Run { system: "GitLab".into(), url: None, id: Some("7".into()), actor: actor.map(str::to_owned) }
    }

    #[test]
    fn whoever_started_the_run_comes_before_the_runners_own_user() {
        let runner = environment(&[("USER", "runner")]);
        let actor = Actor::new(Some("ci".into()), Some(&run(Some("ada"))), Some("box"), &runner);
        assert_eq!(actor, Actor { name: "ada".into(), user: Some("ci".into()) });
        assert_eq!(Actor::new(None, Some(&run(None)), Some("box"), &runner).name, "runner@box");
    }

    #[test]
    fn on_a_laptop_it_is_the_user_and_the_machine() {
        let laptop = environment(&[("USER", ""), ("LOGNAME", "ada")]);
        assert_eq!(Actor::new(None, None, Some("laptop"), &laptop).name, "ada@laptop");
        assert_eq!(Actor::new(None, None, None, &laptop).name, "ada");
    }

    #[test]
    fn with_nothing_else_the_api_servers_word_counts() {
        let nothing = environment(&[]);
        assert_eq!(Actor::new(Some("ops".into()), None, Some("box"), &nothing).name, "ops");
        assert_eq!(Actor::new(None, None, None, &nothing), Actor { name: "unknown".into(), user: None });
    }
}
