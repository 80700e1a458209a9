//! The words of the interface, one file per language. Words of the domain come from the data.

use crate::extract::Language;
use minijinja::Value;
use minijinja::value::Serde;
use std::collections::BTreeMap;

/// The words of one language, by dotted name.
pub(crate) struct Words {
    by_name: BTreeMap<String, String>,
    tree: Value,
}

impl Words {
    pub(crate) fn of(language: Language) -> Self {
        let text = match language {
            Language::French => include_str!("../../locales/fr.toml"),
            Language::English => include_str!("../../locales/en.toml"),
        };
        let tree: toml::Table = toml::from_str(text).expect("the locales are tested");
        let mut by_name = BTreeMap::new();
        flatten("", &tree, &mut by_name);
        Self { by_name, tree: Value::from(Serde(&tree)) }
    }

    /// The text of a name; the name itself where a locale lacks it, which a test rules out.
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or(name).to_owned()
    }

    /// The text of a name that the locales may lack.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }

    /// All of them, as templates reach them.
    pub(crate) fn all(&self) -> &Value {
        &self.tree
    }
}

fn flatten(prefix: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(table) => flatten(&name, table, into),
            toml::Value::String(text) => {
                into.insert(name, text.clone());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::TEMPLATES;
    use codesocial_rdf::vocab::PREFIXES;

    #[test]
    fn both_languages_have_the_same_names() {
        let [fr, en] = Language::ALL
            .map(|language| Words::of(language).by_name.into_keys().collect::<Vec<_>>());
        assert_eq!(fr, en);
    }

    /// A name is used in a template as `words.name`, or in the program as text; problems are named
    /// by their kind, and terms of other vocabularies and codes as the data names them.
    #[test]
    fn every_name_is_used() {
        let templates = TEMPLATES.map(|(_, text)| text).concat();
        let program = [
            include_str!("../auth/account.rs"),
            include_str!("../auth/mail.rs"),
            include_str!("entry.rs"),
            include_str!("examples.rs"),
            include_str!("form.rs"),
            include_str!("found.rs"),
            include_str!("history.rs"),
            include_str!("home.rs"),
            include_str!("incoming.rs"),
            include_str!("lookup.rs"),
            include_str!("mod.rs"),
            include_str!("quality.rs"),
            include_str!("report.rs"),
            include_str!("sheet.rs"),
            include_str!("sparql.rs"),
            include_str!("value.rs"),
            include_str!("view.rs"),
            include_str!("writing.rs"),
            include_str!("../sparql/description.rs"),
        ]
        .concat();
        let problems = include_str!("../problem.rs");
        let is_term = |name: &str| {
            let prefix = name.split(':').next();
            PREFIXES.iter().any(|(known, _)| Some(*known) == prefix)
        };
        for name in Words::of(Language::French).by_name.keys() {
            let of_the_data = name.strip_prefix("terms.").or_else(|| name.strip_prefix("codes."));
            if of_the_data.is_some_and(is_term) {
                continue;
            }
            let used = match name.strip_prefix("problem.").and_then(|n| n.split_once('.')) {
                _ if name.starts_with("consent.scope.") => {
                    crate::auth::oauth::KNOWN.iter().any(|own| name.ends_with(&format!(".{own}")))
                }
                Some((kind, _)) => problems.contains(&format!("\"{kind}\"")),
                None => {
                    templates.contains(&format!("words.{name}"))
                        || program.contains(&format!("\"{name}\""))
                }
            };
            assert!(used, "{name} is used nowhere");
        }
    }
}
