// A new phone joins a bureau with thousands of documents in its months: from the tap on "join" until all of them are on
// its disk, with the page and its worker slowed. Prints a table for docs/BENCHMARKS.md; `bench --fill` made the bureau.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { openBrowser } from "../e2e/kit/browser.mjs";
import { need, startRelay } from "../e2e/kit/relay.mjs";

const SLOWER = 6;
const DOCUMENTS = Number(need("MUSTER_FILLED_WITH"));
/** Changes of a document: the visit and an answer. */
const CHANGES = 2;
const PATIENCE_MS = 180_000;
const LOOK_MS = 250;

/** Changes in the phone's database. */
const stored = (page) => page.evaluate(() => new Promise((found, failed) => {
  const request = indexedDB.open("muster");
  request.onerror = () => failed(request.error);
  request.onsuccess = () => {
    const count = request.result.transaction("chunks").objectStore("chunks").count();
    count.onerror = () => failed(count.error);
    count.onsuccess = () => {
      request.result.close();
      found(count.result);
    };
  };
}));

/** Milliseconds from the tap until nothing more comes, once all that was made is there. */
async function bootstrap(browser, link, slower) {
  const page = await browser.open(link);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.getByTestId("enrol-submit").waitFor();
  const pids = (await browser.processes("renderer")).map(String);
  const slow = slower > 1 && spawn("node", [fileURLToPath(new URL("slow.mjs", import.meta.url)), String(slower), ...pids], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const begun = performance.now();
  await page.getByTestId("enrol-submit").click();
  await page.getByTestId("today-row").first().waitFor();
  const usable = performance.now() - begun;
  let [count, grown] = [0, performance.now()];
  while (count < DOCUMENTS * CHANGES || performance.now() - grown < 8 * LOOK_MS) {
    if (performance.now() - begun > PATIENCE_MS) throw new Error(`${count} changes in ${PATIENCE_MS} ms`);
    await new Promise((done) => setTimeout(done, LOOK_MS));
    const now = await stored(page);
    if (now !== count) [count, grown] = [now, performance.now()];
  }
  let real = "1.0";
  if (slow) {
    slow.stdin.end();
    real = `${(await once(slow.stdout, "data"))[0]}`.trim();
  }
  await page.close();
  return `| ${DOCUMENTS} | ${count} | ${real} | ${(usable / 1000).toFixed(1)} | ${((grown - begun) / 1000).toFixed(1)} | ${slower > 1 ? "10 s, all stored" : "-"} |`;
}

const relay = await startRelay({ data: need("MUSTER_FILLED") });
const rows = [];
try {
  for (const [guest, slower] of [[0, 1], [1, SLOWER]]) {
    const browser = await openBrowser();
    try {
      rows.push(await bootstrap(browser, relay.links[guest], slower));
    } finally {
      await browser.end();
    }
  }
} finally {
  await relay.stop();
}
console.log([
  "<!-- bench:bootstrap begin -->",
  "| documents | changes stored | page and worker slower by | s until the first duty is shown | s until all is stored | goal |",
  "| ---: | ---: | ---: | ---: | ---: | ---: |",
  ...rows,
  "<!-- bench:bootstrap end -->",
].join("\n"));
