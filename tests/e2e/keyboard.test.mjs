// Without a finger and without eyes: an officer's check and a supervisor's acknowledgement with the keyboard alone, and what a
// screen reader is told on the way.
import assert from "node:assert/strict";
import { assertQuiet, enrol, untilAtCentre, untilPast } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const TABS_MAX = 160;

/** What has the focus: its test id, its name, and whether it shows that it has it. */
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    id: element.dataset.testid,
    name: element.localName,
    isSeen: element.matches(":focus-visible") && outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    isOnScreen: box.bottom > 0 && box.top < innerHeight,
    inDialog: Boolean(element.closest("dialog[open]")),
  };
});

/** Presses Tab until this has the focus; every stop on the way shows that it has it. */
async function tabTo(page, selector, key = "Tab") {
  const stops = [];
  for (let n = 0; n < TABS_MAX; n += 1) {
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
    await page.keyboard.press(key);
    const at = await focused(page);
    stops.push(at.id ?? at.name);
    // The page itself has it between the last stop and the first.
    if (at.name === "body") continue;
    assert.ok(at.isSeen || at.name === "input", `the focus on ${at.name} ${at.id} is not to be seen`);
    assert.ok(at.isOnScreen, `${at.name} ${at.id} has the focus beyond the screen`);
  }
  assert.fail(`${selector} is not reached in ${TABS_MAX} tabs, only ${[...new Set(stops)]}`);
}

/** Goes there and presses Enter. */
async function enter(page, selector) {
  await tabTo(page, selector);
  await page.keyboard.press("Enter");
}

test("an officer does a whole check with the keyboard alone, and hears what happens", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  await page.goto(relay.origin(0));
  await page.getByTestId("today-row").first().waitFor();
  // The first stop leads past what is on every screen.
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.className), /skip/);
  const today = await page.locator("body").ariaSnapshot();
  assert.match(today, /heading "今天" \[level=1\]/);
  assert.match(today, /navigation/);
  assert.match(today, /- main/);
  await enter(page, '[data-testid=today-row][data-template="pre-duty"]');
  await page.getByTestId("card").waitFor();
  const card = await page.locator("body").ariaSnapshot();
  for (const name of ["完好", "异常", "缺失"]) assert.match(card, new RegExp(`button "${name}`), name);
  assert.match(card, /group/);
  assert.match(card, /progressbar/);

  // A fault first, with one of its chips.
  const first = await page.getByTestId("card").getAttribute("data-item");
  await enter(page, "[data-testid=answer-abnormal]");
  await page.getByTestId("fault-chip").first().waitFor();
  await enter(page, "[data-testid=fault-chip]");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-pressed")), "true", "a chip says that it is chosen");
  await enter(page, "[data-testid=fault-done]");
  await untilPast(page, first);
  while (await page.getByTestId("card").count()) {
    const item = await page.getByTestId("card").getAttribute("data-item");
    // The answers of the next card are near: whoever answers need not walk through the whole page again.
    assert.notEqual((await focused(page)).name, "body", `after an answer the focus is lost before ${item}`);
    await enter(page, "[data-testid=answer-ok]");
    await untilPast(page, item);
  }
  await enter(page, "[data-testid=sign]");
  await page.getByTestId("sign-off").first().waitFor();
  // What waits and what is safe is said without being asked for.
  await page.locator('[data-testid=sync-chip] [aria-live="polite"]').waitFor();
  await untilAtCentre(page);
  assertQuiet(phone);
});

test("a supervisor acknowledges a defect with the keyboard alone, and the focus comes back", async (t) => {
  const relay = await startRelay();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([desk.end(), relay.stop()]));
  const page = await enrol(desk, relay.links[2]);
  await untilAtCentre(page);
  // The board is a table whose cells say of which station and duty they are.
  const board = await page.locator("main").ariaSnapshot();
  assert.match(board, /table/);
  assert.match(board, /columnheader/);
  assert.match(board, /rowheader/);
  await enter(page, "[data-testid=cell]");
  await page.getByTestId("sheet").waitFor();
  assert.ok((await focused(page)).inDialog, "the sheet has the focus");
  assert.match(await page.locator("dialog[open]").ariaSnapshot(), /dialog "/);
  // It stays inside for as long as the sheet is there.
  for (let n = 0; n < 12; n += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    assert.ok(at.inDialog || at.name === "body", `the focus left the sheet for ${at.name} ${at.id}`);
  }
  await page.keyboard.press("Escape");
  await page.getByTestId("sheet").waitFor({ state: "detached" });
  assert.equal((await focused(page)).id, "cell", "the focus is back where it was");

  await enter(page, '.places a[href$="/defects"]');
  await page.getByTestId("pick").first().waitFor();
  const rows = await page.locator("main").ariaSnapshot();
  assert.match(rows, /checkbox "/);
  await enter(page, ".handled-row");
  await page.getByTestId("act-acknowledge").waitFor();
  await enter(page, "[data-testid=act-acknowledge]");
  await page.locator("[data-testid=sheet] [data-testid=event], [data-testid=sheet]").first().waitFor();
  await untilAtCentre(page);
  await page.keyboard.press("Escape");
  await page.getByTestId("sheet").waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.className), /handled-row/);
  assertQuiet(desk);
});
