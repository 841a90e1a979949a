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

/** Waits until the last answer is on this phone's disk. */
export const untilSaved = (page) => page.locator('[data-testid=last-state]:not([data-place=saving])').waitFor();

/** Who a page's session is. */
export const whoIs = (page) => page.evaluate(() => fetch("/api/session").then((answer) => answer.json()));

/** Waits until everything is at the centre. */
export const untilAtCentre = (page) => untilChip(page, { pending: 0, link: "online" });

/** Opens one of today's rounds. */
export async function openRound(page, template) {
  // At a change of shifts two rounds of it are due: the one that is due first.
  await page.locator(`[data-testid=today-row][data-template="${template}"]`).first().click();
  await id(page, "card").waitFor();
}

/** The item of the card on the screen. */
export const cardItem = (page) => id(page, "card").getAttribute("data-item");

/** Goes to one card, from another or from the round's list. */
export async function toItem(page, item) {
  if ((await id(page, "card").count()) && (await cardItem(page)) === item) return;
  if (await id(page, "to-list").count()) await id(page, "to-list").click();
  await page.locator(`[data-testid=item][data-item="${item}"]`).first().click();
  await page.locator(`[data-testid=card][data-item="${item}"]`).waitFor();
}

/** Taps what says that the card on the screen is fine, whatever it asks for, and waits for nothing. */
export async function tapOk(page) {
  if (await id(page, "answer-ok").count()) return id(page, "answer-ok").click();
  if (await id(page, "answer-yes").count()) return id(page, "answer-yes").click();
  // What should be there stands there already; 90 is fine for every percentage that the flood list asks for, and whoever
  // takes a drone along is asked about it.
  const field = id(page, "answer-value");
  const isCount = await id(page, "step-more").count();
  if (!(await field.inputValue())) await field.fill(isCount ? ((await cardItem(page)) === "F25" ? "0" : "6") : "90");
  return id(page, "answer-save").click();
}

/** Waits until the screen shows another card than this, or none. */
export const untilPast = (page, item) =>
  page.waitForFunction((item) => document.querySelector("[data-testid=card]")?.dataset.item !== item, item);

/** Says that the card on the screen is fine, waits for the next, and returns the item. */
export async function sayOk(page) {
  const item = await cardItem(page);
  await tapOk(page);
  await untilPast(page, item);
  return item;
}

/** What the list of a round says: each answered item and its reading. */
export async function readings(page) {
  await id(page, "item").first().waitFor();
  const rows = await id(page, "item").evaluateAll((all) =>
    all.map((row) => [row.dataset.item, [...row.querySelectorAll(".mark")].at(-1).className.replace("mark ", "")]));
  return Object.fromEntries(rows.filter(([, reading]) => reading !== "unchecked"));
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
