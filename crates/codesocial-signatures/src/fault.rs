//! What is wrong with a signature.

/// Why a signature is not good. Each has words of its own, as who signs has to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the header {0} is not written as it should be")]
    Malformed(&'static str),
    #[error("the signature says nothing about «{0}»")]
    Uncovered(&'static str),
    #[error("the signature is about «{0}», which the request does not have or which is not known")]
    Component(String),
    #[error("the algorithm «{0}» is not accepted for this key")]
    Algorithm(String),
    #[error("the signature was made too long ago")]
    Old,
    #[error("the signature says that it was made later than now")]
    Early,
    #[error("the signature has expired")]
    Expired,
    #[error("the digest of the body is of no kind that is known: sha-256 or sha-512")]
    DigestKind,
    #[error("the body is not the one whose digest was sent")]
    Body,
    #[error("the signature was not made with the key that it names, or of another request")]
    Wrong,
}
