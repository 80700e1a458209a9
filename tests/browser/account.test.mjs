// The pages about oneself in a real browser: signing up, logging in and out by keyboard alone, with
// no violation that axe knows of at any step, in both languages and both colour schemes.

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

/** Types into the field that has the focus, and goes on to the next. */
async function fill(page, texts) {
  for (const text of texts) {
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
  }
}

for (const [language, handle] of [
  ["fr", "jeanne"],
  ["en", "joan"],
]) {
  test(`somebody makes an account and uses it by keyboard (${language})`, async () => {
    const context = await browser.newContext({ viewport: SMALL, javaScriptEnabled: true });
    const page = await context.newPage();
    const refused = [];
    page.on("pageerror", (error) => refused.push(String(error)));
    await page.goto(`${server.address}/signup?lang=${language}`);
    await judge(page, `signup-${language}`);

    await page.locator("#handle").focus();
    await fill(page, [handle, "", "short"]);
    await page.keyboard.press("Enter");
    await page.locator("#password-fault").waitFor();
    const described = await page.getAttribute("#password", "aria-describedby");
    assert.match(described, /password-fault/, "the field says what is wrong with it");
    await judge(page, `signup-wrong-${language}`);

    await page.locator("#password").focus();
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/account\?done=signup/);
    assert.equal(await page.inputValue("#handle"), handle);
    assert.equal(await page.getAttribute("html", "lang"), language, "the language is kept");
    await judge(page, `account-${language}`);

    await page.locator("#name").focus();
    await page.keyboard.type("script");
    await page.keyboard.press("Enter");
    await page.locator(".secret").waitFor();
    assert.match(await page.innerText(".secret"), /^codesocial_/);
    await judge(page, `token-${language}`);

    await page.goto(`${server.address}/organizations/wemob?lang=${language}`);
    assert.equal(await page.innerText("header nav a >> nth=1"), handle, "who is logged in is shown");
    await page.goto(`${server.address}/account?lang=${language}`);
    await page.locator("main form button").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(server.address + "/");
    await page.goto(`${server.address}/account?lang=${language}`);
    await page.waitForURL(/login\?next=%2Faccount/);
    await judge(page, `login-${language}`);

    await page.locator("#login").focus();
    await fill(page, [handle, "not the password"]);
    await page.keyboard.press("Enter");
    await page.locator("[role=alert]").waitFor();
    await judge(page, `login-wrong-${language}`);
    await page.locator("#password").focus();
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/account$/);
    await page.goto(`${server.address}/password?lang=${language}`);
    await judge(page, `password-${language}`);
    assert.deepEqual(refused, []);
    await context.close();
  });
}

test("no script is needed", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${server.address}/signup?lang=fr`);
  await page.fill("#handle", "paul");
  await page.fill("#password", PASSWORD);
  await page.click("main button");
  await page.waitForURL(/account\?done=signup/);
  await context.close();
});
