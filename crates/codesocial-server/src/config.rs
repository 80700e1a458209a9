//! Configuration: one file, then the environment, then the command line. Parsed once, passed down.

use clap::ValueEnum;
use codesocial_fetch::{Guard, Network};
use codesocial_shacl::Edition;
use codesocial_store::query::{Limits, WorkerLimits};
use oxrdf::NamedNode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The environment variable that fixes the administrator's token, for automation.
pub(crate) const ADMIN_TOKEN: &str = "CODESOCIAL_ADMIN_TOKEN";

/// The environment variable that holds the password of the server of mail.
pub(crate) const SMTP_PASSWORD: &str = "CODESOCIAL_SMTP_PASSWORD";

/// The environment variables that override settings.
const VARIABLES: [(&str, &str); 3] =
    [("data", "CODESOCIAL_DATA"), ("listen", "CODESOCIAL_LISTEN"), ("base", "CODESOCIAL_BASE")];
/// How like a known name an unknown one is, at least, to be taken for a slip.
const LIKENESS_MIN: f64 = 0.8;

/// How the program runs.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The data directory.
    pub(crate) data: PathBuf,
    /// Address to listen on. Port 0 lets the system choose.
    pub(crate) listen: SocketAddr,
    /// The IRI under which resources are named: fixed when the data directory is created.
    pub(crate) base: Option<String>,
    /// Seconds that a client may take for the head of a request, or between parts of its body.
    pub(crate) client_seconds_max: u64,
    /// Most connections that are open at once; more wait to be accepted.
    pub(crate) connections_max: usize,
    /// Largest request body, in bytes.
    pub(crate) body_bytes_max: usize,
    /// Most members of a container on one page.
    pub(crate) page_members_max: usize,
    /// Most bytes of rendered answers kept in memory.
    pub(crate) cache_bytes_max: usize,
    /// Proxies whose `Forwarded` or `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<Network>,
    /// Networks from which `/metrics` may be read.
    pub(crate) metrics_from: Vec<Network>,
    /// What shapes may be made of.
    pub(crate) shacl: ShaclEdition,
    pub(crate) ldp: LdpConfig,
    pub(crate) sparql: SparqlConfig,
    pub(crate) accounts: AccountsConfig,
    pub(crate) smtp: SmtpConfig,
    pub(crate) fetch: FetchConfig,
    pub(crate) partners: Vec<PartnerConfig>,
}

/// The edition of SHACL: of the draft of 1.2 what the engine has.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ValueEnum)]
pub(crate) enum ShaclEdition {
    #[serde(rename = "1.0")]
    #[value(name = "1.0")]
    Recommendation,
    #[serde(rename = "1.2")]
    #[value(name = "1.2")]
    Draft,
}

impl ShaclEdition {
    pub(crate) fn edition(self) -> Edition {
        match self {
            Self::Recommendation => Edition::V1_0,
            Self::Draft => Edition::Draft1_2,
        }
    }
}

/// What the Linked Data Platform leaves to the server.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LdpConfig {
    /// Largest file, in bytes.
    pub(crate) file_bytes_max: usize,
    /// Whether `PUT` replaces a document only under `If-Match`.
    pub(crate) require_if_match: bool,
}

impl Default for LdpConfig {
    fn default() -> Self {
        Self { file_bytes_max: 50 * 1024 * 1024, require_if_match: false }
    }
}

/// Who may have an account.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AccountsConfig {
    pub(crate) signup: Signup,
    /// Where the front-ends of SemApps are that people log in at through this server.
    pub(crate) fronts: Vec<codesocial_fetch::Origin>,
}

/// Who makes accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signup {
    /// Whoever comes.
    Open,
    /// Who has an invitation.
    Invited,
    /// The administrator, on the command line.
    #[default]
    Closed,
}

/// An identity provider by which people may log in, and have an account when they first do.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerConfig {
    /// In the addresses of this server that belong to it.
    pub(crate) name: String,
    /// What people know it by.
    pub(crate) title: String,
    /// As its identities say it, to the letter.
    pub(crate) issuer: String,
    /// By what name it knows this server.
    pub(crate) client: String,
    /// The file that holds the secret by which this server shows who it is, where it has one.
    pub(crate) secret_file: Option<PathBuf>,
}

/// The server that sends mail; none without a host.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SmtpConfig {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: SmtpTls,
    /// Who the mails are from.
    pub(crate) from: String,
    /// By what name the server is logged in to, where the variable gives a password.
    pub(crate) user: String,
}

/// How a connection to the server of mail is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SmtpTls {
    Implicit,
    Starttls,
    None,
}

