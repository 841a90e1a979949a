// An entry over which the app dies: the phone finds out which, leaves it out, says so, and goes on.
import assert from "node:assert/strict";
import { enrol, openRound, readings, sayOk, untilAtCentre, untilChip, whoIs } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

/** What the browser said that has to do with a death of the core. */
const deaths = (browser) => browser.problems.filter((problem) => /panicked|set aside/.test(problem));

test("an entry that kills the app is set aside, and the phone goes on", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  let page = await enrol(phone, relay.links[0]);
  await openRound(page, "flood-departure");
  const said = [await sayOk(page), await sayOk(page)];
  await untilAtCentre(page);
  const round = new URL(page.url()).pathname;
  const { rights } = await whoIs(page);
  await relay.kill();
  relay.poison(rights.officer, round);
  await relay.start();

  // Somebody takes the phone up: the entry comes, the core dies of it twice, and is up again by itself.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await untilChip(page, { kept: 1, pending: 0, link: "online" });
  assert.ok(deaths(phone).length >= 3, `it died twice, and knew: ${phone.problems}`);
  assert.match(await page.getByTestId("sync-chip").first().innerText(), /未生效/);

  // It is listed, and what is true of the round is all there.
  await page.goto(`${relay.origin(0)}/sync`);
  assert.match(await page.getByTestId("aside").innerText(), /1 条未计入/);
  await page.goto(`${relay.origin(0)}${round}?list`);
  const kept = await readings(page);
  for (const item of said) assert.ok(["ok", "value"].includes(kept[item]), `${item}: ${kept[item]}`);

  // The next start does not die, and what is said is kept as ever. (In another round: this relay's own copy of that one is
  // poisoned too, and takes nothing.)
  await phone.kill();
  phone.problems.length = 0;
  relay.proxy.cut();
  await phone.start();
  page = await phone.open(`${relay.origin(0)}${round}`);
  await page.getByTestId("card").waitFor();
  await untilChip(page, { kept: 1, pending: 0, link: "offline" });
  await page.goto(relay.origin(0));
  await openRound(page, "pre-duty");
  await sayOk(page);
  await untilChip(page, { kept: 1, pending: 2, link: "offline" });
  // A browser that is killed at once may bring its note back; then the entry is set aside once more, and nobody died of it.
  assert.deepEqual(phone.problems.filter((said) => !said.includes("is set aside")), []);
  relay.proxy.heal();
  await untilChip(page, { kept: 1, pending: 0, link: "online" });

  // Asked for, it is tried again; it is still poison, and known at once.
  await page.goto(`${relay.origin(0)}/sync`);
  await untilChip(page, { kept: 1 });
  const again = page.waitForEvent("console", (message) => message.text().includes("set aside"));
  await page.getByTestId("aside-try").click();
  await again;
  await page.goto(`${relay.origin(0)}${round}`);
  await untilChip(page, { kept: 1, pending: 0, link: "online" });
  await page.getByTestId("card").waitFor();
});
