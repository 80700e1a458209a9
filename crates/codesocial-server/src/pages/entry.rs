//! The pages about oneself: logging in, making an account, choosing a password, the account.

use super::Pages;
use crate::auth::Fault;
use crate::config::Signup;
use crate::extract::{Encoded, Language};
use crate::pages::Words;
use crate::state::App;
use codesocial_store::{Account, Email, Secret, Session, Token};
use jiff::Timestamp;
use minijinja::{Value, context};
use oxrdf::NamedNode;

/// One of these pages, with what it shows.
pub(crate) enum Entry {
    Login(LoginPage),
    Signup(SignupPage),
    /// Where one asks for a new password: whether the server sends mail, and whether it has.
    Forgotten {
        has_mail: bool,
        is_sent: bool,
    },
    NewPassword(NewPasswordPage),
    Account(Box<AccountPage>),
}

#[derive(Debug, Default)]
pub(crate) struct LoginPage {
    /// What was typed, to be corrected.
    pub(crate) login: String,
    /// Where to go on.
    pub(crate) next: String,
    pub(crate) is_wrong: bool,
    pub(crate) may_sign_up: bool,
    /// Names and titles of the partners by whose identity providers people may log in.
    pub(crate) partners: Vec<(String, String)>,
}

impl LoginPage {
    pub(crate) fn of(app: &App) -> Self {
        let may_sign_up = app.config.accounts.signup == Signup::Open;
        let partners = app.config.partners.iter();
        let partners = partners.map(|own| (own.name.clone(), own.title.clone())).collect();
        Self { may_sign_up, partners, ..Self::default() }
    }
}

#[derive(Debug, Default)]
pub(crate) struct SignupPage {
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) ticket: String,
    pub(crate) faults: Vec<Fault>,
}

#[derive(Debug)]
pub(crate) struct NewPasswordPage {
    pub(crate) ticket: String,
    pub(crate) is_outdated: bool,
    pub(crate) fault: Option<Fault>,
}

#[derive(Debug)]
pub(crate) struct AccountPage {
    pub(crate) account: Account,
    pub(crate) webid: NamedNode,
    /// The same without host.
    pub(crate) profile: String,
    pub(crate) form_token: String,
    /// The label of the session in which the page is seen.
    pub(crate) own: String,
    pub(crate) tokens: Vec<Token>,
    pub(crate) sessions: Vec<Session>,
    /// What was just done.
    pub(crate) done: Option<String>,
    /// A token that was just made.
    pub(crate) fresh: Option<Secret>,
    pub(crate) faults: AccountFaults,
    pub(crate) now: Timestamp,
}

/// What is wrong in the forms of the account page, field by field, by the name of the text.
#[derive(Debug, Default)]
pub(crate) struct AccountFaults {
    pub(crate) handle: Option<&'static str>,
    pub(crate) email: Option<&'static str>,
    pub(crate) contact_password: Option<&'static str>,
    pub(crate) current: Option<&'static str>,
    pub(crate) password: Option<&'static str>,
    pub(crate) scope: Option<&'static str>,
    pub(crate) erase: Option<&'static str>,
}

impl Fault {
    /// The name of the text that tells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::MalformedHandle => "signup.malformed-handle",
            Self::TakenHandle => "signup.taken-handle",
            Self::MalformedEmail => "signup.malformed-email",
            Self::TakenEmail => "signup.taken-email",
            Self::ShortPassword => "signup.short-password",
            Self::LongPassword => "signup.long-password",
            Self::Uninvited => "signup.uninvited",
        }
    }
}

impl Pages {
    /// The address of the root container, without host.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// A page about oneself.
    pub(crate) fn entry(&self, entry: Entry, language: Language) -> String {
        let words = self.words(language);
        let who = match &entry {
            Entry::Account(page) => Some(page.account.handle.to_string()),
            Entry::Login(_)
            | Entry::Signup(_)
            | Entry::Forgotten { .. }
            | Entry::NewPassword(_) => None,
        };
        let (template, page) = match entry {
            Entry::Login(page) => ("login.html", login(words, page)),
            Entry::Signup(page) => ("signup.html", signup(words, page)),
            Entry::Forgotten { has_mail, is_sent } => {
                let title = words.text("password.title");
                ("password.html", context! { title, has_mail, is_sent, asks => true })
            }
            Entry::NewPassword(page) => {
                let NewPasswordPage { ticket, is_outdated, fault } = page;
                let title = words.text("password.new");
                let fault = fault.map(|fault| words.text(fault.word()));
                ("password.html", context! { title, ticket, is_outdated, fault, asks => false })
            }
            Entry::Account(page) => ("account.html", account(words, *page)),
        };
        self.render_for(who, template, language, &page)
    }
}

fn login(words: &Words, page: LoginPage) -> Value {
    let LoginPage { login, next, is_wrong, may_sign_up, partners } = page;
    let onward = |name: &str| match next.as_str() {
        "" => format!("login/with/{}", Encoded(name)),
        next => format!("login/with/{}?next={}", Encoded(name), Encoded(next)),
    };
    let with = |(name, title): &(String, String)| {
        context! { address => onward(name), text => words.text("login.with").replace("{0}", title) }
    };
    let partners: Vec<Value> = partners.iter().map(with).collect();
    let fault = is_wrong.then(|| words.text("login.wrong"));
    context! { title => words.text("login.title"), login, next, fault, may_sign_up, partners }
}

