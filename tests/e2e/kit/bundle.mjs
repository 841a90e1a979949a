// Bundles as people make them and bring them in.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { goTo } from "./slow.mjs";

/** Goes to the sync page without loading anything. */
export async function toSync(page) {
  await goTo(page, "/sync");
  await page.getByTestId("carry").waitFor();
}

/** Has the phone make its file; what it says of it. */
export async function makeBundle(page) {
  await page.getByTestId("bundle-make").click();
  const ready = page.getByTestId("bundle-ready");
  await ready.waitFor();
  return { changes: Number(await ready.getAttribute("data-changes")), text: await ready.innerText() };
}

/** Saves the file that was made, as a download; gives its name and bytes. */
export async function saveBundle(page) {
  const folder = mkdtempSync(path.join(tmpdir(), "muster-bundle-"));
  const saved = page.waitForEvent("download");
  await page.getByTestId("bundle-save").click();
  const download = await saved;
  const name = download.suggestedFilename();
  const place = path.join(folder, name);
  await download.saveAs(place);
  await page.getByTestId("handed").waitFor();
  return { name, mimeType: "application/octet-stream", buffer: readFileSync(place) };
}

/** Brings a file in. */
export const bring = (page, file) => page.getByTestId("bundle-bring").setInputFiles(file);

/** Waits until the newest of what was brought in says so. */
export async function untilBrought(page, wanted) {
  await page.waitForFunction((wanted) => {
    const data = document.querySelector("[data-testid=brought]")?.dataset;
    return data && Object.entries(wanted).every(([name, value]) => data[name] === String(value));
  }, wanted);
}

/** Waits until a file was refused, and why. */
export const untilRefused = (page, code) =>
  page.locator(`[data-testid=carry] [data-testid=problem][data-code="${code}"]`).waitFor();
