// What a checklist asks: counts against what should be there, lines that appear when they matter, what must be answered
// before the signature, choices, and rounds that are begun when something happens.
import assert from "node:assert/strict";
import { assertQuiet, cardItem, enrol, openRound, readings, sayOk, toItem, untilAtCentre, untilPast, untilSaved } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

/** Types a value, or takes the one that stands there, and saves it. */
async function sayValue(page, text) {
  const before = await cardItem(page);
  if (text !== undefined) await page.getByTestId("answer-value").fill(text);
  await page.getByTestId("answer-save").click();
  await untilPast(page, before);
  await untilSaved(page);
}

/** The items that the list of the open round names. */
async function listed(page) {
  await page.getByTestId("to-list").click();
  await page.getByTestId("item").first().waitFor();
  return page.getByTestId("item").evaluateAll((all) => all.map((row) => row.dataset.item));
}

test("a count is held against the team, and a line is asked only when it matters", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  relay.proxy.cut();
  await openRound(page, "flood-departure");
  const round = page.url();

  // Nobody says how many go: the field is empty, and an empty field is no answer.
  assert.equal(await cardItem(page), "F00");
  assert.equal(await page.getByTestId("answer-value").inputValue(), "");
  await page.getByTestId("answer-save").click();
  await page.getByRole("alert").waitFor();
  await sayValue(page, "8");

  // Two jackets more than people: they stand there already; fewer is short.
  assert.equal(await cardItem(page), "F01");
  await page.waitForFunction(() => document.querySelector("[data-testid=answer-value]").value === "10");
  await page.getByTestId("step-less").click();
  assert.equal(await page.getByTestId("answer-value").inputValue(), "9");
  await sayValue(page);

  // A drone goes along: its two lines appear.
  const before = await listed(page);
  assert.ok(!before.includes("F16") && !before.includes("F17"), `${before}`);
  await page.locator('[data-testid=item][data-item="F25"]').click();
  await page.locator('[data-testid=card][data-item="F25"]').waitFor();
  await page.getByTestId("step-more").click();
  assert.equal(await page.getByTestId("answer-value").inputValue(), "1");
  await sayValue(page);
  const after = await listed(page);
  assert.deepEqual(after.filter((item) => !before.includes(item)), ["F16", "F17"]);
  const said = await readings(page);
  assert.deepEqual([said.F00, said.F01, said.F25], ["value", "fault", "value"]);
  await toItem(page, "F17");
  assert.equal(await page.getByTestId("answer-value").inputValue(), "4", "four batteries for each drone");

  // It is left at home: what was not answered is not asked any more.
  await toItem(page, "F25");
  await sayValue(page, "0");
  assert.deepEqual(await listed(page), before);

  // A signature waits for what must be answered, and leads there; "not checked" is no answer.
  await toItem(page, "F02");
  await page.getByTestId("answer-skip").click();
  await untilSaved(page);
  await page.goto(`${round}?summary`);
  await page.getByTestId("required-open").waitFor();
  assert.equal(await page.getByTestId("sign").count(), 0);
  await page.getByTestId("to-required").click();
  await page.locator('[data-testid=card][data-item="F02"]').waitFor();
  for (let answered = 0; ; answered += 1) {
    assert.ok(answered < 30, "required lines come to an end");
    await page.getByTestId("card").waitFor();
    await sayOk(page);
    await untilSaved(page);
    await page.goto(`${round}?summary`);
    await page.locator("[data-testid=sign],[data-testid=to-required]").waitFor();
    if (await page.getByTestId("sign").count()) break;
    await page.getByTestId("to-required").click();
  }
  assertQuiet(phone);
});

test("a choice is one tap, and a round that one begins is found by the other", async (t) => {
  const relay = await startRelay();
  const [one, other] = await Promise.all([openBrowser(), openBrowser()]);
  t.after(() => Promise.all([one.end(), other.end(), relay.stop()]));
  const page = await enrol(one, relay.links[0]);
  const second = await enrol(other, relay.links[1]);

  await openRound(page, "five-haves");
  await toItem(page, "W18");
  await page.getByTestId("answer-s4").click();
  await untilPast(page, "W18");
  await toItem(page, "W18");
  await page.locator('[data-testid=answer-s4][aria-pressed=true]').waitFor();

  // A patrol car is about to leave, without a network.
  relay.proxy.cut();
  await page.goto(relay.origin(0));
  await page.locator('[data-testid=occasion][data-template="pre-drive"]').click();
  await page.getByTestId("card").waitFor();
  const first = await cardItem(page);
  await sayValue(page, "41200");
  relay.proxy.heal();
  await untilAtCentre(page);

  const row = second.locator('[data-testid=today-row][data-template="pre-drive"]');
  await row.waitFor();
  await row.click();
  await toItem(second, first);
  assert.equal(await second.getByTestId("answer-value").inputValue(), "", "what others read is not put into one's mouth");
  await second.getByTestId("history").waitFor();
  assertQuiet(one, other);
});
