// A flood begins: the supervisor starts an operation, and every station is asked; two go on beside each other, and end.
import assert from "node:assert/strict";
import { assertQuiet, enrol, sayOk, untilAtCentre } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

test("a supervisor starts an operation, an officer is asked, and it ends", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const board = await enrol(desk, relay.links[2]);
  const operations = board.getByTestId("operation");
  await operations.first().waitFor();
  assert.equal(await operations.count(), 1, "the flood that goes on");
  const rows = page.locator('[data-testid=today-row][data-template="flood-departure"]');
  assert.equal(await rows.count(), 1);

  await board.getByTestId("operation-start").click();
  await board.getByTestId("operation-label").fill("搜救");
  await board.getByTestId("operation-go").click();
  await board.locator("[data-testid=operation]", { hasText: "搜救" }).waitFor();
  const searched = rows.filter({ hasText: "搜救" });
  await searched.waitFor();
  assert.equal(await rows.count(), 2, "beside the flood");

  // The two are two rounds.
  await searched.click();
  await page.getByTestId("card").waitFor();
  await sayOk(page);
  await untilAtCentre(page);
  await page.goto(relay.origin(0));
  await searched.filter({ hasText: /1\s*\/\s*24/ }).waitFor();
  assert.match(await rows.filter({ hasNotText: "搜救" }).innerText(), /0\s*\/\s*24/);

  // Without a network nothing starts or ends, and the supervisor is told.
  relay.proxy.cut();
  const one = board.locator("[data-testid=operation]", { hasText: "搜救" });
  await one.getByTestId("operation-end").click();
  await one.getByTestId("operation-end-yes").click();
  await board.locator("[data-testid=operations] [data-testid=problem]").waitFor();
  relay.proxy.heal();
  await untilAtCentre(board);
  await one.getByTestId("operation-end-yes").click();
  await one.waitFor({ state: "detached" });
  assert.equal(await operations.count(), 1);
  assertQuiet(phone, desk);
});
