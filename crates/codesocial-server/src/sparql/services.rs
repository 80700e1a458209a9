//! The other endpoints that `SERVICE` may ask: those that the administrator named, through the one
//! client that asks other servers. <https://www.w3.org/TR/sparql11-federated-query/>

use crate::config::Config;
use crate::extract::Encoded;
use codesocial_fetch::{Answer, Client, Limits, Request, Resolver};
use codesocial_store::query::{Served, ServiceAnswer, ServiceCall, ServiceError, Services};
use std::sync::Arc;
use std::time::Duration;

/// The formats that the workers read.
const ACCEPTED: [&str; 2] = ["application/sparql-results+json", "application/sparql-results+xml"];

/// Who asks other endpoints, within the time that a query may take.
pub(crate) fn services(config: &Config) -> Arc<Services> {
    let limits = Limits {
        whole: Duration::from_secs(config.sparql.seconds_max),
        body_bytes_max: config.sparql.service_bytes_max,
        // What is asked is answered where it is asked.
        redirects_max: 0,
        ..Limits::default()
    };
    let client = Client::new(config.fetch.guard(), limits, Resolver::System);
    let listed: Arc<[String]> = config.sparql.services.clone().into();
    Arc::new(move |call: ServiceCall| {
        let (client, listed) = (client.clone(), listed.clone());
        Box::pin(async move {
            if listed.contains(&call.endpoint) {
                ask(&client, call).await
            } else {
                Err(ServiceError::Unlisted(call.endpoint))
            }
        })
    })
}

async fn ask(client: &Client, ServiceCall { endpoint, query }: ServiceCall) -> Served {
    let form = format!("query={}", Encoded(&query));
    let asked = Request::post(&endpoint, "application/x-www-form-urlencoded", form, &ACCEPTED);
    let answer = client.send(asked).await.map_err(|error| error.to_string());
    answer
        .and_then(|answer| read(&answer))
        .map_err(|message| ServiceError::Failed { endpoint: endpoint.clone(), message })
}

fn read(answer: &Answer) -> Result<ServiceAnswer, String> {
    if !answer.status.is_success() {
        return Err(answer.status.to_string());
    }
    let content_type = answer.headers.get(axum::http::header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_owned();
    let text = String::from_utf8(answer.body.to_vec()).map_err(|error| error.to_string())?;
    Ok(ServiceAnswer { media_type, text })
}
