//! A part of a target: the objects that `--only` names, without those that
//! `--except` names. Pure.

mod pattern;
mod suggest;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Diagnostic;
use crate::json::Map;
use crate::object::{Manifest, ObjectId};
pub use pattern::Pattern;

/// What is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Selection {
    /// The objects that any of these fits; all where there are none.
    only: Vec<Pattern>,
    /// But for those that any of these fits.
    except: Vec<Pattern>,
}

/// An object, as far as patterns look at it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its identity.
    pub id: &'a ObjectId,
    /// Its labels.
    pub labels: Option<&'a Map>,
    /// The file that it stands in.
    pub path: &'a str,
}

impl<'a> Candidate<'a> {
    /// An object as it is written.
    pub fn of(manifest: &'a Manifest) -> Self {
        let labels = manifest.body["metadata"]["labels"].as_object();
        Self { id: &manifest.id, labels, path: &manifest.source.path }
    }
}

impl Selection {
    /// What these patterns choose; `None` when there are none: everything.
    pub fn of(only: &[Pattern], except: &[Pattern]) -> Option<Self> {
        let is_part = !only.is_empty() || !except.is_empty();
        is_part.then(|| Self { only: only.to_vec(), except: except.to_vec() })
    }

    /// Whether this object is chosen.
    pub fn selects(&self, candidate: Candidate<'_>) -> bool {
        let fits = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.fits(candidate));
        (self.only.is_empty() || fits(&self.only)) && !fits(&self.except)
    }

    /// What is named, without the options.
    pub fn names(&self) -> String {
        self.only.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    /// What is wrong with it for these objects: patterns that fit none, each with
    /// what may have been meant, and a choice of nothing.
    pub fn problems(&self, candidates: &[Candidate<'_>]) -> Vec<Diagnostic> {
        let unfit = self
            .only
            .iter()
            .chain(&self.except)
            .filter(|pattern| !candidates.iter().any(|candidate| pattern.fits(*candidate)))
            .map(|pattern| suggest::unfit(pattern, candidates));
        let problems: Vec<Diagnostic> = unfit.collect();
        if problems.is_empty() && !candidates.iter().any(|candidate| self.selects(*candidate)) {
            return vec![Diagnostic::new(format!("nothing is left to deploy of {self}"))];
        }
        problems
    }
}

/// As on the command line.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let only = self.only.iter().map(|pattern| format!("--only {pattern}"));
        let except = self.except.iter().map(|pattern| format!("--except {pattern}"));
        f.write_str(&only.chain(except).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Value, json};
    use crate::object::GroupKind;

    /// What stands in a shop: group and kind, namespace, name, path, labels.
    fn shop() -> Vec<(ObjectId, &'static str, Value)> {
        let of = |kind: &str, namespace: Option<&str>, name: &str, path: &'static str, labels: Value| {
            (ObjectId::new(GroupKind::parse(kind).expect("a kind"), namespace, name), path, labels)
        };
        vec![
            of("Namespace", None, "shop", "deploy/namespace.yaml", json!({})),
            of("Deployment.apps", Some("shop"), "web", "deploy/web/app.yaml", json!({"app": "web"})),
            of(
                "Service",
                Some("shop"),
                "web",
                "deploy/web/service.yaml",
                json!({"app": "web", "tier": "front"}),
            ),
            of("Deployment.apps", Some("shop"), "db", "deploy/db.yaml", json!({"app": "db"})),
            of("Job.batch", Some("jobs"), "migrate", "deploy/db.yaml", json!({})),
        ]
    }

    fn selection(only: &[&str], except: &[&str]) -> Selection {
        let read = |texts: &[&str]| -> Vec<Pattern> {
            texts.iter().map(|text| text.parse().expect("a pattern")).collect()
        };
        Selection::of(&read(only), &read(except)).expect("a part")
    }

    /// The names of what is chosen, or what is wrong.
    fn chosen(only: &[&str], except: &[&str]) -> String {
        let (shop, selection) = (shop(), selection(only, except));
        let candidates: Vec<Candidate<'_>> = shop
            .iter()
            .map(|(id, path, labels)| Candidate { id, labels: labels.as_object(), path })
            .collect();
        let problems = selection.problems(&candidates);
        let told = |problem: &Diagnostic| format!("{} ({})", problem.message, problem.hints.join("; "));
        if !problems.is_empty() {
            return problems.iter().map(told).collect::<Vec<_>>().join("\n");
        }
        let chosen = candidates.iter().filter(|candidate| selection.selects(**candidate));
        chosen.map(|candidate| candidate.id.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn objects_are_chosen_by_what_they_are_and_where_they_stand() {
        let all = "Namespace/shop shop/Deployment/web shop/Service/web shop/Deployment/db jobs/Job/migrate";
        for (only, expected) in [
            ("Deployment/web", "shop/Deployment/web"),
            ("Deployment.apps/*", "shop/Deployment/web shop/Deployment/db"),
            ("shop/*/web", "shop/Deployment/web shop/Service/web"),
            ("*/*", all),
            ("kind=Deployment", "shop/Deployment/web shop/Deployment/db"),
            ("kind=Job.batch", "jobs/Job/migrate"),
            ("kind=*.batch", "jobs/Job/migrate"),
            ("name=we?", "shop/Deployment/web shop/Service/web"),
            ("namespace=jobs", "jobs/Job/migrate"),
            ("label=app", "shop/Deployment/web shop/Service/web shop/Deployment/db"),
            ("label=app=web", "shop/Deployment/web shop/Service/web"),
            ("path=deploy/web", "shop/Deployment/web shop/Service/web"),
            ("path=./deploy/web/", "shop/Deployment/web shop/Service/web"),
            ("path=deploy/db.yaml", "shop/Deployment/db jobs/Job/migrate"),
            ("path=**/service.yaml", "shop/Service/web"),
            ("path=.", all),
            ("kind=Deployment,label=app=db", "shop/Deployment/db"),
            ("Deployment/*, path=deploy/web", "shop/Deployment/web"),
        ] {
            assert_eq!(chosen(&[only], &[]), expected, "{only}");
        }
    }

    #[test]
    fn what_is_left_out_is_left_out_of_what_is_chosen_or_of_everything() {
        assert_eq!(
            chosen(&["kind=Deployment", "kind=Job"], &["name=db"]),
            "shop/Deployment/web jobs/Job/migrate"
        );
        assert_eq!(chosen(&[], &["namespace=shop", "kind=Namespace"]), "jobs/Job/migrate");
        assert_eq!(
            chosen(&["kind=Job"], &["name=migrate"]),
            "nothing is left to deploy of --only kind=Job --except name=migrate ()"
        );
    }

    #[test]
    fn a_pattern_that_fits_nothing_is_told_with_what_may_have_been_meant() {
        for (only, expected) in [
            ("Deploymnt/web", r#"did you mean "Deployment/web"?"#),
            ("shop/Deployment/wep", r#"did you mean "shop/Deployment/web"?"#),
            ("kind=deployment", r#"did you mean "kind=Deployment"?"#),
            ("name=migrade", r#"did you mean "name=migrate"?"#),
            ("namespace=job", r#"did you mean "namespace=jobs"?"#),
            ("label=app=wep", r#"did you mean "label=app=web"?"#),
            ("path=deploy/wep", r#"did you mean "path=deploy/web"?"#),
            ("kind=Deployment,name=migrate", "each part of it fits something, but no object fits them all"),
            ("kind=Deployment,name=we", r#"no object fits "name=we": did you mean "name=web"?"#),
            ("kind=Ingress", "`trueup render` lists the objects"),
        ] {
            assert_eq!(chosen(&[only], &[]), format!("no object fits {only} ({expected})"));
        }
        assert_eq!(chosen(&[], &["name=wep"]), r#"no object fits name=wep (did you mean "name=web"?)"#);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (text, why) in [
            ("", "is empty"),
            ("kind=Job,", "is empty"),
            ("web", "expected"),
            ("a/b/c/d", "expected"),
            ("kind=", "names nothing"),
            ("knd=Job", r#"did you mean "kind"?"#),
            ("Deployment/", "expected"),
            ("label==a", "names nothing"),
        ] {
            let refused = text.parse::<Pattern>();
            assert!(refused.as_ref().is_err_and(|told| told.contains(why)), "{text}: {refused:?}");
        }
    }

    #[test]
    fn a_part_is_written_and_read_as_it_is_typed() {
        let part = selection(&["kind=Job", "shop/*/web"], &["label=app=db"]);
        assert_eq!(part.to_string(), "--only kind=Job --only shop/*/web --except label=app=db");
        let written = crate::json::to_value(&part).expect("serialises");
        assert_eq!(written, json!({"only": ["kind=Job", "shop/*/web"], "except": ["label=app=db"]}));
        assert_eq!(crate::json::from_value::<Selection>(written).expect("reads"), part);
        assert_eq!(Selection::of(&[], &[]), None);
    }
}
