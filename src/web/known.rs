//! Whom the door may trust with a large body: whoever has a session or a token that is valid now.
//! Nothing is allowed by this; who answers the request looks again, and more closely.

use std::sync::{Arc, Mutex, PoisonError};

use super::api;
use super::asked::Asked;
use super::door::Known;
use super::session::Visitor;
use crate::store::{self, Store};
use crate::time::{Clock, Timestamp};

/// The check for the door, by a store of its own, which it reads only.
pub(super) fn known(store: Store, clock: Arc<dyn Clock>) -> Known {
    let store = Mutex::new(store);
    Known::new(move |credentials| {
        let asked = Asked {
            cookies: credentials.cookies.to_owned(),
            authorization: credentials.authorization.map(str::to_owned),
            ..Asked::default()
        };
        let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
        is_known(&asked, &mut store, clock.now()).unwrap_or_else(|error| {
            log::error!(target: "web", "cannot tell who sends a large request: {error}");
            false
        })
    })
}

fn is_known(asked: &Asked, store: &mut Store, now: Timestamp) -> Result<bool, store::Error> {
    if let Some(authorization) = &asked.authorization {
        return store.knows_token(api::secret_of(authorization));
    }
    Ok(Visitor::of(asked, store, now)?.is_some())
}
