// Labels to print: the sizes of the paper and of every label to a tenth of a millimetre, moved as the person says.
import assert from "node:assert/strict";
import { assertQuiet, enrol, untilAtCentre } from "./kit/app.mjs";
import { DESK, openBrowser } from "./kit/browser.mjs";
import { startRelay } from "./kit/relay.mjs";
import { test } from "./kit/witness.mjs";

const POINTS_PER_MM = 72 / 25.4;
const PIXELS_PER_MM = 96 / 25.4;

/** The pages of a PDF by their sizes in millimetres. */
function pages(pdf) {
  const boxes = [...pdf.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/g)];
  return boxes.map(([, width, height]) => [width, height].map((points) => Number(points) / POINTS_PER_MM));
}

// Chromium cuts a PDF's page to whole pixels and to 300ths of an inch.
const PAGE_MM = 0.15;

function assertNear(found, expected, what, within = 0.05) {
  for (const [n, value] of expected.entries()) {
    assert.ok(Math.abs(found[n] - value) < within, `${what}: ${found.map((one) => one.toFixed(2))} for ${expected}`);
  }
}

/** Places and sizes of what is printed, in millimetres, from the corner of its sheet. */
const boxes = (page, selector) =>
  page.evaluate(([selector, perMm]) => [...document.querySelectorAll(selector)].map((node) => {
    const [own, sheet] = [node, node.closest(".sheet")].map((one) => one.getBoundingClientRect());
    return [own.left - sheet.left, own.top - sheet.top, own.width, own.height].map((px) => px / perMm);
  }), [selector, PIXELS_PER_MM]);

/** Nothing of a label's words stands outside of it. */
const spilt = (page) =>
  page.evaluate(() => [...document.querySelectorAll(".label")].filter((label) => {
    const edge = label.getBoundingClientRect();
    return [...label.querySelectorAll(".words > *")].some((word) => {
      const box = word.getBoundingClientRect();
      return box.bottom > edge.bottom + 0.5 || box.top < edge.top - 0.5 || box.right > edge.right + 0.5;
    });
  }).length);

const PAPERS = [
  { word: "62x29", nth: 0, page: [62, 29], label: [62, 29], corner: [0, 0], sheets: 3 },
  { word: "40x30", nth: 1, page: [40, 30], label: [40, 30], corner: [0, 0], sheets: 3 },
  { word: "a4-24", nth: 2, page: [210, 297], label: [70, 37], corner: [70, 0.5], from: "2", sheets: 1 },
  { word: "a4-65", nth: 3, page: [210, 297], label: [38.1, 21.2], corner: [4.75 + 4 * 40.6, 10.7 + 12 * 21.2], from: "65", sheets: 2 },
];

test("every paper has its exact size, and a print moves by what was set", async (t) => {
  const relay = await startRelay();
  const desk = await openBrowser({ viewport: DESK });
  t.after(() => Promise.all([desk.end(), relay.stop()]));
  const page = await enrol(desk, relay.links[2]);
  await untilAtCentre(page);
  await page.locator('a[href="/me"]').click();
  await page.getByTestId("to-labels").click();
  await page.getByTestId("labels-station").selectOption("zhongmiao");
  await page.locator('[data-testid=labels-row][data-asset="ZM-P03-01"]').waitFor();
  await page.getByTestId("labels-search").fill("p03");
  for (const asset of ["ZM-P03-01", "ZM-P03-02", "ZM-P03-03"]) {
    await page.locator(`[data-testid=labels-row][data-asset="${asset}"] input`).check();
  }

  const sheet = await desk.open("about:blank");
  for (const paper of PAPERS) {
    await page.locator("input[name=paper]").nth(paper.nth).check({ force: true });
    await page.getByTestId("labels-dx").fill("1.5");
    await page.getByTestId("labels-dy").fill("-0.5");
    if (paper.from) await page.getByTestId("labels-from").fill(paper.from);
    const href = await page.getByTestId("labels-print").getAttribute("href");
    await sheet.goto(new URL(href, relay.origin(2)).href);
    await sheet.emulateMedia({ media: "print" });
    const sizes = pages(await sheet.pdf({ preferCSSPageSize: true, printBackground: true }));
    assert.equal(sizes.length, paper.sheets, `${paper.word}: pages`);
    for (const size of sizes) assertNear(size, paper.page, `${paper.word}: page`, PAGE_MM);
    const labels = await boxes(sheet, ".label");
    assert.equal(labels.length, 3, paper.word);
    assertNear(labels[0], [paper.corner[0] + 1.5, paper.corner[1] - 0.5, ...paper.label], `${paper.word}: first label`);
    const [code] = await boxes(sheet, ".code");
    assert.ok(code[2] >= 15 && Math.abs(code[2] - code[3]) < 0.01, `${paper.word}: the code is square and ${code[2]} mm`);
    assert.equal(await spilt(sheet), 0, `${paper.word}: words outside of their label`);
    assert.match(await sheet.locator(".label").first().innerText(), /催泪喷射器[\s\S]*OC spray[\s\S]*\d{3} \d{3} \d{3}[\s\S]*中庙/);
  }

  // The offset is this browser's, for each paper; a test print shows frames and scales.
  await page.reload();
  await page.locator("[data-testid=labels-dx]").waitFor();
  assert.equal(await page.getByTestId("labels-dx").inputValue(), "1.5");
  await sheet.goto(new URL(await page.getByTestId("labels-test").getAttribute("href"), relay.origin(2)).href);
  assert.equal(await sheet.locator(".ruler").count(), 65);
  await page.getByTestId("labels-dx").fill("11");
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByTestId("labels-test").count(), 0, "nothing is printed by a length that cannot be");
  assertQuiet(desk);
});

test("the officer prints for the own station, and is told when there is no network", async (t) => {
  const relay = await startRelay();
  const phone = await openBrowser();
  t.after(() => Promise.all([phone.end(), relay.stop()]));
  const page = await enrol(phone, relay.links[0]);
  await untilAtCentre(page);
  await page.goto(`${relay.origin(0)}/labels`);
  await page.getByTestId("labels-row").first().waitFor();
  assert.equal(await page.getByTestId("labels-station").count(), 0);
  await page.getByTestId("labels-all").click();
  const count = await page.getByTestId("labels-row").count();
  const href = await page.getByTestId("labels-print").getAttribute("href");
  const sheet = await phone.open(new URL(href, relay.origin(0)).href);
  await sheet.getByRole("button", { name: "打印" }).waitFor();
  assert.equal(await sheet.locator(".label").count(), count);
  await sheet.evaluate(() => { window.print = () => { window.isPrinted = true; }; });
  await sheet.getByRole("button", { name: "打印" }).click();
  assert.ok(await sheet.evaluate(() => window.isPrinted), "the page's script runs under the policy");
  assertQuiet(phone);
});
