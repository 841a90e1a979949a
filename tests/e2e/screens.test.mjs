// Every screen, in both languages and three themes: no accessibility violation, nothing wider than the screen.
import { enrol, openRound, sayFault, sayOk, toItem, untilAtCentre } from "./kit/app.mjs";
import { check } from "./kit/axe.mjs";
import { DESK, openBrowser, PHONE } from "./kit/browser.mjs";
import { shot, takePhoto } from "./kit/photo.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const looks = [];
for (const language of ["zh", "en"]) for (const theme of ["day", "night", "sun"]) looks.push({ language, theme });

async function set(page, origin, { language, theme }) {
  await page.goto(`${origin}/me`);
  await page.locator("input[name=language]").nth(["zh", "en"].indexOf(language)).check({ force: true });
  await page.locator("input[name=theme]").nth(["day", "night", "sun"].indexOf(theme)).check({ force: true });
}

test("an officer's screens", async (t) => {
  const relay = await startRelay();
  const a = await openBrowser({ viewport: PHONE });
  t.after(() => Promise.all([a.end(), relay.stop()]));
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
  for (const look of looks) {
    const name = `${look.language} ${look.theme}`;
    await set(page, origin, look);
    await check(page, `me ${name}`);
    await page.goto(origin);
    await page.getByTestId("today-row").first().waitFor();
    await check(page, `today ${name}`);
    await page.goto(`${origin}/sync`);
    await page.getByTestId("sync-now").waitFor();
    await check(page, `sync ${name}`);
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
  }
});

// A frame of version 1 with one batch, whose change is none.
const FORGED =
  "01008200818405818766627572656175510176d4bda4bf4658558dc4ad83f7b6836554d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d100000003" +
  "81430102035820abababababababababababababababababababababababababababababababab01584051515151515151515151515151" +
  "51515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515151515181826662" +
  "75726561758307182a5820c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c51903e8";

test("the supervisor's screens", async (t) => {
  const relay = await startRelay();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([desk.end(), relay.stop()]));
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
    await check(page, `board ${name}`);
    await page.getByTestId("attention-row").first().click();
    await page.getByTestId("sheet").getByTestId("event").first().waitFor();
    await check(page, `sheet ${name}`);
    await page.goto(`${origin}/quarantine`);
    await page.locator("[data-testid=rejected] li").waitFor();
    await check(page, `quarantine ${name}`);
    await page.setViewportSize(PHONE);
    await check(page, `quarantine on a phone ${name}`);
    await page.goto(origin);
    await page.getByTestId("attention-row").first().waitFor();
    await check(page, `board on a phone ${name}`);
    await page.setViewportSize(DESK);
  }
});
