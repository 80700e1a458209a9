//! The interaction model that a client asks for with `Link: <…>; rel="type"`.
//! <https://www.w3.org/TR/ldp/#ldpc-post-createrdf>

use crate::problem::Refusal;
use axum::http::HeaderMap;
use axum::http::header::LINK;
use codesocial_ldp::Model;
use codesocial_rdf::vocab::ldp;
use codesocial_store::ContainerKind;

/// What is asked for, if anything. Types that are not LDP's are somebody else's; of LDP's own, the
/// narrowest counts, as every container is a resource too.
pub(crate) fn asked_for(headers: &HeaderMap) -> Result<Option<Model>, Refusal> {
    let values = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    let mut asked = None;
    for class in values.flat_map(links).filter(|link| link.is_type).map(|link| link.target) {
        let narrower = [ContainerKind::Direct, ContainerKind::Indirect];
        if let Some(kind) = narrower.into_iter().find(|kind| kind.class().as_str() == class) {
            asked = Some(Model::Container(kind));
        } else if [ldp::CONTAINER, ldp::BASIC_CONTAINER].iter().any(|own| own.as_str() == class) {
            asked = asked.filter(|model| matches!(model, Model::Container(_)));
            asked = asked.or(Some(Model::Container(ContainerKind::Basic)));
        } else if ldp::NON_RDF_SOURCE.as_str() == class {
            asked = Some(Model::File);
        } else if [ldp::RESOURCE, ldp::RDF_SOURCE].iter().any(|own| own.as_str() == class) {
            asked = asked.or(Some(Model::Document));
        } else if class.starts_with(ldp::NS) {
            return Err(Refusal::InteractionModel);
        }
    }
    Ok(asked)
}

/// One link of a header.
#[derive(Debug, PartialEq, Eq)]
struct Link<'a> {
    target: &'a str,
    is_type: bool,
}

/// The links of one header value. <https://www.rfc-editor.org/rfc/rfc8288#section-3>
fn links(value: &str) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    let mut rest = value;
    while let Some((target, after)) = rest.split_once('<').and_then(|(_, r)| r.split_once('>')) {
        let mut quoted = false;
        let end = after.find(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        let (parameters, next) = after.split_at(end.unwrap_or(after.len()));
        let relation = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
        });
        let mut relations = relation.unwrap_or_default().split_ascii_whitespace();
        let is_type = relations.any(|relation| relation.eq_ignore_ascii_case("type"));
        links.push(Link { target, is_type });
        rest = next;
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &[(&str, bool)]) {
        let links: Vec<(&str, bool)> =
            links(value).into_iter().map(|link| (link.target, link.is_type)).collect();
        assert_eq!(links, expected, "{value}");
    }

    #[test]
    fn links_are_told_apart() {
        check("<a:b>; rel=\"type\"", &[("a:b", true)]);
        check("<a:b>;rel=type,<c:d>; rel=next", &[("a:b", true), ("c:d", false)]);
        check("<a:b,c>; title=\"x, <y>; rel=type\"; rel=\"x Type\"", &[("a:b,c", true)]);
        check("<a:b>; rel=\"prototype\"", &[("a:b", false)]);
        check("a:b; rel=type", &[]);
        check("<a:b", &[]);
    }
}
