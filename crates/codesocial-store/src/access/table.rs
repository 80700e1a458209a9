//! The access table: one small registry, and what each of nine agents may do with each of its
//! documents and other graphs. Modes are `r`ead, `a`ppend, `w`rite and `c`ontrol.

use super::law::after;
use super::{AccessMode, Agent, Elsewhere, Modes, Person, REMOTE_GROUP_MAX, RemoteGroup, Scope};
use crate::{OpaqueId, Random, State};
use codesocial_rdf::{Base, Changeset, RdfSyntax, parse};
use jiff::{SignedDuration, Timestamp};
use oxrdf::{NamedNode, Quad};
use std::sync::Arc;

const BASE: &str = "http://x/";

/// The root gives its members nothing; below it `open` is read by everyone, `club` by a group,
/// `own` by nobody in particular. `open/kept`, `open/bad…` and others have access documents of
/// their own.
const REGISTRY: &str = r#"
@prefix acl: <http://www.w3.org/ns/auth/acl#> .
@prefix cs: <https://w3id.org/codesocial/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
@prefix ldp: <http://www.w3.org/ns/ldp#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<.acl> {
    <.acl#a> a acl:Authorization ; acl:accessTo </> ; acl:default </> ;
        acl:agent <#administrators> ; acl:mode acl:Read, acl:Write, acl:Control .
    <.acl#b> a acl:Authorization ; acl:accessTo </> ; acl:agentClass foaf:Agent ;
        acl:mode acl:Read .
}
<open.acl> {
    <open.acl#a> a acl:Authorization ; acl:accessTo <open> ; acl:default <open> ;
        acl:agentClass foaf:Agent ; acl:mode acl:Read .
    <open.acl#b> a acl:Authorization ; acl:accessTo <open> ; acl:agentClass acl:AuthenticatedAgent ;
        acl:mode acl:Append .
    <open.acl#c> a acl:Authorization ; acl:default <open> ; acl:agent <users/alice> ;
        acl:mode acl:Write .
}
<open/kept.acl> { <open/kept.acl#a> a acl:Authorization ; acl:accessTo <open/kept> ;
    acl:agent <users/bob> ; acl:mode acl:Read, acl:Write, acl:Control . }
<open/drop.acl> { <open/drop.acl#a> a acl:Authorization ; acl:accessTo <open/drop> ;
    acl:agentClass foaf:Agent ; acl:mode acl:Append .
  <open/drop.acl#b> a acl:Authorization ; acl:accessTo <open/drop> ; acl:agent <users/alice> ;
    acl:mode acl:Control . }
<open/script.acl> { <open/script.acl#a> a acl:Authorization ; acl:accessTo <open/script> ;
    acl:agent <users/alice> ; acl:origin <https://app.example> ; acl:mode acl:Write .
  <open/script.acl#b> a acl:Authorization ; acl:accessTo <open/script> ; acl:agent <users/alice> ;
    acl:mode acl:Read, acl:Control . }
<open/condition.acl> { <open/condition.acl#a> a acl:Authorization ; acl:accessTo <open/condition> ;
    acl:agentClass foaf:Agent ; acl:condition [ ] ; acl:mode acl:Read .
  <open/condition.acl#b> a acl:Authorization ; acl:accessTo <open/condition> ;
    acl:agent <users/bob> ; acl:mode acl:Control ; acl:mode <urn:levitate> . }
<open/nowhere.acl> { <open/nowhere.acl#a> a acl:Authorization ; acl:accessTo <open/nowhere> ;
    acl:agentClass foaf:Agent ; acl:origin "https://app.example" ; acl:mode acl:Read .
  <open/nowhere.acl#b> a acl:Authorization ; acl:accessTo <open/nowhere> ;
    acl:agent <users/bob> ; acl:mode acl:Control . }
<open/other.acl> { <open/other.acl#a> a acl:Authorization ; acl:accessTo <open/kept> ;
    acl:agentClass foaf:Agent ; acl:mode acl:Read, acl:Write .
  <open/other.acl#b> acl:accessTo <open/other> ; acl:agentClass foaf:Agent ; acl:mode acl:Write .
  <open/other.acl#c> a acl:Authorization ; acl:accessTo <open/other> ; acl:agent <users/bob> ;
    acl:mode acl:Control . }
