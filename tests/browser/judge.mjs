// What every page is held to as it stands.

import assert from "node:assert/strict";
import { SCHEMES, violations } from "./axe.mjs";

/** The smallest screen that pages are made for. */
export const SMALL = { width: 360, height: 780 };

/** Where screenshots are kept to be looked at, if anywhere. */
const SHOTS = process.env.CODESOCIAL_SHOTS;

/** Nothing is wrong with the page as it stands, nor is it wider than the screen. */
export async function judge(page, name) {
  for (const colorScheme of Object.keys(SCHEMES)) {
    await page.emulateMedia({ colorScheme });
    if (SHOTS) {
      await page.screenshot({ path: `${SHOTS}/${name}-${colorScheme}.png`, fullPage: true });
    }
    assert.deepEqual(await violations(page, colorScheme), [], `${name} ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= page.viewportSize().width, `${name} is ${wide} pixels wide`);
}
