//! The one HTTP client: whatever the program asks of another server goes through it.
//!
//! Who names an address that the program then asks (a WebID, a client's document, a group) must not
//! learn or move anything that only this machine may reach. So addresses are checked where the
//! connection is made, and everything that comes back has a limit.

mod client;
mod guard;
mod limits;
mod network;

pub use client::{Answer, Client, FetchError, Request};
pub use guard::{Guard, Hosts, Origin, Refused, Resolver};
pub use limits::Limits;
pub use network::Network;
pub use url::{Position, Url};
