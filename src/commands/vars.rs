//! Variables for sources: from the configuration, from files, from the command line.

use std::path::Path;

use super::What;
use crate::config::{Environment, Variable};
use crate::error::{CommandError, Diagnostic, Location};
use crate::json::Value;
use crate::object::FieldPath;
use crate::render::{self, Vars};
use crate::yaml;

/// `NAME=VALUE`.
pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if !Vars::is_name(name) {
        return Err(not_a_name(name));
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn not_a_name(name: &str) -> String {
    format!("{name:?} isn't a variable's name: letters, digits and `_` are allowed")
}

/// Those of an environment. Those of the process's environment are only looked up
/// where they are named.
pub(super) fn configured(environment: &Environment) -> Vars {
    let mut vars = Vars::default();
    for (name, value) in &environment.vars {
        match value {
            Variable::Boolean(value) => vars.set(name, Value::from(*value)),
            Variable::Integer(value) => vars.set(name, Value::from(*value)),
            Variable::Number(value) => vars.set(name, Value::from(*value)),
            Variable::Text(text) => vars.set(name, Value::from(text.as_str())),
            Variable::Plain(written) => vars.set_text(name, written),
            Variable::Environment(from) => match std::env::var(&from.env) {
                Ok(text) => vars.set_text(name, &text),
                Err(_) => vars.miss(name, &from.env),
            },
        }
    }
    vars
}

/// Those of the command line, which win over all others.
pub(super) fn given(what: &What, directory: &Path) -> Result<Vars, CommandError> {
    let mut vars = Vars::default();
    for file in &what.var_files {
        read(&directory.join(file), &file.to_string_lossy(), &mut vars)?;
    }
    for (name, value) in &what.vars {
        vars.set_text(name, value);
    }
    Ok(vars)
}

/// A file: a map from names to texts, numbers and booleans.
fn read(file: &Path, shown: &str, vars: &mut Vars) -> Result<(), CommandError> {
    let unreadable = |why: String| Diagnostic::new(format!("can't read {shown}")).because(why);
    let bytes = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    let text = yaml::decode(&bytes).map_err(|error| error.diagnostic(shown))?;
    let documents = yaml::documents_with_written_keys(&text).map_err(|error| error.diagnostic(shown))?;
    let mut findings = Vec::new();
    for document in documents {
        let wrong = |message: String, path: &FieldPath| {
            let (line, column) = yaml::locate(&text, document.number, path).unwrap_or((1, 1));
            Diagnostic::new(message).at(Location::at(shown, line, column))
        };
        if render::is_encrypted(&document.value) {
            let encrypted = wrong(
                format!("{shown} is encrypted by SOPS, and files of variables aren't decrypted"),
                &FieldPath::fields(["sops"]),
            );
            let hint = format!(
                "`--var-file <(sops decrypt {shown})`; or have the file itself among the sources, where it's decrypted"
            );
            findings.push(encrypted.hint(hint));
            continue;
        }
        let Some(map) = document.value.as_object() else {
            findings.push(wrong("a file of variables is a map".to_owned(), &FieldPath::root()));
            continue;
        };
        let paths: Vec<FieldPath> = map.keys().map(|name| FieldPath::fields([name.as_str()])).collect();
        let wanted: Vec<(u32, &FieldPath)> = paths.iter().map(|path| (document.number, path)).collect();
        let plain = yaml::plain_scalars(&text, &wanted);
        for (((name, value), path), plain) in map.iter().zip(&paths).zip(plain) {
            match (value, plain) {
                _ if !Vars::is_name(name) => findings.push(wrong(not_a_name(name), path)),
                (Value::Number(_) | Value::Bool(_), Some(written)) => vars.set_text(name, &written),
                (Value::String(_) | Value::Number(_) | Value::Bool(_), _) => vars.set(name, value.clone()),
                _ => findings.push(wrong(format!("`{name}` must be a text, a number or a boolean"), path)),
            }
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(findings.into()) }
}
