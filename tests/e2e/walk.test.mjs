// The officer's job without a network, and the supervisor's screen: the walk of one tap with its first and last steps.
import assert from "node:assert/strict";
import { assertQuiet, chip, enrol, openRound, readings, sayOk, tapOk, untilAtCentre, untilChip, untilSaved } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

test("ten items without a network survive a dead battery and reach the supervisor by themselves", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  await enrol(phone, relay.links[0]);
  const board = await enrol(desk, relay.links[2]);
  const cell = board.locator('[data-testid=cell][data-station="zhongmiao"][data-template="flood-departure"]');
  assert.match(await cell.innerText(), /0\s*\/\s*24/);
  await board.evaluate(() => { window.isTheSamePage = true; });

  // The relay dies, the network goes, the browser is closed: the app starts all the same.
  await relay.kill();
  relay.proxy.cut();
  await phone.close();
  await phone.start();
  let page = await phone.open(relay.origin(0));
  await openRound(page, "flood-departure");
  const round = page.url();
  const confirmed = [];
  for (let n = 1; n <= 10; n += 1) {
    confirmed.push(await sayOk(page));
    // A visit and so many answers are durable before the next tap.
    await untilSaved(page);
    await untilChip(page, { pending: n + 1 });
    assert.equal(await page.getByTestId("last-state").getAttribute("data-place"), "phone");
  }
  assert.equal((await chip(page)).link, "offline");

  // In the middle of the eleventh, the battery dies.
  await page.getByTestId("card").waitFor();
  await tapOk(page);
  await phone.kill();
  await phone.start();
  page = await phone.open(relay.origin(0));
  await page.getByTestId("today-row").first().waitFor();
  await page.waitForFunction(() => Number(document.querySelector("[data-testid=sync-chip]")?.dataset.pending) > 0);
  const { pending } = await chip(page);
  assert.ok(pending === 11 || pending === 12 || pending === 13, `${pending}: all that was confirmed`);
  await page.goto(`${round}?list`);
  const kept = await readings(page);
  for (const item of confirmed) assert.ok(["ok", "value"].includes(kept[item]), `${item}: ${kept[item]}`);
  await page.goto(relay.origin(0));
  const row = page.locator('[data-testid=today-row][data-template="flood-departure"]');
  await row.filter({ hasText: /1[01]\s*\/\s*24/ }).waitFor();

  // Everything is back: nobody touches anything.
  await relay.start();
  relay.proxy.heal();
  await untilAtCentre(page);
  assert.match(await page.getByTestId("sync-chip").first().innerText(), /已到中心/);
  await board.waitForFunction(() => {
    const cell = document.querySelector('[data-testid=cell][data-station="zhongmiao"][data-template="flood-departure"]');
    return /1[01]\s*\/\s*24/.test(cell?.innerText);
  });
  assert.ok(await board.evaluate(() => window.isTheSamePage), "without a reload");
  assertQuiet(phone, desk);
});
