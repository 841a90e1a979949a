// The round's screen in the field: several officers split one round by its parts, the screen stays on, an answer is felt,
// and a left hand reaches what it taps most.
import assert from "node:assert/strict";
import { assertQuiet, cardItem, enrol, openRound, sayFault, tapOk, untilAtCentre, untilPast, untilSaved } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

/** What the page asks of the phone, written down. */
const watchSenses = (page) => page.addInitScript(() => {
  window.asked = [];
  navigator.vibrate = (pattern) => { window.asked.push(`vibrate ${pattern}`); return true; };
  const lock = { request: async (kind) => { window.asked.push(`wake ${kind}`); return { release: async () => { window.asked.push("wake released"); } }; } };
  Object.defineProperty(navigator, "wakeLock", { value: lock });
});
const asked = (page) => page.evaluate(() => window.asked.splice(0));
/** A part of the first vehicle. */
const part = (page, group) => page.locator(`[data-testid=part][data-group="${group}"]`).first();

/** Answers the card on the screen, and waits for what comes next. */
async function answer(page) {
  const item = await cardItem(page);
  await tapOk(page);
  await untilPast(page, item);
  if (await page.getByTestId("card").count()) await untilSaved(page);
  return item;
}

test("two officers split a vehicle by compartment, and see who is on what", async (t) => {
  const relay = await startRelay();
  const [a, b] = await Promise.all([openBrowser(), openBrowser()]);
  t.after(() => Promise.all([a.end(), b.end(), relay.stop()]));
  const one = await enrol(a, relay.links[0]);
  const two = await enrol(b, relay.links[1]);
  for (const page of [one, two]) {
    await openRound(page, "tactical-unit");
    await page.getByTestId("to-list").click();
  }
  await part(one, 0).locator(".take").click();
  await part(two, 3).locator(".take").click();
  assert.equal(await part(one, 0).locator(".take").getAttribute("aria-pressed"), "true");
  if (process.env.MUSTER_SCREENSHOTS) await one.screenshot({ path: "out/round-split.png" });

  // Without a network each goes through their own compartment; the cards do not leave it.
  relay.proxy.cut();
  for (const [page, items] of [[one, ["T01", "T02", "T03", "T04", "T05"]], [two, ["T19", "T20", "T21", "T22", "T23", "T24", "T25"]]]) {
    await page.getByTestId("to-parts").click();
    const answered = [];
    for (const item of items) {
      await page.locator(`[data-testid=card][data-item="${item}"]`).waitFor();
      answered.push(await answer(page));
    }
    assert.deepEqual(answered, items);
    // Nothing left of one's own: what is left for whom.
    await part(page, 1).waitFor();
  }
  assert.match(await part(one, 0).innerText(), /5\s*\/\s*5/);
  assert.match(await part(one, 3).innerText(), /0\s*\/\s*7/);

  // With the network back, each sees the other's part done, and by whom.
  relay.proxy.heal();
  const soon = { timeout: 70_000 }; // who was long without an answer asks again within a minute
  await one.waitForFunction(() => /7\s*\/\s*7/.test(document.querySelector('[data-testid=part][data-group="3"]').innerText), undefined, soon);
  assert.match(await part(one, 3).innerText(), /在查：/);
  await two.waitForFunction(() => /5\s*\/\s*5/.test(document.querySelector('[data-testid=part][data-group="0"]').innerText), undefined, soon);
  // What was taken is remembered when the round is opened again.
  await one.reload();
  await part(one, 0).waitFor();
  assert.equal(await part(one, 0).locator(".take").getAttribute("aria-pressed"), "true");
  assertQuiet(a, b);
});

test("the screen stays on in a round, an answer is felt, and the left hand has its side", async (t) => {
  const relay = await startRelay();
  const a = await openBrowser();
  t.after(() => Promise.all([a.end(), relay.stop()]));
  let page = await enrol(a, relay.links[0]);
  await watchSenses(page);
  await page.reload();
  await openRound(page, "pre-duty");
  assert.deepEqual(await asked(page), ["wake screen"]);
  await answer(page);
  assert.deepEqual(await asked(page), ["vibrate 18"]);
  const item = await cardItem(page);
  await sayFault(page);
  await untilPast(page, item);
  assert.deepEqual(await asked(page), ["vibrate 40,60,40"]);
  // A hidden page loses its lock; seen again it takes it back.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.waitForFunction(() => window.asked.includes("wake screen"));
  await asked(page);

  const places = async () => {
    const box = (name) => page.getByTestId(name).boundingBox();
    return { ok: (await box("answer-ok")).x, missing: (await box("answer-missing")).x };
  };
  const right = await places();
  assert.ok(right.ok > right.missing, "the right thumb is at the right");
  // Headless Chromium's camera has no light: the page says so and stays as it is.
  await page.getByTestId("torch").click();
  await page.getByTestId("no-torch").waitFor();
  await page.goBack();
  await page.waitForFunction(() => window.asked.includes("wake released"), undefined, { timeout: 5_000 });
  await page.goto(`${relay.origin(0)}/me`);
  await page.locator("input[name=hand]").nth(1).press("Space");
  await page.locator("input[name=touch]").nth(1).press("Space");
  await page.goto(relay.origin(0));
  await openRound(page, "pre-duty");
  const left = await places();
  assert.ok(left.ok < left.missing, "the left thumb is at the left");
  if (process.env.MUSTER_SCREENSHOTS) await page.screenshot({ path: "out/round-left.png" });
  await asked(page);
  await answer(page);
  assert.deepEqual(await asked(page), [], "silence was asked for");
  await untilAtCentre(page);
  assertQuiet(a);
});
