//! The body of a request, whole: no larger than the configuration allows, and sent in time.

use crate::config::Config;
use crate::problem::Refusal;
use axum::body::{Body, Bytes};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

pub(crate) async fn read(config: &Config, body: Body) -> Result<Bytes, Refusal> {
    match Limited::new(body, config.body_bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Refusal::TooLarge(config.body_bytes_max))
        }
        // Where the client went away, nobody reads this.
        Err(_) => Err(Refusal::Unfinished(config.client_seconds_max)),
    }
}
