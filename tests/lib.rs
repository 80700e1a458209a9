//! What the tests of this package share: the program as a process, a client that asks it, what its
//! answers say, and cases that are expected to fail.

pub mod server;

pub mod elsewhere;

pub mod graph;
pub mod http;

pub mod expected;
