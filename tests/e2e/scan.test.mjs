// Scanning without a network, on a slow phone: a label before the camera, a code typed with wet gloves, and things counted
// by two people.
import assert from "node:assert/strict";
import { assertQuiet, cardItem, enrol, toItem, untilAtCentre } from "./kit/app.mjs";
import { openBrowser } from "./kit/browser.mjs";
import { codeOn, fakeCamera, labelOf } from "./kit/camera.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const SLOWER = 6;

async function slowDown(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
}

const phase = (page, wanted) => page.locator(`[data-testid=viewfinder][data-phase=${wanted}]`).waitFor();

/** Types digits with the app's own keys. */
async function tapCode(page, digits) {
  for (const digit of digits.replaceAll(" ", "")) await page.getByTestId(`key-${digit}`).click();
  await page.getByTestId("code-submit").click();
}

async function typeCode(page, text) {
  await page.getByTestId("code").fill(text);
  await page.getByTestId("code-submit").click();
}

/** As if the person had gone to another app, or come back. */
const seen = (page, isSeen) =>
  page.evaluate((isSeen) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (isSeen ? "visible" : "hidden") });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isSeen);

const track = (page) => page.evaluate(() => document.querySelector("video").srcObject?.getTracks()[0].readyState);

test("a label before the camera opens its thing without a network, and the camera goes when nobody looks", async (t) => {
  const relay = await startRelay();
  const camera = fakeCamera();
  const phone = await openBrowser({ flags: camera.flags });
  t.after(() => Promise.all([phone.end(), relay.stop(), camera.end()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  camera.look(await labelOf(page, "ZM-P03-01"));
  relay.proxy.cut();
  await slowDown(page);
  await page.locator('a[href="/scan"]').click();
  // Nobody is asked before they say so; a code can be typed all the while.
  await phase(page, "off");
  await page.getByTestId("code").waitFor();
  await page.getByTestId("allow-camera").click();
  await phase(page, "running");
  const thing = page.getByTestId("thing");
  await thing.waitFor();
  assert.equal(await thing.getAttribute("data-asset"), "ZM-P03-01");
  assert.match(await thing.innerText(), /催泪喷射器/);
  assert.equal(await page.getByTestId("viewfinder").getAttribute("data-flash"), "good");

  // In a pocket the lens is closed; taken out again it opens by itself.
  await seen(page, false);
  await page.waitForFunction(() => document.querySelector("video").srcObject.getTracks()[0].readyState === "ended");
  await seen(page, true);
  await phase(page, "running");
  assert.equal(await track(page), "live");

  // Left, and come back after a reload: it was allowed before, so it is not asked for again.
  await page.reload();
  await phase(page, "running");
  await page.getByTestId("thing").waitFor();
  assertQuiet(phone);
});

test("a maker's bar code is read without a network by a browser that has no detector", async (t) => {
  const relay = await startRelay();
  const camera = fakeCamera();
  const phone = await openBrowser({ flags: camera.flags });
  t.after(() => Promise.all([phone.end(), relay.stop(), camera.end()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  relay.proxy.cut();
  await page.locator('a[href="/scan"]').click();
  await typeCode(page, "ZM-P03-02");
  const thing = page.getByTestId("thing");
  await thing.waitFor();
  const serial = (await thing.locator("dd").first().innerText()).toUpperCase();
  assert.match(serial, /^[0-9A-Z. -]{4,}$/);
  // The plate of the thing, then one that nobody here knows.
  camera.lookAtPlate(serial);
  await slowDown(page);
  await typeCode(page, "nothing-7");
  await page.getByTestId("keep-later").waitFor();
  await page.getByTestId("code").fill("");
  await page.getByTestId("allow-camera").click();
  await phase(page, "running");
  const begun = Date.now();
  await thing.waitFor();
  t.diagnostic(`a bar code is read in ${Date.now() - begun} ms at ${SLOWER} times slower`);
  assert.equal(await thing.getAttribute("data-asset"), "ZM-P03-02");
  camera.lookAtPlate("NOBODY-77");
  await page.reload();
  await phase(page, "running");
  await page.getByTestId("keep-later").waitFor();
  assert.match(await page.getByTestId("scan-result").innerText(), /NOBODY-?77/);
  assertQuiet(phone);
});

test("without a camera a code is typed; a slip is found, and what nobody knows is kept", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser({ flags: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"] });
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  const code = codeOn(await labelOf(page, "ZM-P03-02"));
  relay.proxy.cut();
  await slowDown(page);
  await page.locator('a[href="/scan"]').click();
  await page.getByTestId("allow-camera").click();
  await phase(page, "refused");
  assert.match(await page.getByTestId("problem").innerText(), /编号照样可以手动输入/);

  const slip = code.replaceAll(" ", "").replace(/^./, (digit) => String((Number(digit) + 1) % 10));
  await tapCode(page, slip);
  await page.getByTestId("scan-result").getByText("校验位不对").waitFor();
  await page.getByTestId("code").fill("");
  await tapCode(page, code);
  const thing = page.getByTestId("thing");
  await thing.waitFor();
  assert.equal(await thing.getAttribute("data-asset"), "ZM-P03-02");
  const serial = await thing.locator("dd").first().innerText();

  // A maker's serial as people type it: spaces, small letters.
  await page.getByTestId("code").fill("");
  await typeCode(page, "nothing-at-all 7");
  await page.getByTestId("keep-later").click();
  await typeCode(page, ` ${serial.toLowerCase().replace(/(..)/, "$1 ")} `);
  await page.locator('[data-testid=thing][data-asset="ZM-P03-02"]').waitFor();

  // Another station's label says whose it is.
  await typeCode(page, "MU1/huailin/HL-P03-01");
  await page.getByTestId("scan-result").getByText("槐林").waitFor();
  await page.reload();
  const later = page.getByTestId("later");
  await later.waitFor();
  assert.match(await later.innerText(), /nothing-at-all 7/);
  await later.getByTestId("drop-later").click();
  await later.waitFor({ state: "detached" });
  assertQuiet(phone);
});

const figures = (page) => page.getByTestId("count-figures").evaluate((node) => ({ ...node.dataset }));

const untilFigures = (page, wanted) =>
  page.waitForFunction((wanted) => {
    const data = document.querySelector("[data-testid=count-figures]")?.dataset;
    return data && Object.entries(wanted).every(([name, value]) => data[name] === String(value));
  }, wanted);

test("two people count, and nothing is counted twice", async (t) => {
  const relay = await startRelay();
  const camera = fakeCamera();
  const [one, other] = await Promise.all([openBrowser({ flags: camera.flags }), openBrowser({ flags: camera.flags })]);
  t.after(() => Promise.all([one.end(), other.end(), relay.stop(), camera.end()]));
  const a = await enrol(one, relay.links[0]);
  const b = await enrol(other, relay.links[1]);
  await untilAtCentre(a);
  camera.look(await labelOf(a, "ZM-P03-01"));
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
  const round = `/round/zhongmiao/maintenance-day/month/${month}-01`;
  relay.proxy.cut();
  await slowDown(a);

  // A: the card leads to the screen where things are counted, and the camera counts the first.
  await a.goto(`${relay.origin(0)}${round}?list`);
  await toItem(a, "M02.scan");
  await a.getByTestId("to-count").click();
  await a.getByTestId("allow-camera").click();
  await a.getByTestId("counted").waitFor();
  await untilFigures(a, { found: 1, extra: 0 });
  const { open } = await figures(a);
  // It stays before the lens and is not counted again; typed it is said who has counted it.
  await typeCode(a, "ZM-P03-01");
  await a.getByTestId("already").waitFor();
  await untilFigures(a, { found: 1, open });
  await typeCode(a, "zm p03 02");
  await untilFigures(a, { found: 2, open: Number(open) - 1 });

  // What nobody expected is counted only when the person says so, and can be taken back.
  await typeCode(a, "XX-123");
  await a.getByTestId("count-asks").waitFor();
  await untilFigures(a, { found: 2, extra: 0 });
  await a.getByTestId("count-this").click();
  await untilFigures(a, { found: 2, extra: 1 });
  await a.getByTestId("undo-count").click();
  await untilFigures(a, { found: 2, extra: 0 });

  // B, meanwhile, with a browser that has a detector of its own: the same thing and another one.
  await b.addInitScript(() => {
    globalThis.BarcodeDetector = class {
      static getSupportedFormats = async () => ["qr_code", "code_128"];
      detect = async () => (globalThis.before ? [{ rawValue: globalThis.before }] : []);
    };
  });
  await b.goto(`${relay.origin(1)}${round.replace("/round/", "/count/")}?station&M02.scan`);
  await untilFigures(b, { found: 0 });
  await b.getByTestId("allow-camera").click();
  await phase(b, "running");
  await b.evaluate(() => { globalThis.before = "MU1/zhongmiao/ZM-P03-01"; });
  await untilFigures(b, { found: 1 });
  await b.evaluate(() => { globalThis.before = "MU1/zhongmiao/ZM-P03-03"; });
  await untilFigures(b, { found: 2 });
  await b.evaluate(() => { globalThis.before = ""; });

  // They meet: three things, one of them twice, and each sees who.
  relay.proxy.heal();
  for (const page of [a, b]) await untilFigures(page, { found: 3, open: Number(open) - 2, extra: 0 });
  await b.evaluate(() => { globalThis.before = "MU1/zhongmiao/ZM-P03-02"; });
  const already = b.getByTestId("already");
  await already.waitFor();
  assert.match(await already.innerText(), /已点：催泪喷射器，\S+ .*\d\d:\d\d/);
  await untilFigures(b, { found: 3 });
  await a.getByTestId("found").locator("summary").click();
  assert.match(await a.locator('[data-testid=counted-row][data-answer="ZM-P03-01"]').innerText(), /点了 2 次/);

  await a.goto(`${relay.origin(0)}${round}`);
  await a.getByTestId("card").waitFor();
  await toItem(a, "M02.scan");
  assert.equal(await cardItem(a), "M02.scan");
  assert.match(await a.getByTestId("card").innerText(), /已点 3 件/);
  assertQuiet(one, other);
});
