// Lines of a checklist that ask for photos: each photo is an answer, taken apart without a network, and stands beside the
// others; and the page that the phone ends behind the camera comes back to the line.
import assert from "node:assert/strict";
import { assertQuiet, cardItem, enrol, toItem, untilAtCentre, untilChip, untilPast } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { shot } from "./kit/photo.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const slow = async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  return page;
};

/** Waits until the line on the screen has so many photos, all of them to be seen. */
const untilTaken = (page, count) =>
  page.waitForFunction((count) => {
    const images = [...document.querySelectorAll("[data-testid=taken] [data-testid=photo] img")];
    return images.length === count && images.every((image) => image.complete && image.naturalWidth > 0);
  }, count);

const take = (page, file) => page.getByTestId("take-photo").setInputFiles(file);

test("two phones photograph the four corners apart; the latest is taken back, and a page that ends behind the camera goes on", async (t) => {
  const relay = await startRelay();
  const [one, other] = [await openBrowser(), await openBrowser()];
  t.after(() => Promise.all([one.end(), other.end(), relay.stop()]));
  let page = await slow(await enrol(one, relay.links[0]));
  const second = await enrol(other, relay.links[1]);
  const files = [];
  for (let seed = 1; seed <= 4; seed += 1) files.push(await shot(page, { width: 1_200, height: 900, seed }));
  await page.locator('[data-testid=occasion][data-template="pre-drive"]').click();
  await page.getByTestId("card").waitFor();
  await toItem(page, "V08.photo");
  const round = page.url();
  relay.proxy.cut();
  await untilChip(page, { link: "offline" });
  assert.equal(await page.getByTestId("photos-done").count(), 0, "nothing to go on with yet");
  await take(page, files[0]);
  await untilTaken(page, 1);
  await take(page, files[1]);
  await untilTaken(page, 2);
  await take(page, files[2]);
  await untilTaken(page, 3);
  await page.getByTestId("undo").click();
  await untilTaken(page, 2);
  assert.equal(await cardItem(page), "V08.photo");

  // The phone ends the page behind the camera: it comes back to this line, with what was taken.
  const chooser = page.waitForEvent("filechooser");
  await page.locator("label", { has: page.getByTestId("take-photo") }).click();
  await chooser;
  await page.close();
  page = await slow(await one.open(round));
  await page.locator('[data-testid=card][data-item="V08.photo"]').waitFor();
  await page.locator(".notice", { hasText: "再拍一次" }).waitFor();
  await untilTaken(page, 2);
  await take(page, files[2]);
  await untilTaken(page, 3);
  await page.getByTestId("photos-done").click();
  await untilPast(page, "V08.photo");
  relay.proxy.heal();
  await untilAtCentre(page);
  await untilChip(page, { photos: 0 });

  // Who comes later sees them, and adds one: nobody disagrees.
  await untilAtCentre(second);
  await second.locator('[data-testid=today-row][data-template="pre-drive"]').click();
  await second.getByTestId("card").waitFor();
  await toItem(second, "V08.photo");
  await untilTaken(second, 3);
  await take(second, files[3]);
  await untilTaken(second, 4);
  await untilAtCentre(second);
  await toItem(page, "V08.photo");
  await untilTaken(page, 4);
  assert.equal(await page.getByTestId("dispute").count(), 0);
  await page.getByTestId("history").click();
  await page.locator('[data-testid=event][data-state=withdrawn]').waitFor();
  assert.equal(await page.locator('[data-testid=event][data-state=standing]').count(), 4);
  assertQuiet(one, other);
});

test("a line that must have a photo keeps a round from being signed, and the supervisor sees what was taken", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const board = await enrol(desk, relay.links[2]);
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const round = `${relay.origin(0)}/round/zhongmiao/duty-room/${today}`;
  await page.goto(`${round}?summary`);
  await page.getByTestId("to-required").click();
  await page.getByTestId("card").waitFor();
  for (const [item, seed] of [["H01.photo", 21], ["H06.photo", 22]]) {
    await toItem(page, item);
    await take(page, await shot(page, { width: 800, height: 600, seed }));
    await untilTaken(page, 1);
    await page.goto(`${round}?summary`);
    await page.locator(".summary").waitFor();
    await page.getByTestId("required-open").waitFor();
    await page.goto(round);
    await page.getByTestId("card").waitFor();
  }
  for (const item of ["H09", "H10"]) {
    await toItem(page, item);
    await page.getByTestId("answer-yes").click();
    await untilPast(page, item);
  }
  await page.goto(`${round}?summary`);
  await page.getByTestId("sign").waitFor();
  await untilChip(page, { pending: 0, photos: 0, link: "online" });

  // The supervisor opens it down to the photo.
  await board.goto(`${relay.origin(2)}/round/zhongmiao/duty-room/${today}`);
  const line = board.locator('[data-testid=item][data-item="H01.photo"]');
  await line.getByText("1 张").waitFor();
  await line.click();
  await board.getByTestId("sheet").getByTestId("photo").click();
  await board.getByTestId("photo-whole").waitFor();
  assertQuiet(phone, desk);
});
