// A person goes to another station: what their phone does with what it had not sent, who is told, and what goes on.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, readings, sayOk, untilAtCentre, untilChip, whoIs } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

/** The supervisor moves somebody. */
async function move(board, officer, station) {
  const status = await board.evaluate(async ([officer, station]) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`/api/officers/${officer}/station`, { method: "POST", headers, body: JSON.stringify({ station }) });
    return answer.status;
  }, [officer, station]);
  assert.equal(status, 204);
}

/** Waits until today's list is a station's. */
const untilStation = (page, name) => page.waitForFunction((name) => document.body.innerText.includes(name), name);

test("what was not sent before a move is kept in sight, and its author and the supervisor are told", async (t) => {
  const relay = await startRelay();
  const [phone, other, desk] = await Promise.all([openBrowser(), openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([phone.end(), other.end(), desk.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const colleague = await enrol(other, relay.direct(1));
  const board = await enrol(desk, relay.direct(2));
  await page.goto(`${relay.origin(0)}/me`);
  const name = await page.locator(".person-card .lead").innerText();
  await page.goto(relay.origin(0));
  await openRound(page, "flood-departure");
  const round = new URL(page.url()).pathname;
  const before = await sayOk(page);
  await untilAtCentre(page);
  const { rights } = await whoIs(page);

  // Without a network: two answers more, and meanwhile the move.
  relay.proxy.cut();
  await untilChip(page, { link: "offline" });
  const unsent = [await sayOk(page), await sayOk(page)];
  await untilChip(page, { pending: 2 });
  await move(board, rights.officer, "huailin");
  relay.proxy.heal();

  // The centre does not take them; the phone says so, keeps them, and has the other station's day.
  await untilChip(page, { pending: 0, kept: 2, link: "online" });
  assert.match(await page.getByTestId("sync-chip").first().innerText(), /未生效/);
  await page.goto(`${relay.origin(0)}/sync`);
  const rows = page.locator("[data-testid=rejected-row][data-code=no-right]");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 2);
  assert.match(await rows.first().innerText(), /防汛出动前[^]*无权/);
  await page.goto(relay.origin(0));
  await untilStation(page, "槐林");
  await page.locator('[data-testid=today-row][data-template="pre-duty"][href*="huailin"]').click();
  await page.getByTestId("item").first().click();
  await sayOk(page);
  await untilChip(page, { pending: 0, kept: 2, link: "online" });
  assert.match(page.url(), /huailin/);

  // The old station has what came before the move, and not what came after.
  await colleague.goto(`${new URL(colleague.url()).origin}${round}?list`);
  const there = await readings(colleague);
  assert.ok(["ok", "value"].includes(there[before]), `${before}: ${there[before]}`);
  for (const item of unsent) assert.equal(there[item], undefined, item);

  // The supervisor sees whose and why.
  await board.goto(`${new URL(board.url()).origin}/quarantine`);
  const rejected = board.locator("[data-testid=rejected] li[data-code=no-right]");
  await rejected.first().waitFor();
  assert.match(await rejected.first().innerText(), /作者无权在此写入/);
  assert.ok((await rejected.first().innerText()).includes(name), `whose: ${name}`);

  // Back again while the phone is on the line: it learns it without being touched.
  await page.goto(relay.origin(0));
  await untilStation(page, "槐林");
  await untilChip(page, { link: "online" });
  await page.evaluate(() => { window.isTheSamePage = true; });
  await move(board, rights.officer, "zhongmiao");
  await untilStation(page, "中庙");
  assert.ok(await page.evaluate(() => window.isTheSamePage), "without a reload");
  assertQuiet(phone, other, desk);
});
