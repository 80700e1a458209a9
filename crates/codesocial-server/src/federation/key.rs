//! The key that the instance signs with what it sends: made at the first need, kept sealed.

use crate::auth::{SignerError, new_rsa_key};
use crate::state::App;
use codesocial_signatures::SigningKey;
use codesocial_store::{KeptKey, OpaqueId, Random};

/// By what name the key is kept, beside those for tokens.
const ALGORITHM: &str = "actor RS256";

#[derive(Debug)]
pub(super) struct ActorKey {
    pub(super) signing: SigningKey,
    /// The public half, as the document of the actor holds it.
    pub(super) pem: String,
}

/// The newest key that is kept, or the first one, made now.
pub(super) async fn key(app: &App) -> Result<&ActorKey, SignerError> {
    app.federation.key.get_or_try_init(|| kept_or_made(app)).await
}

async fn kept_or_made(app: &App) -> Result<ActorKey, SignerError> {
    let keys = app.store.keys();
    let kept = match keys.newest(ALGORITHM) {
        Some(kept) => kept,
        None => {
            let mut random = app.random();
            let source = Random::of_seed(random.bytes());
            let secret = tokio::task::spawn_blocking(|| new_rsa_key(source)).await??;
            let id = OpaqueId::random(&mut random).to_string();
            let key = KeptKey { id, algorithm: ALGORITHM.to_owned(), secret };
            let kept = keys.keep(key, (app.clock)(), &mut random).await;
            kept.map_err(|error| SignerError::Keep(error.to_string()))?
        }
    };
    let unusable = |error: codesocial_signatures::KeyError| SignerError::Keep(error.to_string());
    let signing = SigningKey::from_pkcs8(&kept.secret).map_err(unusable)?;
    let pem = signing.public_pem().map_err(unusable)?;
    Ok(ActorKey { signing, pem })
}
