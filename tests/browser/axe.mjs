// What axe has against a page as it stands in a browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What is judged in each colour scheme: in the dark only colours differ. */
export const SCHEMES = {
  light: { runOnly: { type: "tag", values: RULES } },
  dark: { runOnly: { type: "rule", values: ["color-contrast"] } },
};

/** The rules that a page breaks, each with a part that does. */
export async function violations(page, scheme = "light") {
  // What is folded is judged too.
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
  await page.evaluate(AXE);
  const judged = await page.evaluate(
    (options) => globalThis.axe.run(document, options),
    SCHEMES[scheme],
  );
  assert.ok(judged.passes.length > 0, "axe has judged something");
  return judged.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} (${nodes.length})`);
}
