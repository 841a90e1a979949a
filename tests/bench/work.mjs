// What work with the app costs, held against goals: a first start on a thin line, from a touch to the next paint, long tasks,
// taps, large lists, the board, memory. Prints a table for docs/BENCHMARKS.md; the e2e kit starts relay and browsers.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { cardItem, enrol, openRound, tapOk, toItem, untilAtCentre, untilPast } from "../e2e/kit/app.mjs";
import { DESK, forgetProgram, openBrowser } from "../e2e/kit/browser.mjs";
import { shot } from "../e2e/kit/photo.mjs";
import { startRelay } from "../e2e/kit/relay.mjs";
import { goTo } from "../e2e/kit/slow.mjs";
import { memory } from "./memory.mjs";

/** Things at the station beside the 45 of the demo, and on the board's bureau. */
const INSPECTED = 470;
const ON_BOARD = 9_200;
const STARTS = 5;
const PAINTS = 9;
/** What Lighthouse calls slow 4G, for everything that comes: Chromium's own throttle leaves a page's workers out. */
const SLOW_4G = { rate: 1_474.56 * 128, wait: 562.5 };

const session = (page) => page.context().newCDPSession(page);
const slow = async (page, rate) => (await session(page)).send("Emulation.setCPUThrottlingRate", { rate });

/** In every page: each interaction's length and each long task, and when the first duty stood on the screen. */
const NOTES = () => {
  globalThis.interactions = new Map();
  globalThis.tasks = [];
  globalThis.taps = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (one.interactionId) interactions.set(one.interactionId, Math.max(interactions.get(one.interactionId) ?? 0, one.duration));
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask" });
  addEventListener("click", () => { globalThis.taps += 1; }, true);
  new MutationObserver(() => {
    if (globalThis.firstRowMs === undefined && document.querySelector("[data-testid=today-row],[data-testid=cell],[data-testid=enrol-submit]")) {
      globalThis.firstRowMs = performance.now();
    }
  }).observe(document, { subtree: true, childList: true });
};

const sorted = (values) => [...values].sort((one, other) => one - other);
const share = (values, part) => sorted(values)[Math.max(0, Math.ceil(part * values.length) - 1)];
const rows = [];

/** A line of the table: a figure, and whether it is as it should be. */
function row(what, figure, { unit = "ms", target, fail, runs = 1, note = "" }) {
  const said = (limit) => (limit === undefined ? "-" : `${limit} ${unit}`.trim());
  const state = target === undefined ? "-" : figure <= target ? "held" : fail === undefined || figure <= fail ? "over the target" : "**over the fail line**";
  const shown = Number.isInteger(figure) ? figure : figure.toFixed(figure < 10 ? 1 : 0);
  rows.push(`| ${what}${note && ` (${note})`} | ${runs} | ${shown} ${unit}`.trimEnd() + ` | ${said(target)} | ${said(fail)} | ${state} |`);
}

/** Milliseconds in the page from an act until what it brings is painted. */
async function untilPainted(page, act, selector) {
  return page.evaluate(([act, selector]) => new Promise((done) => {
    const begun = performance.now();
    const look = () => {
      if (!document.querySelector(selector)) return requestAnimationFrame(look);
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
    };
    if (act.path) {
      history.pushState(null, "", act.path);
      dispatchEvent(new PopStateEvent("popstate"));
    } else document.querySelectorAll(act.click)[act.nth ?? 0].click();
    look();
  }), [act, selector]);
}

/** A relay with so many more things, and what removes it. */
async function bureau(stock) {
  const data = mkdtempSync(path.join(tmpdir(), "muster-bench-"));
  const relay = await startRelay({ args: ["--demo-stock", String(stock)], data });
  return { relay, end: async () => { await relay.stop(); rmSync(data, { recursive: true, force: true }); } };
}

/** Starts with nothing of the program in a cache over a thin line, until something stands there to be used. */
async function coldStarts(page, relay, origin, first) {
  const times = [];
  for (let n = 0; n < STARTS; n += 1) {
    await page.goto(origin);
    await forgetProgram(page);
    await (await session(page)).send("Network.clearBrowserCache");
    relay.proxy.slow(SLOW_4G);
    await page.goto(origin, { timeout: 60_000 });
    await page.getByTestId(first).first().waitFor({ timeout: 60_000 });
    times.push(await page.evaluate(() => globalThis.firstRowMs));
    relay.proxy.slow();
  }
  await page.goto(origin);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 });
  return times;
}

/** Taps since the last time it was asked. */
const taps = (page) => page.evaluate(() => { const { taps } = globalThis; globalThis.taps = 0; return taps; });

/** Says that the card is fine; what it asks for is typed, not tapped. */
async function fine(page) {
  const item = await cardItem(page);
  await tapOk(page);
  await untilPast(page, item);
}

/** The work of a morning, as an officer does it; counts the taps of each part. */
async function morning(page, origin) {
  await page.goto(origin);
  await page.getByTestId("today-row").first().waitFor();
  await taps(page);
  await openRound(page, "pre-duty");
  row("taps until a due check is open, from the start", await taps(page), { unit: "", target: 1, fail: 2 });
  let things = 0;
  while (await page.getByTestId("card").count()) {
    await fine(page);
    things += 1;
  }
  await page.getByTestId("sign").click();
  await page.getByTestId("sign-off").first().waitFor();
  row(`taps for a check before duty of ${things} things, signed`, 1 + (await taps(page)), { unit: "", target: things + 2 });
  await goTo(page, "/");
  await openRound(page, "flood-departure");
  await taps(page);
  for (let n = 0; n < 20; n += 1) await fine(page);
  row("taps for 20 things that are fine", await taps(page), { unit: "", target: 22, fail: 24 });
  await toItem(page, "F02");
  await taps(page);
  await page.getByTestId("answer-abnormal").click();
  await page.getByTestId("fault-chip").first().click();
  const before = await page.getByTestId("draft").count();
  await page.getByTestId("take-photo").setInputFiles(await shot(page));
  await page.waitForFunction((before) => document.querySelectorAll("[data-testid=draft]").length > before, before);
  await page.getByTestId("fault-done").click();
  // The file comes without its taps: the button, the camera's shutter, the camera's OK.
  row("taps for a fault with a photo", 3 + (await taps(page)), { unit: "", target: 6, fail: 8, note: "two of them in the camera" });
}

