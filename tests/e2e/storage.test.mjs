// What a dead battery leaves of the phone's database: all that was saved.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, readings, sayOk, untilSaved } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const KILLS = 6;
const answerButton = "[data-testid=answer-ok],[data-testid=answer-yes],[data-testid=answer-save]";

/** From now on no transaction that writes one of these stores of the worker's database ends; `held` counts the steps of each. */
const holdWrites = (worker, held) =>
  worker.evaluate((names) => {
    self.held = Object.fromEntries(names.map((name) => [name, -1]));
    const begin = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function transaction(stores, mode, ...rest) {
      const transaction = begin.call(this, stores, mode, ...rest);
      const name = names.find((name) => mode === "readwrite" && [].concat(stores).includes(name));
      if (name && self.held[name] < 0) {
        const store = transaction.objectStore(name);
        const hold = () => {
          self.held[name] += 1;
          store.get("nothing").onsuccess = hold;
        };
        hold();
      }
      return transaction;
    };
  }, held);

test("a battery that dies while two writes are open takes nothing that was saved", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  let page = await enrol(phone, relay.links[0]);
  relay.proxy.cut();
  await openRound(page, "flood-departure");
  const round = page.url();
  const said = [await sayOk(page), await sayOk(page)];
  await untilSaved(page);

  // Chromium deletes a database that it finds with two writing transactions cut off.
  const [worker] = page.workers();
  await holdWrites(worker, ["snapshot", "chunks"]);
  const steps = () => worker.evaluate(() => self.held);
  for (let done = false; !done;) {
    await page.locator(answerButton).first().dispatchEvent("click");
    const { snapshot, chunks } = await steps();
    done = snapshot >= 0 && chunks >= 0;
  }
  // Whichever runs goes on for a while: what it wrote is in the database's log.
  const before = await steps();
  for (let done = false; !done;) {
    const { snapshot, chunks } = await steps();
    done = snapshot + chunks > before.snapshot + before.chunks + 200;
  }
  await phone.kill();
  await phone.start();
  page = await phone.open(`${round.split("?")[0]}?list`);
  const kept = await readings(page);
  for (const item of said) assert.ok(["ok", "value"].includes(kept[item]), `${item}: ${kept[item]}`);

  // And at moments that nobody chose.
  for (let kill = 0; kill < KILLS; kill += 1) {
    await page.goto(round);
    await page.getByTestId("card").waitFor();
    said.push(await sayOk(page));
    await untilSaved(page);
    await page.locator(answerButton).first().dispatchEvent("click");
    await phone.kill();
    await phone.start();
    page = await phone.open(`${round.split("?")[0]}?list`);
    const kept = await readings(page);
    for (const item of said) assert.ok(["ok", "value"].includes(kept[item]), `after kill ${kill}: ${item}: ${kept[item]}`);
  }
  assertQuiet(phone);
});
