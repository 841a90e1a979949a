// What browsers, clocks and lines do to an app, and what it makes of it: a database that is lost, a clock that jumps back, a
// battery that dies during the installation, another language in the middle, two days without a line.
import assert from "node:assert/strict";
import { assertQuiet, cardItem, enrol, openRound, readings, sayFault, sayOk, tapOk, toItem, untilAtCentre, untilChip, untilSaved } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { appWith } from "./kit/patched.mjs";
import { startRelay } from "./kit/relay.mjs";
import { goTo } from "./kit/slow.mjs";
import { test } from "./kit/witness.mjs";

const DAY_MS = 86_400_000;

/** In a worker: as many transactions as it is told fail as Safari's do when it has dropped the connection. */
const LOSING = `{
  let left = 0;
  new BroadcastChannel("losing").onmessage = ({ data }) => { left = data; };
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    if (left > 0) {
      left -= 1;
      throw new DOMException("Connection to Indexed Database server lost. Refresh the page to try again", "UnknownError");
    }
    return real.apply(this, given);
  };
}
`;

const lose = (page, times) => page.evaluate(async (times) => {
  const channel = new BroadcastChannel("losing");
  channel.postMessage(times);
  await new Promise((done) => setTimeout(done, 50));
  channel.close();
}, times);

test("a database that is lost once is not noticed, and one that stays lost takes no answer without saying so", async (t) => {
  const app = appWith(LOSING);
  const relay = await startRelay({ assets: app.assets });
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]).then(app.end));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  await openRound(page, "pre-duty");
  await lose(page, 1);
  await sayOk(page);
  await untilSaved(page);
  assert.equal(await page.getByTestId("problem").count(), 0);

  await lose(page, 1_000_000);
  const item = await cardItem(page);
  await tapOk(page);
  const problem = page.getByTestId("problem");
  await problem.first().waitFor();
  // What happened, what is safe, what to do; and the answer is one tap away.
  assert.match(await problem.first().innerText(), /。[^]*。/);
  await page.locator(`[data-testid=card][data-item="${item}"]`).waitFor();
  await lose(page, 0);
  await page.getByTestId("retry").click();
  await problem.first().waitFor({ state: "detached" });
  await untilAtCentre(page);
  await page.goto(relay.origin(0));
  await page.locator('[data-testid=today-row][data-template="pre-duty"]').filter({ hasText: /2\s*\/\s*12/ }).first().waitFor();
});

test("a clock that jumps back in the middle of a round turns no order around", async (t) => {
  // The page's and the worker's clock stand a day earlier when the test says so.
  const jumping = `{
    let back = 0;
    new BroadcastChannel("clock").onmessage = ({ data }) => { back = data; };
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { super(...(given.length ? given : [Real.now() - back])); }
      static now() { return Real.now() - back; }
    };
  }
  `;
  const app = appWith(jumping);
  const relay = await startRelay({ assets: app.assets });
  const phone = await openBrowser({ script: jumping });
  t.after(() => Promise.all([phone.end(), relay.stop()]).then(app.end));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  relay.proxy.cut();
  await openRound(page, "flood-departure");
  await toItem(page, "F02");
  await sayOk(page);
  await untilSaved(page);
  await page.evaluate(async (back) => {
    // A channel does not hear itself: the page's own clock is told by another.
    new BroadcastChannel("clock").postMessage(back);
    await new Promise((done) => setTimeout(done, 50));
  }, DAY_MS);
  await toItem(page, "F02");
  await sayFault(page, "后来发现的");
  await untilSaved(page);
  relay.proxy.heal();
  await untilAtCentre(page);
  // What was said last stands, and it is no dispute of an officer with the own self.
  await page.getByTestId("to-list").click();
  assert.equal((await readings(page)).F02, "fault");
  assertQuiet(phone);
});

test("a battery that dies while the app is installed leaves nothing half, and the next opening is whole", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const first = await phone.open(relay.links[0]);
  await first.waitForFunction(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return Boolean(registration?.installing ?? registration?.active);
  });
  await phone.kill();
  await phone.start();
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  // Every file that it names is there, and it starts without a line.
  const state = await page.evaluate(async () => {
    const names = await caches.keys();
    const worker = await (await fetch("/sw.js")).text();
    const files = [...worker.matchAll(/^\s+\["([^"]+)", "sha256-/gm)].map(([, url]) => url);
    const cache = await caches.open(names.at(-1));
    const missing = [];
    for (const url of files) if (!(await cache.match(url))) missing.push(url);
    return { names, files: files.length, missing };
  });
  assert.equal(state.names.length, 1, `caches: ${state.names}`);
  assert.ok(state.files > 8);
  assert.deepEqual(state.missing, []);
  relay.proxy.cut();
  await page.goto(relay.origin(0));
  await page.getByTestId("today-row").first().waitFor();
  assertQuiet(phone);
});

