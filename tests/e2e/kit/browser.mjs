// A real Chromium with a profile of its own, in a process group that can be killed as a dead battery would.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { need } from "./relay.mjs";
import { describePage } from "./witness.mjs";

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--no-first-run", "--remote-debugging-port=0", "--lang=zh-CN", "--hide-scrollbars",
];

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

// What may stand in the console: requests that fail because the test cut the line.
const EXPECTED = /Failed to load resource|WebSocket connection|net::ERR_|EventSource|Failed to fetch|status of 40[0-9]|status of 5/;

const SAID_MAX = 8_000;

const open = new Set();

/** What the program said of itself, without its complaints about a desktop that is not there. */
const ownWords = (said) =>
  said.split("\n").filter((line) => line && !line.includes("dbus")).map((line) => `the browser: ${line}`);

/** The browsers that have not ended. */
export const openBrowsers = () => [...open];

/** Makes a home in which the authorities of these files (PEM) are trusted, as after their installation on a phone. */
function trustingHome(folder, authority) {
  const store = path.join(folder, ".pki/nssdb");
  mkdirSync(store, { recursive: true });
  execFileSync("certutil", ["-d", `sql:${store}`, "-N", "--empty-password"]);
  execFileSync("certutil", ["-d", `sql:${store}`, "-A", "-t", "C,,", "-n", "muster", "-i", authority]);
  return folder;
}

/** A browser of one person; `authority` is a certificate file that its system trusts, `script` runs first in every page.
 *  `problems` collects what it should never say. */
export async function openBrowser({ viewport = PHONE, flags = [], authority, script } = {}) {
  const profile = mkdtempSync(path.join(tmpdir(), "muster-profile-"));
  const env = authority ? { ...process.env, HOME: trustingHome(profile, authority) } : process.env;
  const problems = [];
  const lines = [];
  // The end of what the program itself said: where it crashed, if it did.
  let said = "";
  let child;
  let browser;
  const self = {
    problems,
    async start() {
      child = spawn(need("CHROMIUM"), [...FLAGS, ...flags, `--user-data-dir=${profile}`, "about:blank"], {
        detached: true,
        env,
        stdio: ["ignore", "ignore", "pipe"],
      });
      const endpoint = await new Promise((found, failed) => {
        said = "";
        child.on("exit", () => failed(new Error(`the browser ended: ${said}`)));
        child.stderr.on("data", (bytes) => {
          said = (said + bytes).slice(-SAID_MAX);
          const at = said.match(/DevTools listening on (ws:\S+)/);
          if (at) found(at[1]);
        });
      });
      browser = await chromium.connectOverCDP(endpoint);
    },
    /** A page at an address; addresses below may be paths once `origin` is known. */
    async open(address) {
      const page = await browser.contexts()[0].newPage();
      await page.setViewportSize(viewport);
      page.on("pageerror", (error) => problems.push(`page: ${error.message}`));
      page.on("console", (message) => {
        lines.push(`${message.type()}: ${message.text()}`);
        if (message.type() === "error" && !EXPECTED.test(message.text())) problems.push(`console: ${message.text()}`);
      });
      page.setDefaultTimeout(20_000);
      if (script) await page.addInitScript(script);
      await page.goto(address);
      return page;
    },
    /** SIGKILL of the whole group: the battery is taken out. */
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((done) => child.once("exit", done));
      process.kill(-child.pid, "SIGKILL");
      await ended;
      rmSync(path.join(profile, "SingletonLock"), { force: true });
      rmSync(path.join(profile, "SingletonCookie"), { force: true });
      rmSync(path.join(profile, "SingletonSocket"), { force: true });
    },
    /** Closed as a person would. */
    async close() {
      const ended = new Promise((done) => child.once("exit", done));
      const session = await browser.newBrowserCDPSession();
      await session.send("Browser.close").catch(() => {});
      await ended;
    },
    /** Ids of its processes of a type. */
    async processes(type) {
      const session = await browser.newBrowserCDPSession();
      const { processInfo } = await session.send("SystemInfo.getProcessInfo");
      return processInfo.filter((one) => one.type === type).map(({ id }) => id);
    },
    /** What its pages show, in words. */
    async describe() {
      const pages = browser?.isConnected() ? browser.contexts().flatMap((context) => context.pages()) : [];
      const shown = await Promise.all(pages.map(describePage));
      return [...shown, ...problems.map((problem) => `it said: ${problem}`), ...lines.map((line) => `console: ${line}`), ...ownWords(said)];
    },
    async end() {
      open.delete(self);
      await self.kill();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  await self.start();
  open.add(self);
  return self;
}

/** Takes the program from a browser, and leaves the records: the next page begins with nothing in a cache. */
export async function forgetProgram(page) {
  await page.evaluate(async () => {
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  });
  await page.goto("about:blank");
}
