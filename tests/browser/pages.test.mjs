// The pages in a real browser: no violation that axe knows of, in both languages and both colour
// schemes; nothing wider than a small screen; whole without script; usable by keyboard alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SCHEMES, violations } from "./axe.mjs";
import { launch } from "./chromium.mjs";
import { serve } from "./server.mjs";

const LANGUAGES = ["fr", "en"];
const SMALL = { width: 360, height: 780 };

const PAGES = [
  "/",
  "/organizations",
  "/organizations?cs:origin=source",
  "/organizations/wemob",
  "/organizations/wemob?history",
  "/codesocials/demarche",
  "/codesocials/demarche/versions/1.0.0",
  "/seeds",
  "/controversies",
  "/controversies/distribuer-ou-centraliser",
  "/quizzes/graine-de-connaissance",
  "/programmes/2021",
  "/conventions/modele-v1",
  "/seeds/graine-de-connaissance",
  "/needs/aide-de-l-appel",
  "/badges/main-d-atelier",
  "/territories/pays-d-issoire",
  "/matrices",
  "/scheme/theme",
  "/shapes/actors",
  "/search?q=eco",
  "/quality",
  "/quality?class=https://w3id.org/codesocial/ns%23CodeSocial",
  "/sparql",
  "/sparql?question=cq06",
  "/sparql?question=cq15",
  "/export",
  "/organizations/none",
];

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

function address(path, language) {
  return `${server.address}${path}${path.includes("?") ? "&" : "?"}lang=${language}`;
}

/** Opens a page in a context of its own, where nothing is remembered. */
async function open(path, language, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const refused = [];
  page.on("console", (message) => {
    // A page that is not there answers 404, which the console tells.
    if (message.type() === "error" && !message.text().includes("404")) {
      refused.push(message.text());
    }
  });
  page.on("pageerror", (error) => refused.push(String(error)));
  await page.goto(address(path, language));
  assert.equal(await page.getAttribute("html", "lang"), language);
  return { page, refused, close: () => context.close() };
}

for (const path of PAGES) {
  test(`${path} has no violation that axe knows of`, async () => {
    for (const language of LANGUAGES) {
      for (const colorScheme of Object.keys(SCHEMES)) {
        const { page, refused, close } = await open(path, language, { colorScheme });
        const found = await violations(page, colorScheme);
        assert.deepEqual(found, [], `${path} ${language} ${colorScheme}`);
        assert.deepEqual(refused, [], `${path}: the browser refused something`);
        await close();
      }
    }
  });
}

test("no page is wider than a small screen", async () => {
  for (const path of PAGES) {
    for (const language of LANGUAGES) {
      const { page, close } = await open(path, language, { viewport: SMALL });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= SMALL.width, `${path} ${language} is ${wide} pixels wide`);
      await close();
    }
  }
});

test("a controversy is a map: positions side by side, arguments under each", async () => {
  const path = "/controversies/distribuer-ou-centraliser";
  const { page, close } = await open(path, "en", { viewport: { width: 1280, height: 900 } });
  const positions = page.locator(".position");
  assert.equal(await positions.count(), 3);
  const tops = await positions.evaluateAll((all) => all.map((e) => e.getBoundingClientRect().top));
  assert.equal(new Set(tops).size, 1, "they stand side by side");
  const first = await positions.first().innerText();
  assert.match(first, /Centralise[^]*Opposes Distribute[^]*For[^]*coordination[^]*Against[^]*costly/);
  await close();
});

test("a quiz asks in the reader's language, and tells no answer", async () => {
  for (const [language, asked, kind, other] of [
    ["fr", "De quoi naît une graine", "un seul choix juste", "What is a knowledge seed"],
    ["en", "What is a knowledge seed", "one right choice", "De quoi naît une graine"],
  ]) {
    const { page, close } = await open("/quizzes/graine-de-connaissance", language);
    const text = await page.locator("article").innerText();
    assert.ok(text.includes(asked) && text.includes(kind), text);
    assert.doesNotMatch(text, /^(single|multiple|truefalse|Rang|Rank|\d)$/m);
    assert.ok(!text.includes(other), "the other language is left out");
    assert.equal(await page.locator("article ol ol").count(), 5, "choices are lists");
    await close();
  }
});

test("long texts are read as Markdown", async () => {
  const { page, close } = await open("/conventions/modele-v1", "fr");
  assert.equal(await page.locator(".rich ol > li").count(), 5);
  assert.ok(!(await page.locator("article").innerText()).includes("**"));
  await close();
});

test("the phases of a programme stand in order, its milestones as numbers do", async () => {
  const { page, close } = await open("/programmes/2021", "en");
  const phases = await page.locator("tbody th").allInnerTexts();
  assert.deepEqual(phases.map((phase) => phase.slice(0, 2)), ["1.", "2.", "3.", "4.", "5.", "6."]);
  assert.match(await page.locator("article").innerText(), /3 · 6 · 9 · 12/);
  await close();
});

test("pages say the same without script", async () => {
  for (const path of PAGES) {
    const words = [];
    for (const javaScriptEnabled of [true, false]) {
      const { page, close } = await open(path, "fr", { javaScriptEnabled });
      words.push(await page.locator("main").innerText());
      await close();
    }
    assert.ok(words[1].length > 20, `${path} says something`);
    assert.equal(words[1], words[0], path);
  }
});

test("a reader of the keyboard skips to the content, searches and follows a result", async () => {
  const { page, close } = await open("/organizations/wemob", "fr");
  await page.keyboard.press("Tab");
  assert.equal(await page.locator(":focus").getAttribute("href"), "#main");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(":focus").getAttribute("id"), "main");
  await page.goto(address("/search", "fr"));
  await page.locator("main input[type=search]").focus();
  await page.keyboard.type("WEMOB");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=WEMOB/);
  const first = page.locator("main ol a").first();
  assert.equal(await first.innerText(), "WeMob");
  for (let steps = 0; steps < 40; steps++) {
    await page.keyboard.press("Tab");
    if ((await page.locator(":focus").innerText()) === "WeMob") {
      break;
    }
  }
  const outline = await page.locator(":focus").evaluate((e) => getComputedStyle(e).outlineStyle);
  assert.equal(outline, "solid", "what has the focus is seen");
  await page.keyboard.press("Enter");
  await page.waitForURL(/organizations\/wemob/);
  await close();
});

test("the language changes on the page where the reader is", async () => {
  const { page, close } = await open("/search?q=eco", "fr");
  await page.locator("header a[hreflang=en]").click();
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.equal(await page.locator("main input[type=search]").inputValue(), "eco");
  await close();
});

test("names are suggested while one types, and chosen by keyboard", async () => {
  const { page, refused, close } = await open("/", "fr");
  const box = page.locator("main input[type=search]");
  await box.focus();
  await page.keyboard.type("wemo");
  await page.locator("main [role=option]").first().waitFor();
  assert.equal(await box.getAttribute("aria-expanded"), "true");
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("Escape");
  assert.equal(await box.getAttribute("aria-expanded"), "false");
  await page.keyboard.type("b");
  await page.locator("main [role=option]").first().waitFor();
  await page.keyboard.press("ArrowDown");
  const chosen = await box.getAttribute("aria-activedescendant");
  assert.match(await page.locator(`#${chosen}`).innerText(), /^WeMob/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/organizations\/wemob$/);
  assert.deepEqual(refused, []);
  await close();
});
