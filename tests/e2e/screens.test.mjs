// Every screen, in both languages and three themes: it looks as it did when somebody last looked at it (`looks/`), and breaks
// no rule of accessibility. Where there is less room, nothing is lost. It is always the same day and hour.
import assert from "node:assert/strict";
import { enrol, openRound, sayFault, sayOk, toItem, untilAtCentre } from "./kit/app.mjs";
import { check as keepsRules } from "./kit/axe.mjs";
import { DESK, openBrowser, PHONE } from "./kit/browser.mjs";
import { bring, makeBundle, saveBundle, toSync, untilRefused } from "./kit/bundle.mjs";
import { fits } from "./kit/fits.mjs";
import { compare, isNoticed } from "./kit/looks.mjs";
import { appWith, movedBy, standingAt } from "./kit/patched.mjs";
import { shot, takePhoto } from "./kit/photo.mjs";
import { handOver, joinOthers, setPin } from "./kit/profiles.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

/** A Thursday in November, 10:20 in the bureau. */
const NOW = Date.UTC(2026, 10, 26, 2, 20);

/** One person's browser and the relay, at that time. The screens' clock stands: nothing gets older while one looks. */
async function open(t, viewport) {
  const offset = NOW - Date.now();
  const app = appWith(movedBy(offset));
  const relay = await startRelay({ assets: app.assets, offset });
  const browser = await openBrowser({ viewport, script: standingAt(NOW) });
  t.after(() => Promise.all([browser.end(), relay.stop()]).then(app.end));
  return { relay, browser };
}

/** Looks at a screen, when it has settled: everything is at the centre again after it was loaded. */
async function check(page, name) {
  if (await page.locator(".top").count()) await untilAtCentre(page);
  await see(page, name);
}

/** Looks at a screen as it is: what waits on the phone may wait. */
async function see(page, name) {
  await compare(page, name);
  if (name.endsWith("en day")) await fits(page, name);
  await keepsRules(page, name);
}

/** Pictures that nothing differs from would hold nothing: a button that goes, a state in another colour, a line more. */
async function theEyeIsOpen(page, name) {
  for (const style of [
    ".duty.first .verb { visibility: hidden; }",
    ".duty-facts .fault { color: var(--ok) !important; }",
    ".duties { padding-top: 24px; }",
  ]) assert.ok(await isNoticed(page, name, style), `${style} is not noticed`);
}

const looks = [];
for (const language of ["zh", "en"]) for (const theme of ["day", "night", "sun"]) looks.push({ language, theme });

async function set(page, origin, { language, theme }) {
  await page.goto(`${origin}/me`);
  await page.locator("input[name=language]").nth(["zh", "en"].indexOf(language)).check({ force: true });
  await page.locator("input[name=theme]").nth(["day", "night", "sun"].indexOf(theme)).check({ force: true });
}

/** The register, a thing of it, handing it over, and inspection day. */
async function equipment(page, origin, name) {
  await page.goto(`${origin}/lines`);
  await page.locator('[data-testid=checklist][data-template="duty-room"]').click();
  await page.getByTestId("line-add").waitFor();
  await check(page, `own lines ${name}`);
  await page.goto(`${origin}/register`);
  await page.getByTestId("asset-row").first().waitFor();
  await check(page, `register ${name}`);
  await page.getByTestId("register-part").nth(1).click();
  await page.locator(".purchases").waitFor();
  await check(page, `purchases on a phone ${name}`);
  await page.getByTestId("register-part").nth(2).click();
  await page.getByTestId("transit").or(page.locator("p.empty")).first().waitFor();
  await check(page, `transits on a phone ${name}`);
  await page.getByTestId("register-part").first().click();
  await page.getByTestId("asset-row").first().click();
  await page.getByTestId("hand").waitFor();
  await check(page, `thing ${name}`);
  await page.getByTestId("hand").click();
  await page.getByTestId("hand-save").waitFor();
  await check(page, `handing over ${name}`);
  const today = new Date(NOW + 8 * 3_600_000).toISOString().slice(0, 10);
  await page.goto(`${origin}/round/zhongmiao/inspection/${today}`);
  await page.getByTestId("inspected").first().waitFor();
  await check(page, `inspection ${name}`);
  // A thing that waits for a second person.
  await page.getByTestId("count-code").fill("ZM-P03-01");
  await page.getByTestId("count-it").click();
  await page.getByTestId("counted").waitFor();
  await page.getByTestId("filter").nth(1).click();
  await page.getByTestId("waits-for-second").waitFor();
  await check(page, `waiting for a second person ${name}`);
  await page.getByTestId("filter").first().click();
  await page.getByTestId("inspected-open").first().click();
  await page.getByTestId("finding-save").waitFor();
  await check(page, `finding ${name}`);
  await page.goto(`${origin}/round/zhongmiao/inspection/${today}?summary`);
  await page.getByTestId("inspection-summary").waitFor();
  await check(page, `inspection summary ${name}`);
}

