// What the app feels like in a slow phone's browser: start with nothing cached, start without a network, and a tap until
// it is seen and until it is safe. Prints a table for docs/BENCHMARKS.md; the e2e kit starts relay and browser.

import { execFileSync } from "node:child_process";

import { cardItem, enrol, openRound, untilAtCentre, untilChip } from "../e2e/kit/app.mjs";
import { forgetProgram, openBrowser } from "../e2e/kit/browser.mjs";
import { need, startRelay } from "../e2e/kit/relay.mjs";

const SLOWER = 6;
const STARTS = 7;
const TAPS = 60;

/** Slows the page; its worker runs at full speed, on a core of its own. */
async function slowDown(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
}

/** Milliseconds from the navigation to the first duty on the screen, by the page's own clock. */
async function firstRow(page) {
  await page.getByTestId("today-row").first().waitFor();
  return page.evaluate(() => globalThis.firstRowMs);
}

/** In every page of the context: notes when the first duty and each change of an answer's place is drawn. */
const NOTES = () => {
  globalThis.noted = [];
  const look = () => {
    if (globalThis.firstRowMs === undefined && document.querySelector("[data-testid=today-row]")) {
      globalThis.firstRowMs = performance.now();
    }
    const state = document.querySelector("[data-testid=last-state]");
    const item = document.querySelector("[data-testid=card]")?.dataset.item;
    const line = `${item} ${state?.dataset.place ?? ""}`;
    if (globalThis.noted.at(-1)?.line !== line) globalThis.noted.push({ line, at: performance.now() });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  addEventListener("click", () => globalThis.noted.push({ line: "tap", at: performance.now() }), true);
};

const percentile = (values, share) => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
};
const row = (name, values, goal) =>
  `| ${name} | ${values.length} | ${percentile(values, 0.5).toFixed(0)} | ${percentile(values, 0.95).toFixed(0)} | ${goal} |`;

const relay = await startRelay();
const browser = await openBrowser();
try {
  const enrolled = await enrol(browser, relay.links[0]);
  await untilAtCentre(enrolled);
  const origin = relay.origin(0);

  // Cold: nothing of the program is in a cache, the records are there, and the relay answers.
  const cold = [];
  const warm = [];
  const page = await browser.open("about:blank");
  await page.addInitScript(NOTES);
  await slowDown(page);
  await enrolled.close();
  for (let n = 0; n < STARTS; n += 1) {
    await page.goto(origin);
    await forgetProgram(page);
    const session = await page.context().newCDPSession(page);
    await session.send("Network.clearBrowserCache");
    await page.goto(origin);
    cold.push(await firstRow(page));
  }
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);

  // Warm: no network at all.
  relay.proxy.cut();
  for (let n = 0; n < STARTS; n += 1) {
    await page.goto("about:blank");
    await page.goto(origin);
    warm.push(await firstRow(page));
  }

  // Taps: the same two answers in turn on the cards of one round, still without a network.
  const seen = [];
  const safe = [];
  await untilChip(page, { link: "offline" });
  await openRound(page, "inspection");
  for (let n = 0; n < TAPS; n += 1) {
    const item = await cardItem(page);
    await page.evaluate(() => (globalThis.noted = []));
    if (await page.getByTestId("answer-ok").count()) await page.getByTestId("answer-ok").click();
    else if (await page.getByTestId("answer-yes").count()) await page.getByTestId("answer-yes").click();
    else {
      await page.getByTestId("next").click();
      await page.locator(`[data-testid=card][data-item="${item}"]`).waitFor({ state: "detached" });
      continue;
    }
    await page.waitForFunction(() => globalThis.noted.some(({ line }) => line.endsWith(" phone")));
    await page.waitForFunction(() => document.querySelector("[data-testid=card]")?.ariaBusy === "false");
    const times = await page.evaluate(() => {
      const tap = globalThis.noted.findIndex(({ line }) => line === "tap");
      const after = globalThis.noted.slice(tap + 1);
      const at = globalThis.noted[tap].at;
      return [after[0].at - at, after.find(({ line }) => line.endsWith(" phone")).at - at];
    });
    seen.push(times[0]);
    safe.push(times[1]);
  }
  const version = execFileSync(need("CHROMIUM"), ["--version"], { stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
  console.log(
    [
      "<!-- bench:browser begin -->",
      `${version.replace(/ built on.*/, "")}, headless, the page's CPU slowed ${SLOWER}x (not its worker's), 390 x 844; answers are strict IndexedDB transactions.`,
      "",
      "| | runs | p50 ms | p95 ms | goal ms |",
      "| --- | ---: | ---: | ---: | ---: |",
      row("start with an empty cache, relay on this machine, to the first duty", cold, "1800 (4x CPU, slow 4G)"),
      row("start without a network, to the first duty", warm, "800"),
      row("tap to visible", seen, "50 (p95)"),
      row("tap to durably saved", safe, "250 (p95)"),
      "<!-- bench:browser end -->",
    ].join("\n"),
  );
} finally {
  await browser.end();
  await relay.stop();
}
