//! The body of a request, whole: no larger than the configuration allows, sent in time, and the one
//! that was signed where the request is.

use crate::config::Config;
use crate::problem::Refusal;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use codesocial_signatures::{Digests, Fault};
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use std::error::Error;

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) async fn read(config: &Config, body: Body) -> Result<Bytes, Refusal> {
    read_at_most(config.body_bytes_max, config, body).await
}

pub(crate) async fn read_at_most(
    bytes_max: usize,
    config: &Config,
    body: Body,
) -> Result<Bytes, Refusal> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge(bytes_max)),
        Err(error) => Err(unread(config, &*error)),
    }
}

/// Why a body did not come whole. Where the client went away, nobody reads this.
pub(crate) fn unread(config: &Config, error: &(dyn Error + 'static)) -> Refusal {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(fault) = error.downcast_ref::<Fault>() {
            return Refusal::Signature(fault.clone());
        }
        cause = error.source();
    }
    Refusal::Unfinished(config.client_seconds_max)
}

/// A signed request, whose body ends with an error unless it is the one whose digests came with it:
/// who reads it to its end, as all do before they act, has read what was signed.
pub(crate) fn judged(request: Request) -> Request {
    if !codesocial_signatures::is_signed(request.headers()) {
        return request;
    }
    let hashing = Digests::of(request.headers()).map(Digests::hashing);
    request.map(|body| {
        let parts = (body.into_data_stream(), hashing);
        Body::from_stream(stream::try_unfold(parts, |(mut body, mut hashing)| async move {
            match (body.next().await, &mut hashing) {
                (None, Ok(hashing)) => hashing.finish().map(|()| None).map_err(BoxError::from),
                (_, Err(fault)) => Err(fault.clone().into()),
                (Some(chunk), Ok(whole)) => {
                    let chunk: Bytes = chunk?;
                    whole.update(&chunk);
                    Ok(Some((chunk, (body, hashing))))
                }
            }
        }))
    })
}
