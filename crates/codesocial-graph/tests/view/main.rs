//! The view against simpler things that must agree with it: a set of quads, Oxigraph's own store,
//! its own bytes read back.

mod checkpoints;
mod copies;
mod functions;
mod generations;
mod patterns;
mod plan;
mod sparql;
mod values;
mod words;
mod world;
