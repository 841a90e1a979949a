// A bureau, its phones and their screens at another time than now, so that what they show is the same at every run.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { need } from "./relay.mjs";

/** Makes a program of the browser see the time moved by so much. */
export const movedBy = (offset) => `{
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + ${offset}])); }
    static now() { return Real.now() + ${offset}; }
  };
}
`;

/** A copy of the app whose worker sees the time moved: a page's own clock is moved by `movedBy`, a worker's by its file. */
export function appMovedBy(offset) {
  const assets = mkdtempSync(path.join(tmpdir(), "muster-assets-"));
  cpSync(need("MUSTER_ASSETS"), assets, { recursive: true });
  const name = readdirSync(path.join(assets, "a")).find((name) => /^core-worker-.*\.js$/.test(name));
  const file = path.join(assets, "a", name);
  const script = movedBy(offset) + readFileSync(file, "utf8");
  writeFileSync(file, script);
  const sri = createHash("sha256").update(script).digest("base64");
  const keeper = path.join(assets, "sw.js");
  const line = new RegExp(`\\["/a/${name}", "[^"]+", \\d+\\]`);
  writeFileSync(keeper, readFileSync(keeper, "utf8").replace(line, `["/a/${name}", "sha256-${sri}", ${Buffer.byteLength(script)}]`));
  for (const packed of [`${file}.br`, `${keeper}.br`]) if (existsSync(packed)) rmSync(packed);
  return { assets, end: () => rmSync(assets, { recursive: true, force: true }) };
}
