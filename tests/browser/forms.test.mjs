// The pages that write in a real browser: a member describes an organisation, an offer and a seed by
// keyboard alone, is told what is wrong, mends it and takes it back; with no violation that axe
// knows of at any step, in both languages and both colour schemes, and nothing wider than a small
// screen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { SMALL, judge } from "./judge.mjs";
import { serve } from "./server.mjs";

const PASSWORD = "orage sur le lac";

let server;
let browser;

before(async () => {
  server = await serve('[accounts]\nsignup = "open"\n');
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page of somebody who has just signed up. */
async function member(handle, options = {}) {
  const context = await browser.newContext({ viewport: SMALL, ...options });
  const page = await context.newPage();
  await page.goto(`${server.address}/signup`);
  await page.fill("#handle", handle);
  await page.fill("#password", PASSWORD);
  await page.locator("#password").press("Enter");
  await page.waitForURL(/account\?done=signup/);
  return { page, close: () => context.close() };
}

/** The control of that name. */
function control(page, name) {
  return page.locator(`[id="${name}"]`);
}

/** Types into controls, a choice by the beginning of what it says. */
async function type(page, texts) {
  for (const [name, text] of Object.entries(texts)) {
    await control(page, name).focus();
    await page.keyboard.type(text);
  }
}

for (const [language, handle, words] of [
  ["fr", "jeanne", { type: "Association", wealth: "Comp", wrong: "À corriger" }],
  ["en", "joan", { type: "Association", wealth: "Skill", wrong: "To mend" }],
]) {
  test(`a member describes an organisation, an offer and a seed by keyboard (${language})`, async () => {
    const { page, close } = await member(handle);
    const refused = [];
    page.on("pageerror", (error) => refused.push(String(error)));
    await page.goto(`${server.address}/organizations?lang=${language}`);
    await page.locator(".actions a").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/organizations\?new/);
    await judge(page, `organization-${language}`);

    await type(page, { "pair:homePage|0": "lac.example", "pair:label|0": `Atelier ${handle}` });
    await page.keyboard.press("Enter");
    await page.locator("[role=alert]").waitFor();
    assert.match(await page.locator("[role=alert]").innerText(), new RegExp(words.wrong));
    const described = await control(page, "pair:homePage|0").getAttribute("aria-describedby");
    assert.match(described, /pair:homePage\|0-faults/, "the control says what is wrong with it");
    await judge(page, `organization-wrong-${language}`);

    await control(page, "pair:homePage|0").fill("");
    await type(page, { "pair:homePage|0": "https://lac.example/", "pair:hasType|0": words.type });
    await control(page, "pair:label|0").press("Enter");
    await page.waitForURL(new RegExp(`organizations/atelier-${handle}$`));
    assert.match(await page.innerText("article"), new RegExp(words.type));
    await judge(page, `organization-made-${language}`);

    await page.goto(`${server.address}/offers?new`);
    await type(page, {
      "pair:label|0": `Aide ${handle}`,
      "cs:offerer|0": `Atelier ${handle}`,
      "cs:specification|0": "Mobil",
      "cs:wealthKind|0": words.wealth,
    });
    await judge(page, `offer-${language}`);
    await control(page, "pair:label|0").press("Enter");
    await page.waitForURL(new RegExp(`offers/aide-${handle}$`));

    await page.goto(`${server.address}/seeds?new`);
    await type(page, { "cs:question|0": `Que sait ${handle} ?`, "pair:label|0": `Savoir ${handle}` });
    await judge(page, `seed-${language}`);
    await control(page, "pair:label|0").press("Enter");
    await page.waitForURL(new RegExp(`seeds/savoir-${handle}$`));

    await page.locator('.actions a[href="?delete"]').focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\?delete$/);
    await judge(page, `delete-${language}`);
    await page.locator("button.danger").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/seeds$/);
    assert.deepEqual(refused, []);
    await close();
  });
}

test("two people who edit at once see what the other wrote", async () => {
  const { page, close } = await member("ada");
  await page.goto(`${server.address}/organizations?new`);
  await type(page, { "pair:label|0": "Maison commune" });
  await page.keyboard.press("Enter");
  await page.waitForURL(/maison-commune$/);
  const other = await page.context().newPage();
  await other.goto(`${server.address}/organizations/maison-commune?edit`);
  await page.goto(`${server.address}/organizations/maison-commune?edit`);
  for (const [tab, text] of [
    [other, "La leur."],
    [page, "La mienne."],
  ]) {
    await type(tab, { "pair:comment|0": text });
    await tab.keyboard.press("Enter");
    await tab.locator("article, [role=alert]").first().waitFor();
  }
  assert.match(await page.locator(".theirs").innerText(), /La leur\./);
  assert.equal(await control(page, "pair:comment|0").inputValue(), "La mienne.");
  await judge(page, "stale");
  await control(page, "pair:comment|0").press("Enter");
  await page.waitForURL(/maison-commune$/);
  assert.match(await page.innerText("article"), /La mienne\./);
  await close();
});

test("a row is added with and without script, and nothing typed is lost", async () => {
  for (const [handle, javaScriptEnabled] of [
    ["ines", true],
    ["noe", false],
  ]) {
    const { page, close } = await member(handle, { javaScriptEnabled });
    await page.goto(`${server.address}/organizations?new`);
    await type(page, { "pair:label|0": "Deux sites", "pair:homePage|0": "https://a.example/" });
    await page.locator('button[name=add][value="pair:homePage"]').focus();
    await page.keyboard.press("Enter");
    await control(page, "pair:homePage|1").waitFor();
    await type(page, { "pair:homePage|1": "https://b.example/" });
    assert.equal(await control(page, "pair:homePage|0").inputValue(), "https://a.example/");
    assert.equal(await control(page, "pair:label|0").inputValue(), "Deux sites");
    await page.keyboard.press("Enter");
    await page.waitForURL(/deux-sites(-\w+)?$/);
    assert.match(await page.innerText("article"), /a\.example[^]*b\.example/);
    await close();
  }
});
