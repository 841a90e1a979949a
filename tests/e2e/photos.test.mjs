// Photos and voice memos: taken without a network, small, without what the camera wrote into them, and sent behind the
// answers over lines that break.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { assertQuiet, enrol, openRound, sayFault, sayOk, toItem, untilAtCentre, untilChip } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { seen, shot, takePhoto } from "./kit/photo.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const ROUND = "flood-departure";
const ITEM = "F02";
const tus = readFileSync(createRequire(import.meta.url).resolve("tus-js-client/dist/tus.min.js"), "utf8");

async function slow(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 6 });
}

/** The list of a supervisor's board down to one line of one round. */
async function openOnBoard(page, item) {
  await page.locator(`[data-testid=cell][data-station="zhongmiao"][data-template="${ROUND}"]`).click();
  const line = page.locator("details.reading", { has: page.locator(`[data-testid=reading][data-item="${item}"]`) }).first();
  await line.getByTestId("attachments").first().waitFor({ state: "attached" });
  await line.evaluate((node) => { for (let part = node; part; part = part.parentElement.closest("details")) part.open = true; });
  return line;
}

/** Until a line shows its photo. While it is elsewhere that is said in its place, and a tap asks again. */
async function untilSmallOne(line) {
  for (let tries = 0; tries < 60; tries += 1) {
    const isShown = await line.locator("[data-testid=photo] img").first().evaluate((image) => image.naturalWidth > 0, undefined, { timeout: 500 }).catch(() => false);
    if (isShown) return;
    await line.getByTestId("photo-missing").first().click({ timeout: 500 }).catch(() => {});
  }
  assert.fail("the photo did not come");
}

test("a photo that was taken without a network arrives, small and without its place, though the tab was killed", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  let page = await enrol(phone, relay.links[0]);
  const file = await shot(page);
  await slow(page);
  await openRound(page, ROUND);
  await toItem(page, ITEM);
  const round = page.url();
  relay.proxy.cut();
  await page.getByTestId("answer-abnormal").click();
  await page.getByTestId("fault-chip").first().click();
  await takePhoto(page, file);
  await page.getByTestId("fault-done").click();
  await untilChip(page, { photos: 1 });
  await phone.kill();
  await phone.start();
  page = await phone.open(round);
  await page.getByTestId("card").waitFor();
  await toItem(page, ITEM);
  const [small] = await seen(page, "[data-testid=photo] img");
  assert.ok(small.isItself && small.width <= 240 && small.bytes < 15_000, JSON.stringify(small));
  await untilChip(page, { photos: 1 });
  relay.proxy.heal();
  await untilChip(page, { photos: 0, pending: 0, link: "online" });

  const board = await enrol(desk, relay.links[2]);
  const line = await openOnBoard(board, ITEM);
  await line.getByTestId("photo").first().click();
  await line.getByTestId("photo-whole").waitFor();
  const [whole] = await seen(board, "[data-testid=photo-whole]");
  assert.deepEqual([whole.status, whole.media, whole.isItself, whole.hasExif], [200, "image/jpeg", true, false]);
  assert.deepEqual([whole.width, whole.height], [1_600, 1_200]);
  assert.ok(file.buffer.includes("SPYCAM-9000"), "the camera had written it");
  t.diagnostic(`photo ${file.buffer.length} -> ${whole.bytes} bytes, small one ${small.bytes}`);
  assertQuiet(phone, desk);
});

test("an upload that is cut goes on where it was, and answers go before photos on a thin line", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const file = await shot(page);
  await slow(page);
  await openRound(page, ROUND);
  await toItem(page, ITEM);
  await takePhoto(page, file);
  const before = relay.proxy.sent;
  relay.proxy.thin(20_000);
  await sayFault(page);
  await untilChip(page, { pending: 0, photos: 1 });
  const total = await page.evaluate(async () => {
    const open = indexedDB.open("muster");
    await new Promise((done) => { open.onsuccess = done; });
    const get = open.result.transaction("photos").objectStore("photos").getAll();
    await new Promise((done) => { get.onsuccess = done; });
    open.result.close();
    return get.result.reduce((sum, { byteLength }) => sum + byteLength, 0);
  });
  // Half of it has left when the line breaks.
  while (relay.proxy.sent - before < total / 2) await new Promise((done) => setTimeout(done, 100));
  relay.proxy.cut();
  await untilChip(page, { link: "offline", photos: 1 });
  relay.proxy.heal();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await untilChip(page, { link: "online" });

  // In the middle of it something is said: it does not wait for the rest.
  relay.proxy.thin(2_500);
  const said = performance.now();
  await sayOk(page);
  await untilChip(page, { pending: 0, photos: 1 });
  const seconds = (performance.now() - said) / 1_000;
  assert.ok(seconds < 20, `the answer took ${seconds} s`);
  relay.proxy.thin(Infinity);
  await untilChip(page, { photos: 0, pending: 0 });
  const sent = relay.proxy.sent - before;
  // What is on a line when it breaks is lost: one part; and the answers and headers are a little.
  assert.ok(sent < total * 1.25 + 40_000, `${sent} bytes were sent for ${total}`);
  t.diagnostic(`${total} bytes of photos, ${sent} sent with a break in the middle; an answer beside it took ${seconds.toFixed(1)} s`);
  assertQuiet(phone);
});

