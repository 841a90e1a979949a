// What goes wrong has a sentence in the person's language, and loses nothing.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { enrol, openRound, sayFault, sayOk, untilAtCentre } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

test("codes that are wrong, used or expired are told apart", async (t) => {
  const relay = await startRelay();
  const [a, b] = await Promise.all([openBrowser(), openBrowser()]);
  t.after(() => Promise.all([a.end(), b.end(), relay.stop()]));
  const says = async (page, code) => {
    const problem = page.locator(`[data-testid=problem][data-code="${code}"]`);
    await problem.waitFor();
    const text = await problem.innerText();
    assert.ok(text.length > 20 && !text.includes(code), `a sentence, not a code: ${text}`);
    return text;
  };
  const link = relay.links[0];
  await enrol(a, link);
  const page = await b.open(link);
  await page.getByTestId("enrol-submit").click();
  assert.match(await says(page, "enrolment-code-used"), /[一-龥]/);
  await page.getByTestId("enrol-code").fill("AAAA-AAAA-AAAA");
  await page.getByTestId("enrol-submit").click();
  await says(page, "enrolment-code-unknown");
  // Four days later.
  const stale = relay.links[1].split("#")[1];
  const later = ["--clock-offset-ms", String(4 * 86_400_000)];
  await relay.kill();
  await relay.start({ args: later });
  await page.getByTestId("enrol-code").fill(stale);
  await page.getByTestId("enrol-submit").click();
  await says(page, "enrolment-code-expired");
  // No network: the phone says so, and the code is still good.
  relay.proxy.cut();
  const fresh = relay.links[1].split("#")[1];
  await page.getByTestId("enrol-code").fill(fresh);
  await page.getByTestId("enrol-submit").click();
  await says(page, "offline");
  relay.proxy.heal();
  await page.getByTestId("enrol-submit").click();
  await page.getByTestId("today-row").first().waitFor();
});

test("a full disk at the relay: the phone keeps it, says why, and sends it when there is room", async (t) => {
  const relay = await startRelay();
  const a = await openBrowser();
  t.after(() => Promise.all([a.end(), relay.stop()]));
  const page = await enrol(a, relay.links[0]);
  await untilAtCentre(page);
  await relay.kill();
  await relay.start({ args: ["--page-count-max", "1"] });
  await openRound(page, "pre-duty");
  // The last pages have some room left: long notes that do not compress fill it.
  for (let n = 0; n < 8; n += 1) {
    const before = await page.getByTestId("card").getAttribute("data-item");
    await sayFault(page, randomBytes(250).toString("hex"));
    await page.locator(`[data-testid=card][data-item="${before}"]`).waitFor({ state: "detached" });
  }
  await page.goto(`${relay.origin(0)}/sync`);
  await page.locator('[data-testid=problem][data-code="storage-full"]').waitFor();
  await relay.kill();
  await relay.start({ args: [] });
  await untilAtCentre(page);
});

test("a full phone says so, and loses nothing that it confirmed", async (t) => {
  const relay = await startRelay();
  const a = await openBrowser();
  t.after(() => Promise.all([a.end(), relay.stop()]));
  let page = await enrol(a, relay.links[0]);
  await openRound(page, "pre-duty");
  await sayOk(page);
  await untilAtCentre(page);
  // A browser remembers for a while how much room there was: it must be full from the browser's start.
  await a.close();
  await a.start();
  page = await a.open("about:blank");
  const session = await page.context().newCDPSession(page);
  const origin = relay.origin(0);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  await page.goto(origin);
  await openRound(page, "pre-duty");
  const item = await page.getByTestId("card").getAttribute("data-item");
  await page.getByTestId("answer-ok").click();
  const problem = page.locator('[data-testid=problem][data-code="storage-full"]');
  await problem.waitFor();
  assert.match(await problem.innerText(), /存储满了[^]*之前的记录都在/);
  await page.locator(`[data-testid=card][data-item="${item}"]`).waitFor();
  // There is room again: the same answer is one tap away.
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  await page.getByTestId("retry").click();
  await problem.waitFor({ state: "detached" });
  await untilAtCentre(page);
  await page.goto(origin);
  const row = page.locator('[data-testid=today-row][data-template="pre-duty"]');
  await row.filter({ hasText: /2\s*\/\s*12/ }).waitFor();
});
