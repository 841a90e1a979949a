// An app that stays: its number on the icon, its way to the home screen, and what a phone that nobody knows is seen to do.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, sayOk, untilAtCentre, untilChip } from "./kit/app.mjs";
import { check } from "./kit/axe.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

test("the number on the icon is what is only on this phone, and the app can be put on the home screen", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await page.addInitScript(() => {
    window.badges = [];
    navigator.setAppBadge = async (number) => { window.badges.push(number); };
    navigator.clearAppBadge = async () => { window.badges.push(0); };
  });
  await page.reload();
  await page.getByTestId("today-row").first().waitFor();
  relay.proxy.cut();
  await openRound(page, "pre-duty");
  await sayOk(page);
  await untilChip(page, { pending: 2 });
  assert.equal(await page.evaluate(() => window.badges.at(-1)), 2);
  relay.proxy.heal();
  await untilAtCentre(page);
  await page.waitForFunction(() => window.badges.at(-1) === 0);

  // Chromium itself finds that it can be installed, and is held back: its question comes when the officer asks.
  await page.goto(`${relay.origin(0)}/me`);
  await page.getByTestId("install-now").waitFor();
  await page.evaluate(() => {
    const event = new Event("beforeinstallprompt", { cancelable: true });
    event.prompt = async () => { window.wasAsked = true; };
    dispatchEvent(event);
    window.wasHeldBack = event.defaultPrevented;
  });
  await page.getByTestId("install-now").click();
  assert.deepEqual(await page.evaluate(() => [window.wasHeldBack, window.wasAsked]), [true, true]);
  await page.getByTestId("install-now").waitFor({ state: "detached" });
  assertQuiet(phone);
});

test("the self-test really writes, signs and asks, and says what does not work and what is lost by it", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const status = () => page.getByTestId("ability").evaluateAll((all) => Object.fromEntries(all.map(({ dataset }) => [dataset.name, dataset.status])));
  await page.goto(`${relay.origin(0)}/me`);
  await page.getByTestId("to-self-test").click();
  await page.locator("[data-testid=self-test][data-state=done]").waitFor();
  const online = await status();
  for (const name of ["written", "signed", "secure", "program", "locks", "answered"]) assert.equal(online[name], "ok", name);
  assert.equal(online.codes, "watch", "headless Chromium on Linux reads no codes itself");
  for (const lang of ["zh", "en"]) {
    await page.goto(`${relay.origin(0)}/me`);
    await page.locator("input[name=language]").nth(lang === "zh" ? 0 : 1).check({ force: true });
    await page.getByTestId("to-self-test").click();
    await page.locator("[data-testid=self-test][data-state=done]").waitFor();
    await check(page, `self-test ${lang}`);
    if (process.env.MUSTER_SCREENSHOTS) await page.screenshot({ path: `out/self-test-${lang}.png`, fullPage: true });
  }
  relay.proxy.cut();
  await page.getByTestId("self-test-again").click();
  await page.locator("[data-testid=ability][data-name=answered][data-status=watch]").waitFor();
  assert.equal((await status()).written, "ok", "without a network it writes all the same");
  assertQuiet(phone);
});