<open/box.acl> { <open/box.acl#a> a acl:Authorization ; acl:accessTo <open/box> ;
    acl:agent <users/bob> ; acl:mode acl:Read, acl:Control .
  <open/box.acl#b> a acl:Authorization ; acl:default <open/box> ; acl:agent <https://e/dave> ;
    acl:mode acl:Read . }
<open/text.acl> { <open/text.acl#a> a acl:Authorization ; acl:accessTo "http://x/open/text" ;
    acl:agent "users/alice" ; acl:agentClass foaf:Agent ; acl:mode acl:Read .
  <open/text.acl#b> a acl:Authorization ; acl:accessTo <open/text> ; acl:agent <users/bob> ;
    acl:mode acl:Control . }
<club.acl> {
    <club.acl#a> a acl:Authorization ; acl:accessTo <club> ; acl:default <club> ;
        acl:agentGroup <_groups/club> ; acl:mode acl:Read, acl:Append .
    <club.acl#b> a acl:Authorization ; acl:accessTo <club> ; acl:default <club> ;
        acl:agentGroup <_groups/none> ; acl:mode acl:Control .
    <club.acl#c> a acl:Authorization ; acl:accessTo <club> ; acl:default <club> ;
        acl:agent <users/alice> ; acl:mode acl:Control .
}
<known.acl> { <known.acl#a> a acl:Authorization ; acl:accessTo <known> ; acl:default <known> ;
        acl:agentClass acl:AuthenticatedAgent ; acl:mode acl:Read .
    <known.acl#b> a acl:Authorization ; acl:accessTo <known> ; acl:agent <users/bob> ;
        acl:mode acl:Control . }
<quizzes.acl> {
    <quizzes.acl#a> a acl:Authorization ; acl:accessTo <quizzes> ; acl:default <quizzes> ;
        acl:agentClass foaf:Agent, acl:AuthenticatedAgent ; acl:mode acl:Read .
    <quizzes.acl#b> a acl:Authorization ; acl:default <quizzes> ; acl:agent <users/alice> ;
        acl:mode acl:Read . }
<users/alice.acl> { <users/alice.acl#a> a acl:Authorization ; acl:accessTo <users/alice> ;
        acl:default <users/alice> ; acl:agent <users/alice> ;
        acl:mode acl:Read, acl:Write, acl:Control . }
<sandbox.acl> {
    <sandbox.acl#a> a acl:Authorization ; acl:accessTo <sandbox> ; acl:default <sandbox> ;
        acl:agentClass foaf:Agent ; acl:mode acl:Read, acl:Write .
    <sandbox.acl#b> a acl:Authorization ; acl:accessTo <sandbox> ; acl:agent <users/bob> ;
        acl:mode acl:Control . }