impl Default for SmtpConfig {
    fn default() -> Self {
        let none = String::new;
        Self { host: none(), port: 465, tls: SmtpTls::Implicit, from: none(), user: none() }
    }
}

impl SmtpConfig {
    pub(crate) fn is_set(&self) -> bool {
        !self.host.is_empty()
    }
}

/// Other servers that may be asked, besides the public ones over TLS.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FetchConfig {
    /// Networks of an intranet.
    pub(crate) networks: Vec<Network>,
    /// Origins without TLS, or on another port than 443.
    pub(crate) origins: Vec<codesocial_fetch::Origin>,
    /// After how long a group of another server is read again.
    pub(crate) groups_seconds: u32,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self { networks: Vec::new(), origins: Vec::new(), groups_seconds: 3_600 }
    }
}

impl FetchConfig {
    pub(crate) fn guard(&self) -> Guard {
        Guard { networks: self.networks.clone(), origins: self.origins.clone() }
    }
}

/// Limits of the SPARQL endpoint.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SparqlConfig {
    pub(crate) seconds_max: u64,
    pub(crate) rows_max: usize,
    pub(crate) result_bytes_max: usize,
    /// Other endpoints that `SERVICE` may ask.
    pub(crate) services: Vec<String>,
    /// Largest answer of one of them.
    pub(crate) service_bytes_max: usize,
    /// How many processes evaluate queries, of people who are not known and of those who are.
    pub(crate) workers_public: usize,
    pub(crate) workers_private: usize,
    /// Memory of each, beside what it holds of the registry.
    pub(crate) worker_bytes_max: u64,
    /// How many queries wait for a process, in all and of one client.
    pub(crate) waiting_max: usize,
    pub(crate) client_waiting_max: usize,
    /// Most bytes of answers kept in memory, to be given again while nothing changes.
    pub(crate) cache_bytes_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base: None,
            client_seconds_max: 30,
            connections_max: 5_000,
            body_bytes_max: 8 * 1024 * 1024,
            page_members_max: 1_000,
            cache_bytes_max: 64 * 1024 * 1024,
            trusted_proxies: Vec::new(),
            metrics_from: Vec::new(),
            shacl: ShaclEdition::Recommendation,
            ldp: LdpConfig::default(),
            sparql: SparqlConfig::default(),
            accounts: AccountsConfig::default(),
            smtp: SmtpConfig::default(),
            fetch: FetchConfig::default(),
            partners: Vec::new(),
        }
    }
}

impl Default for SparqlConfig {
    fn default() -> Self {
        let Limits { seconds_max, rows_max, result_bytes_max, .. } = Limits::default();
        Self {
            seconds_max,
            rows_max,
            result_bytes_max,
            services: Vec::new(),
            service_bytes_max: 8 * 1024 * 1024,
            workers_public: 2,
            workers_private: 1,
            worker_bytes_max: 1024 * 1024 * 1024,
            waiting_max: 32,
            client_waiting_max: 16,
            cache_bytes_max: 32 * 1024 * 1024,
        }
    }
}

impl SparqlConfig {
    pub(crate) fn workers(&self) -> WorkerLimits {
        WorkerLimits {
            // What runs, also where another version was put in its place.
            program: PathBuf::from("/proc/self/exe"),
            public: self.workers_public,
            private: self.workers_private,
            memory_bytes_max: self.worker_bytes_max,
            waiting_max: self.waiting_max,
            client_waiting_max: self.client_waiting_max,
        }
    }

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
    #[error("{path}: there is no setting «{name}»{}", nearest(name))]
    Unknown { path: PathBuf, name: String },
    #[error("{name} is 0, and nothing would be answered: leave it out, or give a larger number")]
    Zero { name: &'static str },
    #[error("sparql.services: «{0}» is no endpoint: write for example https://e.example/sparql")]
    Service(String),
    #[error("CODESOCIAL_{name}: «{value}» {problem}")]
    Variable { name: &'static str, value: String, problem: &'static str },
}

/// A setting as one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) origin: Origin,
}

/// Who gave a setting its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File,
    Variable(&'static str),
    CommandLine,
    /// Fixed when the data directory was created.
    Instance,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = match self.origin {
            Origin::Default => "default",
            Origin::File => "file",
            Origin::Variable(name) => name,
            Origin::CommandLine => "command line",
            Origin::Instance => "instance",
        };
        write!(f, "{} = {} ({origin})", self.name, self.value)
    }
}

