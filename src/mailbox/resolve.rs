//! Names to addresses for `http`: remembers an answer for a minute. The HTTP library looks a name up
//! for every request, on a thread of its own each time when there is a time-out.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long an answer is trusted. Sign-in and Graph change their addresses within minutes.
const TRUSTED: Duration = Duration::from_secs(60);

/// Looks names up, at most once a minute each.
#[derive(Default)]
pub(super) struct Remembering {
    inner: DefaultResolver,
    known: Mutex<HashMap<String, (Instant, Vec<SocketAddr>)>>,
}

impl std::fmt::Debug for Remembering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Remembering")
    }
}

impl Remembering {
    fn known(&self, name: &str) -> Option<Vec<SocketAddr>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, addresses) = known.get(name)?;
        (since.elapsed() < TRUSTED).then(|| addresses.clone())
    }

    fn filled(&self, addresses: &[SocketAddr]) -> ResolvedSocketAddrs {
        let mut filled = self.empty();
        // The array of the library holds sixteen.
        addresses.iter().take(16).for_each(|address| filled.push(*address));
        filled
    }
}

impl Resolver for Remembering {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let port =
            uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        let host = uri.host().unwrap_or_default();
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Ok(self.filled(&[SocketAddr::new(address, port)]));
        }
        let name = format!("{host}:{port}");
        if let Some(addresses) = self.known(&name) {
            return Ok(self.filled(&addresses));
        }
        let resolved = self.inner.resolve(uri, config, timeout)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(name, (Instant::now(), resolved.to_vec()));
        Ok(resolved)
    }
}
