//! Given shapes and a graph, says what is wrong. Pure: no I/O.
