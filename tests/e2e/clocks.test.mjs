// Three phones whose clocks say three days: what they did apart is one state everywhere, in the order of causes.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, readings, sayFault, sayOk, toItem, untilAtCentre, untilChip, untilSaved } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { appWith, movedAt, movedBy } from "./kit/patched.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const HOUR_MS = 3_600_000;
const CLOCKS = { "officer-a.localhost": -24 * HOUR_MS, "officer-b.localhost": 0, "officer-c.localhost": 8 * HOUR_MS };
const ROUND = "flood-departure";

/** Lines of a round that one person may clear with a tap: not about safety, and no numbers. */
async function plainLines(page, wanted) {
  const found = [];
  while (found.length < wanted) {
    const card = page.getByTestId("card");
    const item = await card.getAttribute("data-item");
    if ((await page.getByTestId("answer-ok").count()) && !(await card.getByText("关乎安全").count())) found.push(item);
    await page.getByTestId("next").click();
    await page.waitForFunction((was) => document.querySelector("[data-testid=card]").dataset.item !== was, item);
  }
  return found;
}

/** What a phone shows of a round: each answered line and how it stands. */
async function state(page, origin) {
  await page.goto(origin);
  await openRound(page, ROUND);
  await page.getByTestId("to-list").click();
  return readings(page);
}

test("three phones with clocks a day back, right and eight hours ahead come to one state, in the order of causes", async (t) => {
  const app = appWith(movedAt(CLOCKS));
  const relay = await startRelay({ assets: app.assets });
  const phones = await Promise.all(Object.values(CLOCKS).map((offset) => openBrowser({ script: movedBy(offset) })));
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([...phones, desk].map((browser) => browser.end())).then(() => relay.stop()).then(app.end));
  const links = [relay.links[0], relay.links[1], relay.invite("zm-04", "officer-c.localhost")];
  const origins = links.map((link) => new URL(link).origin);
  const pages = [];
  for (const [n, link] of links.entries()) pages.push(await enrol(phones[n], link));
  for (const page of pages) await openRound(page, ROUND);
  const asked = new Set(pages.map((page) => new URL(page.url()).pathname));
  assert.equal(asked.size, 1, `the bureau's clock says which round is due: ${[...asked]}`);
  const [seen, common, ...own] = await plainLines(pages[0], 5);

  // The phone ahead of time finds a fault; the one that is a day back sees it and says that it is mended.
  await toItem(pages[2], seen);
  await sayFault(pages[2], "开关松了");
  await untilAtCentre(pages[2]);
  await toItem(pages[0], seen);
  await pages[0].getByText("开关松了").first().waitFor();
  relay.proxy.cut();
  await Promise.all(pages.map((page) => untilChip(page, { link: "offline" })));
  await pages[0].getByTestId("answer-ok").click();

  // Apart: one line that two find good and one does not, and a line of each one's own.
  for (const [n, page] of pages.entries()) {
    await toItem(page, common);
    if (n === 1) await sayFault(page, "镜片裂了");
    else await sayOk(page);
    await toItem(page, own[n]);
    await sayOk(page);
    await untilSaved(page);
  }
  for (const phone of phones) await phone.close();

  // One after the other they come to where there is a network.
  relay.proxy.heal();
  for (const n of [2, 0, 1]) {
    await phones[n].start();
    pages[n] = await phones[n].open(origins[n]);
    await untilAtCentre(pages[n]);
  }
  const lines = [seen, common, ...own];
  const states = [];
  for (const [n, page] of pages.entries()) {
    await page.goto(origins[n]);
    await untilAtCentre(page);
    states.push(await state(page, origins[n]));
  }
  assert.deepEqual(states[1], states[0]);
  assert.deepEqual(states[2], states[0]);
  assert.deepEqual(Object.keys(states[0]).sort(), [...lines].sort(), "no answer is lost, and none is invented");
  assert.equal(states[0][seen], "ok", "who says that it is mended had seen the fault, whatever the clocks say");
  assert.equal(states[0][common], "fault", "the safe side stands");
  for (const item of own) assert.equal(states[0][item], "ok");

  for (const page of pages) {
    await toItem(page, common);
    await page.getByTestId("dispute").waitFor();
  }

  const board = await enrol(desk, relay.links[2]);
  await board.locator(`[data-testid=cell][data-station="zhongmiao"][data-template="${ROUND}"]`).click();
  const line = (item) => board.locator("details.reading", { has: board.locator(`[data-testid=reading][data-item="${item}"]`) }).first();
  for (const [item, events] of [[seen, 2], [common, 3], ...own.map((item) => [item, 1])]) {
    await line(item).waitFor({ state: "attached" });
    assert.equal(await line(item).getByTestId("event").count(), events, item);
  }
  assertQuiet(...phones, desk);
});
