// Bundles: what is only on a phone goes to the centre in somebody's pocket, and counts once.
import assert from "node:assert/strict";
import { assertQuiet, chip, enrol, openRound, sayFault, sayOk, toItem, untilAtCentre, untilChip } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { bring, makeBundle, saveBundle, toSync, untilBrought, untilRefused } from "./kit/bundle.mjs";
import { shot, takePhoto } from "./kit/photo.mjs";
import { startRelay } from "./kit/relay.mjs";
import { slowDown } from "./kit/slow.mjs";
import { test } from "./kit/witness.mjs";

const ROUND = "flood-departure";

test("a phone without a network makes a file, a desk brings it in, and the phone comes later and doubles nothing", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  const file = await shot(page, { width: 800, height: 600 });
  const fast = await slowDown(phone, 6);
  await openRound(page, ROUND);
  // The phone's lines are cut, the desk's are not yet there.
  relay.proxy.cut();
  await toItem(page, "F02");
  await page.getByTestId("answer-abnormal").click();
  await page.getByTestId("fault-chip").first().click();
  await takePhoto(page, file);
  await page.getByTestId("fault-done").click();
  await untilChip(page, { photos: 1 });
  await toItem(page, "F03");
  await sayOk(page);
  await toSync(page);
  await page.waitForFunction(() => document.querySelector("[data-testid=sync-chip]").dataset.link === "offline");
  const { pending } = await chip(page);
  const begun = Date.now();
  const made = await makeBundle(page);
  t.diagnostic(`made in ${Date.now() - begun} ms at 6x: ${made.text.split("\n")[1]}`);
  assert.equal(made.changes, pending);
  const bundle = await saveBundle(page);
  assert.match(bundle.name, /^muster-\d{4}-\d\d-\d\d-\d{4}-[\w-]{6}\.muster$/);
  assert.ok(!bundle.buffer.includes("F02") && !bundle.buffer.includes("JFIF"), "nothing of it can be read");
  const handed = page.getByTestId("handed");
  assert.deepEqual([await handed.getAttribute("data-inside"), await handed.getAttribute("data-more")], [String(pending), "0"]);
  // Handed out is not at the centre, and what comes after it is not inside.
  await untilChip(page, { pending, link: "offline" });
  await page.goBack();
  await toItem(page, "F05");
  await sayOk(page);
  await toSync(page);
  await page.locator(`[data-testid=handed][data-inside="${pending}"][data-more="1"]`).waitFor();
  await fast();

  // The phone is switched off; its file is on the desk's stick.
  await phone.close();
  relay.proxy.heal();
  const board = await enrol(desk, relay.links[2]);
  await toSync(board);
  await bring(board, { ...bundle, buffer: bundle.buffer.subarray(0, 900) });
  await untilRefused(board, "bundle-truncated");
  await bring(board, { ...bundle, name: "x.pdf", buffer: Buffer.from("%PDF-1.7 something else") });
  await untilRefused(board, "bundle-unreadable");
  await bring(board, bundle);
  await untilBrought(board, { taken: pending, known: 0, held: 0, rejected: 0 });
  await bring(board, bundle);
  await untilBrought(board, { taken: 0, known: pending });
  if (process.env.MUSTER_SCREENSHOTS) await board.screenshot({ path: "out/bundle-desk.png", fullPage: true });
  await board.goto(relay.origin(2));
  await board.locator(`[data-testid=cell][data-station="zhongmiao"][data-template="${ROUND}"]`).click();
  const line = board.locator("details.reading", { has: board.locator(`[data-testid=reading][data-item="F02"]`) }).first();
  await line.getByTestId("attachments").first().waitFor({ state: "attached" });

  await phone.start();
  const again = await phone.open(`${relay.origin(0)}/sync`);
  await untilAtCentre(again);
  await untilChip(again, { photos: 0 });
  assert.equal(await again.getByTestId("handed").count(), 0, "nothing waits any more");
  assert.equal(await again.getByTestId("bundle-make").count(), 0);
  await board.reload();
  await board.locator(`[data-testid=cell][data-station="zhongmiao"][data-template="${ROUND}"]`).click();
  const reading = board.locator(`[data-testid=reading][data-item="F02"]`).first();
  await reading.waitFor({ state: "attached" });
  const events = board.locator("details.reading", { has: board.locator(`[data-testid=reading][data-item="F02"]`) }).first();
  assert.equal(await events.getByTestId("event").count(), 1, "said once, there once");
  assertQuiet(phone, desk);
});

