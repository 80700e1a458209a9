//! The server that the cases of the suites use one after the other, emptied in between.

use codesocial_tests::http::{Request, Response};
use codesocial_tests::server::{BASE, Folder, Server};
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

/// A server that is started for the first case and ended after the last.
#[derive(Clone, Default)]
pub(crate) struct Endpoint(Arc<Mutex<Option<Server>>>);

impl Endpoint {
    /// Has a case use the server alone, without graphs of the cases before it.
    pub(crate) fn alone(
        &self,
        case: impl FnOnce(&Server) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let server = held.get_or_insert_with(started);
        update(server, "DROP ALL")?;
        case(server)
    }
}

/// A server that may ask an endpoint, which is nowhere: there `SERVICE` is understood.
fn started() -> Server {
    let folder = Folder::new();
    let config = folder.path().join("codesocial.toml");
    let services = "[sparql]\nservices = [\"http://nowhere.example/sparql\"]\n";
    fs::write(&config, services).expect("the folder can be written");
    folder.serve(&["--base", BASE, "--config", config.to_str().expect("a path in UTF-8")])
}

/// Carries out an update that prepares a case.
pub(crate) fn update(server: &Server, text: &str) -> Result<(), String> {
    sent(server.update(text)).map(drop)
}

/// The answer to a request that is to succeed.
pub(crate) fn sent(request: Request) -> Result<Response, String> {
    let answer = request.try_send().map_err(|error| error.to_string())?;
    if answer.status < 300 { Ok(answer) } else { Err(format!("{answer:?}")) }
}
