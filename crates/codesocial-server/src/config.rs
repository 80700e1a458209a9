//! Configuration: one file, then the environment, then the command line. Parsed once, passed down.

use codesocial_store::query::Limits;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The environment variable that fixes the administrator's token, for automation.
pub(crate) const ADMIN_TOKEN: &str = "CODESOCIAL_ADMIN_TOKEN";

/// How the program runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The data directory.
    pub(crate) data: PathBuf,
    /// Address to listen on. Port 0 lets the system choose.
    pub(crate) listen: SocketAddr,
    /// The IRI under which resources are named: fixed when the data directory is created.
    pub(crate) base: Option<String>,
    /// Largest request body, in bytes.
    pub(crate) body_bytes_max: usize,
    /// Most members of a container on one page.
    pub(crate) page_members_max: usize,
    /// Most bytes of rendered answers kept in memory.
    pub(crate) cache_bytes_max: usize,
    pub(crate) sparql: SparqlConfig,
}

/// Limits of the SPARQL endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SparqlConfig {
    pub(crate) seconds_max: u64,
    pub(crate) rows_max: usize,
    pub(crate) result_bytes_max: usize,
    /// How many queries run at once, and how many more may wait.
    pub(crate) running_max: usize,
    pub(crate) waiting_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base: None,
            body_bytes_max: 8 * 1024 * 1024,
            page_members_max: 1_000,
            cache_bytes_max: 64 * 1024 * 1024,
            sparql: SparqlConfig::default(),
        }
    }
}

impl Default for SparqlConfig {
    fn default() -> Self {
        let Limits { seconds_max, rows_max, result_bytes_max, .. } = Limits::default();
        Self { seconds_max, rows_max, result_bytes_max, running_max: 2, waiting_max: 16 }
    }
}

impl SparqlConfig {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            seconds_max: self.seconds_max,
            rows_max: self.rows_max,
            result_bytes_max: self.result_bytes_max,
            ..Limits::default()
        }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{path}: {error}")]
    Read { path: PathBuf, error: std::io::Error },
    #[error("{path}: {error}")]
    Parse { path: PathBuf, error: Box<toml::de::Error> },
    #[error("CODESOCIAL_{name}: «{value}» {problem}")]
    Variable { name: &'static str, value: String, problem: &'static str },
}

impl Config {
    /// Reads the file, if one is named, then the variables `CODESOCIAL_DATA`, `CODESOCIAL_LISTEN`
    /// and `CODESOCIAL_BASE`, as `variable` gives them.
    pub(crate) fn read(
        file: Option<&Path>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut config = match file {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
                toml::from_str(&text).map_err(|error| ConfigError::Parse {
                    path: path.to_owned(),
                    error: Box::new(error),
                })?
            }
        };
        if let Some(data) = variable("CODESOCIAL_DATA") {
            config.data = data.into();
        }
        if let Some(base) = variable("CODESOCIAL_BASE") {
            config.base = Some(base);
        }
        if let Some(value) = variable("CODESOCIAL_LISTEN") {
            config.listen = value.parse().map_err(|_| ConfigError::Variable {
                name: "LISTEN",
                value,
                problem: "is no address with a port: write for example 127.0.0.1:8080",
            })?;
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_and_an_unknown_variable_is_not() {
        let folder = std::env::temp_dir().join(format!("codesocial-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("codesocial.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:0\"\n[sparql]\nrows_max = 7\n").unwrap();
        let config = Config::read(Some(&file), |name| {
            (name == "CODESOCIAL_DATA").then(|| "/elsewhere".to_owned())
        })
        .unwrap();
        assert_eq!((config.listen.port(), config.sparql.rows_max), (0, 7));
        assert_eq!(config.data, Path::new("/elsewhere"));
        std::fs::write(&file, "lisen = \"127.0.0.1:0\"\n").unwrap();
        let error = Config::read(Some(&file), |_| None).unwrap_err().to_string();
        assert!(error.contains("lisen"), "{error}");
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(Config::read(None, |_| Some("x".to_owned())).is_err());
    }
}