test("an officer's screens", async (t) => {
  const { relay, browser: a } = await open(t, PHONE);
  const nobody = await a.open(`${relay.origin(1)}/enrol`);
  await nobody.getByTestId("enrol-code").waitFor();
  await check(nobody, "enrol");
  const page = await enrol(a, relay.links[0]);
  await openRound(page, "pre-duty");
  await sayFault(page, "电量不足");
  await untilAtCentre(page);
  const origin = relay.origin(0);
  await page.goto(origin);
  await openRound(page, "flood-departure");
  // A card with a photo that waits for its answer: the round is opened there again.
  await toItem(page, "F02");
  await takePhoto(page, await shot(page, { width: 640, height: 480 }));
  const round = page.url();
  // A report with a photo that waits for it, and a line with one.
  await page.goto(`${origin}/defects`);
  await page.getByTestId("report").click();
  await takePhoto(page, await shot(page, { width: 640, height: 480, seed: 2 }));
  const now = new Date(NOW + 8 * 3_600_000).toISOString().slice(0, 10);
  const asked = `${origin}/round/zhongmiao/duty-room/${now}`;
  await page.goto(asked);
  await page.getByTestId("card").waitFor();
  await toItem(page, "H01.photo");
  await page.getByTestId("take-photo").setInputFiles(await shot(page, { width: 640, height: 480, seed: 3 }));
  await page.getByTestId("photos-done").waitFor();
  for (const look of looks) {
    const name = `${look.language} ${look.theme}`;
    await set(page, origin, look);
    await check(page, `me ${name}`);
    await page.goto(origin);
    await page.getByTestId("today-row").first().waitFor();
    await check(page, `today ${name}`);
    if (name === "zh day") await theEyeIsOpen(page, `today ${name}`);
    await page.goto(`${origin}/scan`);
    await page.getByTestId("code").fill("123456782");
    await page.getByTestId("code-submit").click();
    await page.getByTestId("keep-later").waitFor();
    await check(page, `scan, nothing found ${name}`);
    await page.getByTestId("code").fill("ZM-P03-01");
    await page.getByTestId("code-submit").click();
    await page.getByTestId("thing").waitFor();
    await check(page, `scan ${name}`);
    await page.goto(`${origin}/count/zhongmiao/maintenance-day/month/2026-11-01?station&M02.scan`);
    await page.getByTestId("code").fill("XX-1");
    await page.getByTestId("code-submit").click();
    await page.getByTestId("count-asks").or(page.getByTestId("already")).waitFor();
    await check(page, `count ${name}`);
    await page.goto(`${origin}/labels`);
    await page.getByTestId("labels-all").click();
    await page.getByTestId("labels-print").waitFor();
    await check(page, `labels ${name}`);
    await page.goto(`${origin}/sync`);
    await page.getByTestId("sync-now").waitFor();
    await check(page, `sync ${name}`);
    await page.goto(`${origin}/defects`);
    await page.locator("[data-testid=defect][data-state=done]").waitFor();
    await check(page, `defects ${name}`);
    await page.locator("[data-testid=defect][data-state=done]").click();
    await page.getByTestId("act-verify").waitFor();
    await check(page, `a defect ${name}`);
    await page.keyboard.press("Escape");
    await page.getByTestId("report").click();
    await page.getByTestId("report-send").waitFor();
    await check(page, `a report with a photo ${name}`);
    await page.goto(`${origin}/needs`);
    await page.locator("[data-testid=need][data-state=trial]").click();
    await page.getByTestId("star").first().waitFor();
    await check(page, `a need ${name}`);
    await page.goto(asked);
    await page.getByTestId("card").waitFor();
    await toItem(page, "H01.photo");
    await page.locator("[data-testid=taken] [data-testid=photo] img").waitFor();
    await check(page, `a line with a photo ${name}`);
    await page.goto(round);
    await page.getByTestId("card").waitFor();
    await check(page, `round ${name}`);
    await page.getByTestId("to-list").click();
    await page.getByTestId("item").first().waitFor();
    await check(page, `list ${name}`);
    await page.goto(round);
    await page.getByTestId("to-summary").click();
    await page.locator(".summary").waitFor();
    await check(page, `summary ${name}`);
    await equipment(page, origin, name);
  }
});

// A frame of version 1 with one batch, whose change is none.
const FORGED =
  "01008200818405818766627572656175510176d4bda4bf4658558dc4ad83f7b6836554d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000003" +
  "81430102035820abababababababababababababababababababababababababababababababab01584051515151515151515151515151" +
  "51515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515181826662" +
  "75726561758307182a5820c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c51903e8";

