//! A document as its page shows it: labels instead of IRIs, links both ways.

use super::incoming::{Citations, citations};
use super::label::Text;
use super::link::{Link, local};
use super::listing::{Card, Listing, Vocabularies, cards, members, vocabularies};
use super::node::{Node, Outline};
use super::reading::Reading;
use super::scheme::{self, Concept};
use super::value::Value;
use codesocial_ldp::{Document, DocumentKind};
use codesocial_rdf::GraphKind;
use codesocial_rdf::vocab::{dct, ldp};
use oxrdf::{NamedNode, Term};
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
    pub(super) main: Node,
    pub(super) body: Body,
    pub(super) citations: Vec<Citations>,
    pub(super) created: Option<Value>,
    pub(super) modified: Option<Value>,
    /// Whether the rules judge it, so that there is a report to read.
    pub(super) judged: bool,
}

/// What a page shows below the properties of its resource.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Body {
    /// Parts that the resource itself does not name.
    Parts {
        nodes: Vec<Node>,
    },
    Members(Listing),
    Root {
        cards: Vec<Card>,
        vocabularies: Vocabularies,
    },
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

pub(super) fn page(reading: &Reading<'_>, document: &Document) -> Page {
    let kind = reading.state.base().kind_of(document.iri.as_ref());
    let is_scheme = kind == GraphKind::Scheme;
    let hidden = match document.kind {
        _ if is_scheme => scheme::SHOWN.to_vec(),
        DocumentKind::Container => vec![dct::TITLE],
        DocumentKind::Resource | DocumentKind::ReadOnly => Vec::new(),
    };
    let mut outline = Outline::new(reading, &document.iri, &document.own, hidden);
    let subject = main_subject(reading, document);
    let main = outline.node(subject);
    let title = main.title.clone().unwrap_or_else(|| reading.name(document.iri.as_ref()));
    let node = reading.state.id(&document.iri);
    let body = match document.kind {
        DocumentKind::Container if document.iri == reading.state.base().root() => Body::Root {
            cards: cards(reading, document.members()),
            vocabularies: vocabularies(reading),
        },
        DocumentKind::Container => Body::Members(members(reading, document.members())),
        DocumentKind::ReadOnly if is_scheme => {
            Body::Concepts { concepts: scheme::tree(reading, &document.own, &mut outline) }
        }
        DocumentKind::ReadOnly => Body::Terms { groups: terms(outline.rest()) },
        DocumentKind::Resource => Body::Parts { nodes: outline.rest() },
    };
    Page {
        iri: document.iri.as_str().to_owned(),
        shell_iri: shell_word(document.iri.as_str()),
        title,
        path: path(reading, &document.iri),
        main,
        body,
        citations: node.map_or_else(Vec::new, |node| citations(reading, node, node)),
        created: stamp(reading, document, dct::CREATED),
        modified: stamp(reading, document, dct::MODIFIED),
        judged: document.kind == DocumentKind::Resource && !document.unconstrained,
    }
}

