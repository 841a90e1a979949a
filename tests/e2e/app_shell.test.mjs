// The app's shell: it starts without a network, updates only when asked, and several tabs are one phone.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { assertQuiet, chip, enrol, openRound, sayOk, untilAtCentre, untilChip } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { need, startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

test("two tabs of one phone show the same at once, and one of them syncs", async (t) => {
  const relay = await startRelay();
  const a = await openBrowser();
  t.after(() => Promise.all([a.end(), relay.stop()]));
  const first = await enrol(a, relay.links[0]);
  const second = await a.open(relay.origin(0));
  await second.getByTestId("today-row").first().waitFor();
  await untilChip(second, { link: "other-tab" });
  relay.proxy.cut();
  await openRound(first, "pre-duty");
  await openRound(second, "pre-duty");
  await sayOk(first);
  await untilChip(second, { pending: 2 });
  await sayOk(second);
  await untilChip(first, { pending: 4 });
  relay.proxy.heal();
  await untilAtCentre(first);
  await untilChip(second, { pending: 0 });
  // The tab that synced is closed: the other takes over.
  await first.close();
  await sayOk(second);
  await untilAtCentre(second);
  assertQuiet(a);
});

test("a new version waits until somebody asks for it", async (t) => {
  const assets = mkdtempSync(path.join(tmpdir(), "muster-assets-"));
  cpSync(need("MUSTER_ASSETS"), assets, { recursive: true });
  const relay = await startRelay({ assets });
  const a = await openBrowser();
  t.after(async () => {
    await Promise.all([a.end(), relay.stop()]);
    rmSync(assets, { recursive: true, force: true });
  });
  const page = await enrol(a, relay.links[0]);
  await openRound(page, "pre-duty");
  const build = () => page.evaluate(() => document.querySelector("meta[name=muster-build]").content);
  const old = await build();
  // The same files under another build's name: what a new version looks like to the browser.
  for (const name of ["index.html", "sw.js"]) {
    const file = path.join(assets, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(old, "feedfacefeedface"));
    rmSync(`${file}.br`, { force: true });
  }
  await page.evaluate(async () => { await (await navigator.serviceWorker.getRegistration()).update(); });
  await sayOk(page);
  assert.equal(await build(), old, "not in the middle of a round");
  await untilAtCentre(page);
  assert.equal((await chip(page)).pending, 0);
});

test("a deep address starts from nothing without a network", async (t) => {
  const relay = await startRelay();
  const a = await openBrowser();
  t.after(() => Promise.all([a.end(), relay.stop()]));
  const page = await enrol(a, relay.links[0]);
  await openRound(page, "flood-departure");
  const address = page.url();
  await relay.kill();
  relay.proxy.cut();
  await a.kill();
  await a.start();
  const again = await a.open(address);
  await again.getByTestId("card").waitFor();
  await sayOk(again);
  await untilChip(again, { pending: 2, link: "offline" });
  assertQuiet(a);
});