fn signup(words: &Words, page: SignupPage) -> Value {
    let SignupPage { handle, email, ticket, faults } = page;
    let told = |of: &[Fault]| {
        let fault = faults.iter().find(|fault| of.contains(fault));
        fault.map(|fault| words.text(fault.word()))
    };
    context! {
        title => words.text("signup.title"), handle, email, ticket,
        uninvited => told(&[Fault::Uninvited]),
        handle_fault => told(&[Fault::MalformedHandle, Fault::TakenHandle]),
        email_fault => told(&[Fault::MalformedEmail, Fault::TakenEmail]),
        password_fault => told(&[Fault::ShortPassword, Fault::LongPassword]),
    }
}

fn account(words: &Words, page: AccountPage) -> Value {
    let AccountFaults { handle, email, contact_password, current, password, scope, erase } =
        page.faults;
    let told = |fault: Option<&str>| fault.map(|fault| words.text(fault));
    let tokens = page.tokens.into_iter().map(|token| {
        let words = token.scope.words().map(|scope| words.text(&format!("account.{scope}")));
        let expires = token.expires.map(day);
        let is_over = token.expires.is_some_and(|expires| expires <= page.now);
        context! {
            label => token.label, name => token.name, created => day(token.created),
            scope => words.collect::<Vec<_>>().join(" · "), expires, is_over,
        }
    });
    let sessions = page.sessions.into_iter().map(|session| {
        let is_own = session.label == page.own;
        context! {
            label => session.label, browser => session.browser, seen => day(session.seen),
            since => day(session.created), is_own,
        }
    });
    let done = page.done.as_deref().and_then(|done| Some(words.text(done_word(done)?)));
    context! {
        title => words.text("account.title"),
        handle => page.account.handle.as_str(),
        email => page.account.email.as_ref().map(Email::as_str),
        language => page.account.language,
        webid => page.webid.as_str(),
        profile => page.profile,
        form_token => page.form_token,
        tokens => tokens.collect::<Vec<_>>(),
        sessions => sessions.collect::<Vec<_>>(),
        done, fresh => page.fresh.as_ref().map(Secret::reveal),
        handle_fault => told(handle), email_fault => told(email),
        contact_fault => told(contact_password), current_fault => told(current),
        password_fault => told(password), scope_fault => told(scope),
        erase_fault => told(erase),
    }
}

/// The name of the text that says what was just done.
fn done_word(done: &str) -> Option<&'static str> {
    match done {
        "signup" => Some("account.done.signup"),
        "contact" => Some("account.done.contact"),
        "password" => Some("account.done.password"),
        "revoked" => Some("account.done.revoked"),
        "ended" => Some("account.done.ended"),
        _ => None,
    }
}

/// A day as everyone reads it. <https://www.iso.org/iso-8601-date-and-time-format.html>
fn day(at: Timestamp) -> String {
    at.to_string().chars().take("2026-11-23".len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use codesocial_rdf::Base;

    /// The page in both languages, each of which holds these texts.
    #[track_caller]
    fn check(entry: impl Fn() -> Entry, expected: [&[&str]; 2]) {
        let pages = Pages::new(&Base::parse("http://x/").unwrap());
        for (language, expected) in Language::ALL.into_iter().zip(expected) {
            let html = pages.entry(entry(), language);
            assert_eq!(html.matches("<h1>").count(), 1, "{html}");
            for text in expected {
                assert!(html.contains(text), "{text}: {html}");
            }
        }
    }

    #[test]
    fn every_page_about_oneself_renders_in_both_languages() {
        let login = || LoginPage {
            is_wrong: true,
            next: "/a\"b".to_owned(),
            partners: vec![("voisins".to_owned(), "Les Voisins".to_owned())],
            ..LoginPage::default()
        };
        check(
            || Entry::Login(login()),
            [
                &["ne vont pas ensemble", "a&quot;b", "Se connecter avec Les Voisins"],
                &["do not go together", "voisins?next=%2Fa%22b"],
            ],
        );
        let faults = || vec![Fault::TakenHandle, Fault::MalformedEmail, Fault::ShortPassword];
        check(
            || Entry::Signup(SignupPage { faults: faults(), ..SignupPage::default() }),
            [&["handle-fault", "email-fault", "password-fault"], &["another person"]],
        );
        for (has_mail, is_sent, texts) in [
            (false, false, [&["qui l&#x27;administre"][..], &["its administrator"]]),
            (true, false, [&["Envoyer"], &["Send"]]),
            (true, true, [&["en route"], &["on its way"]]),
        ] {
            check(|| Entry::Forgotten { has_mail, is_sent }, texts);
        }
        for (is_outdated, texts) in [
            (true, [&["a déjà servi"][..], &["has been used"]]),
            (false, [&["Choisir"], &["Choose"]]),
        ] {
            let ticket = "t".to_owned();
            let page = || NewPasswordPage { ticket: ticket.clone(), is_outdated, fault: None };
            check(|| Entry::NewPassword(page()), texts);
        }
    }
}
