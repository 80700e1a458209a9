//! Ids, sorted arrays, snapshots, readers, and SPARQL over them. Pure: no I/O.
