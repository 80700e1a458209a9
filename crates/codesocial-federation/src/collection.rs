//! Collections, a page at a time. <https://www.w3.org/TR/activitystreams-core/#collections>

use codesocial_rdf::context::ACTIVITYSTREAMS_IRI;
use serde_json::{Value, json};

/// An ordered collection, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    pub id: String,
    pub total: u64,
}

impl Collection {
    /// The collection itself, which says where its items begin.
    pub fn to_json(&self) -> Value {
        json!({
            "@context": ACTIVITYSTREAMS_IRI,
            "id": self.id,
            "type": "OrderedCollection",
            "totalItems": self.total,
            "first": format!("{}?page=true", self.id),
        })
    }

    /// A page of it: the items that come after a mark, and the mark of the next page.
    pub fn page(&self, after: Option<&str>, items: &[Value], next: Option<&str>) -> Value {
        let at = |mark: Option<&str>| match mark {
            Some(mark) => format!("{}?page=true&after={mark}", self.id),
            None => format!("{}?page=true", self.id),
        };
        let mut page = json!({
            "@context": ACTIVITYSTREAMS_IRI,
            "id": at(after),
            "type": "OrderedCollectionPage",
            "partOf": self.id,
            "totalItems": self.total,
            "orderedItems": items,
        });
        if next.is_some() {
            page["next"] = json!(at(next));
        }
        page
    }
}
