//! How much of another server's time and bytes is taken.

use std::time::Duration;

/// Limits of one request, and of all together.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To find the address, connect and agree on TLS.
    pub connect: Duration,
    /// From the first look at the address to the last byte of the answer, redirects included.
    pub whole: Duration,
    /// Of an answer, as it comes and decompressed.
    pub body_bytes_max: usize,
    /// How many times as long a decompressed answer may be.
    pub ratio_max: usize,
    /// Of the lines before the body.
    pub head_bytes_max: usize,
    pub redirects_max: u32,
    /// Requests at once; more wait, within their own time.
    pub running_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            whole: Duration::from_secs(10),
            body_bytes_max: 1024 * 1024,
            ratio_max: 100,
            head_bytes_max: 32 * 1024,
            redirects_max: 1,
            running_max: 32,
        }
    }
}
