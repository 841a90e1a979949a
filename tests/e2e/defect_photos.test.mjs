// Photos on defects: those of a fault in a round are its report's, a report without a checklist takes some, and whoever
// handles it sees them.
import assert from "node:assert/strict";
import { assertQuiet, cardItem, enrol, untilAtCentre, untilChip } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { seen, shot, takePhoto } from "./kit/photo.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const slow = async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  return page;
};

/** Waits until every photo that the selector finds is to be seen, and there is one. */
const untilSeen = (page, selector) =>
  page.waitForFunction((selector) => {
    const images = [...document.querySelectorAll(selector)];
    return images.length > 0 && images.every((image) => image.complete && image.naturalWidth > 0);
  }, selector);

test("a fault with a photo takes six taps from the start, and the desk sees the photo in its table and large", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  const page = await slow(await enrol(phone, relay.links[0]));
  const board = await enrol(desk, relay.links[2]);
  const file = await shot(page, { width: 1_600, height: 1_200 });
  // Where the officer was before: the round opens at the card that is faulty.
  await page.locator('[data-testid=today-row][data-template="flood-departure"]').click();
  await page.getByTestId("card").waitFor();
  while ((await cardItem(page)) !== "F02") await page.getByTestId("next").click();
  await page.goto(relay.origin(0));
  await page.getByTestId("today-row").first().waitFor();
  relay.proxy.cut();
  await untilChip(page, { link: "offline" });

  let taps = 0;
  const tap = async (target) => {
    taps += 1;
    await target.click();
  };
  await tap(page.locator('[data-testid=today-row][data-template="flood-departure"]'));
  await page.locator('[data-testid=card][data-item="F02"]').waitFor();
  await tap(page.getByTestId("answer-abnormal"));
  await tap(page.getByTestId("fault-chip").first());
  // One tap opens the camera, one takes the photo.
  const chooser = page.waitForEvent("filechooser");
  await tap(page.locator("label", { has: page.getByTestId("take-photo") }));
  taps += 1;
  await (await chooser).setFiles(file);
  await page.getByTestId("draft").waitFor();
  await tap(page.getByTestId("fault-done"));
  assert.ok(taps <= 6, `${taps} taps`);
  t.diagnostic(`fault with photo: ${taps} taps`);

  // The station sees it without a network.
  await untilChip(page, { photos: 1 });
  await page.goto(`${relay.origin(0)}/defects`);
  await untilSeen(page, "[data-testid=defect] [data-testid=defect-photo]");
  await page.locator("[data-testid=defect]", { has: page.getByTestId("defect-photo") }).first().click();
  await page.getByTestId("sheet").getByTestId("photo").click();
  await untilSeen(page, "[data-testid=photo-whole]");
  relay.proxy.heal();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await untilAtCentre(page);
  await untilChip(page, { photos: 0 });

  await board.locator('nav a[href="/defects"]').first().click();
  const row = board.locator('[data-testid=defect][data-station="zhongmiao"]', { has: board.getByTestId("defect-photo") });
  await row.waitFor();
  await untilSeen(board, "[data-testid=defect-photo]");
  await row.locator(".handled-row").click();
  await board.getByTestId("sheet").getByTestId("photo").click();
  await untilSeen(board, "[data-testid=photo-whole]");
  const [whole] = await seen(board, "[data-testid=photo-whole]");
  assert.deepEqual([whole.status, whole.isItself, whole.hasExif], [200, true, false]);
  assertQuiet(phone, desk);
});

test("a report without a checklist has photos, and what was typed outlives a page that ends behind the camera", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  let page = await slow(await enrol(phone, relay.links[0]));
  const board = await enrol(desk, relay.links[2]);
  const files = [await shot(page, { width: 800, height: 600, seed: 31 }), await shot(page, { width: 800, height: 600, seed: 32 })];
  relay.proxy.cut();
  await untilChip(page, { link: "offline" });
  await page.goto(`${relay.origin(0)}/defects`);
  await page.getByTestId("report").click();
  await page.getByTestId("report-place").fill("码头岗亭");
  await takePhoto(page, files[0]);
  await page.getByTestId("report-urgent").click();
  const chooser = page.waitForEvent("filechooser");
  await page.locator("label", { has: page.getByTestId("take-photo") }).click();
  await chooser;
  await page.close();
  page = await slow(await phone.open(`${relay.origin(0)}/defects`));
  await page.getByTestId("report-send").waitFor();
  await page.getByTestId("draft").waitFor();
  assert.equal(await page.getByTestId("report-place").inputValue(), "码头岗亭");
  assert.equal(await page.getByTestId("report-urgent").getAttribute("aria-pressed"), "true");
  await takePhoto(page, files[1]);
  await page.getByTestId("report-send").click();
  const row = page.locator("[data-testid=defect]", { hasText: "码头岗亭" });
  await row.waitFor();
  await row.click();
  await page.waitForFunction(() => document.querySelectorAll("[data-testid=sheet] [data-testid=photo] img").length === 2);
  relay.proxy.heal();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await untilAtCentre(page);
  await untilChip(page, { photos: 0 });
  await board.goto(`${relay.origin(2)}/defects`);
  const line = board.locator("[data-testid=defect]", { hasText: "码头岗亭" });
  await line.getByTestId("defect-photo").waitFor();
  await line.locator(".handled-row").click();
  await board.waitForFunction(() => document.querySelectorAll("[data-testid=sheet] [data-testid=photo] img").length === 2);
  await untilSeen(board, "[data-testid=sheet] [data-testid=photo] img");
  assertQuiet(phone, desk);
});

test("what was photographed for a report that is closed goes with no other", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const files = [await shot(page, { width: 800, height: 600, seed: 41 }), await shot(page, { width: 800, height: 600, seed: 42 })];
  await page.goto(`${relay.origin(0)}/defects`);
  await page.getByTestId("report").click();
  await page.getByTestId("report-place").fill("三号仓库");
  await takePhoto(page, files[0]);
  await page.getByTestId("draft").waitFor();
  // An officer who is called away closes it.
  await page.keyboard.press("Escape");
  await page.getByTestId("sheet").waitFor({ state: "detached" });
  await page.getByTestId("report").click();
  await page.getByTestId("report-place").fill("码头岗亭");
  assert.equal(await page.getByTestId("draft").count(), 0);
  await takePhoto(page, files[1]);
  await page.getByTestId("draft").waitFor();
  assert.equal(await page.getByTestId("draft").count(), 1);
  await page.getByTestId("report-send").click();
  const row = page.locator("[data-testid=defect]", { hasText: "码头岗亭" });
  await row.waitFor();
  await row.click();
  await page.getByTestId("sheet").getByTestId("photo").first().waitFor();
  assert.equal(await page.getByTestId("sheet").getByTestId("photo").count(), 1);
  await untilChip(page, { photos: 0, pending: 0 });
  assertQuiet(phone);
});
