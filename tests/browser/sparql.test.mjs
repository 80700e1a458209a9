// The page of the SPARQL endpoint in a real browser: a saved question is chosen, asked of another
// thing and changed in the editor by keyboard alone, with no violation that axe knows of at any
// step, in both languages and both colour schemes; and whole without script.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { SMALL, judge } from "./judge.mjs";
import { serve } from "./server.mjs";

let server;
let browser;

before(async () => {
  server = await serve();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: SMALL, ...options });
  const page = await context.newPage();
  const refused = [];
  page.on("pageerror", (error) => refused.push(String(error)));
  page.on("console", (message) => {
    // A query that cannot be read answers 400, which the console tells; and what is typed over a
    // selection gets a style from Chromium itself, which the policy refuses and nobody misses.
    const known = /status of 400|^Applying inline style/;
    if (message.type() === "error" && !known.test(message.text())) {
      refused.push(message.text());
    }
  });
  await page.goto(server.address + path);
  return { page, refused, close: () => context.close() };
}

for (const [language, words] of [
  ["fr", { question: "Quels besoins d'un territoire", run: "Exécuter", rows: "lignes", line: "ligne 2" }],
  ["en", { question: "Which needs of a territory", run: "Run", rows: "rows", line: "line 2" }],
]) {
  test(`a question is asked, of another thing, and changed by keyboard (${language})`, async () => {
    const { page, refused, close } = await open(`/sparql?lang=${language}`);
    await judge(page, `sparql-${language}`);
    await page.getByRole("link", { name: words.question }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/question=cq10/);
    assert.match(await page.locator("[role=status]").innerText(), new RegExp(`12 ${words.rows}`));
    assert.ok((await page.locator("tbody a").count()) >= 12, "what is found has names and links");
    await judge(page, `sparql-answer-${language}`);

    await page.locator("#territory").focus();
    await page.keyboard.type("Pays");
    await page.getByRole("button", { name: words.run }).first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/territory=.*pays-d-issoire/);

    await page.goto(`${server.address}/sparql`);
    const editor = page.locator(".cm-content");
    await editor.focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("SELECT *\nWHERE ?s ?p ?o");
    await page.keyboard.press("Control+Enter");
    await page.locator("[role=alert]").waitFor();
    assert.match(await page.locator("[role=alert]").innerText(), new RegExp(words.line));
    assert.match(await page.locator(".cm-wrong").innerText(), /^WHERE/);
    await judge(page, `sparql-wrong-${language}`);

    await editor.focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("ASK { ?s ?p ?o }");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.innerText), words.run);
    await page.keyboard.press("Enter");
    await page.waitForURL(/query=ASK/);
    assert.match(await page.locator("[role=status]").innerText(), /^(oui|yes)$/);
    assert.deepEqual(refused, []);
    await close();
  });
}

test("the editor is on the page of the endpoint alone", async () => {
  const scripts = async (path) => {
    const { page, close } = await open(path);
    const found = await page.locator("script").evaluateAll((all) => all.map((one) => one.src));
    await close();
    return found.filter((source) => source.includes("/editor."));
  };
  assert.equal((await scripts("/sparql")).length, 1);
  assert.equal((await scripts("/organizations")).length, 0);
});

test("no script is needed", async () => {
  const { page, close } = await open("/sparql?lang=fr", { javaScriptEnabled: false });
  await page.fill("#query", "CONSTRUCT { ?s a <urn:x> } WHERE { ?s a <http://www.w3.org/2004/02/skos/core#ConceptScheme> } LIMIT 1");
  await page.click("form.editor button");
  await page.waitForURL(/query=CONSTRUCT/);
  assert.match(await page.innerText("pre"), /<urn:x>/);
  await close();
});

test("a graph, a date and a number have controls, and a link gives the rows", async () => {
  const { page, close } = await open("/sparql?question=cq05&lang=fr");
  assert.equal(await page.getAttribute("#day", "type"), "date");
  const link = page.getByRole("link", { name: "CSV" });
  const answer = await page.request.get(new URL(await link.getAttribute("href"), page.url()).href);
  assert.match(answer.headers()["content-type"], /text\/csv/);
  assert.match(await answer.text(), /^organisation,intention,due,late/);
  await page.goto(`${server.address}/sparql?question=cq12`);
  assert.equal(await page.getAttribute("#reach", "type"), "number");
  await close();
});
