//! Signatures of HTTP requests in the two forms that servers send, draft-cavage-12 and RFC 9421,
//! digests of bodies (RFC 9530), and the keys that documents name.
//!
//! Pure: nothing here reads a file, a socket or a clock. Who verifies takes four steps: [`claims`]
//! tells what a request's signatures cover, after all that can be judged without a key;
//! [`Documents`] tells which documents to fetch for the key of one, and who holds it;
//! [`Claim::verify`] judges the signature; [`Digests`] judge the body while it is read.

mod claim;
mod component;
mod digest;
mod document;
mod fault;
mod key;
mod request;
mod sign;

mod cavage;
mod rfc9421;
#[cfg(test)]
mod vectors;

pub use claim::{AHEAD_MAX, BACK_MAX, CLAIMS_MAX, Claim, Form, claims, is_signed};
pub use digest::{Digests, Hashing};
pub use document::{Documents, Holder, KeyDocument, KeyFault};
pub use fault::Fault;
pub use key::{Algorithm, KeyError, PublicKey, SigningKey};
pub use request::Request;
pub use sign::{SignError, sign};
