// What the product is judged by, as an officer meets it: each test is one promise. Others are where their subject is: disputes in
// merge, scans in inspection, photos on a thin line in photos, deleted data in storage, two tabs in tabs, a camera that is refused
// in scan, five hundred things in inspection.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { assertQuiet, cardItem, enrol, openRound, readings, sayFault, sayOk, untilAtCentre, untilChip, untilPast, untilSaved } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { need, startRelay } from "./kit/relay.mjs";
import { slowDown } from "./kit/slow.mjs";
import { test } from "./kit/witness.mjs";

const DAY_MS = 86_400_000;

test("a check before duty takes a tap for each thing and two more, on a phone six times slower", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const faster = await slowDown(phone, 6);
  await page.evaluate(() => {
    window.taps = 0;
    addEventListener("click", () => { window.taps += 1; }, true);
  });
  const begun = Date.now();
  await openRound(page, "pre-duty");
  const items = [];
  while (await page.getByTestId("card").count()) {
    const item = await cardItem(page);
    items.push(item);
    await page.getByTestId("answer-ok").click();
    await untilPast(page, item);
  }
  await page.getByTestId("sign").click();
  await page.getByTestId("sign-off").first().waitFor();
  const seconds = (Date.now() - begun) / 1_000;
  const taps = await page.evaluate(() => window.taps);
  await faster();
  assert.equal(items.length, new Set(items).size, "no card twice");
  assert.equal(taps, items.length + 2, `${taps} taps for ${items.length} things`);
  t.diagnostic(`${items.length} things: ${taps} taps, ${seconds.toFixed(1)} s by a hand that does not think`);
  assert.ok(seconds < 60, `${seconds} s`);
  await untilAtCentre(page);
  assertQuiet(phone);
});

test("an officer who is called away at the seventh card finds the eighth after the phone was off", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  let page = await enrol(phone, relay.links[0]);
  relay.proxy.cut();
  await openRound(page, "flood-departure");
  const done = [];
  for (let n = 1; n <= 7; n += 1) done.push(await sayOk(page));
  await untilSaved(page);
  const eighth = await cardItem(page);
  await phone.kill();
  await phone.start();
  page = await phone.open(relay.origin(0));
  await openRound(page, "flood-departure");
  assert.equal(await cardItem(page), eighth);
  await page.getByTestId("to-list").click();
  assert.deepEqual(Object.keys(await readings(page)).sort(), done.sort());
  assertQuiet(phone);
});

test("an answer that comes after the signature is kept, and asks for another look", async (t) => {
  const relay = await startRelay();
  const [a, b] = await Promise.all([openBrowser(), openBrowser()]);
  t.after(() => Promise.all([a.end(), b.end(), relay.stop()]));
  const lead = await enrol(a, relay.links[0]);
  const colleague = await enrol(b, relay.links[1]);
  await openRound(lead, "pre-duty");
  await openRound(colleague, "pre-duty");
  await untilAtCentre(colleague);
  // The colleague stands in a cellar: the phone keeps what is said there.
  await b.kill();
  await relay.kill();
  await relay.start();
  while (await lead.getByTestId("card").count()) await sayOk(lead);
  await lead.getByTestId("sign").click();
  await lead.getByTestId("sign-off").first().waitFor();
  await untilAtCentre(lead);
  relay.proxy.cut();
  await b.start();
  const late = await b.open(relay.origin(1));
  await openRound(late, "pre-duty");
  await sayFault(late, "夜里发现的");
  await untilChip(late, { link: "offline" });
  await untilSaved(late);
  relay.proxy.heal();
  await untilAtCentre(late);
  await lead.getByText(/签字后到达 [1-9]/).waitFor();
  assertQuiet(a, b);
});

test("a phone that was out of reach for forty days takes everything down, and sends it without being joined again", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  relay.proxy.cut();
  await openRound(page, "flood-departure");
  for (let n = 1; n <= 4; n += 1) await sayOk(page);
  await untilChip(page, { link: "offline" });
  const { pending } = await page.getByTestId("sync-chip").first().evaluate((node) => ({ ...node.dataset }));
  assert.ok(Number(pending) >= 5, pending);
  // Forty days later at the relay: the session and the certificate's thirty days are long over.
  await relay.kill();
  await relay.start({ args: ["--clock-offset-ms", String(40 * DAY_MS)] });
  relay.proxy.heal();
  await untilAtCentre(page);
  await sayOk(page);
  await untilAtCentre(page);
  assertQuiet(phone);
});

test("a phone whose clock is two days off says so, and is asked for what is due by the bureau's clock", async (t) => {
  const relay = await startRelay({ args: ["--clock-offset-ms", String(2 * DAY_MS)] });
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  const day = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
  await page.waitForFunction(() => document.querySelector('[data-testid=today-row][data-template="pre-duty"]'));
  await openRound(page, "pre-duty");
  assert.match(decodeURIComponent(page.url()), new RegExp(day(Date.now() + 2 * DAY_MS)));
  await sayOk(page);
  await untilAtCentre(page);
  await page.goto(`${relay.origin(0)}/sync`);
  await page.getByText(/手机时钟慢 (4[78] 小时|2 天)/).first().waitFor();
  assertQuiet(phone);
});

test("a new version that comes in the middle of a check waits, and after a dead battery either is whole", async (t) => {
  const assets = mkdtempSync(path.join(tmpdir(), "muster-assets-"));
  cpSync(need("MUSTER_ASSETS"), assets, { recursive: true });
  const relay = await startRelay({ assets });
  const phone = await openBrowser();
  t.after(async () => {
    await Promise.all([phone.end(), relay.stop()]);
    rmSync(assets, { recursive: true, force: true });
  });
  let page = await enrol(phone, relay.links[0]);
  await openRound(page, "flood-departure");
  await sayOk(page);
  const build = () => page.evaluate(() => document.querySelector("meta[name=muster-build]").content);
  const old = await build();
  const fresh = "feedfacefeedface";
  for (const name of ["index.html", "sw.js"]) {
    const file = path.join(assets, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(old, fresh));
    rmSync(`${file}.br`, { force: true });
  }
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update();
    await new Promise((done) => { const look = () => (registration.waiting ? done() : setTimeout(look, 50)); look(); });
  });
  // Nobody is asked, nothing changes under the fingers.
  const said = [await sayOk(page), await sayOk(page)];
  await untilSaved(page);
  assert.equal(await build(), old);
  relay.proxy.cut();
  await phone.kill();
  await phone.start();
  page = await phone.open(relay.origin(0));
  await openRound(page, "flood-departure");
  assert.ok([old, fresh].includes(await build()));
  await sayOk(page);
  await page.getByTestId("to-list").click();
  const kept = await readings(page);
  for (const item of said) assert.ok(kept[item], item);
  assertQuiet(phone);
});
