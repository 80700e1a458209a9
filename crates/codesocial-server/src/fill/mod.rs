//! Filling in a form: what a person wrote in the page of a form, and the triples that say it.
//!
//! A [`Sheet`] is what a form asks for, control by control; [`Answers`] are what stands in the
//! controls, as a browser sends them or as a document has them; [`Said`] is what they say in RDF.
//! Nothing here reads or writes anything.
//!
//! Invariant: a document that is filled in and sent back as it was is unchanged, and what a sheet
//! does not show stays as it is.

mod sheet;

mod answers;
mod said;

mod placed;

pub(crate) use answers::{Answers, Row, at, control, within};
pub(crate) use said::{Namer, Said, iri};
pub(crate) use sheet::{Asked, Kind, Ontology, Section, Sheet, Tagged};

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::vocab::expand;
    use codesocial_rdf::{RdfSyntax, parse};
    use codesocial_shacl::{Form, Lang, MemoryGraph, Shapes};
    use expect_test::{Expect, expect};
    use oxrdf::{Graph, NamedNode, NamedNodeRef, Triple};

    const PREFIXES: &str = "
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix dash: <http://datashapes.org/dash#> .
        @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
        @prefix cs: <https://w3id.org/codesocial/ns#> .
        @prefix vf: <https://w3id.org/valueflows/ont/vf#> .
    ";
    const SHAPES: &str = "
        <S> sh:targetClass cs:Offer ; sh:property
            [ sh:path pair:label ; sh:name 'label' ; sh:order 1 ; sh:datatype xsd:string ;
              sh:maxCount 1 ] ,
            [ sh:path pair:comment ; sh:name 'comment' ; sh:order 2 ; sh:nodeKind sh:Literal ] ,
            [ sh:path cs:question ; sh:name 'question' ; sh:order 3 ; sh:datatype rdf:langString ] ,
            [ sh:path pair:homePage ; sh:name 'site' ; sh:order 4 ; sh:pattern '^https?:' ] ,
            [ sh:path cs:offerer ; sh:name 'offerer' ; sh:order 5 ; sh:class pair:Organization ;
              sh:maxCount 1 ] ,
            [ sh:path cs:maxDistanceKm ; sh:name 'distance' ; sh:order 6 ; sh:maxCount 1 ;
              sh:or ( [ sh:datatype xsd:decimal ] [ sh:datatype xsd:double ] ) ] ,
            [ sh:path cs:quantity ; sh:name 'quantity' ; sh:order 7 ; sh:maxCount 1 ;
              sh:node <M> ; sh:nodeKind sh:BlankNodeOrIRI ; sh:class vf:Measure ] ,
            [ sh:path cs:hasWebResource ; sh:name 'pages' ; sh:order 8 ; sh:nodeKind sh:IRI ;
              sh:class cs:WebResource ] ,
            [ sh:path cs:hasSection ; sh:name 'sections' ; sh:order 9 ; sh:class cs:Section ] ,
            [ sh:path cs:feedsSection ; sh:name 'feeds' ; sh:order 10 ; sh:class cs:Section ] ,
            [ sh:path cs:origin ; sh:name 'origin' ; dash:hidden true ; sh:defaultValue 'form' ] .
        <M> sh:property [ sh:path vf:unit ; sh:name 'unit' ; sh:datatype xsd:string ] ,
                        [ sh:path vf:value ; sh:name 'value' ; sh:datatype xsd:integer ] .
        <W> sh:targetClass cs:WebResource ; sh:property
            [ sh:path pair:label ; sh:name 'label' ; sh:datatype xsd:string ] .
        <N> sh:targetClass cs:Section ; sh:property
            [ sh:path cs:sectionOf ; sh:name 'of' ; sh:minCount 1 ; sh:class cs:Offer ] ,
            [ sh:path pair:label ; sh:name 'label' ; sh:datatype xsd:string ] .
    ";
    const DOCUMENT: &str = "http://x/offers/o";

    fn triples(turtle: &str) -> Vec<Triple> {
        let text = format!("{PREFIXES}{turtle}");
        parse::triples(text.as_bytes(), RdfSyntax::Turtle, DOCUMENT).expect("Turtle")
    }

    fn sheet() -> Sheet {
        let triples = triples(SHAPES);
        let graph: Graph = triples.iter().cloned().collect();
        let shapes = Shapes::parse(&graph).expect("shapes");
        let vocabulary: MemoryGraph = triples.into_iter().collect();
        let shapes = Known { shapes, vocabulary };
        let offer = shapes.form(expand("cs:Offer").as_ref()).expect("a form");
        Sheet::of(&offer, &shapes)
    }

    struct Known {
        shapes: Shapes,
        vocabulary: MemoryGraph,
    }

    impl Known {
        fn form(&self, class: NamedNodeRef<'_>) -> Option<Form> {
            Form::of(&self.shapes, &self.vocabulary, class, Lang::Fr)
        }
    }

    impl Ontology for Known {
        fn in_place(&self, class: &NamedNode) -> Option<Form> {
            let is_listed = class.as_str().ends_with("Organization");
            self.form(class.as_ref()).filter(|_| !is_listed)
        }

        fn inverses(&self, property: &NamedNode) -> Vec<NamedNode> {
            let back = property.as_str().ends_with("sectionOf");
            back.then(|| expand("cs:hasSection")).into_iter().collect()
        }
    }

    /// The controls as a browser sends them.
    fn controls(sheet: &Sheet, answers: &Answers, prefix: &str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for asked in sheet.asked() {
            for (n, row) in answers.rows(asked).iter().enumerate() {
                let name = control(prefix, asked, n);
                let node = row.node.as_ref().map(|node| node.as_str().to_owned());
                pairs.extend(node.map(|node| (format!("{name}|node"), node)));
                if let Kind::Part { sheet, .. } = &asked.kind {
                    pairs.extend(controls(sheet, &row.part, &within(&name)));
                    continue;
                }
                if matches!(
                    asked.kind,
                    Kind::Text { tagged: Tagged::Always | Tagged::Possibly, .. }
                ) {
                    pairs.push((format!("{name}|lang"), row.language.clone()));
                }
                pairs.push((name, row.text.clone()));
            }
        }
        pairs
    }

    fn stored_controls(stored: &[Triple]) -> Vec<(String, String)> {
        let document = NamedNode::new_unchecked(DOCUMENT).into();
        let sheet = sheet();
        controls(&sheet, &Answers::stored(&sheet, &document, stored).with_room(&sheet), "")
    }

    fn said(sent: Vec<(String, String)>, stored: &[Triple]) -> Said {
        let document = NamedNode::new_unchecked(DOCUMENT);
        let mut bits = 0;
        let mut mint = || {
            bits += 1;
            bits
        };
        let sheet = sheet();
        let answers = Answers::sent(&sheet, sent);
        Said::of(&sheet, &answers, stored, &mut Namer::minting(&document, &mut mint))
    }

    fn pairs(sent: &str) -> Vec<(String, String)> {
        let pairs = sent.lines().map(str::trim).filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.replace("\\n", "\r\n"))).collect()
    }

    fn lines(sign: &str, triples: &[Triple]) -> Vec<String> {
        let mut lines: Vec<String> = triples.iter().map(|t| format!("{sign} {t}\n")).collect();
        lines.sort_unstable();
        lines
    }

    /// What goes and what comes where the controls of a document are changed so.
    #[track_caller]
    fn check(stored: &str, changed: &str, expected: &Expect) {
        let stored = triples(stored);
        let mut sent = stored_controls(&stored);
        for (name, value) in pairs(changed) {
            sent.retain(|(known, _)| *known != name);
            sent.push((name, value));
        }
        let change = said(sent, &stored).change(&stored);
        let told = [lines("−", &change.removed), lines("+", &change.added)].concat().concat();
        let short =
            told.replace(DOCUMENT, "").replace("http://virtual-assembly.org/ontologies/", "");
        let short = short.replace("https://w3id.org/codesocial/ns", "cs");
        let short = short.replace("https://w3id.org/valueflows/ont/vf", "vf");
        expected.assert_eq(&short.replace("http://www.w3.org/2001/XMLSchema", "xsd"));
    }

    const STORED: &str = "
        <> a cs:Offer ; pair:label 'Vélo' ; pair:comment 'Un vélo.' , 'A bike.'@en ;
            cs:question 'Où ?'@fr , 'Where?'@en ; cs:maxDistanceKm '5.50'^^xsd:decimal ;
            pair:homePage <http://a.example/> , 'https://b.example' ; cs:offerer <http://x/o> ;
            cs:origin 'source' ; cs:unknown 'kept' ; cs:quantity <#b-0000000000000009> ;
            cs:hasWebResource <#page> .
        <#b-0000000000000009> a vf:Measure ; vf:unit 'km' ; vf:value 5 ; cs:unknown 'inside' .
        <#page> a cs:WebResource ; pair:label 'Page' ; cs:quantity <#inner> .
        <#inner> vf:unit 'unseen' .
    ";

    #[test]
    fn what_is_sent_back_as_it_was_changes_nothing() {
        check(STORED, "", &expect![[""]]);
        check("<> a cs:Offer .", "", &expect![[""]]);
        check("<> cs:quantity <http://y/m> ; pair:label <http://y/l> .", "", &expect![[""]]);
    }

    #[test]
    fn the_controls_of_a_document_hold_what_it_says() {
        let told = stored_controls(&triples(STORED));
        let told: String = told.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        expect![[r#"
            pair:label|0=Vélo
            pair:comment|0|lang=en
            pair:comment|0=A bike.
            pair:comment|1|lang=
            pair:comment|1=Un vélo.
            cs:question|0|lang=fr
            cs:question|0=Où ?
            cs:question|1|lang=en
            cs:question|1=Where?
            pair:homePage|0=http://a.example/
            pair:homePage|1=https://b.example
            cs:offerer|0=http://x/o
            cs:maxDistanceKm|0=5.50
            cs:quantity|0|node=http://x/offers/o#b-0000000000000009
            cs:quantity|0|vf:unit|0=km
            cs:quantity|0|vf:value|0=5
            cs:hasWebResource|0|node=http://x/offers/o#page
            cs:hasWebResource|0|pair:label|0=Page
            cs:feedsSection|0=
        "#]]
        .assert_eq(&told);
    }

    #[test]
    fn a_change_replaces_what_was_shown_and_leaves_the_rest() {
        check(
            STORED,
            "pair:label|0=Vélo cargo",
            &expect![[r#"
            − <> <pair#label> "Vélo"
            + <> <pair#label> "Vélo cargo"
        "#]],
        );
        check(
            STORED,
            "pair:comment|0=",
            &expect![[r#"
            − <> <pair#comment> "A bike."@en
        "#]],
        );
        check(
            STORED,
            "cs:question|1|lang=br",
            &expect![[r#"
            − <> <cs#question> "Where?"@en
            + <> <cs#question> "Where?"@br
        "#]],
        );
        check(
            STORED,
            "cs:question|2=Wo?\n cs:question|2|lang=de",
            &expect![[r#"
            + <> <cs#question> "Wo?"@de
        "#]],
        );
        check(
            STORED,
            "pair:comment|0=Deux\\nlignes.\n pair:comment|0|lang=fr",
            &expect![[r#"
            − <> <pair#comment> "A bike."@en
            + <> <pair#comment> "Deux\nlignes."@fr
        "#]],
        );
    }

    #[test]
    fn a_text_becomes_what_the_field_asks_for() {
        check(
            "",
            "pair:homePage|0=https://c.example/",
            &expect![[r#"
            + <> <pair#homePage> <https://c.example/>
            + <> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <cs#Offer>
            + <> <cs#origin> "form"
        "#]],
        );
        check(
            "",
            "pair:homePage|0=pas une adresse",
            &expect![[r#"
            + <> <pair#homePage> "pas une adresse"
            + <> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <cs#Offer>
            + <> <cs#origin> "form"
        "#]],
        );
        check(
            "",
            "cs:maxDistanceKm|0=1 000,5",
            &expect![[r#"
            + <> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <cs#Offer>
            + <> <cs#maxDistanceKm> "1000.5"^^<xsd#decimal>
            + <> <cs#origin> "form"
        "#]],
        );
        check(
            "",
            "cs:maxDistanceKm|0=loin",
            &expect![[r#"
            + <> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <cs#Offer>
            + <> <cs#maxDistanceKm> "loin"^^<xsd#decimal>
            + <> <cs#origin> "form"
        "#]],
        );
        check(
            "",
            "cs:offerer|0=http://x/wemob",
            &expect![[r#"
            + <> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <cs#Offer>
            + <> <cs#offerer> <http://x/wemob>
            + <> <cs#origin> "form"
        "#]],
        );
    }

    #[test]
    fn a_part_is_added_changed_and_taken_away_as_a_whole() {
        check(
            "<> a cs:Offer .",
            "cs:quantity|0|vf:value|0=7",
            &expect![[r#"
            + <#b-0000000000000001> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <vf#Measure>
            + <#b-0000000000000001> <vf#value> "7"^^<xsd#integer>
            + <> <cs#quantity> <#b-0000000000000001>
        "#]],
        );
        check(
            STORED,
            "cs:quantity|0|vf:value|0=7",
            &expect![[r#"
            − <#b-0000000000000009> <vf#value> "5"^^<xsd#integer>
            + <#b-0000000000000009> <vf#value> "7"^^<xsd#integer>
        "#]],
        );
        check(
            STORED,
            "cs:quantity|0|drop=1",
            &expect![[r#"
            − <#b-0000000000000009> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <vf#Measure>
            − <#b-0000000000000009> <cs#unknown> "inside"
            − <#b-0000000000000009> <vf#unit> "km"
            − <#b-0000000000000009> <vf#value> "5"^^<xsd#integer>
            − <> <cs#quantity> <#b-0000000000000009>
        "#]],
        );
        check(
            STORED,
            "cs:hasWebResource|0|drop=1",
            &expect![[r#"
            − <#inner> <vf#unit> "unseen"
            − <#page> <pair#label> "Page"
            − <#page> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <cs#WebResource>
            − <#page> <cs#quantity> <#inner>
            − <> <cs#hasWebResource> <#page>
        "#]],
        );
        check(
            STORED,
            "cs:hasWebResource|1|pair:label|0=Autre",
            &expect![[r#"
            + <#hasWebResource-1> <pair#label> "Autre"
            + <#hasWebResource-1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <cs#WebResource>
            + <> <cs#hasWebResource> <#hasWebResource-1>
        "#]],
        );
        check(
            STORED,
            "cs:quantity|0|vf:value|0=\n cs:quantity|0|vf:unit|0=",
            &expect![[r#"
            − <#b-0000000000000009> <vf#unit> "km"
            − <#b-0000000000000009> <vf#value> "5"^^<xsd#integer>
        "#]],
        );
        let known = STORED.replace(" ; cs:unknown 'inside'", "");
        check(
            &known,
            "cs:quantity|0|vf:value|0=\n cs:quantity|0|vf:unit|0=",
            &expect![[r#"
            − <#b-0000000000000009> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <vf#Measure>
            − <#b-0000000000000009> <vf#unit> "km"
            − <#b-0000000000000009> <vf#value> "5"^^<xsd#integer>
            − <> <cs#quantity> <#b-0000000000000009>
        "#]],
        );
    }

    #[test]
    fn a_part_names_what_it_is_a_part_of_and_is_a_link_elsewhere() {
        check(
            "<> a cs:Offer .",
            "cs:hasSection|0|pair:label|0=Récit",
            &expect![[r#"
            + <#hasSection-1> <pair#label> "Récit"
            + <#hasSection-1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <cs#Section>
            + <#hasSection-1> <cs#sectionOf> <>
            + <> <cs#hasSection> <#hasSection-1>
        "#]],
        );
        check(
            "<> a cs:Offer .",
            "cs:feedsSection|0=http://x/c#recit",
            &expect![[r#"
            + <> <cs#feedsSection> <http://x/c#recit>
        "#]],
        );
    }

    #[test]
    fn a_part_that_the_document_does_not_have_is_not_named_by_who_sends_it() {
        check(
            "<> a cs:Offer .",
            "cs:quantity|0|node=http://y/m\n cs:quantity|0|vf:value|0=7",
            &expect![[r#"
                + <#b-0000000000000001> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <vf#Measure>
                + <#b-0000000000000001> <vf#value> "7"^^<xsd#integer>
                + <> <cs#quantity> <#b-0000000000000001>
            "#]],
        );
    }
}
