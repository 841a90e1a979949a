// A station's own lines: its lead adds one, everybody at the station is asked it, and what was answered stays when it goes.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, readings, toItem, untilAtCentre, whoIs } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { goTo } from "./kit/slow.mjs";
import { test } from "./kit/witness.mjs";

const ROUND = "flood-departure";

test("a lead adds a line of the station's own, a colleague is asked it, and it can be dropped again", async (t) => {
  const relay = await startRelay();
  const [lead, officer] = await Promise.all([openBrowser(), openBrowser()]);
  t.after(() => Promise.all([lead.end(), officer.end(), relay.stop()]));
  const pages = await Promise.all([enrol(lead, relay.links[0]), enrol(officer, relay.links[1])]);
  await Promise.all(pages.map(untilAtCentre));
  const roles = await Promise.all(pages.map((page) => whoIs(page).then(({ rights }) => rights.role)));
  assert.ok(roles.includes("lead") && roles.includes("officer"), roles.join(" "));
  const [boss, other] = roles[0] === "lead" ? pages : pages.toReversed();
  await goTo(other, "/me");
  await other.getByTestId("to-labels").waitFor();
  assert.equal(await other.getByTestId("to-lines").count(), 0, "an officer adds none");

  await goTo(boss, "/me");
  await boss.getByTestId("to-lines").click();
  await boss.locator(`[data-testid=checklist][data-template="${ROUND}"]`).click();
  await boss.getByTestId("line-add").click();
  await boss.locator(".complaint").waitFor();
  await boss.getByTestId("line-name").fill("码头缆绳");
  await boss.getByTestId("line-standard").fill("无断股");
  await boss.getByTestId("line-critical").click();
  await boss.getByTestId("line-add").click();
  await boss.getByTestId("own-line").waitFor();
  const item = await boss.getByTestId("own-line").getAttribute("data-item");
  assert.equal(await boss.getByTestId("line-name").inputValue(), "", "ready for the next");
  // Without a network nothing is changed, and it says why.
  relay.proxy.cut();
  await boss.getByTestId("line-name").fill("救生衣哨子");
  await boss.getByTestId("line-add").click();
  await boss.locator('[data-testid=problem][data-code="offline"]').waitFor();
  assert.equal(await boss.getByTestId("line-name").inputValue(), "救生衣哨子", "what was typed is still there");
  relay.proxy.heal();
  await boss.getByTestId("line-add").click();
  await boss.getByTestId("own-line").nth(1).waitFor();
  const second = await boss.getByTestId("own-line").nth(1).getAttribute("data-item");
  await other.evaluate(() => dispatchEvent(new Event("online")));

  await goTo(other, "/");
  await untilAtCentre(other);
  await openRound(other, ROUND);
  await toItem(other, item);
  // Nobody named its usual faults: it is said in words.
  await other.getByTestId("answer-abnormal").click();
  await other.getByTestId("note").fill("磨断一股");
  await other.getByTestId("fault-done").click();
  await untilAtCentre(other);

  await other.getByTestId("to-list").click();
  const line = (id) => other.locator(`[data-testid=item][data-item="${id}"]`);
  await line(second).waitFor();
  for (const left of [1, 0]) {
    await boss.getByTestId("line-drop").first().click();
    await boss.getByTestId("own-line").nth(left).waitFor({ state: "detached" });
  }
  // What nobody answered is gone; what somebody said stays, and so does the defect.
  await line(second).waitFor({ state: "detached" });
  assert.deepEqual(await readings(other), { [item]: "fault" });
  await goTo(other, "/defects");
  await other.getByText("码头缆绳").first().waitFor();
  assertQuiet(lead, officer);
});
