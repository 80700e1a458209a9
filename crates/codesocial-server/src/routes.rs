//! The addresses that are not resources. Each is written once, here.

/// The SPARQL endpoint.
pub(crate) const SPARQL: &str = "/sparql";
/// The graph store, and the graphs that it makes.
pub(crate) const GRAPHS: &str = "/graphs";
pub(crate) const GRAPH: &str = "/graphs/{*graph}";
/// Alive.
pub(crate) const HEALTHZ: &str = "/healthz";
/// Counters for Prometheus.
pub(crate) const METRICS: &str = "/metrics";
/// Ready to serve.
pub(crate) const READYZ: &str = "/readyz";
/// How others find the actor of the instance, and what they learn of the server first.
pub(crate) const WEBFINGER: &str = "/.well-known/webfinger";
pub(crate) const NODEINFO_LINKS: &str = "/.well-known/nodeinfo";
pub(crate) const NODEINFO: &str = "/nodeinfo/2.1";
pub(crate) const VOID: &str = "/.well-known/void";
/// The actor of the instance, what it has told, and who hears it.
pub(crate) const ACTOR: &str = "/actor";
pub(crate) const ACTOR_INBOX: &str = "/actor/inbox";
pub(crate) const ACTOR_OUTBOX: &str = "/actor/outbox";
pub(crate) const ACTOR_FOLLOWERS: &str = "/actor/followers";
pub(crate) const ACTOR_FOLLOWING: &str = "/actor/following";
/// The JSON-LD context of LDP answers.
pub(crate) const LDP_CONTEXT: &str = "/.well-known/context.jsonld";
/// The JSON-LD context of exports.
pub(crate) const V1_CONTEXT: &str = "/context/v1.jsonld";
/// The public keys that tokens are signed with.
pub(crate) const JWKS: &str = "/.well-known/jwks.json";
/// What programs read first that want to act for people, under both its names.
pub(crate) const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
pub(crate) const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
/// Where a person lets a program act for them.
pub(crate) const OAUTH_AUTHORIZE: &str = "/oauth/authorize";
/// Where a program gets its tokens, and gives them back.
pub(crate) const OAUTH_TOKEN: &str = "/oauth/token";
pub(crate) const OAUTH_REVOKE: &str = "/oauth/revoke";
/// Where a program says who it is, and hears for whom it acts.
pub(crate) const OAUTH_REGISTER: &str = "/oauth/register";
pub(crate) const OAUTH_USERINFO: &str = "/oauth/userinfo";
/// What describes the addresses that are not resources, for programs.
pub(crate) const OPENAPI: &str = "/openapi.json";
/// The search by name.
pub(crate) const SEARCH: &str = "/search";
/// The classes that shapes describe, and their forms.
pub(crate) const SHAPES: &str = "/shapes";
/// How the data stand with the rules.
pub(crate) const QUALITY: &str = "/quality";
/// A published version, and its snapshot.
pub(crate) const VERSION: &str = "/codesocials/{codesocial}/versions/{version}";
/// The list of exports.
pub(crate) const EXPORTS: &str = "/export";
/// One export: the name of a dataset and the ending of a form.
pub(crate) const EXPORT: &str = "/export/{file}";
/// The access document of a document, as SemApps shows it.
pub(crate) const ACL: &str = "/_acl";
pub(crate) const ACL_ROOT: &str = "/_acl/";
pub(crate) const ACL_OF: &str = "/_acl/{*document}";
/// What an agent may do with a document, as SemApps tells it.
pub(crate) const RIGHTS: &str = "/_rights";
pub(crate) const RIGHTS_ROOT: &str = "/_rights/";
pub(crate) const RIGHTS_OF: &str = "/_rights/{*document}";
/// A file of the pages, by a name that its content gives it.
pub(crate) const ASSET: &str = "/_assets/{file}";

/// Where people log in, make an account, choose a password, and see what they have.
pub(crate) const LOGIN: &str = "/login";
pub(crate) const LOGIN_WITH: &str = "/login/with/{partner}";
pub(crate) const LOGIN_FROM: &str = "/login/from/{partner}";
pub(crate) const SIGNUP: &str = "/signup";
pub(crate) const PASSWORD: &str = "/password";
pub(crate) const ACCOUNT: &str = "/account";
/// All that the instance holds of who is logged in.
pub(crate) const ACCOUNT_DATA: &str = "/account/data";

/// Where front-ends of SemApps log people in and out, and change accounts.
pub(crate) const AUTH: &str = "/auth";
pub(crate) const AUTH_LOGIN: &str = "/auth/login";
pub(crate) const AUTH_SIGNUP: &str = "/auth/signup";
pub(crate) const AUTH_LOGOUT: &str = "/auth/logout";
pub(crate) const AUTH_RESET_PASSWORD: &str = "/auth/reset_password";
pub(crate) const AUTH_NEW_PASSWORD: &str = "/auth/new_password";
pub(crate) const AUTH_ACCOUNT: &str = "/auth/account";

/// The relation under which an accepted write points to the remarks of the rules.
pub(crate) const REPORT_RELATION: &str = "https://w3id.org/codesocial/ns#report";

#[cfg(test)]
mod tests {
    use codesocial_rdf::{Base, GraphKind};
    use oxrdf::NamedNodeRef;

    #[test]
    fn no_document_can_lie_behind_an_address_of_the_server() {
        let base = Base::parse("http://localhost:8080/").expect("a base");
        let addresses: Vec<&str> = include_str!("routes.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("pub(crate) const ")?.split('"').nth(1))
            .filter_map(|address| address.strip_prefix('/'))
            .collect();
        assert!(addresses.contains(&"search") && addresses.contains(&"export/{file}"));
        for address in addresses {
            let iri = format!("http://localhost:8080/{address}");
            let kind = base.kind_of(NamedNodeRef::new_unchecked(&iri));
            let is_served = matches!(kind, GraphKind::System | GraphKind::Version);
            assert!(is_served || kind == GraphKind::Foreign, "{iri} is a {kind:?}");
        }
    }
}
