// A phone that several people share (S7): each answers in their own name, and what one has not sent goes out while another
// uses the phone.
import assert from "node:assert/strict";
import http from "node:http";
import {
  assertQuiet, cardItem, enrol, openRound, readings, sayOk, toItem, untilAtCentre, untilChip, untilSaved, whoIs,
} from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { toSync, untilBrought } from "./kit/bundle.mjs";
import { shot, takePhoto } from "./kit/photo.mjs";
import { handOver, joinOthers, setPin, takeUp } from "./kit/profiles.mjs";
import { startRelay } from "./kit/relay.mjs";
import { goTo, slowDown } from "./kit/slow.mjs";
import { test } from "./kit/witness.mjs";

const ROUND = "flood-departure";
const PINS = ["271828", "314159"];

const untilProblem = (page, code) => page.locator(`[data-testid=problem][data-code="${code}"]`).waitFor();

/** Two people on one phone, which lies there handed over, and a supervisor's desk. */
async function shared(t) {
  const relay = await startRelay();
  const phone = await openBrowser();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([phone.end(), desk.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  const board = await enrol(desk, relay.links[2]);
  await untilAtCentre(page);
  const first = await whoIs(page);
  await goTo(page, "/hand-over");
  assert.equal(await page.getByTestId("hand-over").count(), 0, "without a PIN it is not handed over");
  await setPin(page, "123456");
  await untilProblem(page, "pin-unfit");
  // A tab that was open before there was a PIN hears of the hand-over, too.
  const other = await phone.open(relay.origin(0));
  await other.getByTestId("today-row").first().waitFor();
  await setPin(page, PINS[0]);
  await handOver(page);
  await other.getByTestId("choice").waitFor();
  await other.close();
  await page.getByTestId("choice-join").click();
  await joinOthers(page, relay.links[1].split("#")[1], "111111");
  await untilProblem(page, "pin-unfit");
  await joinOthers(page, relay.links[1].split("#")[1], PINS[1]);
  await page.getByTestId("today-row").first().waitFor();
  await untilAtCentre(page);
  const second = await whoIs(page);
  assert.notEqual(first.device, second.device);
  await handOver(page);
  const names = await page.getByTestId("person").evaluateAll((all) =>
    all.map((node) => node.querySelector(".profile-name").firstChild.textContent.trim()));
  assert.equal(names.length, 2);
  return { relay, phone, desk, board, page, first, second, names };
}

test("one phone, three turns: what one has not sent goes out while another uses it", async (t) => {
  const { relay, phone, desk, board, page: joined, first, second, names } = await shared(t);
  let page = joined;
  // The first one, in a village without a network.
  await takeUp(page, names[0], PINS[0]);
  await page.getByTestId("today-row").first().waitFor();
  await untilAtCentre(page);
  assert.equal((await whoIs(page)).device, first.device, "no session is taken over with the phone");
  const photo = await shot(page);
  relay.proxy.cut();
  const slow = await slowDown(phone, 6);
  await openRound(page, ROUND);
  await toItem(page, "F02");
  await page.getByTestId("answer-abnormal").click();
  await page.getByTestId("fault-chip").first().click();
  await takePhoto(page, photo);
  await page.getByTestId("fault-done").click();
  await toItem(page, "F03");
  await sayOk(page);
  await untilSaved(page);
  const resumed = await cardItem(page);
  await goTo(page, "/hand-over");
  await page.getByTestId("hand-over-unsent").waitFor();
  await handOver(page);
  await page.locator("[data-testid=person] .unsent").waitFor();
  await slow();

  // The second one, who sees none of it and answers in their own name.
  await takeUp(page, names[1], PINS[1]);
  await openRound(page, ROUND);
  await toItem(page, "F05");
  await sayOk(page);
  await untilSaved(page);
  await toSync(page);
  await page.getByTestId("left").filter({ hasText: names[0] }).waitFor();
  relay.proxy.heal();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await untilAtCentre(page);
  await untilBrought(page, { rejected: 0, held: 0 });
  await page.getByTestId("left").waitFor({ state: "detached" });
  assert.equal((await whoIs(page)).device, second.device);

  // The desk sees who said what, though its author has not been back.
  await board.locator(`[data-testid=cell][data-station="zhongmiao"][data-template="${ROUND}"]`).click();
  const line = (item) => board.locator("details.reading", { has: board.locator(`[data-testid=reading][data-item="${item}"]`) }).first();
  for (const [item, name] of [["F02", names[0]], ["F05", names[1]]]) {
    await line(item).locator(".who").filter({ hasText: name }).first().waitFor({ state: "attached" });
  }

  await line("F02").getByTestId("attachments").first().waitFor({ state: "attached" });

  // The first one is back: where they were, with everything once.
  await handOver(page);
  assert.equal(await page.locator("[data-testid=person] .unsent").count(), 0, "nothing of theirs waits");
  await takeUp(page, names[0], PINS[0]);
  await page.getByTestId("today-row").first().waitFor();
  await untilAtCentre(page);
  assert.equal((await whoIs(page)).device, first.device);
  await openRound(page, ROUND);
  assert.equal(await cardItem(page), resumed, "they go on where they were");
  // The battery dies: it is still theirs.
  await phone.kill();
  await phone.start();
  page = await phone.open(relay.origin(0));
  await openRound(page, ROUND);
  await page.getByTestId("to-list").click();
  assert.deepEqual(await readings(page), { F02: "fault", F03: "ok", F05: "ok" });
  await board.reload();
  await board.locator(`[data-testid=cell][data-station="zhongmiao"][data-template="${ROUND}"]`).click();
  await line("F02").waitFor();
  assert.equal(await line("F02").getByTestId("event").count(), 1, "said once, there once");
  assertQuiet(phone, desk);
});

test("a shared phone asks for a PIN, and wrong ones cost time", async (t) => {
  const { relay, phone, desk, page: joined, names } = await shared(t);
  let page = joined;
  await takeUp(page, names[0], PINS[1]);
  await untilProblem(page, "pin-wrong");
  for (const left of [2, 1, 0]) {
    await page.getByTestId("pin").fill("000000");
    await page.locator(`[data-testid=pin-tries][data-left="${left}"]`).waitFor({ state: "attached" });
    await page.waitForFunction(() => document.querySelector("[data-testid=pin]").value === "");
  }
  await page.getByTestId("pin").fill("000000");
  await page.getByTestId("pin-wait").waitFor();
  // A dead battery does not end the wait.
  await phone.kill();
  await phone.start();
  page = await phone.open(relay.origin(0));
  await page.getByTestId("person").first().click();
  await page.getByTestId("pin-wait").waitFor();
  // A colleague's mistakes are not one's own; another tab starts anew with whoever took the phone up.
  const other = await phone.open(relay.origin(0));
  await other.getByTestId("choice").waitFor();
  await page.reload();
  await page.getByTestId("person").nth(1).click();
  await page.getByTestId("pin").fill(PINS[1]);
  for (const tab of [page, other]) await tab.getByTestId("today-row").first().waitFor();
  // Somebody opens a link to join by on a phone that is in use: they are told whose it is.
  await page.goto(`${relay.origin(0)}/enrol#0000-0000-0000-0000`);
  await page.locator(".notice.watch").first().waitFor();
  // Out of use for longer than ten minutes: it asks again.
  await page.goto(relay.origin(0));
  await page.getByTestId("today-row").first().waitFor();
  await other.close();
  await page.evaluate(async () => {
    const database = await new Promise((done) => { indexedDB.open("muster").onsuccess = (event) => done(event.target.result); });
    const writing = database.transaction("meta", "readwrite", { durability: "strict" });
    writing.objectStore("meta").put(new Uint8Array([0]).buffer, "used");
    await new Promise((done) => { writing.oncomplete = done; });
    database.close();
  });
  await phone.kill();
  await phone.start();
  page = await phone.open(relay.origin(0));
  await page.getByTestId("choice").waitFor();
  assertQuiet(phone, desk);
});

test("who forgot the PIN chooses another with a code of their own, and nothing is lost", async (t) => {
  const { relay, phone, desk, page, first, second, names } = await shared(t);
  await takeUp(page, names[0], PINS[0]);
  await page.getByTestId("today-row").first().waitFor();
  await untilAtCentre(page);
  relay.proxy.cut();
  await openRound(page, ROUND);
  await toItem(page, "F02");
  await sayOk(page);
  await untilSaved(page);
  await handOver(page);
  const [own, others] = [first, second].map(({ rights }) => relay.invite(rights.officer, "officer-a.localhost").split("#")[1]);
  relay.proxy.heal();
  await page.getByTestId("person").filter({ hasText: names[0] }).click();
  await page.getByTestId("pin-forgotten").click();
  await page.getByTestId("recover").click();
  await joinOthers(page, others, "161803");
  await untilProblem(page, "enrolment-code-other");
  await joinOthers(page, own, "161803");
  await page.getByTestId("today-row").first().waitFor();
  await untilAtCentre(page);
  assert.equal((await whoIs(page)).device, first.device, "it is still the same device");
  await openRound(page, ROUND);
  await page.getByTestId("to-list").click();
  await page.locator('[data-testid=item][data-item="F02"] .mark.ok').waitFor();
  await handOver(page);
  assert.equal(await page.getByTestId("person").count(), 2);
  await takeUp(page, names[0], PINS[0]);
  await untilProblem(page, "pin-wrong");
  await page.getByTestId("pin").fill("161803");
  await page.getByTestId("today-row").first().waitFor();
  assertQuiet(phone, desk);
});

/** What the relay answers to what a page sends; the names of its origins are the browser's only. */
const asked = (request) => new Promise((done, failed) => {
  const { host, port, pathname } = new URL(request.url());
  const asking = http.request(
    { host: "127.0.0.1", port, path: pathname, method: request.method(), headers: { ...request.headers(), host, "accept-encoding": "identity" } },
    async (answer) => {
      let text = "";
      for await (const bytes of answer) text += bytes;
      done(JSON.parse(text));
    },
  );
  asking.on("error", failed);
  asking.end(request.postDataBuffer());
});

test("a code whose answer was lost makes nobody else of whoever joins next", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await phone.open(relay.links[0]);
  const [first, second] = relay.links.map((link) => link.split("#")[1]);
  // The relay has it, the phone never hears of it.
  const lost = new Promise((done) => {
    page.context().route("**/api/enrolments/redeem", async (route) => {
      const answer = await asked(route.request());
      await route.abort();
      done(answer);
    }, { times: 1 });
  });
  await page.getByTestId("enrol-submit").click();
  const enrolled = await lost;
  await untilProblem(page, "offline");
  await page.getByTestId("enrol-code").fill(second);
  await page.getByTestId("enrol-submit").click();
  await page.getByTestId("today-row").first().waitFor();
  await untilAtCentre(page);
  const who = await whoIs(page);
  assert.notEqual(who.device, enrolled.device);
  assert.notEqual(who.rights.officer, enrolled.rights.officer, `${first} was somebody else's`);
});
