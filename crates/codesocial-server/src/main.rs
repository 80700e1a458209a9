//! `codesocial`: the server and its tools, one binary.

mod assets;
mod body;
mod cli;
mod config;
mod connections;

mod router;
mod routes;
mod state;

mod cache;
mod extract;
mod policy;
mod problem;
mod rendered;
mod representation;
mod upload;

mod auth;
mod client;
mod context;
mod cors;
mod elsewhere;
mod export;
mod federation;
mod fill;
mod graph_store;
mod health;
mod ldp;
mod metrics;
mod once;
mod openapi;
mod pages;
mod quality;
mod report;
mod search;
mod semapps;
mod shapes;
mod snapshot;
mod solutions;
mod sparql;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
