// What a page costs its phone.
import { readFileSync } from "node:fs";

/** Memory of the page's processes that nobody else uses, in MB: wasm, JavaScript, layout, and its worker. */
export async function memory(browser) {
  const sizes = (await browser.processes("renderer")).map((pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)].reduce((sum, [, kB]) => sum + Number(kB), 0);
  });
  return Math.max(...sizes) / 1_024;
}
