// The editor of queries, in the place of the text area of a form: colours, brackets, the line that
// is wrong. The form sends what stands in the text area, which holds what is edited.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: [tags.variableName, tags.standard(tags.variableName)], color: "var(--visited)" },
  { tag: [tags.string, tags.number, tags.bool], color: "var(--warning)" },
  { tag: tags.atom, color: "var(--text)", fontWeight: "400" },
  { tag: tags.comment, color: "var(--quiet)" },
]);

const LOOK = EditorView.theme({
  "&": { border: "1px solid var(--quiet)", borderRadius: "6px", background: "var(--raised)" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "2px" },
  ".cm-scroller": { font: "0.92rem/1.5 ui-monospace, monospace" },
  ".cm-content": { caretColor: "var(--text)", padding: "0.6em 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { color: "var(--quiet)", background: "var(--raised)", border: "0" },
  ".cm-wrong": { background: "var(--ground)", boxShadow: "inset 4px 0 0 var(--violation)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { background: "var(--line)" },
  "&.cm-focused .cm-matchingBracket": { background: "none", outline: "1px solid var(--focus)" },
});

for (const area of document.querySelectorAll("form.editor textarea")) {
  edit(area);
}

function edit(area) {
  const label = area.labels[0];
  const host = document.createElement("div");
  // Styles of a shadow root are sheets and no elements, so that no style stands in the page.
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: area.value, extensions: extensions(area, label) }),
  });
  area.before(host);
  area.hidden = true;
  // A control that is not seen cannot tell that it is empty.
  area.required = false;
  label.addEventListener("click", () => view.focus());
}

function extensions(area, label) {
  const attributes = { "aria-label": label.textContent, spellcheck: "false" };
  if (area.getAttribute("aria-invalid")) {
    attributes["aria-invalid"] = "true";
  }
  const run = () => {
    area.form.requestSubmit();
    return true;
  };
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    StreamLanguage.define(sparql),
    syntaxHighlighting(COLOURS),
    LOOK,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of(attributes),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) {
        area.value = update.state.doc.toString();
      }
    }),
    wrong(Number(area.dataset.line)),
    // Tab leaves the editor, as it does every control.
    keymap.of([{ key: "Mod-Enter", run }, ...historyKeymap, ...defaultKeymap]),
  ];
}

/** Marks the line that the server could not read, until the text is changed. */
function wrong(line) {
  const mark = Decoration.line({ class: "cm-wrong" });
  return EditorView.decorations.compute(["doc"], ({ doc }) =>
    line >= 1 && line <= doc.lines ? Decoration.set(mark.range(doc.line(line).from)) : Decoration.none,
  );
}
