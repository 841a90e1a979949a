// Faults and needs: found apart and reported once, told or not told, handled to the end, rated.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, sayFault, sayOk, toItem, untilAtCentre, untilChip } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const id = (page, name) => page.getByTestId(name);
const pendingAtLeast = (page, n) =>
  page.waitForFunction((n) => Number(document.querySelector("[data-testid=sync-chip]")?.dataset.pending) >= n, n);
const goTo = (page, place) => page.locator(`nav.places a[href="/${place}"]`).click();

/** A phone six times slower than this machine. */
const slow = async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  return page;
};

/** The first card of the open round that asks for a condition, and is safety-critical or not. */
async function conditionCard(page, isCritical) {
  for (;;) {
    const card = id(page, "card");
    const item = await card.getAttribute("data-item");
    const isIt = (await id(page, "answer-abnormal").count()) && !(await id(page, "bell").count());
    if (isIt && Boolean(await card.getByText("关乎安全").count()) === isCritical) return item;
    await id(page, "next").click();
    await page.waitForFunction((was) => document.querySelector("[data-testid=card]").dataset.item !== was, item);
  }
}

test("two phones that find one fault apart report one defect, which is handled, found as before, and mended", async (t) => {
  const relay = await startRelay();
  const [a, b, desk] = await Promise.all([openBrowser(), openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([a.end(), b.end(), desk.end(), relay.stop()]));
  const pages = [await slow(await enrol(a, relay.links[0])), await enrol(b, relay.links[1])];
  const board = await enrol(desk, relay.links[2]);
  for (const page of pages) await openRound(page, "flood-departure");
  const item = await conditionCard(pages[0], false);
  relay.proxy.cut();
  await Promise.all(pages.map((page) => untilChip(page, { link: "offline" })));
  for (const page of pages) {
    await toItem(page, item);
    await sayFault(page, "喷嘴堵了泥");
    await pendingAtLeast(page, 3);
  }
  relay.proxy.heal();
  await Promise.all(pages.map(untilAtCentre));
  for (const page of pages) {
    await toItem(page, item);
    await page.locator('[data-testid=bell][data-reports="2"]').waitFor();
    assert.match(await id(page, "bell").innerText(), /已报/);
  }

  // The desk has one row, two reports; it acknowledges, repairs and is done.
  await goTo(board, "defects");
  const row = board.locator('[data-testid=defect][data-station="zhongmiao"][data-reports="2"]').filter({ hasText: "喷嘴堵了泥" });
  await row.waitFor();
  assert.equal(await row.count(), 1);
  await row.getByTestId("pick").check();
  await id(board, "bulk-acknowledge").click();
  await id(board, "undo").waitFor();
  await row.locator(".handled-row").click();
  await board.locator("[data-testid=defect-state]", { hasText: "已受理" }).waitFor();
  assert.equal(await id(board, "sheet").getByTestId("event").count(), 3);
  await board.locator("[data-testid=act-handle][data-disposition=repair]").click();
  await board.locator("[data-testid=defect-state]", { hasText: "维修" }).waitFor();
  await id(board, "act-done").click();
  await board.locator("[data-testid=defect-state]", { hasText: "已处置" }).waitFor();

  // The station finds it as before, then mended.
  const page = pages[0];
  await page.goto(`${relay.origin(0)}/defects`);
  const own = page.locator("[data-testid=defect][data-state=done]").filter({ hasText: "喷嘴堵了泥" });
  await own.click();
  await id(page, "act-not-fixed").waitFor();
  await id(page, "act-not-fixed").click();
  await page.locator("[data-testid=defect-state]", { hasText: "重新打开" }).waitFor();
  await board.locator("[data-testid=defect-state]", { hasText: "已报" }).waitFor();
  await id(board, "act-done").click();
  await id(page, "act-verify").click();
  await page.locator("[data-testid=defect-state]", { hasText: "已核验" }).waitFor();
  await board.locator("[data-testid=defect-state]", { hasText: "已核验" }).waitFor();
  assertQuiet(a, b, desk);
});

test("urgent and not told stands on every screen until the centre has signed for it", async (t) => {
  const relay = await startRelay();
  const a = await openBrowser();
  t.after(() => Promise.all([a.end(), relay.stop()]));
  const page = await slow(await enrol(a, relay.links[0]));
  await openRound(page, "flood-departure");
  const item = await conditionCard(page, true);
  relay.proxy.cut();
  await untilChip(page, { link: "offline" });
  await sayFault(page, "漏气");
  await id(page, "untold").waitFor();
  assert.match(await id(page, "untold").innerText(), /尚未送达，请电台报告/);

  // Undone within ten seconds, nobody need be told; said again, somebody must be, on every screen and after a restart.
  await id(page, "undo").click();
  await id(page, "untold").waitFor({ state: "detached" });
  await toItem(page, item);
  await sayFault(page, "漏气");
  await id(page, "untold").waitFor();
  await page.goto(`${relay.origin(0)}/me`);
  await id(page, "untold").waitFor();
  relay.proxy.heal();
  await untilAtCentre(page);
  await id(page, "untold").waitFor({ state: "detached" });

  // Without a checklist, from a place in words, and taken back.
  await goTo(page, "defects");
  await id(page, "report").click();
  await id(page, "report-place").fill("码头岗亭");
  await id(page, "report-send").click();
  await page.locator(".complaint").waitFor();
  await id(page, "report-note").fill("门锁打不开");
  await id(page, "report-send").click();
  const own = id(page, "defect").filter({ hasText: "码头岗亭" });
  await own.click();
  await id(page, "act-withdraw").click();
  await own.waitFor({ state: "detached" });
  assertQuiet(a);
});

test("a need is raised, tried and rated", async (t) => {
  const relay = await startRelay();
  const [a, desk] = await Promise.all([openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([a.end(), desk.end(), relay.stop()]));
  const page = await slow(await enrol(a, relay.links[0]));
  const board = await enrol(desk, relay.links[2]);
  await page.goto(`${relay.origin(0)}/needs`);
  await id(page, "raise").click();
  await id(page, "wish").fill("后备箱工具包带子总缠在一起");
  await id(page, "raise-send").click();
  const own = id(page, "need").filter({ hasText: "工具包带子" });
  await own.waitFor();
  await untilAtCentre(page);
  await goTo(board, "needs");
  await id(board, "need").filter({ hasText: "工具包带子" }).click();
  await id(board, "act-trial").click();
  await board.locator("[data-testid=need-state]", { hasText: "试用中" }).waitFor();
  await own.click();
  await page.locator("[data-testid=star][data-stars='4']").click();
  await page.locator("[data-testid=rating]", { hasText: "4.0" }).first().waitFor();
  await untilAtCentre(page);
  await board.locator("[data-testid=rating]", { hasText: "4.0" }).first().waitFor();
  assertQuiet(a, desk);
});

test("a report begun at a thing is about it, and of many acknowledged at once those that went on are named", async (t) => {
  const relay = await startRelay();
  const [a, desk] = await Promise.all([openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([a.end(), desk.end(), relay.stop()]));
  const page = await slow(await enrol(a, relay.links[0]));
  await untilAtCentre(page);
  const board = await enrol(desk, relay.links[2]);
  for (const thing of ["ZM-P03-01", "ZM-P03-02"]) {
    await page.goto(`${relay.origin(0)}/register/zhongmiao/${thing}`);
    await id(page, "asset-report").click();
    await id(page, "report-send").waitFor();
    assert.match(await id(page, "report-asset").inputValue(), new RegExp(`^${thing} `));
    await id(page, "report-note").fill(`保险销松了 ${thing}`);
    await id(page, "report-send").click();
    await id(page, "report-send").waitFor({ state: "detached" });
    await id(page, "defect").filter({ hasText: thing }).first().waitFor();
  }
  await untilAtCentre(page);

  // Another supervisor refuses the first while both are on their way.
  let isFirst = true;
  await board.context().route("**/api/defects", async (route) => {
    if (!isFirst) return route.continue();
    isFirst = false;
    const asked = route.request().postDataJSON();
    const refused = { ...asked, defects: asked.defects.slice(0, 1), act: "reject", note: "不归我们管" };
    const status = await board.evaluate(async (body) => {
      const headers = { "content-type": "application/json" };
      return (await fetch("/api/defects", { method: "POST", headers, body })).status;
    }, JSON.stringify(refused));
    assert.equal(status, 200);
    return route.continue();
  });
  await goTo(board, "defects");
  for (const thing of ["ZM-P03-01", "ZM-P03-02"]) {
    const row = board.locator("[data-testid=defect]").filter({ hasText: `保险销松了 ${thing}` });
    await row.getByTestId("pick").check();
  }
  await id(board, "bulk-acknowledge").click();
  await board.locator("[data-testid=not-done][data-state=rejected]").waitFor();
  assert.equal(await id(board, "not-done").count(), 1);
  assert.match(await board.locator(".undo-what").innerText(), /已受理 1 项/);
  await id(board, "undo").click();
  await board.locator("[data-testid=defect][data-state=reported]").filter({ hasText: "保险销松了" }).waitFor();
  assertQuiet(a, desk);
});
