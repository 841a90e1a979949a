// The app as people use it: what they see and tap, by name.
import assert from "node:assert/strict";

const id = (page, name) => page.getByTestId(name);

/** Joins by link and waits until the phone can work without a network. */
export async function enrol(browser, link) {
  const page = await browser.open(link);
  await id(page, "enrol-submit").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=today-row],[data-testid=cell]"));
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return page;
}

/** The chip's numbers. */
export async function chip(page) {
  const { pending, link } = await id(page, "sync-chip").first().evaluate((node) => ({ ...node.dataset }));
  return { pending: Number(pending), link };
}

/** Waits until the chip says so. */
export async function untilChip(page, wanted) {
  await page.waitForFunction(
    (wanted) => {
      const data = document.querySelector("[data-testid=sync-chip]")?.dataset;
      return data && Object.entries(wanted).every(([name, value]) => String(data[name]) === String(value));
    },
    wanted,
  );
}

/** Waits until everything is at the centre. */
export const untilAtCentre = (page) => untilChip(page, { pending: 0, link: "online" });

/** Opens one of today's rounds. */
export async function openRound(page, template) {
  await page.locator(`[data-testid=today-row][data-template="${template}"]`).click();
  await id(page, "card").waitFor();
}

/** The item of the card on the screen. */
export const cardItem = (page) => id(page, "card").getAttribute("data-item");

/** Goes through the round's list to one card. */
export async function toItem(page, item) {
  if ((await id(page, "card").count()) && (await cardItem(page)) === item) return;
  await id(page, "to-list").click();
  await page.locator(`[data-testid=item][data-item="${item}"]`).first().click();
  await page.locator(`[data-testid=card][data-item="${item}"]`).waitFor();
}

/** Waits until another card has come, or the summary after the last. */
const untilNextCard = (page, before) =>
  page.waitForFunction((before) => document.querySelector("[data-testid=card]")?.dataset.item !== before, before);

/** Answers the card on the screen well, whatever it asks for, and waits for the next. */
export async function sayOk(page) {
  const before = await cardItem(page);
  if (await id(page, "answer-value").count()) {
    await id(page, "answer-value").fill("90");
    await id(page, "answer-save").click();
  } else {
    await id(page, "answer-ok").click();
  }
  await page.waitForFunction((before) => document.querySelector("[data-testid=card]")?.dataset.item !== before, before);
}

/** Reports a fault on the card on the screen. */
export async function sayFault(page, note = "") {
  await id(page, "answer-abnormal").click();
  await id(page, "fault-chip").first().click();
  if (note) await id(page, "note").fill(note);
  await id(page, "fault-done").click();
}

/** Nothing that should never be said was said. */
export function assertQuiet(...browsers) {
  for (const browser of browsers) assert.deepEqual(browser.problems, []);
}