test("a file that is no photo, a photo that rots and a full phone hold up nothing", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  let page = await enrol(phone, relay.links[0]);
  const [first, second] = [await shot(page), await shot(page, { seed: 9 })];
  await openRound(page, ROUND);
  await toItem(page, ITEM);
  relay.proxy.cut();
  await page.getByTestId("take-photo").setInputFiles({ name: "x.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no photo") });
  await page.locator("[data-testid=problem][data-code=photo-unreadable]").waitFor();
  await takePhoto(page, first);
  await sayFault(page);
  await page.waitForFunction(() => document.querySelector("[data-testid=sync-chip]").dataset.photos === "1");
  // The disk turns a bit of what waits.
  await page.evaluate(async () => {
    const open = indexedDB.open("muster");
    await new Promise((done) => { open.onsuccess = done; });
    const photos = open.result.transaction(["photos", "meta"], "readwrite").objectStore("photos");
    const keys = photos.getAllKeys();
    await new Promise((done) => { keys.onsuccess = done; });
    for (const key of keys.result) {
      const get = photos.get(key);
      await new Promise((done) => { get.onsuccess = done; });
      if (get.result.byteLength < 30_000) continue;
      new Uint8Array(get.result)[9_999] ^= 1;
      await new Promise((done) => { photos.put(get.result, key).onsuccess = done; });
    }
    open.result.close();
  });
  await toItem(page, "F03");
  await takePhoto(page, second);
  await sayFault(page);
  await untilChip(page, { photos: 2 });
  relay.proxy.heal();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await untilChip(page, { photos: 0, pending: 0, link: "online" });
  await page.goto(`${relay.origin(0)}/sync`);
  await page.locator("[data-testid=photo-refused][data-code=photo-mismatch]").waitFor();
  assert.equal(await page.getByTestId("photo-refused").count(), 1);

  // Whoever looks is told where it is.
  const board = await enrol(desk, relay.links[2]);
  const line = await openOnBoard(board, ITEM);
  await line.getByTestId("photo").first().click();
  await line.locator(".photo-note", { hasText: "手机上" }).waitFor();

  // Chromium remembers for a while how much room there was.
  const third = await shot(page, { seed: 11 });
  await phone.close();
  await phone.start();
  page = await phone.open("about:blank");
  const session = await page.context().newCDPSession(page);
  const origin = relay.origin(0);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  await page.goto(origin);
  await openRound(page, ROUND);
  await toItem(page, ITEM);
  await page.getByTestId("take-photo").setInputFiles(third);
  await page.locator("[data-testid=problem][data-code=photo-full]").waitFor();
  assert.equal(await page.getByTestId("draft").count(), 0);
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  await sayOk(page);
  await untilChip(page, { pending: 0, link: "online" });
  // That there is no room is told in the console, too.
  assert.deepEqual(phone.problems.filter((problem) => !problem.includes("the storage is full")), []);
});

test("a page that the phone ends behind the camera comes back to what was chosen", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  let page = await enrol(phone, relay.links[0]);
  const file = await shot(page);
  await openRound(page, ROUND);
  await toItem(page, ITEM);
  const round = page.url();
  await page.getByTestId("answer-abnormal").click();
  await page.getByTestId("fault-chip").nth(1).click();
  await page.getByTestId("note").fill("舱底有水");
  const chooser = page.waitForEvent("filechooser");
  await page.locator("label", { has: page.getByTestId("take-photo") }).click();
  await chooser;
  await page.close();
  page = await phone.open(round);
  await page.locator(`[data-testid=card][data-item="${ITEM}"]`).waitFor();
  assert.equal(await page.getByTestId("note").inputValue(), "舱底有水");
  assert.equal(await page.getByTestId("fault-chip").nth(1).getAttribute("aria-pressed"), "true");
  await takePhoto(page, file);
  await page.getByTestId("fault-done").click();
  await untilChip(page, { photos: 0, pending: 0, link: "online" });
  await toItem(page, ITEM);
  await page.getByTestId("photo").waitFor();
  assertQuiet(phone);
});

