//! The suite of federated queries: each endpoint that it names is a server of its own, by whose
//! address its texts name it then.

use crate::Case;
use crate::endpoint::{Endpoint, sent};
use crate::manifest::{Entry, entries, path_of};
use crate::query::{DEFAULT, compare, media_type};
use crate::sparql::{QT, encoded, files, name, named, node, store, text_of};
use codesocial_tests::server::{BASE, Folder, Server};
use oxrdf::{NamedNode, NamedOrBlankNode, TermRef};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// An endpoint of the suite: its IRI there, and the server that it is.
struct Service {
    iri: String,
    server: Server,
}

impl Service {
    fn address(&self) -> String {
        let graph = encoded(DEFAULT);
        format!("http://{}/sparql?default-graph-uri={graph}", self.server.address())
    }
}

pub(crate) fn cases(suites: &Path, _: &Endpoint) -> Result<Vec<Case>, String> {
    let entries = entries(&suites.join("sparql11/service/manifest.ttl"))?;
    let case = |entry: Entry| Case { name: name(&entry), judge: Box::new(move || judge(&entry)) };
    Ok(entries.into_iter().map(case).collect())
}

fn judge(entry: &Entry) -> Result<(), String> {
    let action = node(entry.mf("action")).ok_or("no mf:action")?;
    let mut services: Vec<Service> = Vec::new();
    // The last first: an endpoint may ask those that are named after it.
    for (iri, files) in data(entry, &action).into_iter().rev() {
        let server = asking(&services)?;
        for file in files {
            store(&server, &named(DEFAULT), &file)?;
        }
        services.push(Service { iri, server });
    }
    let server = asking(&services)?;
    let copied = |file: &Path| copy(&server.folder, file, &services);
    for file in files(entry, &action, QT, "data") {
        store(&server, &named(DEFAULT), &copied(&file)?)?;
    }
    let text = files(entry, &action, QT, "query").pop().ok_or("no qt:query")?;
    let text = text_of(&copied(&text)?)?;
    let result = entry.mf("result").and_then(|result| path_of(result.as_ref()));
    let expected = copied(&result.ok_or("no mf:result")?)?;
    let path = format!("/sparql?default-graph-uri={}", encoded(DEFAULT));
    let accept = media_type(&expected).ok_or("a result in no known format")?;
    let request = server.post(&path).accept(accept).body("application/sparql-query", text);
    compare(&expected, &sent(request)?)
}

/// What each endpoint holds, by its IRI.
fn data(entry: &Entry, action: &NamedOrBlankNode) -> BTreeMap<String, Vec<PathBuf>> {
    let property = |name: &str| NamedNode::new_unchecked(format!("{QT}{name}"));
    let mut held = BTreeMap::new();
    for data in entry.graph.objects_for_subject_predicate(action, &property("serviceData")) {
        let Some(data) = node(Some(data.into_owned())) else { continue };
        let iri = entry.graph.object_for_subject_predicate(&data, &property("endpoint"));
        if let Some(TermRef::NamedNode(iri)) = iri {
            held.insert(iri.as_str().to_owned(), files(entry, &data, QT, "data"));
        }
    }
    held
}

/// A server that may ask those endpoints.
fn asking(services: &[Service]) -> Result<Server, String> {
    let folder = Folder::new();
    let list = |items: Vec<String>| {
        items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", ")
    };
    let origins = services.iter().map(|service| format!("http://{}", service.server.address()));
    // One that is nowhere, so that there is a list in any case.
    let nowhere = "http://nowhere.example/sparql".to_owned();
    let listed = services.iter().map(Service::address).chain([nowhere]);
    let config = format!(
        "[fetch]\nnetworks = [\"127.0.0.1\"]\norigins = [{}]\n[sparql]\nservices = [{}]\n",
        list(origins.collect()),
        list(listed.collect()),
    );
    let file = folder.path().join("codesocial.toml");
    fs::write(&file, config).map_err(|error| error.to_string())?;
    let file = file.to_str().ok_or("a path in UTF-8")?.to_owned();
    folder.try_serve(&["--base", BASE, "--config", &file])
}

/// A copy of a file in which endpoints have the addresses at which they are served.
fn copy(folder: &Folder, file: &Path, services: &[Service]) -> Result<PathBuf, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let renamed = |text: String, service: &Service| text.replace(&service.iri, &service.address());
    let text = services.iter().fold(text, renamed);
    let copy = folder.path().join(file.file_name().unwrap_or_default());
    fs::write(&copy, text).map_err(|error| error.to_string())?;
    Ok(copy)
}
