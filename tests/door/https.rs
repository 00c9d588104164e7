//! The door with a certificate: both versions of TLS, and nothing for those who speak none. The
//! certificate in `tests/tls` is for localhost, signed by itself, and serves no other purpose.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use counterfoil::web::door::{Limits, Settings, TlsFiles};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::{House, PLAIN, ask, one_answer, pem, post, target};

#[test]
fn https_is_served_and_plain_http_is_not() {
    let files = TlsFiles { certificate: pem("certificate.pem"), key: pem("key.pem") };
    let limits = Limits { head: Duration::from_millis(500), ..Limits::default() };
    let settings =
        Settings { tls: Some(files), limits, ..Settings::on("127.0.0.1:0".parse().unwrap()) };
    let house = House::open(settings);
    assert!(house.door.is_tls());

    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pem("certificate.pem")).unwrap()).unwrap();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        let client =
            rustls::ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap());
        let mut stream = rustls::StreamOwned::new(client.unwrap(), house.connect());
        stream.write_all(&post("Content-Length: 4\r\n", "body")).unwrap();
        assert!(one_answer(&mut stream).ends_with("\nbody"));
        let head = post("Expect: 100-continue\r\nContent-Length: 4\r\n", "");
        stream.write_all(&head).unwrap();
        stream.read_exact(&mut [0; 25]).unwrap();
        stream.write_all(b"body").unwrap();
        assert!(one_answer(&mut stream).ends_with("\nbody"));
        stream.write_all(&target("/big")).unwrap();
        let answer = one_answer(&mut stream);
        assert_eq!(answer.split_once("\r\n\r\n").unwrap().1.len(), 8 << 20);
        // Ended by a close_notify; a cut would be an error here.
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }
    assert!(!ask(house.address(), PLAIN).contains("HTTP/"), "http was answered on an https port");
    let start = Instant::now();
    let mut silent = house.connect();
    silent.write_all(b"\x16\x03\x01").unwrap();
    assert!(!matches!(silent.read(&mut [0]), Ok(1..)));
    assert!(start.elapsed() < Duration::from_secs(5), "half a handshake was not cut");
    house.close();
}
