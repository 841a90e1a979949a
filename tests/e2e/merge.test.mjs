// Two officers, one checklist, no network: OK against fault.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, sayFault, sayOk, toItem, untilAtCentre, untilChip } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

test("a dispute is shown to both and to the supervisor, and ends with an informed answer", async (t) => {
  const relay = await startRelay();
  const [a, b, desk] = await Promise.all([openBrowser(), openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([a.end(), b.end(), desk.end(), relay.stop()]));
  const pages = [await enrol(a, relay.links[0]), await enrol(b, relay.links[1])];
  const board = await enrol(desk, relay.links[2]);
  for (const page of pages) await openRound(page, "flood-departure");

  // A line that one person may clear: not safety-critical.
  let item;
  for (;;) {
    const card = pages[0].getByTestId("card");
    const isPlain = (await pages[0].getByTestId("answer-ok").count()) && !(await card.getByText("关乎安全").count());
    item = await card.getAttribute("data-item");
    if (isPlain) break;
    await pages[0].getByTestId("next").click();
    await pages[0].waitForFunction((was) => document.querySelector("[data-testid=card]").dataset.item !== was, item);
  }
  relay.proxy.cut();
  await Promise.all(pages.map((page) => untilChip(page, { link: "offline" })));
  await sayOk(pages[0]);
  await toItem(pages[1], item);
  await sayFault(pages[1], "进水,开关失灵");
  for (const page of pages) {
    await page.waitForFunction(() => Number(document.querySelector("[data-testid=sync-chip]")?.dataset.pending) >= 2);
  }
  relay.proxy.heal();
  await Promise.all(pages.map(untilAtCentre));
  for (const page of pages) {
    await toItem(page, item);
    await page.getByTestId("dispute").waitFor();
  }

  // The supervisor sees it without a reload, down to who said what.
  const row = board.locator('[data-testid=attention-row][data-kind="dispute"][data-station="zhongmiao"]');
  await row.click();
  const sheet = board.getByTestId("sheet");
  await sheet.getByText("进水,开关失灵").first().waitFor();
  assert.ok((await sheet.innerText()).includes("刘鹏") || (await sheet.getByTestId("event").count()) >= 2);
  await board.keyboard.press("Escape");

  // Officer A has both on the screen now, and says OK again.
  await pages[0].getByTestId("answer-ok").click();
  await untilAtCentre(pages[0]);
  await row.waitFor({ state: "detached" });
  await toItem(pages[1], item);
  await pages[1].getByTestId("dispute").waitFor({ state: "detached" });
  assertQuiet(a, b, desk);
});

test("undo takes the answer back", async (t) => {
  const relay = await startRelay();
  const a = await openBrowser();
  t.after(() => Promise.all([a.end(), relay.stop()]));
  const page = await enrol(a, relay.links[0]);
  await openRound(page, "pre-duty");
  const item = await page.getByTestId("card").getAttribute("data-item");
  await sayOk(page);
  await page.getByTestId("undo").click();
  await page.locator(`[data-testid=card][data-item="${item}"]`).waitFor();
  await page.waitForFunction(() => document.querySelector("[data-testid=answer-ok]")?.getAttribute("aria-pressed") === "false");
  await untilAtCentre(page);
  await page.goto(relay.origin(0));
  const row = page.locator('[data-testid=today-row][data-template="pre-duty"]');
  await row.waitFor();
  assert.match(await row.innerText(), /0\s*\/\s*12/);
  assertQuiet(a);
});