test("the supervisor's screens", async (t) => {
  const { relay, browser: desk } = await open(t, DESK);
  const page = await enrol(desk, relay.links[2]);
  const origin = relay.origin(2);
  await page.evaluate(async (hex) => {
    const body = Uint8Array.from(hex.match(/../g), (byte) => Number.parseInt(byte, 16));
    await fetch("/api/sync", { method: "POST", headers: { "content-type": "application/cbor" }, body });
  }, FORGED);
  for (const look of looks) {
    const name = `${look.language} ${look.theme}`;
    await set(page, origin, look);
    await page.goto(origin);
    await page.getByTestId("cell").first().waitFor();
    await check(page, `desk board ${name}`);
    await page.locator("[data-testid=attention-row][data-kind=dispute]").click();
    await page.getByTestId("sheet").getByTestId("event").first().waitFor();
    // Two answers given apart stand in an order that is up to the phones' random ids: no picture of it is like the next.
    await keepsRules(page, `desk sheet ${name}`);
    await page.goto(`${origin}/defects`);
    await page.getByTestId("pick").first().check();
    await page.getByTestId("bulk-acknowledge").waitFor();
    await check(page, `desk defects ${name}`);
    await page.locator(".handled-row").first().click();
    await page.getByTestId("act-done").waitFor();
    await check(page, `desk a defect ${name}`);
    await page.goto(`${origin}/needs`);
    await page.locator("[data-testid=need][data-state=raised]").click();
    await page.getByTestId("act-trial").waitFor();
    await check(page, `desk needs ${name}`);
    await page.goto(`${origin}/quarantine`);
    await page.locator("[data-testid=rejected] li").waitFor();
    await check(page, `desk quarantine ${name}`);
    await page.goto(`${origin}/register`);
    await page.getByTestId("asset-row").first().waitFor();
    await check(page, `desk register ${name}`);
    await page.getByTestId("register-part").nth(1).click();
    await page.getByTestId("purchase").first().waitFor();
    await check(page, `desk purchases ${name}`);
    await page.getByTestId("register-part").nth(2).click();
    await page.getByTestId("transit").or(page.locator("p.empty")).first().waitFor();
    await check(page, `desk transits ${name}`);
    await page.goto(`${origin}/quarantine`);
    await page.setViewportSize(PHONE);
    await page.locator("[data-testid=rejected] li").waitFor();
    await check(page, `desk quarantine on a phone ${name}`);
    await page.goto(origin);
    await page.getByTestId("attention-row").first().waitFor();
    await check(page, `desk board on a phone ${name}`);
    const places = await page.locator("nav.places a:visible").count();
    if (places > 5) throw new Error(`${places} places in a phone's bar`);
    await page.goto(`${origin}/me`);
    await page.getByTestId("to-quarantine").waitFor();
    await check(page, `desk me on a phone ${name}`);
    await page.goto(`${origin}/defects`);
    await page.getByTestId("pick").first().waitFor();
    await check(page, `desk defects on a phone ${name}`);
    await page.setViewportSize(DESK);
  }
});

test("the sync page with a bundle made, and with one handed out", async (t) => {
  const { relay, browser: phone } = await open(t, PHONE);
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  relay.proxy.cut();
  await openRound(page, "pre-duty");
  await sayOk(page);
  const origin = relay.origin(0);
  for (const look of looks) {
    const name = `${look.language} ${look.theme}`;
    await set(page, origin, look);
    await toSync(page);
    await makeBundle(page);
    await see(page, `bundle ${name}`);
    await saveBundle(page);
    await bring(page, { name: "a.muster", mimeType: "application/octet-stream", buffer: Buffer.from("no bundle") });
    await untilRefused(page, "bundle-unreadable");
    await see(page, `bundle handed out ${name}`);
  }
});

test("a shared phone's screens", async (t) => {
  const { relay, browser: phone } = await open(t, PHONE);
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  const origin = relay.origin(0);
  const pin = "271828";
  await page.goto(`${origin}/hand-over`);
  await page.getByTestId("pin-new").waitFor();
  await see(page, "hand over without a PIN zh day");
  await setPin(page, pin);
  await handOver(page);
  await page.getByTestId("choice-join").click();
  await page.getByTestId("pin-new").waitFor();
  await see(page, "join a shared phone zh day");
  await joinOthers(page, relay.links[1].split("#")[1], "314159");
  await untilAtCentre(page);
  relay.proxy.cut();
  await openRound(page, "pre-duty");
  await sayOk(page);
  for (const look of looks) {
    const name = `${look.language} ${look.theme}`;
    await set(page, origin, look);
    await page.goto(`${origin}/hand-over`);
    await page.getByTestId("hand-over-unsent").waitFor();
    await see(page, `hand over ${name}`);
    await handOver(page);
    await see(page, `choice ${name}`);
    await page.getByTestId("person").nth(1).click();
    await page.getByTestId("pin").fill(pin);
    await page.getByTestId("pin-tries").waitFor();
    await see(page, `PIN ${name}`);
    await page.getByTestId("pin").fill("314159");
    await page.getByTestId("today-row").first().waitFor();
  }
});
