// What an officer's page and worker weigh on a phone that was there all year: a station checks itself each day, and the relay's
// clock goes from month to month, so that the phone takes each month in while it is the present one, and keeps it. Beside
// it a phone that joins on the last day. Prints a table for docs/BENCHMARKS.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { enrol, openRound, untilAtCentre } from "../e2e/kit/app.mjs";
import { openBrowser } from "../e2e/kit/browser.mjs";
import { startRelay } from "../e2e/kit/relay.mjs";
import { goTo } from "../e2e/kit/slow.mjs";
import { memory } from "./memory.mjs";

const DAY_MS = 86_400_000;
const DAYS = 365;
const STEP_DAYS = 28;
const TARGET_MB = 120;
const FAIL_MB = 200;
const LOOK_MS = 500;

/** Records of documents on the phone's disk, and the bytes that this origin takes. */
const stored = (page) => page.evaluate(() => new Promise((found, failed) => {
  const request = indexedDB.open("muster");
  request.onerror = () => failed(request.error);
  request.onsuccess = () => {
    const transaction = request.result.transaction(["chunks", "bases"]);
    const counts = ["chunks", "bases"].map((name) => transaction.objectStore(name).count());
    transaction.onerror = () => failed(transaction.error);
    transaction.oncomplete = async () => {
      request.result.close();
      const { usageDetails, usage } = await navigator.storage.estimate();
      found({ changes: counts[0].result, bases: counts[1].result, bytes: usageDetails?.indexedDB ?? usage });
    };
  };
}));

/** Waits until everything is at both ends and nothing more comes. */
async function settled(page) {
  await untilAtCentre(page);
  let [last, since] = ["", Date.now()];
  while (Date.now() - since < 6 * LOOK_MS) {
    await page.waitForTimeout(LOOK_MS);
    const { changes, bases } = await stored(page);
    const now = `${changes} ${bases}`;
    if (now !== last) [last, since] = [now, Date.now()];
  }
}

/** Memory after a start, and after a look at what an officer looks at. */
async function weighed(browser, address) {
  const page = await browser.open(address);
  await page.getByTestId("today-row").first().waitFor();
  await settled(page);
  const started = await memory(browser);
  await openRound(page, "pre-duty");
  await page.getByTestId("to-list").click();
  await page.getByTestId("item").first().waitFor();
  for (const [place, shown] of [["/register", "register-search"], ["/defects", "report"], ["/", "today-row"]]) {
    await goTo(page, place);
    await page.getByTestId(shown).first().waitFor();
  }
  await page.waitForTimeout(2_000);
  const looked = await memory(browser);
  return { started, looked, ...(await stored(page)) };
}

const state = (figure) => (figure <= TARGET_MB ? "held" : figure <= FAIL_MB ? "over the target" : "**over the fail line**");
const row = (what, { started, looked, changes, bases, bytes }) =>
  `| ${what} | ${changes} | ${bases} | ${(bytes / 2 ** 20).toFixed(0)} | ${started.toFixed(0)} | ${looked.toFixed(0)} | ${TARGET_MB} | ${FAIL_MB} | ${state(looked)} |`;

const data = mkdtempSync(path.join(tmpdir(), "muster-year-"));
const relay = await startRelay({ args: ["--demo-days", String(DAYS)], data });
const rows = [];
const phones = [];
const open = async () => { phones.push(await openBrowser()); return phones.at(-1); };
try {
  const veteran = await open();
  let page;
  for (let back = DAYS - STEP_DAYS; ; back = Math.max(0, back - STEP_DAYS)) {
    await relay.kill();
    await relay.start({ args: ["--clock-offset-ms", String(-back * DAY_MS)] });
    if (page) await page.reload();
    else page = await enrol(veteran, relay.links[0]);
    await settled(page);
    // What it learned of the time it asks for at the next start.
    await page.reload();
    await settled(page);
    if (back === 0) break;
  }
  // Closed and opened again, as on the last morning of the year.
  await veteran.close();
  await veteran.start();
  rows.push(row("was there all year", await weighed(veteran, relay.origin(0))));
  const newcomer = await open();
  await settled(await enrol(newcomer, relay.links[1]));
  await newcomer.close();
  await newcomer.start();
  rows.push(row("joined on the last day", await weighed(newcomer, relay.origin(1))));
} finally {
  for (const phone of phones) await phone.end();
  await relay.stop();
  rmSync(data, { recursive: true, force: true });
}
console.log([
  "<!-- bench:year begin -->",
  "| a phone that | changes stored | documents in one piece | MB on its disk | MB after the start | MB after a look at everything | target | fail | |",
  "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
  ...rows,
  "<!-- bench:year end -->",
].join("\n"));
