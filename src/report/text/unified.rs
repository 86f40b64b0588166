//! Whole objects as a patch of YAML.

use similar::TextDiff;

use crate::json::Value;
use crate::object::ObjectRef;
use crate::report::palette::{FAINT, GOOD, REMOVED, STRONG, paint};
use crate::report::visible::visible;

/// Lines that stay the same, around those that don't.
const CONTEXT: usize = 3;

/// A unified diff of the objects' YAML, each under its name and that of its side
/// (`live` against `desired`, say). Absent means that the object isn't there. The
/// objects come masked.
pub fn unified(objects: &[(ObjectRef, Option<Value>, Option<Value>)], sides: [&str; 2]) -> String {
    objects.iter().map(|(object, from, to)| patch(object, from.as_ref(), to.as_ref(), sides)).collect()
}

fn patch(object: &ObjectRef, from: Option<&Value>, to: Option<&Value>, [before, after]: [&str; 2]) -> String {
    let (old, new) = (yaml(from), yaml(to));
    if old == new {
        return String::new();
    }
    let name = object.id().to_string();
    let side =
        |there: bool, side: &str| if there { format!("{side}/{name}") } else { "/dev/null".to_owned() };
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    let patch = diff
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&side(from.is_some(), before), &side(to.is_some(), after))
        .to_string();
    let lines: Vec<_> = patch.lines().enumerate().map(|(number, line)| painted(line, number < 2)).collect();
    lines.join("\n") + "\n"
}

fn yaml(object: Option<&Value>) -> String {
    object.map(crate::yaml::to_text).unwrap_or_default()
}

/// The first two lines name the sides.
fn painted(line: &str, names: bool) -> String {
    let line = visible(line);
    let style = match line.as_bytes() {
        _ if names => STRONG,
        [b'@', b'@', ..] => FAINT,
        [b'-', ..] => REMOVED,
        [b'+', ..] => GOOD,
        _ => return line.into_owned(),
    };
    paint(style, line)
}

#[cfg(test)]
mod tests {
    use super::unified;
    use crate::json::json;
    use crate::report::sample::{marked, object, plain};

    #[test]
    fn objects_become_patches_of_yaml() {
        let web = |replicas: u32| {
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
                "replicas": replicas, "minReadySeconds": 1, "paused": false, "selector": {"matchLabels": {"app": "web"}}
            }})
        };
        let settings = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1\n2\n"}});
        let old = json!({"apiVersion": "v1", "kind": "Service"});
        let same = json!({"kind": "Same"});
        let text = unified(
            &[
                (object("Deployment/web"), Some(web(2)), Some(web(3))),
                (object("ConfigMap/settings"), None, Some(settings)),
                (object("Service/old"), Some(old), None),
                (object("Service/same"), Some(same.clone()), Some(same)),
            ],
            ["live", "desired"],
        );
        insta::assert_snapshot!(plain(&text), @"
        --- live/shop/Deployment/web
        +++ desired/shop/Deployment/web
        @@ -5,7 +5,7 @@
         spec:
           minReadySeconds: 1
           paused: false
        -  replicas: 2
        +  replicas: 3
           selector:
             matchLabels:
               app: web
        --- /dev/null
        +++ desired/shop/ConfigMap/settings
        @@ -0,0 +1,6 @@
        +apiVersion: v1
        +kind: ConfigMap
        +data:
        +  a: |
        +    1
        +    2
        --- live/shop/Service/old
        +++ /dev/null
        @@ -1,2 +0,0 @@
        -apiVersion: v1
        -kind: Service
        ");
    }

    #[test]
    fn colours_mark_the_sides() {
        let (from, to) = (json!({"-- a": 1}), json!({"++ b": 1}));
        insta::assert_snapshot!(marked(&unified(&[(object("ConfigMap/a"), Some(from), Some(to))], ["live", "desired"])), @"
        ⟨1⟩--- live/shop/ConfigMap/a⟨/⟩
        ⟨1⟩+++ desired/shop/ConfigMap/a⟨/⟩
        ⟨2⟩@@ -1 +1 @@⟨/⟩
        ⟨31⟩--- a: 1⟨/⟩
        ⟨32⟩+++ b: 1⟨/⟩
        ");
    }
}