/** Typing into the register's search, and counting things on inspection day. */
async function lists(page, today) {
  await goTo(page, "/register");
  await page.getByTestId("filter").nth(1).click();
  await page.getByTestId("register-search").pressSequentially("救生衣 ZM-S0", { delay: 60 });
  await page.getByTestId("register-search").fill("");
  await goTo(page, `/round/zhongmiao/inspection/${today}`);
  await page.getByTestId("inspected").first().waitFor();
  for (let n = 0; n < 10; n += 1) {
    await page.getByTestId("tick").first().click();
    await page.waitForFunction((n) => Number(document.querySelector("[data-testid=tally-found]").textContent) > n, n);
  }
}

async function officer() {
  const { relay, end } = await bureau(INSPECTED);
  const browser = await openBrowser();
  try {
    const enrolled = await enrol(browser, relay.links[0]);
    await untilAtCentre(enrolled);
    const origin = relay.origin(0);
    const page = await browser.open("about:blank");
    await page.addInitScript(NOTES);
    await enrolled.close();
    await slow(page, 4);
    const cold = { target: 1_800, fail: 2_500, runs: STARTS };
    const fresh = await coldStarts(page, relay, relay.origin(1), "enrol-submit");
    row("first visit to the joining screen, 4x CPU, slow 4G, median", share(fresh, 0.5), cold);
    const joined = await coldStarts(page, relay, origin, "today-row");
    row("start of a phone that lost the program and kept its records, to the first duty, 4x CPU, slow 4G, median", share(joined, 0.5), cold);
    await page.goto(origin);
    await untilAtCentre(page);
    await page.waitForTimeout(2_000);
    await page.evaluate(() => { tasks.length = 0; interactions.clear(); });
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    await morning(page, origin);
    await untilAtCentre(page);
    await page.evaluate(() => { tasks.length = 0; });
    await lists(page, today);
    await page.waitForTimeout(500);
    const seen = await page.evaluate(() => ({ tasks, lengths: [...interactions.values()], count: performance.interactionCount }));
    // What takes less than a frame is not listed one by one.
    const lengths = [...seen.lengths, ...new Array(Math.max(0, seen.count - seen.lengths.length)).fill(16)];
    row("interaction to next paint, 4x CPU, p75", share(lengths, 0.75), { target: 100, fail: 200, runs: lengths.length });
    row("interaction to next paint, 4x CPU, worst", Math.max(...lengths), { runs: lengths.length });
    row("longest task of the main thread after the start, 4x CPU", Math.max(0, ...seen.tasks), { target: 50, fail: 100, note: "shorter than 50 counts as 0" });
    await slow(page, 6);
    const opens = [];
    for (let n = 0; n < STARTS; n += 1) {
      await goTo(page, "/me");
      await page.getByTestId("inspected").first().waitFor({ state: "detached" });
      opens.push(await untilPainted(page, { path: `/round/zhongmiao/inspection/${today}` }, "[data-testid=inspected]"));
    }
    row("inspection of 515 things opens, 6x CPU, median", share(opens, 0.5), { target: 1_500, fail: 3_000, runs: STARTS });
    row("memory of the officer's page and worker after all this, 515 things", await memory(browser), { unit: "MB", target: 120, fail: 200 });
  } finally {
    await browser.end();
    await end();
  }
}

async function supervisor() {
  const { relay, end } = await bureau(ON_BOARD);
  const browser = await openBrowser({ viewport: DESK });
  try {
    const page = await enrol(browser, relay.links[2]);
    await untilAtCentre(page);
    const cells = await page.getByTestId("cell").count();
    const paints = [];
    const filters = [];
    for (let n = 0; n < PAINTS; n += 1) {
      await goTo(page, "/me");
      await page.getByTestId("cell").first().waitFor({ state: "detached" });
      paints.push(await untilPainted(page, { path: "/" }, "[data-testid=cell]"));
    }
    row(`board of ${cells} cells, 10,000 things in the registers: until painted, desktop, median`, share(paints, 0.5), { target: 400, fail: 800, runs: PAINTS });
    await goTo(page, "/defects");
    await page.getByTestId("pick").first().waitFor();
    for (let n = 0; n < PAINTS; n += 1) {
      filters.push(await untilPainted(page, { click: ".handled-filters input[type=radio]", nth: n % 2 }, ".handled-filters"));
    }
    row("a filter of the defects until painted, desktop, median", share(filters, 0.5), { target: 50, fail: 100, runs: PAINTS, note: "the board has none" });
    row("memory of the supervisor's page and worker", await memory(browser), { unit: "MB" });
  } finally {
    await browser.end();
    await end();
  }
}

await officer();
await supervisor();
console.log([
  "<!-- bench:work begin -->",
  "| what | runs | figure | target | fail | |",
  "| --- | ---: | ---: | ---: | ---: | --- |",
  ...rows,
  "<!-- bench:work end -->",
].join("\n"));
