//! What signs somebody in: secrets of random bits, and passwords as argon2id hashes (RFC 9106) in the text
//! form of PHC strings. Which passwords are taken is decided in `desk::signing_in`; whose they are is in
//! `people`.

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Argon2, Params};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};

use super::{Error, Result};

/// A secret just made: what its holder gets, and nobody else ever sees again.
pub struct Token(pub String);

/// Memory of one hash in KiB: the stronger in memory of the equally strong choices that OWASP's
/// password storage cheat sheet names (46 MiB with one pass, or 19 MiB with two). Being larger than
/// the 32 MiB up to which glibc may keep what is freed (mallopt(3), M_MMAP_THRESHOLD), it goes back to
/// the system after each sign-in.
const MEMORY_KIB: u32 = 46 * 1_024;

/// Passes over that memory.
const PASSES: u32 = 1;

/// Held while a password is hashed: however many sign in at once, there is memory for one.
static ONE: Mutex<()> = Mutex::new(());

/// 256 random bits as URL-safe text.
pub(super) fn random_token() -> Result<Token> {
    let mut bytes = [0_u8; 32];
    random(&mut bytes)?;
    Ok(Token(URL_SAFE_NO_PAD.encode(bytes)))
}

fn random(bytes: &mut [u8]) -> Result<()> {
    SystemRandom::new().fill(bytes).map_err(|_| {
        Error::NotPossible("the system gives no random numbers; check /dev/urandom".to_owned())
    })
}

/// The PHC string of a password, with a salt of its own.
pub(super) fn hash(password: &str) -> Result<String> {
    let failed = |why: &dyn std::fmt::Display| {
        Error::NotPossible(format!("the password cannot be hashed: {why}"))
    };
    let mut salt = [0_u8; 16];
    random(&mut salt)?;
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| failed(&error))?;
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let hash = Argon2::from(params).hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| failed(&error))
}

/// Whether a password is the one of this PHC string, which says by itself how it was made.
pub(super) fn is_right(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1_024
    }

    #[test]
    fn a_password_fits_its_own_hash_and_no_other() {
        let hash = hash("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{hash}");
        assert!(is_right("correct horse", &hash));
        assert!(!is_right("correct hors", &hash) && !is_right("correct horse", "x"));
    }

    #[test]
    fn many_who_sign_in_at_once_leave_no_memory_taken() {
        let hash = hash("correct horse").unwrap();
        let before = resident();
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| (0..2).for_each(|_| assert!(is_right("correct horse", &hash))));
            }
        });
        // Kept in the arena of each thread it would be hundreds.
        assert!(resident() < before + 60, "{before} MiB before, {} after", resident());
    }
}
