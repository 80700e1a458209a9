//! What reading and writing a resource means: no HTTP, no network.