test("another language in the middle of a round changes the words and nothing else", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  relay.proxy.cut();
  await openRound(page, "flood-departure");
  for (let n = 0; n < 3; n += 1) await sayOk(page);
  await untilSaved(page);
  const [path, item] = [new URL(page.url()).pathname, await cardItem(page)];
  await goTo(page, "/me");
  await page.locator("input[name=language]").nth(1).check({ force: true });
  await goTo(page, path);
  await page.locator(`[data-testid=card][data-item="${item}"]`).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await sayOk(page);
  await untilSaved(page);
  await page.getByTestId("to-list").click();
  const english = await readings(page);
  assert.equal(Object.keys(english).length, 4);
  await goTo(page, "/me");
  await page.locator("input[name=language]").nth(0).check({ force: true });
  await goTo(page, path);
  await page.getByTestId("to-list").click();
  assert.deepEqual(await readings(page), english);
  relay.proxy.heal();
  await untilAtCentre(page);
  assertQuiet(phone);
});

test("who wants no motion sees none, and whose system chooses the colours still tells a state by its shape", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await goTo(page, "/defects");
  await page.evaluate(() => {
    window.moved = 0;
    addEventListener("animationstart", () => { window.moved += 1; }, true);
    addEventListener("transitionstart", () => { window.moved += 1; }, true);
  });
  await page.getByTestId("report").click();
  await page.getByTestId("sheet").waitFor();
  await page.keyboard.press("Escape");
  await page.getByTestId("sheet").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => window.moved), 0);
  await page.emulateMedia({ forcedColors: "active" });
  await goTo(page, "/");
  await openRound(page, "flood-departure");
  await toItem(page, "F02");
  const drawn = await page.evaluate(() => {
    const border = (selector) => getComputedStyle(document.querySelector(selector)).borderTopStyle;
    return [border("[data-testid=answer-ok]"), border(".chip"), Boolean(document.querySelector("[data-testid=answer-ok] svg"))];
  });
  assert.deepEqual(drawn, ["solid", "solid", true]);
  await page.emulateMedia({ forcedColors: "none" });
  assertQuiet(phone);
});

test("a station whose line is down for two days sends everything within a minute of its return", async (t) => {
  const relay = await startRelay();
  const [a, b] = await Promise.all([openBrowser(), openBrowser()]);
  t.after(() => Promise.all([a.end(), b.end(), relay.stop()]));
  const pages = [await enrol(a, relay.links[0]), await enrol(b, relay.links[1])];
  await Promise.all(pages.map(untilAtCentre));
  relay.proxy.cut();
  await Promise.all(pages.map((page) => untilChip(page, { link: "offline" })));
  for (const page of pages) {
    await openRound(page, "flood-departure");
    for (let n = 0; n < 8; n += 1) await sayOk(page);
    await untilSaved(page);
  }
  // Two days later, at the relay and on the phones, which were off in between.
  await Promise.all([a.kill(), b.kill(), relay.kill()]);
  await relay.start({ args: ["--clock-offset-ms", String(2 * DAY_MS)] });
  await Promise.all([a.start(), b.start()]);
  const back = await Promise.all([a.open(relay.origin(0)), b.open(relay.origin(1))]);
  await Promise.all(back.map((page) => page.waitForFunction(() => Number(document.querySelector("[data-testid=sync-chip]")?.dataset.pending) >= 9)));
  relay.proxy.heal();
  const begun = Date.now();
  await Promise.all(back.map((page) => page.waitForFunction(() => {
    const { pending, link } = document.querySelector("[data-testid=sync-chip]").dataset;
    return pending === "0" && link === "online";
  }, undefined, { timeout: 60_000 })));
  t.diagnostic(`both phones sent everything ${((Date.now() - begun) / 1_000).toFixed(1)} s after the line was back`);
  await Promise.all(back.map(untilAtCentre));
  assertQuiet(a, b);
});
