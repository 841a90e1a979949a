// What no screen may do, whatever it shows.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const repository = new URL("../../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, repository), "utf8");

/** Every run of Chinese that has an English: of the interface's words and of the checklists. Names, places, models, and what
 *  people typed are in neither. */
function translated() {
  const runs = new Set(["周一", "周二", "周三", "周四", "周五", "周六", "周日"]);
  const take = (text) => { for (const [run] of text.matchAll(/\p{Script=Han}{2,}/gu)) runs.add(run); };
  for (const [, text] of read("client/web/locales/zh-CN.toml").matchAll(/^\w+ = "(.*)"$/gm)) take(text);
  const labels = (value) => {
    if (value?.zh && value.en) take(value.zh);
    else if (value && typeof value === "object") Object.values(value).forEach(labels);
  };
  for (const name of readdirSync(new URL("server/content/templates/", repository))) {
    labels(JSON.parse(read(`server/content/templates/${name}`)));
  }
  // The product's name is the same in both.
  runs.delete("点验");
  return [...runs];
}

/** In the page: words on an English page, seen or only heard, that stand there in Chinese. */
function untranslated(runs) {
  if (document.documentElement.lang !== "en") return [];
  const known = new Set(runs);
  // What people said stays in the words they chose.
  const isTheirs = (element) => element.closest("[lang^=zh], .remark, script, noscript");
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const isText = node.nodeType === Node.TEXT_NODE;
    const texts = isText ? [node.data] : ["aria-label", "title", "placeholder", "alt"].map((name) => node.getAttribute(name) ?? "");
    for (const text of texts) {
      const words = [...text.matchAll(/\p{Script=Han}+/gu)].filter(([run]) => known.has(run));
      if (words.length > 0 && !isTheirs(isText ? node.parentElement : node)) found.push(text);
    }
  }
  return found;
}

const words = translated();

/** Fails when a page breaks an accessibility rule, is wider than its screen, or leaves a text in the other language. */
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
  assert.deepEqual(await page.evaluate(untranslated, words), [], `${name} is not translated`);
}
