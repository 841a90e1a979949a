// Inspection day on several phones: a union of what was counted apart, differences with their explanations, and 500 things.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { assertQuiet, enrol, untilAtCentre, untilChip } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { goTo, slowDown } from "./kit/slow.mjs";
import { test } from "./kit/witness.mjs";

const SLOWER = 6;
const OPEN_MS_MAX = 3_000;
const code = (n) => `ZM-S${String(n).padStart(4, "0")}`;

/** Today's inspection of a station, by the bureau's date. */
const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
const round = () => `/round/zhongmiao/inspection/${today()}`;

/** Counts by number; what became of it. */
async function count(page, number) {
  const before = await page.getByTestId("tally-found").textContent();
  await page.getByTestId("count-code").fill(number);
  await page.getByTestId("count-it").click();
  const banner = page.getByTestId("counted");
  await banner.waitFor();
  const said = await banner.getAttribute("data-counted");
  if (["found", "unexpected", "first"].includes(said)) {
    await page.waitForFunction((before) => document.querySelector("[data-testid=tally-found]").textContent !== before, before);
  }
  return said;
}

/** Says how a thing was found, with a word about it. */
async function explain(page, number, answer, note) {
  await page.getByTestId("count-code").fill(number);
  await page.locator(`[data-testid=inspected][data-asset="${number}"]`).getByTestId("inspected-open").click();
  await page.locator(`[data-testid=find][data-answer="${answer}"]`).click();
  if (note) await page.getByTestId("finding-note").fill(note);
  await page.getByTestId("finding-save").click();
  await page.getByTestId("sheet").waitFor({ state: "detached" });
  await page.getByTestId("count-code").fill("");
}

