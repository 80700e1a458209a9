//! The only door: journal, sequencer, access, checkpoints.