<_groups/club> { <_groups/club> a vcard:Group ; vcard:hasMember <users/bob>, <https://e/dave> . }
<drafts.acl> { <drafts.acl#a> a acl:Authorization ; acl:default <drafts> ; acl:mode acl:Read ;
        acl:agentGroup <#members> .
    <drafts.acl#b> a acl:Authorization ; acl:accessTo <drafts> ; acl:agent <users/bob> ;
        acl:mode acl:Control . }
<drafts/coop> { <drafts/coop> cs:describes <coop> . }
<drafts/coop.meta> { <drafts/coop> a ldp:Resource . }
<drafts/intention> { <drafts/intention> cs:expressedIn <drafts/coop#section> . }
<drafts/case> { <drafts/case> cs:invokes <drafts/intention> . }
<drafts/ring> { <drafts/ring> cs:reactsTo <drafts/gnir> . }
<drafts/gnir> { <drafts/gnir> cs:reactsTo <drafts/ring> . }
<drafts/other> { <drafts/other> cs:describes <elsewhere> . }
<drafts/nobodys> { <drafts/nobodys> pair:label "of nobody in particular" . }
<drafts/carols> { <drafts/carols> cs:needer <users/carol> . }
<minutes.acl> { <minutes.acl#a> a acl:Authorization ; acl:accessTo <minutes> ; acl:mode acl:Read ;
        acl:agentGroup <coop#members> .
    <minutes.acl#b> a acl:Authorization ; acl:accessTo <minutes> ; acl:agent <users/bob> ;
        acl:mode acl:Control . }
<coop.acl> { <coop.acl#a> a acl:Authorization ; acl:accessTo <coop> ; acl:agent <users/bob> ;
        acl:mode acl:Control . }
<joined/alice> { <joined/alice> a pair:MembershipAssociation ; pair:membershipActor <users/alice> ;
        pair:membershipOrganization <coop> ; pair:startDate "1969-01-01"^^xsd:date . }
<joined/alice.meta> { <joined/alice> dct:creator <users/bob> . }
"#;

/// Memberships of the co-operative that let nobody in: what Carol or Dave would need to read.
const NO_MEMBERS: [(&str, &str); 9] = [
    ("over", "pair:endDate \"1969-12-30\"^^xsd:date"),
    ("over at an instant", "pair:endDate \"1969-12-31T23:00:00Z\"^^xsd:dateTime"),
    ("to come", "pair:startDate \"1970-01-02\"^^xsd:date"),
    ("of no date", "pair:endDate \"soon\"^^xsd:date"),
    ("made by its member", "@maker <users/carol>"),
    ("written by its member too", "@writer acl:agent <users/carol>"),
    ("written by whoever comes", "@writer acl:agentClass foaf:Agent"),
    ("written by a group", "@writer acl:agentGroup <_groups/club>"),
    ("of another class", "a pair:Event"),
];

/// anonymous, Alice, Alice with a token to read, with one that does not control, from the script of
/// an origin, Bob, Carol, Dave of another server, an administrator.
const AGENTS: [&str; 9] =
    ["anon", "alice", "a-read", "a-rw", "a-app", "bob", "carol", "dave", "admin"];

fn agents() -> [Agent; 9] {
    let mut random = Random::of_seed([5; 32]);
    let mut person = |webid: &str, scope, origin: Option<&str>| {
        Agent::Person(Arc::new(Person {
            webid: NamedNode::new_unchecked(webid),
            id: Some(OpaqueId::random(&mut random)),
            scope,
            origin: origin.map(str::to_owned),
        }))
    };
    let alice = "http://x/users/alice";
    let read = Scope { read: true, write: false, control: false };
    let use_only = Scope { read: true, write: true, control: false };
    [
        Agent::Anonymous,
        person(alice, Scope::ALL, None),
        person(alice, read, None),
        person(alice, use_only, None),
        person(alice, Scope::ALL, Some("https://app.example")),
        person("http://x/users/bob", Scope::ALL, None),
        person("http://x/users/carol", Scope::ALL, None),
        person("https://e/dave", Scope::ALL, None),
        Agent::Administrator(OpaqueId::random(&mut random)),
    ]
}

fn registry() -> State {
    with(&State::empty(Base::parse(BASE).expect("a base")), REGISTRY)
}

/// A state with more said in it.
fn with(state: &State, trig: &str) -> State {
    let quads = parse::quads(trig.as_bytes(), RdfSyntax::TriG, BASE).expect("TriG");
    after(state, &Changeset { removed: Vec::new(), added: quads })
}

fn letters(modes: Modes) -> String {
    let letters = ['r', 'a', 'w', 'c'];
    let granted = AccessMode::ALL.into_iter().zip(letters);
    let granted: String =
        granted.filter(|(mode, _)| modes.contains(*mode)).map(|(_, letter)| letter).collect();
    if granted.is_empty() { "-".to_owned() } else { granted }
}

/// What is decided of each path of a table, in its form.
fn decided(table: &str) -> String {
    let (state, agents) = (registry(), agents());
    let mut text =
        format!("{:<24}{}\n", "document", AGENTS.map(|name| format!("{name:<7}")).concat());
    for path in table.lines().skip(1).filter_map(|line| line.split_whitespace().next()) {
        let document = NamedNode::new_unchecked(format!("{BASE}{}", path.trim_start_matches('/')));
        text.push_str(&format!("{path:<24}"));
        for agent in &agents {
            let modes = state.modes(agent, document.as_ref());
            text.push_str(&format!("{:<7}", letters(modes)));
        }
        text.push('\n');
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

const TABLE: &str = "\
document                anon   alice  a-read a-rw   a-app  bob    carol  dave   admin
/                       r      r      r      r      r      r      r      r      rawc
/none                   -      -      -      -      -      -      -      -      rawc
/open                   r      ra     r      ra     ra     ra     ra     ra     rawc
/open/a                 r      raw    r      raw    raw    r      r      r      rawc
/open/a/below           r      raw    r      raw    raw    r      r      r      rawc
/open/a.meta            r      r      r      r      r      r      r      r      rawc
/open/kept              -      -      -      -      -      rawc   -      -      rawc
/open/kept.meta         -      -      -      -      -      r      -      -      rawc
/open/kept.acl          -      -      -      -      -      rawc   -      -      rawc
/open/kept/below        -      -      -      -      -      -      -      -      rawc
/open/drop              a      ac     -      a      ac     a      a      a      rawc
/open/script            -      rc     r      r      rawc   -      -      -      rawc
/open/condition         -      -      -      -      -      c      -      -      rawc
/open/nowhere           -      -      -      -      -      c      -      -      rawc
/open/other             -      -      -      -      -      c      -      -      rawc
/open/box               -      -      -      -      -      rc     -      -      rawc
/open/box/in            -      -      -      -      -      -      -      r      rawc
/open/box/in/deeper     -      -      -      -      -      -      -      r      rawc
/open/box/in.meta       -      -      -      -      -      -      -      r      rawc
/open/text              -      -      -      -      -      c      -      -      rawc
/open.acl               -      -      -      -      -      -      -      -      rawc
/openly                 -      -      -      -      -      -      -      -      rawc
/club                   -      c      -      -      c      ra     -      ra     rawc
/club/a                 -      c      -      -      c      ra     -      ra     rawc
/club/a.acl             -      rawc   -      -      rawc   -      -      -      rawc
/known                  -      r      r      r      r      rc     r      r      rawc
/known/a                -      r      r      r      r      r      r      r      rawc
/quizzes/a              r      r      r      r      r      r      r      r      rawc
/quizzes/a/key          -      r      r      r      r      -      -      -      rawc
/quizzes/a/key.meta     -      r      r      r      r      -      -      -      rawc
/users/alice            -      rawc   r      raw    rawc   -      -      -      rawc
/users/alice/private    -      rawc   r      raw    rawc   -      -      -      rawc
/users/alice.acl        -      rawc   -      -      rawc   -      -      -      rawc
/users/bob              -      -      -      -      -      -      -      -      rawc
/users/bob/private      -      -      -      -      -      -      -      -      rawc
/sandbox/a              raw    raw    r      raw    raw    raw    raw    raw    rawc
/sandbox/a.meta         r      r      r      r      r      r      r      r      rawc
/_groups/club           -      -      -      -      -      -      -      -      rawc
/drafts/coop            -      r      r      r      r      -      -      -      rawc
/drafts/intention       -      r      r      r      r      -      -      -      rawc
/drafts/case            -      r      r      r      r      -      -      -      rawc
/drafts/ring            -      -      -      -      -      -      -      -      rawc
/drafts/other           -      -      -      -      -      -      -      -      rawc
/drafts/nobodys         -      -      -      -      -      -      -      -      rawc
/drafts/carols          -      -      -      -      -      -      r      -      rawc
/minutes                -      r      r      r      r      c      -      -      rawc
/ns                     r      r      r      r      r      r      r      r      rawc
/scheme/a               r      r      r      r      r      r      r      r      rawc
/shapes/a               r      r      r      r      r      r      r      r      rawc
/system/a               -      -      -      -      -      -      -      -      -
/activities/in/a        -      -      -      -      -      -      -      -      rawc
/remote/e/a             r      r      r      r      r      r      r      r      rawc
";

#[test]
fn each_agent_may_do_with_each_document_what_the_table_says() {
    let decided = decided(TABLE);
    assert_eq!(decided, TABLE, "\n{decided}");
    let decisions = AGENTS.len() * (TABLE.lines().count() - 1);
    assert!(decisions >= 150, "{decisions}");
}

#[test]
fn a_membership_counts_while_it_is_in_force_and_who_answers_for_the_body_alone_writes_it() {
    let registry = registry();
    let carol = &agents()[6];
    let draft = NamedNode::new_unchecked(format!("{BASE}drafts/coop"));
    let prefixes: String = REGISTRY.lines().take_while(|line| !line.starts_with('<')).collect();
    let reads = |what: &str| {
        let class = if what.starts_with("a ") { what } else { "a pair:MembershipAssociation" };
        let said = if what.starts_with('@') || what.starts_with("a ") { "" } else { what };
        let maker = what.strip_prefix("@maker ").unwrap_or("<users/bob>");
        let writer = what.strip_prefix("@writer ").unwrap_or("acl:agent <users/bob>");
        let membership = format!(
            "{prefixes}
            <joined/x> {{ <joined/x> {class} ; pair:membershipActor <users/carol> ;
                pair:membershipOrganization <coop> ; {said} . }}
            <joined/x.meta> {{ <joined/x> dct:creator {maker} . }}
            <joined/x.acl> {{ <joined/x.acl#a> a acl:Authorization ; acl:accessTo <joined/x> ;
                {writer} ; acl:mode acl:Write . }}"
        );
        let state = with(&registry, &membership);
        state.modes(carol, draft.as_ref()).contains(AccessMode::Read)
    };
    assert!(reads(""));
    assert!(reads("pair:endDate \"1970-01-01\"^^xsd:date"));
    assert!(reads("pair:startDate \"1969-12-31T23:00:00Z\"^^xsd:dateTime"));
    assert!(reads("@writer acl:agent <#administrators>"));
    for (name, what) in NO_MEMBERS {
        assert!(!reads(what), "a membership {name}");
    }
}

#[test]
fn a_membership_that_ends_takes_what_it_gave_at_once() {
    let registry = registry();
    let [_, alice, ..] = &agents();
    let draft = NamedNode::new_unchecked(format!("{BASE}drafts/coop"));
    let reads = |state: &State| {
        let id = state.id(draft.as_ref()).expect("there is a draft");
        let sees = state.readers(alice).may_read(state, id);
        assert_eq!(sees, state.modes(alice, draft.as_ref()).contains(AccessMode::Read));
        sees
    };
    assert!(reads(&registry));
    let prefixes: String = REGISTRY.lines().take_while(|line| !line.starts_with('<')).collect();
    let ended = "<joined/alice> { <joined/alice> pair:endDate \"1969-12-30\"^^xsd:date . }";
    let state = with(&registry, &format!("{prefixes}{ended}"));
    assert!(!reads(&state));
}

#[test]
fn a_group_of_another_server_lets_in_whom_it_was_said_to_hold_not_long_ago() {
    let prefixes: String = REGISTRY.lines().take_while(|line| !line.starts_with('<')).collect();
    let acl = "<far> { <far> a pair:Event . } <far.acl> { <far.acl#a> a acl:Authorization ;
        acl:accessTo <far> ; acl:agentGroup <https://e/club#us> ; acl:mode acl:Read . }";
    let state = with(&registry(), &format!("{prefixes}{acl}"));
    let far = NamedNode::new_unchecked(format!("{BASE}far"));
    let group = |iri: &str| NamedNode::new_unchecked(iri);
    let named: Vec<NamedNode> = state.remote_groups().collect();
    assert_eq!(named, [group("https://e/club#us")]);
    let read: Timestamp = "2026-11-23T12:00:00Z".parse().expect("a time");
    let readers = |iri: &str, at: Timestamp| {
        let members = ["http://x/users/bob", "https://e/dave"].map(NamedNode::new_unchecked);
        let known = RemoteGroup { read, members: members.into() };
        let groups = [(group(iri), known)].into();
        let access = state.access.clone().with_elsewhere(Elsewhere { at, groups });
        let state = State { access, ..state.clone() };
        let may_read = |agent: &&Agent| {
            let reads = state.modes(agent, far.as_ref()).contains(AccessMode::Read);
            reads && !matches!(agent, Agent::Administrator(_))
        };
        let agents = agents();
        let all: Vec<usize> =
            agents.iter().enumerate().filter(|(_, one)| may_read(one)).map(|(n, _)| n).collect();
        (all, state.access_changed(), state.access_due())
    };
    let until = read + REMOTE_GROUP_MAX;
    let (known, first, due) = readers("https://e/club#us", read);
    assert_eq!((known, due), (vec![5, 7], Some(until)));
    let (late, second, _) = readers("https://e/club#us", until - SignedDuration::from_secs(1));
    assert_eq!(late, [5, 7]);
    assert!(first < second, "what was rendered before holds no more");
    let nobody = Vec::<usize>::new();
    assert_eq!(readers("https://e/club#us", until).0, nobody);
    assert_eq!(readers("https://e/club", read).0, nobody);
    assert_eq!(readers("https://e/club#them", read).0, nobody);
    let gone = Changeset { removed: acl_of_far(&state), added: Vec::new() };
    assert_eq!(after(&state, &gone).remote_groups().count(), 0);
}

fn acl_of_far(state: &State) -> Vec<Quad> {
    let acl = NamedNode::new_unchecked(format!("{BASE}far.acl"));
    state.graph(acl.as_ref().into()).map(|triple| triple.in_graph(acl.clone())).collect()
}
