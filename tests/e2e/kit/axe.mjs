// What no screen may do, whatever it shows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails when a page breaks an accessibility rule, or is wider than its screen. */
export async function check(page, name) {
  // A sheet that slides in is half as wide and half as dark.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  // What a bar at the bottom covers can be scrolled out from under it: sizes are measured with the bars in their places.
  await page.evaluate(() => {
    for (const bar of document.querySelectorAll(".dock, .places")) bar.style.position = "static";
  });
  await page.evaluate(`${axe}; undefined`);
  const violations = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await window.axe.run(document, { runOnly: tags });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  });
  assert.deepEqual(violations, [], name);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${name} is ${wider} px wider than the screen`);
}
