// The ui comes in parts: what is seen first waits for nothing else, and what comes later is a part of the installed program.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, untilAtCentre } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { goTo } from "./kit/slow.mjs";
import { test } from "./kit/witness.mjs";

const CORE = /\/a\/(core|ui-home)/;
const CHUNKS = /\/a\/ui-(round|rest)-/;

/** In every page: whether anything ever stood in the place of a screen. */
const NOTES = `
  globalThis.placeholders = 0;
  new MutationObserver(() => {
    if (document.querySelector(".frame [data-testid=skeleton], [data-testid=screen-missing]")) globalThis.placeholders += 1;
  }).observe(document, { subtree: true, childList: true });
`;

/** Waits until something is so. */
async function until(is, what) {
  for (const begun = Date.now(); !is(); ) {
    assert.ok(Date.now() - begun < 15_000, what);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Holds what is asked for until it is let through, or refuses it. */
async function gate(page, what) {
  const held = [];
  let [pass, passed] = [(route) => held.push(route), 0];
  await page.route(what, (route) => { pass(route); });
  const from = (next) => () => {
    pass = (route) => { passed += 1; return next(route); };
    return Promise.all(held.splice(0).map(pass));
  };
  return { held, passed: () => passed, open: from((route) => route.continue()), refuse: from((route) => route.abort()) };
}

test("somebody new can join though nothing but the first screen has come, and a screen that has not come says so", async (t) => {
  const relay = await startRelay();
  // Without a service worker every part comes over the line, where the test holds it.
  const phone = await openBrowser({ script: "delete Navigator.prototype.serviceWorker;" });
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await phone.open("about:blank");
  const core = await gate(page, CORE);
  const chunks = await gate(page, CHUNKS);
  await page.goto(relay.links[0]);
  await page.getByTestId("enrol-submit").click();
  await page.locator("[data-testid=enrol-submit][aria-disabled=true]").waitFor();
  assert.equal(await page.locator(".recovery").count(), 0);
  assert.deepEqual(chunks.held.map((route) => route.request().url()), [], "chunks before the core");
  assert.ok(core.held.length > 0, "nothing was asked of the core's files after the first paint");

  // The core comes: the phone joins, and today's list is there.
  await core.open();
  const row = page.locator('[data-testid=today-row][data-template="pre-duty"]').first();
  await row.waitFor();
  await until(() => chunks.held.length > 0, "the chunks are asked for without a tap");
  await row.click();
  await page.locator(".frame [data-testid=skeleton]").waitFor();

  // It cannot come: it is said, in the language of the person, and the way back is there.
  await chunks.refuse();
  const missing = page.getByTestId("screen-missing");
  await missing.waitFor();
  assert.match(await missing.innerText(), /还没有下载到本机。已保存的记录不受影响。请在有网络的地方再试。/);
  const refused = chunks.passed();
  await missing.getByRole("button").click();
  await until(() => chunks.passed() > refused, "a tap asks for it again");
  await missing.waitFor();

  // Now it can.
  await chunks.open();
  await missing.getByRole("button").click();
  await page.getByTestId("card").waitFor();
  await goTo(page, "/me");
  await missing.or(page.locator("input[name=language]").first()).first().waitFor();
  if (await missing.count()) await missing.getByRole("button").click();
  await page.locator("input[name=language]").first().waitFor({ state: "attached" });
  assertQuiet(phone);
});

test("an installed phone opens every screen without a line, at the first tap, with nothing in its place", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser({ script: NOTES });
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  await relay.kill();
  relay.proxy.cut();
  await phone.close();
  await phone.start();
  const again = await phone.open(relay.origin(0));
  await again.getByTestId("today-row").first().waitFor();
  // The copies are on the phone, and nobody is faster than a finger.
  await again.waitForTimeout(1_500);
  for (const path of ["/register", "/scan", "/defects", "/needs", "/sync", "/me", "/self-test", "/labels", "/"]) {
    await goTo(again, path);
    await again.locator(".frame main").first().waitFor();
  }
  await openRound(again, "pre-duty");
  assert.equal(await again.evaluate(() => globalThis.placeholders), 0);

  // A page that begins in a chunk, without a line, as after the camera.
  await again.reload();
  await again.getByTestId("card").waitFor();
  assertQuiet(phone);
});
