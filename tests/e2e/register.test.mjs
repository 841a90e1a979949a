// The register on phones: issue, return and transfer without a network, what two people did apart, and 2,000 things.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { assertQuiet, enrol, untilAtCentre, untilChip } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { goTo, slowDown } from "./kit/slow.mjs";
import { test } from "./kit/witness.mjs";

const SLOWER = 6;

/** Looks for something in the register on the screen and opens the first that is found. */
async function openThing(page, asked) {
  await page.getByTestId("register-search").fill(asked);
  const row = page.getByTestId("asset-row").first();
  await row.waitFor();
  const id = await row.getAttribute("data-asset");
  await row.click();
  await page.locator(`[data-testid=asset][data-asset="${id}"]`).waitFor();
  return id;
}

/** Says what is done with the thing on the screen. `way`: 0 issue, 1 return, 2 move, 3 transfer. */
async function hand(page, way, fill = async () => {}) {
  await page.getByTestId("hand").click();
  await page.locator("input[name=way]").nth(way).check({ force: true });
  await fill(page.getByTestId("sheet"));
  await page.getByTestId("hand-save").click();
  await page.getByTestId("sheet").waitFor({ state: "detached" });
}

test("what is handed over without a network arrives, and what two people did apart is shown to both", async (t) => {
  const relay = await startRelay();
  const [a, b, desk] = await Promise.all([openBrowser(), openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([a.end(), b.end(), desk.end(), relay.stop()]));
  const pages = [await enrol(a, relay.links[0]), await enrol(b, relay.links[1])];
  const board = await enrol(desk, relay.links[2]);
  await pages[0].getByTestId("my-kit").click();
  await pages[0].getByTestId("asset-row").first().waitFor();
  await goTo(pages[1], "/register");
  relay.proxy.cut();
  await Promise.all(pages.map((page) => untilChip(page, { link: "offline" })));
  const id = await openThing(pages[0], "防刺服");
  assert.equal(await pages[0].getByTestId("holder").textContent(), "在库");
  await hand(pages[0], 0);
  const step = pages[0].getByTestId("step").first();
  assert.equal(await step.getAttribute("data-place"), "phone");
  const first = await pages[0].getByTestId("holder").textContent();

  // Somebody else gives it to somebody else at the same time.
  await openThing(pages[1], id);
  await hand(pages[1], 0, (sheet) => sheet.getByTestId("hand-person").selectOption({ index: 1 }));
  relay.proxy.heal();
  await Promise.all(pages.map(untilAtCentre));
  await pages[0].locator("[data-testid=step][data-place=centre]").first().waitFor();
  for (const page of pages) {
    await page.waitForFunction(() => document.querySelector("[data-testid=holder]")?.textContent.includes("待确认"));
    assert.match(await page.getByTestId("holder").textContent(), new RegExp(first));
  }
  // Looked at together: returned, and that stands for both.
  await hand(pages[0], 1);
  for (const page of pages) {
    await page.waitForFunction(() => document.querySelector("[data-testid=holder]")?.textContent === "在库");
  }
  // Sent to another station: between the two until it is received there.
  await hand(pages[0], 3, (sheet) => sheet.getByTestId("hand-station").selectOption({ index: 2 }));
  await untilAtCentre(pages[0]);
  await goTo(board, "/register/zhongmiao");
  await board.getByTestId("register-part").nth(1).click();
  await board.getByTestId("purchase").first().waitFor();
  await board.getByTestId("register-part").nth(2).click();
  await board.locator(`[data-testid=transit][data-asset="${id}"]`).waitFor();
  await board.getByTestId("register-part").nth(0).click();
  await board.getByTestId("register-search").fill(id);
  await board.getByTestId("register-count").getByText("0 件").waitFor();
  // Taken back by who sent it: it is on the books again.
  await pages[0].getByTestId("step-undo").first().click();
  await untilAtCentre(pages[0]);
  await board.locator(`[data-testid=asset-row][data-asset="${id}"]`).waitFor();
  // What came from elsewhere is entered by its label.
  await goTo(pages[1], "/register");
  await pages[1].getByTestId("receive").click();
  await pages[1].getByTestId("receive-code").fill("HL-P13-09");
  await pages[1].getByTestId("receive-save").click();
  await pages[1].getByTestId("sheet").waitFor({ state: "detached" });
  await pages[1].getByTestId("register-search").fill("HL-P13-09");
  await pages[1].locator('[data-testid=asset-row][data-asset="HL-P13-09"]').waitFor();
  assertQuiet(a, b, desk);
});

test("2,000 things are looked through between two keys on a slow phone", async (t) => {
  const empty = mkdtempSync(path.join(tmpdir(), "muster-empty-"));
  const relay = await startRelay({ args: ["--demo-stock", "2000"], data: empty });
  const a = await openBrowser();
  t.after(() => Promise.all([a.end(), relay.stop(), rmSync(empty, { recursive: true, force: true })]));
  const page = await enrol(a, relay.links[0]);
  await untilAtCentre(page);
  const fast = await slowDown(a, SLOWER);
  const opened = Date.now();
  await goTo(page, "/register");
  await page.getByTestId("asset-row").first().waitFor();
  t.diagnostic(`2,000 things open in ${Date.now() - opened} ms at ${SLOWER} times slower`);
  await page.getByTestId("filter").nth(1).click();
  const times = await page.evaluate(async () => {
    const field = document.querySelector("[data-testid=register-search]");
    const painted = () => new Promise((done) => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
    const times = [];
    for (const text of ["S", "S1", "S19", "S199", "S1999", "S199", "救", "救生", "救生衣"]) {
      const begun = performance.now();
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      await painted();
      times.push(performance.now() - begun);
      await new Promise((done) => setTimeout(done, 200));
    }
    return times;
  });
  times.sort((x, y) => x - y);
  const median = times[Math.floor(times.length / 2)];
  t.diagnostic(`key to paint: median ${median.toFixed(0)} ms, worst ${times.at(-1).toFixed(0)} ms`);
  // To the end of the list: only what is near the screen is there.
  await page.getByTestId("register-search").fill("");
  for (let screens = 0; screens < 12; screens += 1) {
    await page.mouse.wheel(0, 4_000);
    await page.waitForTimeout(60);
  }
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=asset-row]").length > 0);
  const drawn = await page.getByTestId("asset-row").count();
  assert.ok(drawn <= 160, `${drawn} rows are drawn`);
  await fast();
  assert.ok(median < 100, `a key takes ${median} ms`);
  assertQuiet(a);
});
