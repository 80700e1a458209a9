//! Long texts of the data, written in Markdown, as HTML.
//!
//! Invariant: what comes out holds only the elements of `CommonMark`, never one that the text wrote
//! itself, never an image, and no address but those a browser may follow without harm. HTML in a
//! text is shown as it was typed. <https://spec.commonmark.org/0.31.2/>

use super::link::is_harmless;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// Headings of a text become bold lines: they have no place in the outline of the page.
pub(super) fn to_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 5 / 4);
    let mut links = Vec::new();
    let events = Parser::new_ext(text, Options::empty());
    html::push_html(&mut html, events.flat_map(|event| harmless(event, &mut links)));
    html
}

/// One event as pages write it. `links` tells of each link around it whether it was kept.
fn harmless<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Vec<Event<'a>> {
    match event {
        Event::Html(typed) | Event::InlineHtml(typed) => vec![Event::Text(typed)],
        Event::Start(Tag::HtmlBlock) => vec![Event::Start(Tag::Paragraph)],
        Event::End(TagEnd::HtmlBlock) => vec![Event::End(TagEnd::Paragraph)],
        Event::Start(Tag::Heading { .. }) => {
            vec![Event::Start(Tag::Paragraph), Event::Start(Tag::Strong)]
        }
        Event::End(TagEnd::Heading(_)) => {
            vec![Event::End(TagEnd::Strong), Event::End(TagEnd::Paragraph)]
        }
        Event::Start(Tag::Link { link_type, ref dest_url, .. }) => {
            let kept = link_type == LinkType::Email || is_harmless(dest_url);
            links.push(kept);
            if kept { vec![event] } else { vec![] }
        }
        Event::End(TagEnd::Link) if links.pop() != Some(true) => vec![],
        // Of an image its text is left.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => vec![],
        event => vec![event],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(markdown: &str, expected: &Expect) {
        expected.assert_eq(&to_html(markdown));
    }

    #[test]
    fn paragraphs_lists_and_emphasis_are_written() {
        check(
            "**Un.** *Deux*,\ntrois.\n\n1. *Objet.* Un\n2. Deux\n\n- a\n- b\n\n> dit\n\n`code`",
            &expect![[r#"
                <p><strong>Un.</strong> <em>Deux</em>,
                trois.</p>
                <ol>
                <li><em>Objet.</em> Un</li>
                <li>Deux</li>
                </ol>
                <ul>
                <li>a</li>
                <li>b</li>
                </ul>
                <blockquote>
                <p>dit</p>
                </blockquote>
                <p><code>code</code></p>
            "#]],
        );
    }

    #[test]
    fn headings_stay_out_of_the_outline() {
        check(
            "# Titre *net*\n\ntexte",
            &expect![[r#"
            <p><strong>Titre <em>net</em></strong></p>
            <p>texte</p>
        "#]],
        );
    }

    #[test]
    fn links_lead_to_the_web_and_to_mailboxes_only() {
        check(
            "[a](https://example.org/?a=1&b=\"x) <mailto:a@example.org> <a@example.org>",
            &expect![[r#"
                <p><a href="https://example.org/?a=1&amp;b=%22x">a</a> <a href="mailto:a@example.org">mailto:a@example.org</a> <a href="mailto:a@example.org">a@example.org</a></p>
            "#]],
        );
        check(
            "[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x) [d](/x) \
             [e](//evil.example/) <javascript:alert(1)> [*f* [g](https://g.example/)](vbscript:x)",
            &expect![[r#"
                <p>a b c d e javascript:alert(1) [<em>f</em> <a href="https://g.example/">g</a>](vbscript:x)</p>
            "#]],
        );
    }

    #[test]
    fn html_in_a_text_is_shown_as_it_was_typed() {
        check(
            "<script>alert(1)</script>\n\nUn <b onclick='x'>deux</b> <!-- trois -->\n\n\
             <div>\n*quatre*\n</div>",
            &expect![[r#"
                <p>&lt;script&gt;alert(1)&lt;/script&gt;
                </p>
                <p>Un &lt;b onclick='x'&gt;deux&lt;/b&gt; &lt;!-- trois --&gt;</p>
                <p>&lt;div&gt;
                *quatre*
                &lt;/div&gt;</p>
            "#]],
        );
    }

    #[test]
    fn an_image_is_its_text() {
        check(
            "![le *logo*](https://example.org/logo.png \"titre\")",
            &expect![[r#"
            <p>le <em>logo</em></p>
        "#]],
        );
    }

    #[test]
    fn nesting_without_measure_comes_to_an_end() {
        assert!(to_html(&">".repeat(10_000)).len() < 1_000_000);
        assert!(to_html(&"[".repeat(10_000)).len() < 100_000);
        assert!(to_html(&"*a ".repeat(10_000)).len() < 100_000);
    }
}
