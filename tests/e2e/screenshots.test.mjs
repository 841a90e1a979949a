// The pictures of the README. They are taken every time, and kept only with MUSTER_SCREENSHOTS=1.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { enrol, openRound, sayFault, sayOk, toItem, untilAtCentre, untilChip } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const folder = fileURLToPath(new URL("../../docs/images/", import.meta.url));

async function shoot(page, name) {
  const picture = await page.screenshot({ animations: "disabled" });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${name} is ${wider} px wider than the screen`);
  assert.ok(picture.length > 8_000, `${name} shows something`);
  if (process.env.MUSTER_SCREENSHOTS === "1") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${name}.png`), picture);
  }
}

test("the README's pictures", async (t) => {
  const relay = await startRelay();
  const [a, b, desk] = await Promise.all([openBrowser(), openBrowser(), openBrowser({ viewport: DESK })]);
  t.after(() => Promise.all([a.end(), b.end(), desk.end(), relay.stop()]));
  const page = await enrol(a, relay.links[0]);
  const other = await enrol(b, relay.links[1]);
  const board = await enrol(desk, relay.links[2]);
  await untilAtCentre(page);
  await openRound(page, "flood-departure");
  await openRound(other, "flood-departure");
  const first = "F02"; // a line of the flood list that takes a condition
  relay.proxy.cut();
  await Promise.all([page, other].map((one) => untilChip(one, { link: "offline" })));
  await toItem(page, first);
  await sayOk(page);
  await sayOk(page);
  await page.getByTestId("last-state").waitFor();
  await shoot(page, "phone-round");
  await page.goto(relay.origin(0));
  await page.getByTestId("today-row").first().waitFor();
  await untilChip(page, { pending: 3 });
  await shoot(page, "phone-today");
  await toItem(other, first);
  await sayFault(other, "浮力块破损");
  await untilChip(other, { pending: 3 });
  relay.proxy.heal();
  await Promise.all([page, other].map(untilAtCentre));
  await toItem(other, first);
  await other.getByTestId("dispute").waitFor();
  await shoot(other, "phone-dispute");
  await board.locator('[data-testid=attention-row][data-kind="dispute"][data-station="zhongmiao"]').waitFor();
  await board.setViewportSize({ width: 1440, height: 900 });
  await untilAtCentre(board);
  await shoot(board, "board");
  for (const [one, origin] of [[board, relay.origin(2)], [page, relay.origin(0)]]) {
    await one.goto(`${origin}/me`);
    await one.locator("input[name=language]").nth(1).check({ force: true });
    await one.goto(origin);
    await one.getByTestId("sync-chip").waitFor();
    await untilAtCentre(one);
  }
  await board.getByTestId("cell").first().waitFor();
  await shoot(board, "board-en");
  await page.getByTestId("today-row").first().waitFor();
  await shoot(page, "phone-today-en");
});
