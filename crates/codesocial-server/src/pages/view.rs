//! A document as its page shows it: labels instead of IRIs, links both ways.

use super::controversy::ControversyMap;
use super::directory::{Directory, directory};
use super::history::{CHANGES_SHOWN, History};
use super::home::{Home, home};
use super::incoming::{Citations, citations};
use super::label::Text;
use super::link::{Link, local};
use super::node::{Node, Outline};
use super::phases::Phases;
use super::reading::Reading;
use super::scheme::{self, Concept};
use super::standing::{Standing, VersionFacts, described};
use super::value::Value;
use crate::extract::Portion;
use codesocial_ldp::{Document, DocumentKind};
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{dct, ibis, ldp};
use codesocial_store::Change;
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub(super) iri: String,
    /// The IRI as a word of a command line.
    pub(super) shell_iri: String,
    pub(super) title: Text,
    /// The containers that it lies in, the root first.
    pub(super) path: Vec<Link>,
    /// Of a version, what proves it.
    pub(super) version: Option<VersionFacts>,
    /// Of a #CodeSocial, what the server works out of it.
    pub(super) standing: Option<Standing>,
    /// Of a controversy, its positions and arguments.
    pub(super) map: Option<ControversyMap>,
    /// Of a programme, where its participants are.
    pub(super) phases: Option<Phases>,
    pub(super) main: Node,
    pub(super) body: Body,
    pub(super) citations: Vec<Citations>,
    pub(super) history: History,
    /// The syntaxes of RDF that it is offered in.
    formats: &'static [FormatLink],
    pub(super) created: Option<Value>,
    pub(super) modified: Option<Value>,
    /// Whether the rules judge it, so that there is a report to read.
    pub(super) judged: bool,
    /// Where the rules remark on it, how an address names its class.
    pub(super) quality: Option<String>,
    /// What the reader may do with it, other than read.
    pub(super) actions: Vec<Link>,
}

/// One syntax of RDF: what people call it, its media type, and the ending that asks for it.
#[derive(Debug, Serialize)]
struct FormatLink {
    name: &'static str,
    media_type: &'static str,
    ending: &'static str,
}

const FORMATS: [FormatLink; 6] = [
    FormatLink { name: "Turtle", media_type: "text/turtle", ending: "ttl" },
    FormatLink { name: "JSON-LD", media_type: "application/ld+json", ending: "jsonld" },
    FormatLink { name: "N-Triples", media_type: "application/n-triples", ending: "nt" },
    FormatLink { name: "N-Quads", media_type: "application/n-quads", ending: "nq" },
    FormatLink { name: "TriG", media_type: "application/trig", ending: "trig" },
    FormatLink { name: "RDF/XML", media_type: "application/rdf+xml", ending: "rdf" },
];

