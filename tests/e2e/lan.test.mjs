// A relay in a local network, and a phone that has never heard of it: the one link from the terminal leads to the
// certificate, and with that trusted into the app, which then works without the network.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { check } from "./kit/axe.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { need } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

/** Starts a demo relay for a local network on loopback; gives the first person's link, and what else was printed. */
async function startLan(data) {
  const free = ["--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--trust-listen", "127.0.0.1:0"];
  const child = spawn(need("MUSTER_BIN"), ["serve", "--demo", "--lan", "--data", data, "--assets", need("MUSTER_ASSETS"), ...free], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const link = await new Promise((found, failed) => {
    child.on("exit", (code) => failed(new Error(`the relay ended with ${code}`)));
    child.stdout.on("data", (bytes) => {
      said += bytes;
      const links = said.match(/http:\/\/127\.0\.0\.1:\d+\/#[0-9A-Z-]+/g);
      // officer A's picture, and the two others' links
      if (links?.length === 3) found(links[0]);
    });
  });
  child.removeAllListeners("exit");
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  };
  return { link, said, stop };
}

test("one link gets a phone to trust the relay and into the app, which then works without a network", async (t) => {
  const data = mkdtempSync(path.join(tmpdir(), "muster-lan-"));
  const relay = await startLan(data);
  t.after(async () => { await relay.stop(); rmSync(data, { recursive: true, force: true }); });
  const authority = path.join(data, "tls/authority.pem");
  const { fingerprint256: fingerprint, raw } = new X509Certificate(readFileSync(authority));
  assert.ok(relay.said.includes(fingerprint), "the terminal tells the fingerprint to compare");
  assert.match(relay.said, /█/, "and draws the link");

  // A phone that does not trust it yet is told so, and has what it needs.
  const stranger = await openBrowser();
  t.after(() => stranger.end());
  const first = await stranger.open(relay.link);
  await first.locator('#state[data-state="no"]').waitFor();
  assert.equal((await first.locator(".print").textContent()).trim(), fingerprint);
  for (const [file, type] of [["muster-ca.crt", "application/x-x509-ca-cert"], ["muster.mobileconfig", "application/x-apple-aspen-config"]]) {
    const answer = await fetch(new URL(file, relay.link));
    assert.equal(answer.headers.get("content-type"), type);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const der = file.endsWith("crt") ? bytes : Buffer.from(/<data>(.*)<\/data>/s.exec(bytes.toString())[1], "base64");
    assert.ok(der.equals(raw), file);
  }
  for (const lang of ["zh-CN", "en"]) {
    await first.evaluate((lang) => { if (document.documentElement.lang !== lang) document.getElementById("language").click(); }, lang);
    await check(first, lang);
    if (process.env.MUSTER_SCREENSHOTS) await first.screenshot({ path: `out/lan-${lang}.png`, fullPage: true });
  }
  const warned = await first.goto(await first.locator("#go").getAttribute("href")).catch((error) => error.message);
  assert.match(String(warned), /ERR_CERT_AUTHORITY_INVALID/);

  // With the certificate installed the same link goes on.
  const phone = await openBrowser({ authority });
  t.after(() => phone.end());
  const page = await phone.open(relay.link);
  await page.locator('#state[data-state="yes"]').waitFor();
  await page.locator("#go").click();
  await page.waitForURL(/^https:.*\/enrol/);
  await page.getByTestId("enrol-submit").click();
  await page.getByTestId("today-row").first().waitFor();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  assert.equal(await page.evaluate(() => document.cookie), "", "the session is out of reach");
  await relay.stop();
  await page.reload();
  await page.getByTestId("today-row").first().waitFor();
  assert.deepEqual(phone.problems, []);
});
