// What a dead battery leaves of the phone's database: all that was saved.
import assert from "node:assert/strict";
import { assertQuiet, enrol, openRound, readings, sayOk, untilAtCentre, untilChip, untilSaved, whoIs } from "./kit/app.mjs";
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
  page = await phone.open(`${round}?list`);
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
    page = await phone.open(`${round}?list`);
    const kept = await readings(page);
    for (const item of said) assert.ok(["ok", "value"].includes(kept[item]), `after kill ${kill}: ${item}: ${kept[item]}`);
  }
  assertQuiet(phone);
});

test("a phone whose browser deleted its data says so, and what was lost", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  let page = await enrol(phone, relay.links[0]);
  const before = await whoIs(page);
  await openRound(page, "flood-departure");
  await sayOk(page);
  await untilAtCentre(page);
  const deleteData = async () => {
    await page.goto("about:blank");
    const session = await page.context().newCDPSession(page);
    await session.send("Storage.clearDataForOrigin", { origin: relay.origin(0), storageTypes: "indexeddb" });
    await page.goto(relay.origin(0));
    return page.getByTestId("data-lost").innerText();
  };
  relay.proxy.cut();
  await sayOk(page);
  await untilSaved(page);
  await untilChip(page, { pending: 1 });
  assert.match(await deleteData(), /有 1 条还没到中心/);

  // Joined again, everything that had been sent is there.
  relay.proxy.heal();
  const [, code] = relay.links[1].split("#");
  page = await enrol(phone, `${relay.origin(0)}/enrol#${code}`);
  assert.equal(await page.getByTestId("data-lost").count(), 0);
  await untilAtCentre(page);
  const now = await whoIs(page);
  assert.notEqual(now.rights.officer, before.rights.officer, "and not in the name of who it was before");
  await openRound(page, "flood-departure");
  await page.getByTestId("to-list").click();
  assert.equal(Object.keys(await readings(page)).length, 1);
  await untilAtCentre(page);
  assert.match(await deleteData(), /什么也没有丢/);
  assertQuiet(phone);
});