test("a voice memo is recorded, heard on the phone and on the board, and a refused microphone is told", async (t) => {
  const relay = await startRelay();
  const fakes = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
  const phone = await openBrowser({ flags: fakes });
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await slow(page);
  await openRound(page, ROUND);
  await toItem(page, ITEM);
  await page.getByTestId("record-memo").click();
  await page.getByTestId("recording").waitFor();
  await page.waitForFunction(() => Number(document.querySelector(".loudness").value) > 5);
  await page.waitForTimeout(1_500);
  await page.getByTestId("end-memo").click();
  await page.getByTestId("memo-draft").waitFor();
  await sayFault(page);
  await untilChip(page, { photos: 0, pending: 0, link: "online" });
  const board = await enrol(desk, relay.links[2]);
  const line = await openOnBoard(board, ITEM);
  const seconds = await line.getByTestId("memo").first().evaluate(async (audio) => {
    await audio.play();
    await new Promise((done) => { audio.onended = done; });
    return audio.currentTime;
  });
  assert.ok(seconds > 1, `${seconds} s were heard`);

  const other = await openBrowser({ flags: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"] });
  t.after(() => other.end());
  const refused = await enrol(other, relay.links[1]);
  await openRound(refused, ROUND);
  await refused.getByTestId("record-memo").click();
  await refused.locator("[data-testid=problem][data-code=microphone-refused]").waitFor();
  await untilAtCentre(refused);
  assertQuiet(phone, desk, other);
});

test("with no page open the service worker sends what waits, and the page drops it when it comes back", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const file = await shot(page);
  await openRound(page, ROUND);
  await toItem(page, ITEM);
  const round = page.url();
  relay.proxy.cut();
  await takePhoto(page, file);
  await sayFault(page);
  await untilChip(page, { photos: 1 });
  // The service worker is woken as the browser would.
  const session = await page.context().newCDPSession(page);
  const registration = new Promise((found) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => scopeURL.startsWith(relay.origin(0)));
      if (own) found(own.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  const registrationId = await registration;
  await page.goto("about:blank");
  // A day later the session is over.
  await page.context().clearCookies({ name: "muster_session" });
  relay.proxy.heal();
  const before = relay.proxy.sent;
  await session.send("ServiceWorker.dispatchSyncEvent", { origin: relay.origin(0), registrationId, tag: "photos", lastChance: true });
  while (relay.proxy.sent - before < 100_000) await page.waitForTimeout(100);
  await page.waitForTimeout(1_000);
  const sent = relay.proxy.sent;
  await page.goto(round);
  await untilChip(page, { photos: 0, pending: 0, link: "online" });
  assert.ok(relay.proxy.sent - sent < 60_000, `${relay.proxy.sent - sent} bytes were sent once more`);
  await page.getByTestId("card").waitFor();
  await toItem(page, ITEM);
  await page.getByTestId("photo").waitFor();
  assertQuiet(phone);
});

test("a centre that is set back to a backup without a photo gets it again from the phone that took it", async (t) => {
  const relay = await startRelay();
  const [phone, desk] = [await openBrowser(), await openBrowser({ viewport: DESK })];
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const board = await enrol(desk, relay.links[2]);
  const file = relay.backup();
  await openRound(page, ROUND);
  await toItem(page, ITEM);
  await takePhoto(page, await shot(page, { width: 800, height: 600 }));
  await sayFault(page);
  await untilChip(page, { photos: 0, pending: 0, link: "online" });
  await relay.setBack(file);
  for (const one of [page, board]) await one.evaluate(() => window.dispatchEvent(new Event("online")));
  const line = await openOnBoard(board, ITEM);
  await untilSmallOne(line);
  // The small one is sent first; that it is there again tells that the other is on its way.
  await untilChip(page, { photos: 0, pending: 0, link: "online" });
  await line.getByTestId("photo").first().click();
  await board.waitForFunction(() => document.querySelector("[data-testid=photo-whole]")?.naturalWidth === 800);
});

test("a stock tus client uploads, is cut, and goes on", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const { buffer } = await shot(page, { width: 1_200, height: 900 });
  await page.evaluate(`${tus}; undefined`);
  const outcome = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const offsets = [];
    const upload = (stopAt) => new Promise((done, failed) => {
      const one = new window.tus.Upload(new Blob([bytes]), {
        endpoint: "/api/uploads", chunkSize: 20_000, retryDelays: [0, 100], metadata: { sha256, filetype: "image/jpeg" },
        onError: failed,
        onSuccess: () => done(one.url),
        onChunkComplete: (size, accepted) => {
          offsets.push(accepted);
          if (accepted >= stopAt) one.abort().then(() => done(one.url), failed);
        },
      });
      if (stopAt === Infinity) one.findPreviousUploads().then((before) => { if (before[0]) one.resumeFromPreviousUpload(before[0]); one.start(); });
      else one.start();
    });
    const address = await upload(40_000);
    const again = await upload(Infinity);
    const seen = await fetch(`/photos/${sha256}`);
    return { offsets, same: address === again, status: seen.status, length: (await seen.arrayBuffer()).byteLength };
  }, buffer.toString("base64"));
  assert.deepEqual([outcome.same, outcome.status, outcome.length], [true, 200, buffer.length]);
  assert.deepEqual(outcome.offsets, [...new Set(outcome.offsets)].sort((a, b) => a - b), "no part went twice");
  assertQuiet(phone);
});