/// The settings of a configuration by name, those of a section after its name and a dot.
fn flat(config: &Config) -> Vec<(String, String)> {
    let Ok(Value::Object(tree)) = serde_json::to_value(config) else { return Vec::new() };
    let text = |value: Value| match value {
        Value::Null => "none".to_owned(),
        value => value.to_string(),
    };
    let mut flat = Vec::new();
    for (name, value) in tree {
        match value {
            Value::Object(section) => flat.extend(
                section.into_iter().map(|(own, value)| (format!("{name}.{own}"), text(value))),
            ),
            value => flat.push((name, text(value))),
        }
    }
    flat
}

/// The names that a file gives values to, as [`flat`] has them.
fn named(file: &toml::Table) -> Vec<String> {
    let names = file.iter().flat_map(|(name, value)| match value.as_table() {
        Some(section) => section.keys().map(|own| format!("{name}.{own}")).collect(),
        None => vec![name.clone()],
    });
    names.collect()
}

/// What a slip was probably meant to be.
fn nearest(name: &str) -> String {
    flat(&Config::default())
        .into_iter()
        .map(|(known, _)| (strsim::jaro_winkler(&known, name), known))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| format!(": did you mean «{known}»?"))
        .unwrap_or_default()
}

impl Config {
    /// The settings, each with who gave it: the names in `file`, else the variables, else nobody.
    pub(crate) fn settings(
        &self,
        file: Option<&Path>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<Setting>, ConfigError> {
        let in_file = match file {
            Some(path) => named(&read_text(path)?.parse().map_err(unreadable(path))?),
            None => Vec::new(),
        };
        let settings = flat(self).into_iter().map(|(name, value)| {
            let overridden = VARIABLES.into_iter().find(|(own, _)| *own == name);
            let overridden = overridden.filter(|(_, own)| variable(own).is_some());
            let origin = match overridden {
                Some((_, variable)) => Origin::Variable(variable),
                None if in_file.contains(&name) => Origin::File,
                None => Origin::Default,
            };
            Setting { name, value, origin }
        });
        Ok(settings.collect())
    }

    /// Limits below which the server would answer nothing at all.
    fn check(&self) -> Result<(), ConfigError> {
        let SparqlConfig { seconds_max, rows_max, result_bytes_max, .. } = self.sparql;
        let SparqlConfig { workers_public, workers_private, .. } = self.sparql;
        let zeros = [
            ("client_seconds_max", self.client_seconds_max == 0),
            ("connections_max", self.connections_max == 0),
            ("body_bytes_max", self.body_bytes_max == 0),
            ("ldp.file_bytes_max", self.ldp.file_bytes_max == 0),
            ("page_members_max", self.page_members_max == 0),
            ("sparql.seconds_max", seconds_max == 0),
            ("sparql.rows_max", rows_max == 0),
            ("sparql.result_bytes_max", result_bytes_max == 0),
            ("sparql.service_bytes_max", self.sparql.service_bytes_max == 0),
            ("sparql.workers_public", workers_public == 0),
            ("sparql.workers_private", workers_private == 0),
            ("sparql.worker_bytes_max", self.sparql.worker_bytes_max == 0),
            ("sparql.waiting_max", self.sparql.waiting_max == 0),
            ("sparql.client_waiting_max", self.sparql.client_waiting_max == 0),
        ];
        if let Some((name, _)) = zeros.into_iter().find(|(_, is_zero)| *is_zero) {
            return Err(ConfigError::Zero { name });
        }
        let is_endpoint = |iri: &String| iri.starts_with("http") && NamedNode::new(iri).is_ok();
        match self.sparql.services.iter().find(|iri| !is_endpoint(iri)) {
            Some(iri) => Err(ConfigError::Service(iri.clone())),
            None => Ok(()),
        }
    }

    /// Reads the file, if one is named, then the variables `CODESOCIAL_DATA`, `CODESOCIAL_LISTEN`
    /// and `CODESOCIAL_BASE`, as `variable` gives them.
    pub(crate) fn read(
        file: Option<&Path>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut config = match file {
            None => Self::default(),
            Some(path) => {
                let text = read_text(path)?;
                let table: toml::Table = text.parse().map_err(unreadable(path))?;
                let known = flat(&Self::default());
                for name in named(&table) {
                    if !known.iter().any(|(known, _)| *known == name) {
                        return Err(ConfigError::Unknown { path: path.to_owned(), name });
                    }
                }
                toml::from_str(&text).map_err(unreadable(path))?
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
        config.check()?;
        Ok(config)
    }
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Read { path: path.to_owned(), error })
}

fn unreadable(path: &Path) -> impl Fn(toml::de::Error) -> ConfigError {
    move |error| ConfigError::Parse { path: path.to_owned(), error: Box::new(error) }
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
