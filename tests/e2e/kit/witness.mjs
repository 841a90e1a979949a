// A test that fails says what was on the screens: a run on somebody else's machine cannot be looked at afterwards.
import { test as run } from "node:test";
import { openBrowsers } from "./browser.mjs";

const WORDS_MAX = 1_500;

// Chromium's own end of a page. Chromium 156 does that to about one page in forty that is left while its worker lives;
// an app that brings it about does it again.
const CRASHED = /(Target|Page) crashed/;

/**
 * As node's `test`; when it fails, every open page is described before the browsers are closed. A test in which the browser
 * crashed is run once more, and says so.
 */
export function test(name, body) {
  const witnessed = async (t) => {
    try {
      await body(t);
    } catch (error) {
      for (const browser of openBrowsers()) for (const line of await browser.describe()) t.diagnostic(line);
      throw error;
    }
  };
  return run(name, async (t) => {
    try {
      await witnessed(t);
    } catch (error) {
      if (!CRASHED.test(error.message)) throw error;
      t.diagnostic(`the browser crashed, once more from the beginning: ${error.message}`);
      for (const browser of openBrowsers()) await browser.end();
      await witnessed(t);
    }
  });
}

/** One page in words. */
export async function describePage(page) {
  try {
    const seen = await Promise.race([
      page.evaluate(async () => ({
        text: document.body?.innerText,
        root: { ...document.documentElement.dataset },
        controlled: Boolean(navigator.serviceWorker?.controller),
        caches: await caches.keys(),
        databases: (await indexedDB.databases?.())?.map(({ name, version }) => `${name} ${version}`),
        locks: (await navigator.locks?.query())?.held?.map(({ name }) => name),
      })),
      new Promise((_, failed) => setTimeout(() => failed(new Error("the page does not answer")), 3_000)),
    ]);
    const { text, ...rest } = seen;
    return `${page.url()} ${JSON.stringify(rest)} says: ${(text ?? "").replaceAll("\n", " | ").slice(0, WORDS_MAX)}`;
  } catch (error) {
    return `${page.url()}: ${error.message}`;
  }
}
