//! The certificate of the web, read from its PEM files, and what of TLS we speak: 1.2 and 1.3
//! with the ring provider.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Error, TlsFiles};

/// Reads the files and checks that they belong together.
pub(super) fn config(files: &TlsFiles) -> Result<Arc<ServerConfig>, Error> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable("tls_certificate_file", &files.certificate, &error))?;
    if chain.is_empty() {
        return Err(unreadable(
            "tls_certificate_file",
            &files.certificate,
            &pem::Error::NoItemsFound,
        ));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unreadable("tls_key_file", &files.key, &error))?;

    let unusable = |error: rustls::Error| match error {
        rustls::Error::InconsistentKeys(_) => Error::Tls(format!(
            "cannot serve https: the key in {} does not belong to the certificate in {}; \
             give the pair that was made together in [web] tls_certificate_file and tls_key_file",
            files.key.display(),
            files.certificate.display()
        )),
        error => Error::Tls(format!(
            "cannot serve https with the certificate in {} and the key in {}: {error}; \
             check [web] tls_certificate_file and tls_key_file",
            files.certificate.display(),
            files.key.display()
        )),
    };
    let mut config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn unreadable(setting: &str, path: &Path, error: &pem::Error) -> Error {
    let why = match error {
        pem::Error::NoItemsFound if setting == "tls_key_file" => {
            "it holds no unencrypted private key in PEM form".to_owned()
        }
        pem::Error::NoItemsFound => "it holds no certificate in PEM form".to_owned(),
        pem::Error::Io(error) => error.to_string(),
        error => format!("it is damaged: {error}"),
    };
    Error::Tls(format!(
        "cannot read {} for [web] {setting}: {why}; give a PEM file this program may read",
        path.display()
    ))
}