/// What a page shows below the properties of its resource.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Body {
    /// Parts that the resource itself does not name.
    Parts {
        nodes: Vec<Node>,
    },
    Members(Directory),
    Root(Home),
    Concepts {
        concepts: Vec<Concept>,
    },
    /// The terms of an ontology or of shapes, by class.
    Terms {
        groups: Vec<Terms>,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct Terms {
    pub(super) class: Option<Link>,
    pub(super) nodes: Vec<Node>,
}

pub(super) fn page(
    reading: &Reading<'_>,
    document: &Document,
    changes: &[Change],
    portion: &Portion,
) -> Page {
    let kind = reading.state.base().kind_of(document.iri.as_ref());
    let (is_scheme, is_version) = (kind == GraphKind::Scheme, kind == GraphKind::Version);
    let hidden = match document.kind {
        _ if is_scheme => scheme::SHOWN.to_vec(),
        DocumentKind::Container(_) => vec![dct::TITLE],
        DocumentKind::Resource
        | DocumentKind::File
        | DocumentKind::Description
        | DocumentKind::Shapes
        | DocumentKind::Access
        | DocumentKind::ReadOnly => Vec::new(),
    };
    // What a version says, it says of the description that it froze.
    let whole = described(document).filter(|_| is_version).unwrap_or(&document.iri);
    let mut outline = Outline::new(reading, whole, &document.own, hidden);
    let subject = if is_version { whole.as_str() } else { main_subject(reading, document) };
    let main = outline.node(subject);
    let version = VersionFacts::of(reading, document).filter(|_| is_version);
    let title = title(reading, document, &main, version.as_ref());
    let node = reading.state.id(&document.iri);
    let body = match document.kind {
        DocumentKind::Container(_) if document.iri == reading.state.base().root() => {
            Body::Root(home(reading, document))
        }
        DocumentKind::Container(_) => Body::Members(directory(reading, document, portion)),
        DocumentKind::ReadOnly if is_scheme => {
            Body::Concepts { concepts: scheme::tree(reading, &document.own, &mut outline) }
        }
        DocumentKind::ReadOnly if is_version => Body::Parts { nodes: outline.rest() },
        DocumentKind::Shapes | DocumentKind::Access | DocumentKind::ReadOnly => {
            Body::Terms { groups: terms(outline.rest()) }
        }
        DocumentKind::Resource | DocumentKind::File | DocumentKind::Description => {
            Body::Parts { nodes: outline.rest() }
        }
    };
    let map = ControversyMap::of(reading, document);
    let mapped: &[NamedNodeRef<'_>] = if map.is_some() { &[ibis::RESPONDS_TO] } else { &[] };
    Page {
        iri: document.iri.as_str().to_owned(),
        shell_iri: shell_word(document.iri.as_str()),
        title,
        path: path(reading, &document.iri),
        version,
        standing: Standing::of(reading, document),
        map,
        phases: Phases::of(reading, document),
        main,
        body,
        citations: node.map_or_else(Vec::new, |node| citations(reading, node, node, mapped)),
        history: History::of(reading, &document.iri, changes, CHANGES_SHOWN),
        formats: &FORMATS,
        created: stamp(reading, document, dct::CREATED),
        modified: stamp(reading, document, dct::MODIFIED),
        judged: document.kind == DocumentKind::Resource && !document.unconstrained,
        quality: None,
        actions: Vec::new(),
    }
}

fn title(
    reading: &Reading<'_>,
    document: &Document,
    main: &Node,
    version: Option<&VersionFacts>,
) -> Text {
    let mut title = main.title.clone().unwrap_or_else(|| reading.name(document.iri.as_ref()));
    if let Some(version) = version {
        let words = reading.words.text("version.title");
        title.text = words.replace("{0}", &title.text).replace("{1}", &version.number);
    }
    title
}

/// The subject that the page is about: the document itself, or what the operator's graph names
/// otherwise and describes as the whole, a scheme or an ontology.
fn main_subject<'a>(reading: &Reading<'_>, document: &'a Document) -> &'a str {
    let name = reading.state.base().path_of(document.iri.as_str()).unwrap_or_default();
    let named = |triple: &&Triple| match &triple.subject {
        NamedOrBlankNode::NamedNode(subject) => {
            subject.as_str().strip_suffix(name).is_some_and(|rest| rest.ends_with('/'))
        }
        NamedOrBlankNode::BlankNode(_) => false,
    };
    match document.own.iter().find(named).map(|triple| &triple.subject) {
        Some(NamedOrBlankNode::NamedNode(whole)) if document.kind != DocumentKind::Resource => {
            whole.as_str()
        }
        _ => document.iri.as_str(),
    }
}

/// The existing containers above a document that the reader may know of.
fn path(reading: &Reading<'_>, document: &NamedNode) -> Vec<Link> {
    let base = reading.state.base();
    let Some(path) = base.path_of(document.as_str()).filter(|path| !path.is_empty()) else {
        return Vec::new();
    };
    let ends = path.match_indices('/').map(|(end, _)| &path[..end]);
    let above = std::iter::once("").chain(ends).map(|path| base.resolve(path));
    above
        .filter_map(|container| {
            let id = reading.state.id(&container).filter(|id| reading.may_read(*id))?;
            let is_container = reading
                .classes(id)
                .into_iter()
                .any(|class| Some(class) == reading.state.id(ldp::CONTAINER));
            let href = local(base, container.as_str()).filter(|_| is_container)?;
            Some(Link::new(href, reading.name(container.as_ref())))
        })
        .collect()
}

/// What the server says of when the document was written.
fn stamp(reading: &Reading<'_>, document: &Document, property: NamedNodeRef<'_>) -> Option<Value> {
    let triple = document.meta.iter().find(|triple| triple.predicate == property)?;
    match &triple.object {
        Term::Literal(literal) => Some(reading.literal(literal)),
        Term::NamedNode(_) | Term::BlankNode(_) => None,
    }
}

/// Terms by their first class, each class sorted by label.
fn terms(nodes: Vec<Node>) -> Vec<Terms> {
    let mut groups: BTreeMap<String, Terms> = BTreeMap::new();
    for node in nodes {
        let class = node.classes.first().cloned();
        let key = class.as_ref().map(|class| class.text.sort_key()).unwrap_or_default();
        groups.entry(key).or_insert_with(|| Terms { class, nodes: Vec::new() }).nodes.push(node);
    }
    let mut groups: Vec<Terms> = groups.into_values().collect();
    for group in &mut groups {
        let key = |node: &Node| {
            let title = node.title.as_ref().map(Text::sort_key).unwrap_or_default();
            (title, node.anchor.clone())
        };
        group.nodes.sort_by_cached_key(key);
    }
    groups
}

/// A text as one word of a POSIX shell, whatever it holds.
fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Language;
    use crate::pages::sample::{outline, with_page};
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(trig: &str, path: &str, language: Language, expected: &Expect) {
        with_page(trig, path, language, |page| expected.assert_eq(&outline(page)));
    }

    const ONTOLOGY: &str = r#"
        <ns> {
            pair:Organization rdfs:label "Organisation"@fr , "Organisation"@en .
            cs:inTerritory rdfs:label "territoire"@fr , "territory"@en .
            pair:partnerOf rdfs:label "partenaire de"@fr .
            pair:hasPartner rdfs:label "a pour partenaire"@fr ; owl:inverseOf pair:partnerOf .
        }
        <shapes/actors> {
            <shapes/actors#o> a sh:NodeShape ; sh:targetClass pair:Organization ;
                sh:property <shapes/actors#name> , <shapes/actors#territory> ,
                    <shapes/actors#theme> .
            <shapes/actors#name> sh:path pair:label ; sh:name "Nom"@fr , "Name"@en ; sh:order 1 .
            <shapes/actors#territory> sh:path cs:inTerritory ; sh:name "Territoire"@fr ;
                sh:group <shapes/actors#places> ; sh:order 2 .
            <shapes/actors#theme> sh:path pair:hasTopic ; sh:name "Thèmes"@fr , "Themes"@en ;
                sh:group <shapes/actors#links> ; sh:order 1 .
            <shapes/actors#places> rdfs:label "Lieux"@fr , "Places"@en ; sh:order 20 .
            <shapes/actors#links> rdfs:label "Liens"@fr , "Links"@en ; sh:order 10 .
        }
        <scheme/theme> {
            <https://w3id.org/codesocial/scheme/theme> a skos:ConceptScheme ;
                skos:prefLabel "Thème"@fr , "Theme"@en .
            theme:eau a skos:Concept ; skos:prefLabel "Eau"@fr , "Water"@en ;
                skos:notation "eau" ; cs:order 2 .
            theme:sol a skos:Concept ; skos:prefLabel "Sol"@fr ; skos:notation "sol" ; cs:order 1 .
            <https://w3id.org/codesocial/scheme/theme/eau/pluie> a skos:Concept ;
                skos:prefLabel "Pluie"@fr , "Rain"@en ; skos:notation "eau/pluie" ;
                skos:broader theme:eau ; skos:scopeNote "Ce qui tombe."@fr .
        }
        <scheme/section> {
            section:recit a skos:Concept ; skos:prefLabel "Récit"@fr ; cs:order 1 .
            section:gouvernance a skos:Concept ; skos:prefLabel "Gouvernance"@fr ; cs:order 9 .
        }
    "#;

    const ACTORS: &str = r#"
        <organizations/a> {
            <organizations/a> a pair:Organization , <http://www.w3.org/ns/org#Organization> ;
                pair:label "Amis" ; skos:prefLabel "Amis"@fr , "Friends"@en ;
                pair:hasTopic theme:eau ; cs:inTerritory <territories/t> ;
                pair:homePage "https://example.org/" ; pair:comment "Un.\n\nDeux." ;
                pair:aboutPage <javascript:alert(1)> ; cs:origin "illustrative" ;
                pair:hasLocation [ pair:label "Le lieu" ] .
        }
        <organizations/b> {
            <organizations/b> pair:label "Bons" ; pair:partnerOf <organizations/a> ;
                cs:inTerritory <territories/t> .
        }
        <territories/t> { <territories/t> skos:prefLabel "Été"@fr . }
        <territories/t.acl> { <territories/t.acl> cs:inTerritory <territories/t> . }
    "#;

    #[test]
    fn a_resource_is_shown_in_the_order_of_its_shapes() {
        let trig = [ONTOLOGY, ACTORS].concat();
        check(
            &trig,
            "organizations/a",
            Language::French,
            &expect![[r#"
                Amis
                a [Organisation](/ns#pair:Organization)
                illustrative
                == Liens
                Thèmes:
                  [Eau](/scheme/theme#eau)
                == Lieux
                Territoire:
                  [Été](/territories/t)
                pair:aboutPage:
                  javascript:alert(1)
                pair:comment:
                  Un. ¶ Deux.
                pair:hasLocation:
                  #b-0000000000000001 Le lieu
                pair:homePage:
                  [https://example.org/](https://example.org/)
                <- a pour partenaire: [Bons](/organizations/b) (+0)
            "#]],
        );
        check(
            &trig,
            "organizations/a",
            Language::English,
            &expect![[r#"
                Friends
                a [Organisation](/ns#pair:Organization)
                illustrative
                == Links
                Themes:
                  [Water](/scheme/theme#eau)
                == Places
                Territoire@fr:
                  [Été@fr](/territories/t)
                pair:aboutPage:
                  javascript:alert(1)
                pair:comment:
                  Un. ¶ Deux.
                pair:hasLocation:
                  #b-0000000000000001 Le lieu
                pair:homePage:
                  [https://example.org/](https://example.org/)
                <- a pour partenaire@fr: [Bons](/organizations/b) (+0)
            "#]],
        );
    }

    #[test]
    fn a_resource_names_who_cites_it_and_no_one_whom_the_reader_may_not_read() {
        let trig = [ONTOLOGY, ACTORS].concat();
        check(
            &trig,
            "territories/t",
            Language::French,
            &expect![[r#"
            Été
            <- comme « territoire »: [Amis*](/organizations/a), [Bons](/organizations/b) (+0)
        "#]],
        );
    }

    #[test]
    fn sections_are_parts_in_their_order_each_shown_once() {
        let trig = [
            ONTOLOGY,
            r#"<codesocials/c> {
                <codesocials/c> pair:label "C" ;
                    cs:hasSection <codesocials/c#gouvernance> , <codesocials/c#recit> .
                <codesocials/c#gouvernance> cs:sectionOf <codesocials/c> ;
                    cs:sectionKind section:gouvernance ; cs:body "Chaque mois."@fr ;
                    cs:cites <codesocials/c#recit> .
                <codesocials/c#recit> cs:sectionOf <codesocials/c> ;
                    cs:sectionKind section:recit ; cs:body "Il était."@fr , "Once."@en ;
                    cs:statement ( "un" <codesocials/c#gouvernance> ) .
                <codesocials/c#seul> cs:text "Que rien ne nomme." .
            }"#,
        ]
        .concat();
        check(
            &trig,
            "codesocials/c",
            Language::French,
            &expect![[r#"
                C
                cs:hasSection:
                  #recit Récit
                    cs:body:
                      Il était.
                    cs:statement:
                      (
                        un
                        [Gouvernance](#gouvernance)
                      )
                  #gouvernance Gouvernance
                    cs:body:
                      Chaque mois.
                    cs:cites:
                      [Récit](#recit)
                #seul 
                  cs:text:
                    Que rien ne nomme.
            "#]],
        );
    }

    #[test]
    fn a_scheme_is_a_tree_with_both_languages() {
        check(
            ONTOLOGY,
            "scheme/theme",
            Language::French,
            &expect![[r#"
                Thème
                a [Thésaurus](http://www.w3.org/2004/02/skos/core#ConceptScheme)
                Sol /  (sol)
                  a [Concept](http://www.w3.org/2004/02/skos/core#Concept)
                Eau / Water@en (eau)
                  a [Concept](http://www.w3.org/2004/02/skos/core#Concept)
                  Pluie / Rain@en (eau/pluie)
                    a [Concept](http://www.w3.org/2004/02/skos/core#Concept)
                    note d'emploi:
                      Ce qui tombe.
            "#]],
        );
    }

    #[test]
    fn the_terms_of_the_operators_graphs_are_grouped_by_class() {
        check(
            ONTOLOGY,
            "shapes/actors",
            Language::English,
            &expect![[r#"
                actors
                terms: [Shape](http://www.w3.org/ns/shacl#NodeShape)
                  #o 
                    a [Shape](http://www.w3.org/ns/shacl#NodeShape)
                    property:
                      (
                        #name Name
                          rank:
                            1
                          path:
                            [pair:label](http://virtual-assembly.org/ontologies/pair#label)
                        #theme Themes
                          group:
                            #links Links
                              rank:
                                10
                          rank:
                            1
                          path:
                            [pair:hasTopic](http://virtual-assembly.org/ontologies/pair#hasTopic)
                        #territory Territoire@fr
                          group:
                            #places Places
                              rank:
                                20
                          rank:
                            2
                          path:
                            [territory](/ns#cs:inTerritory)
                      )
                    applies to:
                      [Organisation](/ns#pair:Organization)
            "#]],
        );
    }

    #[test]
    fn a_container_lists_its_readable_members_by_label() {
        let trig = [
            ACTORS,
            r#"<organizations.meta> {
                <organizations> a ldp:Container ;
                    ldp:contains <organizations/b> , <organizations/a> , <organizations/x.acl> .
            }
            <organizations/x.acl> { <organizations/x.acl> pair:label "Secret" . }
            <organizations> { <organizations> dct:title "Organisations"@fr . }
            <.meta> { <> a ldp:Container ; ldp:contains <organizations> . }
            <> { <> dct:title "Racine"@fr , "Root"@en . }"#,
        ]
        .concat();
        check(
            &trig,
            "organizations",
            Language::French,
            &expect![[r#"
            Organisations
            in [Racine](/)
            2 members, 0 more
            - [Amis*](/organizations/a)
            - [Bons](/organizations/b)
        "#]],
        );
        check(
            &[ONTOLOGY, &trig].concat(),
            "",
            Language::English,
            &expect![[r#"
                Root
                [Organisations@fr](/organizations): 2
                ontology Some("/ns")
                [Theme](/scheme/theme)
                [actors](/shapes/actors)
            "#]],
        );
    }

    #[test]
    fn concepts_in_a_ring_stand_at_the_top() {
        let trig = "<scheme/theme> {
            theme:a a skos:Concept ; skos:broader theme:b .
            theme:b a skos:Concept ; skos:broader theme:a .
            theme:c a skos:Concept ; skos:broader theme:b .
        }";
        with_page(trig, "scheme/theme", Language::French, |page| {
            let Body::Concepts { concepts } = &page.body else { unreachable!("a scheme") };
            let tree: Vec<_> =
                concepts.iter().map(|c| (&*c.node.anchor, c.narrower.len())).collect();
            assert_eq!(tree, [("a", 0), ("b", 1)]);
        });
    }

    #[test]
    fn what_is_nested_without_measure_is_cut_into_links() {
        const DEPTH: usize = 10_000;
        let lists = format!("{}{}", "(".repeat(DEPTH), ")".repeat(DEPTH));
        let trig = format!("<d> {{ <d> cs:statement {lists} }}");
        with_page(&trig, "d", Language::French, |page| {
            let Body::Parts { nodes } = &page.body else { unreachable!("a resource") };
            assert!(nodes.len() > 100);
        });
        let ring = "<d> { <d> cs:statement <d#a> . <d#a> rdf:first 1 ; rdf:rest <d#a> }";
        with_page(ring, "d", Language::French, |page| {
            assert_eq!(page.main.groups.len(), 1);
        });
    }

    #[test]
    fn lists_are_bounded_and_tell_how_many_more_there_are() {
        let mut trig = String::from("<c.meta> { <c> a ldp:Container . }");
        for n in 0..1_001 {
            trig.push_str(&format!("<c.meta> {{ <c> ldp:contains <c/{n}> }}"));
            trig.push_str(&format!("<c/{n}> {{ <c/{n}> cs:inTerritory <c> }}"));
        }
        with_page(&trig, "c", Language::French, |page| {
            let Body::Members(listing) = &page.body else { unreachable!("a container") };
            assert_eq!((listing.members.len(), listing.count, listing.more), (60, 1_001, 941));
            let [citations] = &page.citations[..] else { unreachable!("one property") };
            let [all] = &citations.states[..] else { unreachable!("none is in a state") };
            assert_eq!((all.documents.len(), citations.more), (100, 901));
        });
    }

    #[test]
    fn an_address_is_one_word_of_a_command() {
        assert_eq!(shell_word("http://x/$(a)'b"), r"'http://x/$(a)'\''b'");
    }
}