/** Two phones of a station that have no network any more; the first one's round is open. */
async function apart(t) {
  const relay = await startRelay();
  const [author, carrier] = [await openBrowser(), await openBrowser()];
  t.after(() => Promise.all([author.end(), carrier.end(), relay.stop()]));
  const page = await enrol(author, relay.links[0]);
  const other = await enrol(carrier, relay.links[1]);
  await Promise.all([untilAtCentre(page), untilAtCentre(other)]);
  relay.proxy.cut();
  await openRound(page, ROUND);
  return { relay, author, carrier, page, other };
}

test("a colleague without a network carries the file, unread, until there is one", async (t) => {
  const { relay, author, carrier, page, other: joined } = await apart(t);
  let other = joined;
  await toItem(page, "F02");
  await sayFault(page, "扣带断了");
  await toItem(page, "F03");
  await sayOk(page);
  await toSync(page);
  const { changes } = await makeBundle(page);
  const bundle = await saveBundle(page);
  await author.close();

  await toSync(other);
  await other.waitForFunction(() => document.querySelector("[data-testid=sync-chip]").dataset.link === "offline");
  for (let times = 0; times < 2; times += 1) {
    await bring(other, bundle);
    await other.locator('[data-testid=carried][data-count="1"]').waitFor();
  }
  if (process.env.MUSTER_SCREENSHOTS) await other.screenshot({ path: "out/bundle-carried.png", fullPage: true });
  await untilChip(other, { pending: 0 });
  // The battery dies; the file is still there.
  await carrier.kill();
  await carrier.start();
  other = await carrier.open(`${relay.origin(1)}/sync`);
  await other.locator('[data-testid=carried][data-count="1"]').waitFor();
  relay.proxy.heal();
  await untilBrought(other, { taken: changes, rejected: 0 });
  await other.getByTestId("carried").waitFor({ state: "detached" });
  assertQuiet(author, carrier);
});

test("a file that is being brought in is on the disk before the centre has answered", async (t) => {
  const { relay, author, carrier, page, other: joined } = await apart(t);
  let other = joined;
  await sayOk(page);
  await toSync(page);
  const { changes } = await makeBundle(page);
  const bundle = await saveBundle(page);
  await author.close();

  relay.proxy.heal();
  await untilAtCentre(other);
  await toSync(other);
  // Nothing of it arrives, and nothing breaks: the centre does not answer.
  relay.proxy.thin(1);
  await bring(other, bundle);
  await other.locator('[data-testid=carried][data-count="1"]').waitFor();
  assert.equal(await other.getByTestId("brought").count(), 0);
  await carrier.kill();
  relay.proxy.cut();
  relay.proxy.thin(Infinity);
  await carrier.start();
  other = await carrier.open(`${relay.origin(1)}/sync`);
  await other.locator('[data-testid=carried][data-count="1"]').waitFor();
  relay.proxy.heal();
  await untilBrought(other, { taken: changes, rejected: 0, photosRefused: 0 });
  await other.getByTestId("carried").waitFor({ state: "detached" });
  assertQuiet(author, carrier);
});

test("a browser without a service worker says so, works, and gives the file", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const blank = await phone.open("about:blank");
  await blank.context().addInitScript(() => { delete Navigator.prototype.serviceWorker; });
  const page = await phone.open(relay.links[0]);
  await page.getByTestId("enrol-submit").click();
  await page.locator("[data-testid=today-row]").first().waitFor();
  await untilAtCentre(page);
  await openRound(page, "pre-duty");
  await sayOk(page);
  await untilAtCentre(page);
  relay.proxy.cut();
  await sayOk(page);
  await untilChip(page, { pending: 1 });
  await toSync(page);
  await page.locator(".carry .notice.watch").waitFor();
  const { changes } = await makeBundle(page);
  assert.equal(changes, 1);
  assert.ok((await saveBundle(page)).buffer.length > 200);
  relay.proxy.heal();
  await untilAtCentre(page);
  await page.goto(`${relay.origin(0)}/me`);
  await page.getByTestId("to-self-test").click();
  await page.locator("[data-testid=ability][data-name=program][data-status=fault]").waitFor();
  await page.locator(".notice.watch button").click();
  await page.getByTestId("carry").waitFor();
  assertQuiet(phone);
});
