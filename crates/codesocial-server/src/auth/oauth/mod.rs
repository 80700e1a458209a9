//! Our OAuth 2.1 and OpenID provider: programs of others act for people who agree to it.
//!
//! One flow is understood: a code with PKCE, for programs that keep no secret. What they get is
//! bound to what the person agreed to, ends when the person says so, and can be bound to a key.
//! [OAuth 2.1](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1),
//! [Solid-OIDC](https://solidproject.org/TR/oidc)

pub(crate) mod authorize;
pub(crate) mod client;
pub(crate) mod metadata;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod userinfo;

mod error;
mod request;
mod scopes;

pub(crate) use authorize::Consent;
#[cfg(test)]
pub(crate) use scopes::KNOWN;
pub(super) use scopes::Scopes;
