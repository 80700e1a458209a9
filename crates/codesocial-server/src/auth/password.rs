//! Passwords: which are good enough, and how they are kept.
//!
//! Invariant: a wrong password and an unknown person take the same work, and no more passwords are
//! worked on at once than there are cores: each takes 19 MiB.
//! <https://www.rfc-editor.org/rfc/rfc9106>

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use codesocial_store::Random;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The costs that OWASP recommends for servers: KiB, passes, lanes.
const COSTS: (u32, u32, u32) = (19 * 1024, 2, 1);
/// What an unknown person's password is held against. Nobody has the password of it.
const OF_NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmU\
                         $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const CHARS_MIN: usize = 8;
/// So that nobody has a book hashed.
const BYTES_MAX: usize = 512;

/// A password as a person typed it.
#[derive(Clone)]
pub(crate) struct Password(String);

/// Why a text is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordError {
    Short,
    Long,
}

impl FromStr for Password {
    type Err = PasswordError;

    fn from_str(text: &str) -> Result<Self, PasswordError> {
        match text {
            _ if text.chars().count() < CHARS_MIN => Err(PasswordError::Short),
            _ if text.len() > BYTES_MAX => Err(PasswordError::Long),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

/// So that no log holds one.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// Where passwords are worked on.
pub(crate) struct Passwords {
    /// A place for each core.
    places: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { places: Arc::new(Semaphore::new(cores)) }
    }

    /// What is kept of a password.
    pub(crate) async fn hash(&self, password: &Password, random: &mut Random) -> Option<String> {
        let (password, salt) = (password.clone(), random.bytes());
        self.work(move || {
            let hash = argon().hash_password_with_salt(password.0.as_bytes(), &salt[..16]);
            hash.ok().map(|hash| hash.to_string())
        })
        .await
        .flatten()
    }

    /// Whether a text is the password of which `kept` was kept: never where nothing was.
    pub(crate) async fn is_right(&self, text: &str, kept: Option<&str>) -> bool {
        if text.len() > BYTES_MAX {
            return false;
        }
        let (text, is_known) = (text.to_owned(), kept.is_some());
        let kept = kept.unwrap_or(OF_NOBODY).to_owned();
        let right = self.work(move || argon().verify_password(text.as_bytes(), &*kept).is_ok());
        right.await.unwrap_or(false) && is_known
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let place = self.places.clone().acquire_owned().await.expect("it is never closed");
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        done.await.inspect_err(|error| tracing::error!(%error, "a password was not worked on")).ok()
    }
}

fn argon() -> Argon2<'static> {
    let (memory, passes, lanes) = COSTS;
    let params = Params::new(memory, passes, lanes, None).expect("the costs are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_and_known_again() {
        let passwords = Passwords::new();
        let password: Password = "orage sur le lac".parse().unwrap();
        let mut random = Random::of_seed([1; 32]);
        let kept = passwords.hash(&password, &mut random).await.unwrap();
        let costs = "$argon2id$v=19$m=19456,t=2,p=1$";
        assert!(kept.starts_with(costs) && OF_NOBODY.starts_with(costs), "{kept}");
        assert_eq!(kept.len(), "$argon2id$v=19$m=19456,t=2,p=1$$".len() + 22 + 43);
        assert!(passwords.is_right("orage sur le lac", Some(&kept)).await);
        assert!(!passwords.is_right("orage sur le lac ", Some(&kept)).await);
        assert!(!passwords.is_right("", Some(&kept)).await);
        assert!(!passwords.is_right("orage sur le lac", None).await);
        assert!(!passwords.is_right("orage sur le lac", Some("damaged")).await);
        let again = passwords.hash(&password, &mut random).await.unwrap();
        assert_ne!(kept, again, "each has a salt of its own");
    }

    #[tokio::test]
    async fn an_unknown_person_takes_the_work_of_a_known_one() {
        let passwords = Passwords::new();
        let kept = passwords.hash(&Password("x".repeat(8)), &mut Random::of_seed([2; 32])).await;
        let began = Instant::now();
        passwords.is_right("wrong one", kept.as_deref()).await;
        let known = began.elapsed();
        let began = Instant::now();
        passwords.is_right("wrong one", None).await;
        assert!(began.elapsed() * 5 > known, "{:?} and {known:?}", began.elapsed());
    }

    #[test]
    fn a_password_is_neither_short_nor_endless() {
        assert_eq!("1234567".parse::<Password>().unwrap_err(), PasswordError::Short);
        assert!("éèàùçâêî".parse::<Password>().is_ok());
        assert_eq!("x".repeat(513).parse::<Password>().unwrap_err(), PasswordError::Long);
        assert_eq!(format!("{:?}", Password("secret".to_owned())), "Password");
    }
}