test("two phones count 500 things apart, and what differs is explained and signed", async (t) => {
  const empty = mkdtempSync(path.join(tmpdir(), "muster-empty-"));
  const relay = await startRelay({ args: ["--demo-stock", "470"], data: empty });
  const [a, b, desk] = await Promise.all([openBrowser(), openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([a.end(), b.end(), desk.end(), relay.stop(), rmSync(empty, { recursive: true, force: true })]));
  const pages = [await enrol(a, relay.links[0]), await enrol(b, relay.links[1])];
  const board = await enrol(desk, relay.links[2]);
  await Promise.all(pages.map(untilAtCentre));
  relay.proxy.cut();
  await Promise.all(pages.map((page) => untilChip(page, { link: "offline" })));

  const fast = await slowDown(a, SLOWER);
  const begun = Date.now();
  await goTo(pages[0], round());
  await pages[0].getByTestId("inspected").first().waitFor();
  const took = Date.now() - begun;
  t.diagnostic(`an inspection of 500 opens in ${took} ms at ${SLOWER} times slower`);
  const tapped = Date.now();
  await pages[0].getByTestId("tick").first().click();
  await pages[0].waitForFunction(() => document.querySelector("[data-testid=tally-found]").textContent === "1");
  t.diagnostic(`a thing is counted in ${Date.now() - tapped} ms`);
  await fast();
  await goTo(pages[1], round());
  await pages[1].getByTestId("inspected").first().waitFor();

  for (let n = 1; n <= 20; n += 1) assert.equal(await count(pages[0], code(n)), "found", code(n));
  for (let n = 15; n <= 40; n += 1) assert.equal(await count(pages[1], code(n)), "found", code(n));
  assert.equal(await count(pages[1], code(15)), "already");
  assert.equal(await count(pages[1], "nobody-9"), "unknown");
  await pages[1].getByTestId("count-add").click();
  await pages[1].locator("[data-testid=counted][data-counted=unexpected]").waitFor();
  await explain(pages[0], code(41), ":elsewhere", "在 2 号车后备箱");
  await explain(pages[0], code(42), "missing", "");

  relay.proxy.heal();
  await Promise.all(pages.map(untilAtCentre));
  // One by a tap, 40 by number, one unexpected, one in another place: each once, whoever saw it.
  for (const page of pages) {
    await page.waitForFunction(() => document.querySelector("[data-testid=tally-found]").textContent === "43");
    await page.locator('[data-testid=twice][data-count="6"]').waitFor();
  }
  await pages[0].getByTestId("to-summary").click();
  const summary = pages[0].getByTestId("inspection-summary");
  await summary.waitFor();
  const differences = await summary.getByTestId("difference").evaluateAll((all) =>
    all.map((row) => `${row.dataset.asset} ${row.dataset.finding}`).sort());
  assert.deepEqual(differences, ["NOBODY-9 fault", `${code(41)} watch`, `${code(42)} missing`].sort());
  await pages[0].getByTestId("unexplained").waitFor();
  await pages[0].getByTestId("sign").click();
  await pages[0].getByTestId("sign-off").waitFor();
  await untilAtCentre(pages[0]);

  // The supervisor sees the same.
  await goTo(board, `${round()}?summary`);
  await board.getByTestId("inspection-summary").waitFor();
  await board.waitForFunction(() => document.querySelectorAll("[data-testid=difference]").length === 3);
  assertQuiet(a, b, desk);
  assert.ok(took < OPEN_MS_MAX, `an inspection of 500 opens in ${took} ms`);
});

const shown = (page, number) => page.locator(`[data-testid=inspected][data-asset="${number}"]`);

test("a thing that takes two people waits for the second, who need not be there at the same time", async (t) => {
  const relay = await startRelay();
  const [a, b, desk] = await Promise.all([openBrowser(), openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([a.end(), b.end(), desk.end(), relay.stop()]));
  const [one, two] = [await enrol(a, relay.links[0]), await enrol(b, relay.links[1])];
  const board = await enrol(desk, relay.links[2]);
  await Promise.all([one, two].map(untilAtCentre));
  relay.proxy.cut();
  await slowDown(a, SLOWER);
  for (const page of [one, two]) {
    await goTo(page, round());
    await page.getByTestId("inspected").first().waitFor();
  }
  // Nobody is told how many there should be; who finds one is the first of two, and once is once.
  assert.equal(await count(one, "ZM-P03-01"), "first");
  await one.getByTestId("filter").nth(1).click();
  await shown(one, "ZM-P03-01").getByTestId("waits-for-second").waitFor();
  assert.equal(await shown(one, "ZM-P03-01").getByTestId("tick").count(), 0, "the first is not the second");
  assert.equal(await count(one, "ZM-P03-01"), "already");
  assert.equal(await count(one, "ZM-P03-02"), "first");
  const words = await shown(one, "ZM-P03-01").innerText();
  assert.match(words, /你先点，待第二人复核/);
  relay.proxy.heal();
  await untilAtCentre(one);

  // The other one sees who was first, and says of one of them that it is so.
  await two.getByTestId("filter").nth(1).click();
  const waits = shown(two, "ZM-P03-01");
  await waits.getByTestId("waits-for-second").waitFor();
  assert.match(await waits.innerText(), /\S+ 先点，待第二人复核/);
  assert.equal(await count(two, "ZM-P03-01"), "second");
  await untilAtCentre(two);
  await two.getByTestId("filter").nth(2).click();
  await two.locator('[data-testid=inspected][data-asset="ZM-P03-01"][data-finding=ok]').waitFor();

  // Before signing, and on the supervisor's board, it is said how many wait.
  await one.locator('[data-testid=inspected][data-asset="ZM-P03-02"][data-finding=waiting]').waitFor();
  await one.getByTestId("to-summary").click();
  await one.locator('[data-testid=waiting][data-count="1"]').waitFor();
  assert.match(await one.getByTestId("sign-waiting").innerText(), /1 件待第二人复核/);
  assert.equal(await one.getByTestId("tally-waiting").innerText(), "1");
  await goTo(board, `${round()}?summary`);
  await board.locator('[data-testid=waiting][data-count="1"]').waitFor();
  assertQuiet(a, b, desk);
});
