//! What instances of SemApps read besides what all servers do.

mod void;

pub use void::void;