/// The subject that the page is about: the document itself, or what the operator's graph names
/// otherwise and describes as the whole, a scheme or an ontology.
fn main_subject<'a>(reading: &Reading<'_>, document: &'a Document) -> &'a str {
    let name = reading.state.base().path_of(document.iri.as_str()).unwrap_or_default();
    let named = |triple: &&oxrdf::Triple| match &triple.subject {
        oxrdf::NamedOrBlankNode::NamedNode(subject) => {
            subject.as_str().strip_suffix(name).is_some_and(|rest| rest.ends_with('/'))
        }
        oxrdf::NamedOrBlankNode::BlankNode(_) => false,
    };
    match document.own.iter().find(named).map(|triple| &triple.subject) {
        Some(oxrdf::NamedOrBlankNode::NamedNode(whole))
            if document.kind == DocumentKind::ReadOnly =>
        {
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
fn stamp(
    reading: &Reading<'_>,
    document: &Document,
    property: oxrdf::NamedNodeRef<'_>,
) -> Option<Value> {
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
pub(super) mod tests {
    use super::*;
    use crate::extract::Language;
    use crate::pages::Words;
    use codesocial_graph::{Readers, Snapshot};
    use codesocial_rdf::{Base, Changeset, RdfSyntax, parse, skolem};
    use codesocial_store::Etag;
    use expect_test::{Expect, expect};
    use std::collections::HashMap;
    use std::fmt::Write as _;

    const BASE: &str = "http://x/";
    const PREFIXES: &str = "
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix dct: <http://purl.org/dc/terms/> .
        @prefix ldp: <http://www.w3.org/ns/ldp#> .
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
        @prefix cs: <https://w3id.org/codesocial/ns#> .
        @prefix theme: <https://w3id.org/codesocial/scheme/theme/> .
        @prefix section: <https://w3id.org/codesocial/scheme/section/> .
        @base <http://x/> .
    ";

    /// A state that holds the graphs of a TriG text, as an anonymous reader sees it.
    pub(in crate::pages) fn with_reading(
        trig: &str,
        language: Language,
        test: impl FnOnce(&Reading<'_>),
    ) {
        let text = format!("{PREFIXES}{trig}");
        let quads = parse::quads(text.as_bytes(), RdfSyntax::TriG, BASE).expect("TriG");
        let mut graphs: BTreeMap<String, Vec<oxrdf::Triple>> = BTreeMap::new();
        for quad in quads {
            let graph = quad.graph_name.to_string().trim_matches(['<', '>']).to_owned();
            graphs.entry(graph).or_default().push(quad.into());
        }
        let mut added = Vec::new();
        for (graph, mut triples) in graphs {
            let mut bits = 0;
            skolem::skolemise(&mut triples, &graph, HashMap::new(), || {
                bits += 1;
                bits
            });
            let graph = NamedNode::new_unchecked(graph);
            added.extend(triples.into_iter().map(|triple| triple.in_graph(graph.clone())));
        }
        let base = Base::parse(BASE).expect("a base");
        let mut candidate = Snapshot::empty(base).candidate();
        let changes = Changeset { added, ..Changeset::default() };
        candidate.apply(&changes).expect("it fits");
        let state = candidate.publish();
        let words = Words::of(language);
        test(&Reading::new(&state, Readers::everyone(), language, &words));
    }

    fn read(reading: &Reading<'_>, path: &str) -> Document {
        let iri = reading.state.base().resolve(path);
        let meta = NamedNode::new_unchecked(format!("{}.meta", iri.as_str()));
        let meta: Vec<_> = reading.state.graph(meta.as_ref().into()).collect();
        let is_container = meta.iter().any(|triple| triple.object == ldp::CONTAINER.into());
        let kind = match reading.state.base().kind_of(iri.as_ref()) {
            GraphKind::Resource if is_container => DocumentKind::Container,
            GraphKind::Resource => DocumentKind::Resource,
            _ => DocumentKind::ReadOnly,
        };
        let own = reading.state.graph(iri.as_ref().into()).collect();
        Document { iri, kind, unconstrained: false, etag: Etag(String::new()), own, meta }
    }

    pub(in crate::pages) fn with_page(
        trig: &str,
        path: &str,
        language: Language,
        test: impl FnOnce(&Page),
    ) {
        with_reading(trig, language, |reading| test(&page(reading, &read(reading, path))));
    }

    /// The page of a document as indented text.
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
                sh:property <shapes/actors#name> , <shapes/actors#territory> , <shapes/actors#theme> .
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
                nom:
                  Friends@en
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
                name:
                  Amis@fr
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
                      Once.@en
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
                      #name Name
                        name:
                          Nom@fr
                        rank:
                          1
                        path:
                          [pair:label](http://virtual-assembly.org/ontologies/pair#label)
                      #theme Themes
                        group:
                          #links Links
                            name:
                              Liens@fr
                            rank:
                              10
                        name:
                          Thèmes@fr
                        rank:
                          1
                        path:
                          [pair:hasTopic](http://virtual-assembly.org/ontologies/pair#hasTopic)
                      #territory Territoire@fr
                        group:
                          #places Places
                            name:
                              Lieux@fr
                            rank:
                              20
                        rank:
                          2
                        path:
                          [territory](/ns#cs:inTerritory)
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
    fn an_address_is_one_word_of_a_command() {
        assert_eq!(shell_word("http://x/$(a)'b"), r"'http://x/$(a)'\''b'");
    }

    fn outline(page: &Page) -> String {
        let mut text = format!("{}\n", show_text(&page.title));
        if !page.path.is_empty() {
            let path: Vec<_> = page.path.iter().map(show_link).collect();
            writeln!(text, "in {}", path.join(" / ")).unwrap();
        }
        show_node(&page.main, 0, &mut text);
        match &page.body {
            Body::Parts { nodes } => nodes.iter().for_each(|node| show_part(node, 0, &mut text)),
            Body::Members(listing) => {
                writeln!(text, "{} members, {} more", listing.count, listing.more).unwrap();
                for link in &listing.members {
                    writeln!(text, "- {}", show_link(link)).unwrap();
                }
            }
            Body::Root { cards, vocabularies } => {
                for card in cards {
                    writeln!(text, "{}: {}", show_link(&card.link), card.count).unwrap();
                }
                writeln!(text, "ontology {:?}", vocabularies.ontology).unwrap();
                for link in vocabularies.schemes.iter().chain(&vocabularies.shapes) {
                    writeln!(text, "{}", show_link(link)).unwrap();
                }
            }
            Body::Concepts { concepts } => show_concepts(concepts, 0, &mut text),
            Body::Terms { groups } => {
                for group in groups {
                    let class = group.class.as_ref().map(show_link).unwrap_or_default();
                    writeln!(text, "terms: {class}").unwrap();
                    group.nodes.iter().for_each(|node| show_part(node, 1, &mut text));
                }
            }
        }
        for citations in &page.citations {
            let links: Vec<_> = citations.documents.iter().map(show_link).collect();
            let (name, more) = (show_text(&citations.name), citations.more);
            writeln!(text, "<- {name}: {} (+{more})", links.join(", ")).unwrap();
        }
        text
    }

    fn show_text(text: &Text) -> String {
        match &text.lang {
            Some(lang) => format!("{}@{lang}", text.text),
            None => text.text.clone(),
        }
    }

    fn show_link(link: &Link) -> String {
        let mark = if link.illustrative { "*" } else { "" };
        match &link.href {
            Some(href) => format!("[{}{mark}]({href})", show_text(&link.text)),
            None => show_text(&link.text),
        }
    }

    fn show_concepts(concepts: &[Concept], depth: usize, text: &mut String) {
        for concept in concepts {
            let indent = "  ".repeat(depth);
            let other = concept.other.as_ref().map(show_text).unwrap_or_default();
            let notation = concept.notation.as_deref().unwrap_or_default();
            let title = concept.node.title.as_ref().map(show_text).unwrap_or_default();
            writeln!(text, "{indent}{title} / {other} ({notation})").unwrap();
            show_node(&concept.node, depth + 1, text);
            show_concepts(&concept.narrower, depth + 1, text);
        }
    }

    fn show_part(node: &Node, depth: usize, text: &mut String) {
        let title = node.title.as_ref().map(show_text).unwrap_or_default();
        writeln!(text, "{}#{} {title}", "  ".repeat(depth), node.anchor).unwrap();
        show_node(node, depth + 1, text);
    }

    fn show_node(node: &Node, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        if !node.classes.is_empty() {
            let classes: Vec<_> = node.classes.iter().map(show_link).collect();
            writeln!(text, "{indent}a {}", classes.join(", ")).unwrap();
        }
        if node.illustrative {
            writeln!(text, "{indent}illustrative").unwrap();
        }
        for group in &node.groups {
            if let Some(title) = &group.title {
                writeln!(text, "{indent}== {}", show_text(title)).unwrap();
            }
            for field in &group.fields {
                writeln!(text, "{indent}{}:", show_text(&field.name)).unwrap();
                field.values.iter().for_each(|value| show_value(value, depth + 1, text));
            }
        }
    }

    fn show_value(value: &Value, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        match value {
            Value::Link(link) => writeln!(text, "{indent}{}", show_link(link)).unwrap(),
            Value::Text { paragraphs, lang } => {
                let lang = lang.as_ref().map(|lang| format!("@{lang}")).unwrap_or_default();
                writeln!(text, "{indent}{}{lang}", paragraphs.join(" ¶ ")).unwrap();
            }
            Value::Plain { text: plain } => writeln!(text, "{indent}{plain}").unwrap(),
            Value::Time { text: time, .. } => writeln!(text, "{indent}{time}").unwrap(),
            Value::List { items } => {
                writeln!(text, "{indent}(").unwrap();
                items.iter().for_each(|item| show_value(item, depth + 1, text));
                writeln!(text, "{indent})").unwrap();
            }
            Value::Part(node) => show_part(node, depth, text),
        }
    }
}
