// The app with a script before its worker's own: to see another time, or a browser that fails.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { need } from "./relay.mjs";

/** A script after which the time is moved by so much. */
export const movedBy = (offset) => `{
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + ${offset}])); }
    static now() { return Real.now() + ${offset}; }
  };
}
`;

/** The same for several phones of one relay, each at an address of its own: by how much, by its host. */
export const movedAt = (offsets) =>
  Object.entries(offsets).map(([host, offset]) => `if (location.hostname === "${host}") ${movedBy(offset)}`).join("\n");

/** A script after which it is always the same moment. */
export const standingAt = (moment) => `{
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [${moment}])); }
    static now() { return ${moment}; }
  };
}
`;

/** A copy of the app whose worker runs this first: a page has init scripts for that, a worker has its file. */
export function appWith(first) {
  const assets = mkdtempSync(path.join(tmpdir(), "muster-assets-"));
  cpSync(need("MUSTER_ASSETS"), assets, { recursive: true });
  const name = readdirSync(path.join(assets, "a")).find((name) => /^core-worker-.*\.js$/.test(name));
  const file = path.join(assets, "a", name);
  const script = first + readFileSync(file, "utf8");
  writeFileSync(file, script);
  const sri = createHash("sha256").update(script).digest("base64");
  const keeper = path.join(assets, "sw.js");
  const line = new RegExp(`\\["/a/${name}", "[^"]+", \\d+\\]`);
  writeFileSync(keeper, readFileSync(keeper, "utf8").replace(line, `["/a/${name}", "sha256-${sri}", ${Buffer.byteLength(script)}]`));
  for (const packed of [`${file}.br`, `${keeper}.br`]) if (existsSync(packed)) rmSync(packed);
  return { assets, end: () => rmSync(assets, { recursive: true, force: true }) };
}
