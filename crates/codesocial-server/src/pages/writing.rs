//! The pages that write: forms to fill in, and the question before something is deleted.

use super::label::Text;
use super::link::{Link, local};
use super::lookup::Lookup;
use super::reading::Reading;
use super::sheet::SheetPage;
use super::{Pages, name_of};
use crate::extract::Language;
use crate::fill::{Answers, Sheet};
use codesocial_ldp::{CONTAINERS, Document, DocumentKind};
use codesocial_rdf::vocab::expand;
use codesocial_store::{AccessMode, Agent, State};
use minijinja::context;
use oxrdf::NamedNode;
use std::sync::Arc;

/// For whom a page is made, of which state.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) state: &'a Arc<State>,
    pub(crate) agent: &'a Agent,
    pub(crate) language: Language,
}

/// What is wrong with what was filled in: in a control of that name, or in no single one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) control: Option<String>,
    pub(crate) text: String,
}

/// A sheet, what stands in it, and what is to be told of it.
#[derive(Debug, Clone)]
pub(crate) struct Filled {
    pub(crate) sheet: Sheet,
    pub(crate) answers: Answers,
    pub(crate) faults: Vec<Fault>,
    /// What is stored now, where it is not what the form was made from.
    pub(crate) theirs: Option<Answers>,
    /// The state that the form is made from; none of a new thing.
    pub(crate) etag: Option<String>,
}

/// What a sheet is of.
#[derive(Debug, Clone)]
pub(crate) enum About {
    /// An instance of the class, in a container.
    New {
        class: NamedNode,
        container: NamedNode,
    },
    Document(NamedNode),
}

impl Pages {
    /// The page of a form to fill in.
    pub(crate) fn sheet(&self, reader: &Reader<'_>, about: &About, filled: &Filled) -> String {
        let reading = self.reading(reader.state, reader.agent, reader.language);
        let creatable = creatable(&reading, reader);
        let page = SheetPage::of(&reading, about, filled, &creatable);
        self.render_for(name_of(reader.state, reader.agent), "sheet.html", reader.language, &page)
    }

    /// Finds the things that were named; tells what names nothing, and what names several.
    pub(crate) fn look_up(
        &self,
        reader: &Reader<'_>,
        sheet: &Sheet,
        answers: &mut Answers,
    ) -> Vec<Fault> {
        let reading = self.reading(reader.state, reader.agent, reader.language);
        let index = self.names.of(reader.state);
        let mut lookup = Lookup { reading: &reading, index: &index, faults: Vec::new() };
        lookup.resolve(sheet, answers, "");
        lookup.faults
    }

    /// The page that asks whether a document is to be deleted.
    pub(crate) fn deletion(&self, reader: &Reader<'_>, document: &NamedNode, etag: &str) -> String {
        let reading = self.reading(reader.state, reader.agent, reader.language);
        let name = reading.name(document.as_ref());
        let title = reading.words.text("sheet.delete-title").replace("{0}", &name.text);
        let cancel = local(reading.state.base(), document.as_str());
        let page = context! { title, etag, cancel };
        self.render_for(name_of(reader.state, reader.agent), "delete.html", reader.language, &page)
    }
}

/// What the agent may do with a document by a form: add to a list, edit, delete.
pub(super) fn actions(
    reading: &Reading<'_>,
    state: &State,
    agent: &Agent,
    document: &Document,
) -> Vec<Link> {
    let iri = document.iri.as_ref();
    let action = |query: &str, word: &str| {
        Link::new(format!("?{query}"), Text::plain(reading.words.text(word)))
    };
    let may = |mode| state.permits(agent, iri, mode).is_ok();
    match document.kind {
        DocumentKind::Container(_) => {
            let path = state.base().path_of(iri.as_str());
            let entry = CONTAINERS.iter().find(|entry| Some(entry.path) == path);
            let class = entry.map(|entry| entry.class).filter(|class| !class.is_empty());
            let class = class.filter(|_| may(AccessMode::Append)).map(expand);
            let link = class.map(|class| {
                let name = reading.name(class.as_ref()).text;
                let text = reading.words.text("sheet.new").replace("{0}", &name);
                Link::new("?new".to_owned(), Text::plain(text))
            });
            link.into_iter().collect()
        }
        DocumentKind::Resource if may(AccessMode::Write) => {
            let deletable = state.permits_deleting(agent, iri).is_ok();
            let delete = deletable.then(|| action("delete", "sheet.delete"));
            [action("edit", "sheet.change")].into_iter().chain(delete).collect()
        }
        DocumentKind::Resource
        | DocumentKind::File
        | DocumentKind::Description
        | DocumentKind::Shapes
        | DocumentKind::Access
        | DocumentKind::ReadOnly => Vec::new(),
    }
}

/// The lists that the agent may add to, by the class of what is in them.
fn creatable(reading: &Reading<'_>, reader: &Reader<'_>) -> Vec<(NamedNode, Link)> {
    let base = reading.state.base();
    let entries = CONTAINERS.iter().filter(|entry| !entry.class.is_empty());
    let open = entries.filter_map(|entry| {
        let container = base.resolve(entry.path);
        reader.state.permits(reader.agent, container.as_ref(), AccessMode::Append).ok()?;
        let class = expand(entry.class);
        let href = format!("{}?new", local(base, container.as_str())?);
        let name = reading.name(class.as_ref());
        Some((class, Link::new(href, name)))
    });
    open.collect()
}
