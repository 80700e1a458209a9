//! Drives the program from outside: a real process, a real port, a real data directory.
//!
//! Invariant: nothing here reaches into the server. What a test knows, a client could know too;
//! the crates are used only to read what the server wrote, and for what HTTP is too slow to show.

use codesocial_tests::{graph, http, server};

mod accounts;
mod backup;
mod canary;
mod cli;
mod concurrency;
mod conditions;
mod containers;
mod cors;
mod crash;
mod damage;
mod demo;
mod derived;
mod editing;
mod export;
mod files;
mod filled;
mod fixtures;
mod forms;
mod generate;
mod hostile;
mod instances;
mod ldp;
mod memory;
mod metrics;
mod negotiation;
mod neighbours;
mod oauth;
mod once;
mod openapi;
mod operation;
mod pages;
mod paging;
mod patch;
mod personal;
mod policies;
mod private;
mod quality;
mod questions;
mod readme;
mod refusals;
mod semapps;
mod server_rules;
mod sessions;
mod shapes;
mod slow;
mod slug;
mod sparql;
mod stories;
mod tidy;
mod update;
mod versions;
mod visibility;
