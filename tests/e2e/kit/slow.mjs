// A browser on a slow phone: its renderers, page and worker alike, get one part in so many of their time.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SLOW = fileURLToPath(new URL("../../bench/slow.mjs", import.meta.url));

/** Slows a browser down; gives what ends it. */
export async function slowDown(browser, rate) {
  const pids = await browser.processes("renderer");
  const child = spawn(process.execPath, [SLOW, String(rate), ...pids.map(String)], { stdio: ["pipe", "ignore", "inherit"] });
  return () => new Promise((done) => { child.once("exit", done); child.stdin.end(); });
}

/** Goes to another screen without loading the page again. */
export const goTo = (page, path) =>
  page.evaluate((path) => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
