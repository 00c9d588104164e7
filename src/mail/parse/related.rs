//! Parts that show each other (RFC 2387): which of them is the page, and which it cites, by
//! Content-ID (RFC 2392) or by Content-Location (RFC 2557).

use std::collections::{HashMap, HashSet};

use super::fields;
use super::parts::Part;

/// The part of a `multipart/related` that shows the others: the one its `start` parameter names
/// (RFC 2387 section 3.2), else the first.
pub(super) fn root_of(parts: &[Part<'_>], related: &Part<'_>) -> usize {
    let bare = |id: &str| id.trim_matches([' ', '<', '>', '\t']).to_owned();
    let start = related.kind.get("start").map(|start| bare(&start));
    let named = start.and_then(|start| {
        let id =
            |child: usize| parts[child].head.get("content-id").map(|id| fields::text(id, None));
        related
            .children
            .iter()
            .copied()
            .find(|&child| id(child).is_some_and(|id| bare(&id) == start))
    });
    named.or(related.children.first().copied()).unwrap_or_default()
}

/// The Content-IDs that `cid:` links name (RFC 2392).
pub(super) fn cited_ids(safe_html: &str) -> HashSet<String> {
    let links = safe_html.split("\"cid:").skip(1);
    let ids = links.filter_map(|link| link.split('"').next());
    ids.map(|id| {
        let mut bytes = Vec::new();
        fields::percent_decode(&id.replace("&amp;", "&"), &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
    .collect()
}

/// The Content-ID of a part without its brackets; for a part that has none its Content-Location,
/// by which the page may cite it as well.
pub(super) fn id_of(part: &Part<'_>) -> Option<String> {
    let written = |name: &str| {
        let id = fields::one_line(&fields::text(part.head.get(name)?, None));
        let id = id.trim_matches(['<', '>', ' ', '"']).to_owned();
        (!id.is_empty()).then_some(id)
    };
    let location = || {
        // Anything but a picture is opened as a file.
        written("content-location").filter(|_| part.kind.value.starts_with("image/"))
    };
    written("content-id").or_else(location)
}

/// The ids of pictures that have no Content-ID, by their Content-Location and its last segment.
pub(super) fn locations(parts: &[Part<'_>]) -> HashMap<String, String> {
    let without_id = parts.iter().filter(|part| part.head.get("content-id").is_none());
    let mut locations = HashMap::new();
    for location in without_id.filter_map(id_of) {
        let name = location.rsplit('/').next().unwrap_or_default().to_owned();
        for address in [location.clone(), name] {
            locations.entry(address).or_insert_with(|| location.clone());
        }
    }
    locations
}
