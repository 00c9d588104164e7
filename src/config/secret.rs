//! A secret in memory, and where it is read from: a file or the service manager's credential store.
//! Nothing here ever puts the content of a secret into a text meant for people: it has no
//! `Display`, its `Debug` hides it, and errors name the place only.

use std::fmt;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The longest secret accepted, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// A secret. Its memory is wiped when it is dropped; it can only be looked at by [`Self::expose`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes `text` as a secret, as it is.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// Where a secret is read from. Its `Display` is for people, such as `file /etc/x` or
/// `credential NAME`, and holds nothing of the secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SecretSource {
    /// This file.
    File(PathBuf),
    /// The file of this name in `$CREDENTIALS_DIRECTORY`, where systemd's `LoadCredential=` puts it.
    Credential(String),
}

/// Why a secret could not be read. Holds the place, never the content.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The service manager handed over no credentials.
    #[error(
        "reading credential {0}: $CREDENTIALS_DIRECTORY is not set; run under systemd with \
         LoadCredential={0}:FILE, or name a file instead"
    )]
    NoCredentials(String),
    /// The file cannot be opened or read.
    #[error("reading the secret from {place}: {}", reason(cause))]
    Unreadable {
        /// The source, in words.
        place: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// What was read is no secret; the text says why and what to do.
    #[error("reading the secret from {place}: {what}")]
    Unusable {
        /// The source, in words.
        place: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

fn reason(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => {
            "it does not exist; create it with mode 0600 and the secret as its only line".into()
        }
        io::ErrorKind::PermissionDenied => {
            "permission denied; make it readable for the user this program runs as".into()
        }
        _ => cause.to_string(),
    }
}

impl SecretSource {
    /// Reads the secret: the file's text without white space around it.
    ///
    /// # Errors
    /// When the file is missing, unreadable, empty, too long, or holds more than one line or word.
    pub fn read(&self) -> Result<Secret, SecretError> {
        self.read_below(std::env::var_os("CREDENTIALS_DIRECTORY").as_deref().map(Path::new))
    }

    /// What an administrator should mend although the secret can be read: that others can, too.
    pub fn warning(&self) -> Option<String> {
        let Self::File(path) = self else { return None };
        let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then(|| {
            format!(
                "{self} may be read by others (mode {mode:04o}); run chmod 600 {}",
                path.display()
            )
        })
    }

    fn read_below(&self, credentials: Option<&Path>) -> Result<Secret, SecretError> {
        let path = match self {
            Self::File(path) => path.clone(),
            Self::Credential(name) => {
                credentials.ok_or_else(|| SecretError::NoCredentials(name.clone()))?.join(name)
            }
        };
        let place = self.to_string();
        // Filled once to its full size, so that no half of a secret stays behind when it grows.
        let mut bytes = Zeroizing::new(vec![0_u8; MAX_BYTES + 1]);
        let length = fill(&path, &mut bytes)
            .map_err(|cause| SecretError::Unreadable { place: place.clone(), cause })?;
        let unusable = |what| Err(SecretError::Unusable { place: place.clone(), what });
        if length > MAX_BYTES {
            return unusable("it is longer than 16 KiB; it must hold the secret and nothing else");
        }
        let Ok(text) = std::str::from_utf8(&bytes[..length]) else {
            return unusable("it is not UTF-8 text; write the secret into it as plain text");
        };
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return unusable("it is empty; write the secret into it");
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return unusable(
                "it holds more than one word; it must hold the secret and nothing else",
            );
        }
        Ok(Secret(text.to_owned()))
    }
}

/// Reads the file into `bytes` until either ends; says how much was read.
fn fill(path: &Path, bytes: &mut [u8]) -> io::Result<usize> {
    let mut file = std::fs::File::open(path)?;
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Credential(name) => write!(f, "credential {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECRET: &str = "Q~hush-hush";

    #[test]
    fn a_secret_is_read_without_the_white_space_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (case, content, expected) in [
            ("bare", "Q~hush-hush", Ok(SECRET)),
            ("with a line end", "Q~hush-hush\n", Ok(SECRET)),
            ("from Windows", "\u{feff}Q~hush-hush \r\n", Ok(SECRET)),
            ("empty", "", Err("it is empty")),
            ("only white space", " \n\n", Err("it is empty")),
            ("two lines", "Q~hush-hush\nmore", Err("more than one word")),
        ] {
            std::fs::write(&path, content).unwrap();
            match (SecretSource::File(path.clone()).read_below(None), expected) {
                (Ok(secret), Ok(text)) => assert_eq!(secret.expose(), text, "{case}"),
                (Err(error), Err(part)) => {
                    let error = error.to_string();
                    assert!(error.contains(part), "{case}: {error}");
                    assert!(!error.contains("hush"), "{case}: {error}");
                }
                (read, _) => panic!("{case}: {read:?}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let binary = folder.path().join("binary");
        std::fs::write(&binary, [0xff, 0xfe, 1]).unwrap();
        let long = folder.path().join("long");
        std::fs::write(&long, "x".repeat(MAX_BYTES + 1)).unwrap();
        let missing = folder.path().join("missing");
        for (source, expected) in [
            (SecretSource::File(missing.clone()), "it does not exist; create it with mode 0600"),
            (SecretSource::File(binary), "it is not UTF-8 text"),
            (SecretSource::File(long), "it is longer than 16 KiB"),
            (SecretSource::Credential("graph".into()), "$CREDENTIALS_DIRECTORY is not set"),
        ] {
            let error = source.read_below(None).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(error.contains(&source.to_string()), "{error}");
        }
    }

    #[test]
    fn a_credential_is_read_below_the_credentials_directory() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("graph"), SECRET).unwrap();
        let source = SecretSource::Credential("graph".into());
        assert_eq!(source.read_below(Some(folder.path())).unwrap().expose(), SECRET);
        assert_eq!(source.warning(), None);
    }

    #[test]
    fn a_file_others_may_read_is_warned_about() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, SECRET).unwrap();
        let source = SecretSource::File(path.clone());
        for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let warning = source.warning();
            assert_eq!(warning.is_some(), warned, "{mode:o}: {warning:?}");
            assert!(warning.is_none_or(|text| text.contains(&format!("mode {mode:04o}"))));
        }
    }

    #[test]
    fn debug_hides_the_secret() {
        assert_eq!(format!("{:?}", Secret::new(SECRET.into())), "Secret(hidden)");
    }
}
