//! `GET /oauth/userinfo`: who let a program act for them.
//! <https://openid.net/specs/openid-connect-core-1_0.html#UserInfo>

use crate::extract::Who;
use crate::problem::{Ask, Problem};
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use codesocial_store::{Agent, Rejection};
use serde_json::{Value, json};

type UserInfo = ([(HeaderName, &'static str); 1], Json<Value>);

pub(crate) async fn get(
    State(app): State<App>,
    Who(agent): Who,
    request: Request,
) -> Result<UserInfo, Problem> {
    let Agent::Person(person) = agent else {
        let ask = Ask::of(&request.into_parts().0);
        return Err(Problem::new(&app, &ask, Rejection::Unauthenticated));
    };
    let webid = person.webid.as_str();
    Ok(([(CACHE_CONTROL, "no-store")], Json(json!({"sub": webid, "webid": webid}))))
}
