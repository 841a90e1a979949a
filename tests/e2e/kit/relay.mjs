// The relay's real binary behind a proxy that can cut every socket: offline as a phone knows it.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const need = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set: run these tests with \`cargo xtask test --only e2e\``);
  return process.env[name];
};

/** Bytes of one connection that are carried before others get their turn: a thin line is shared. */
const PIECE = 2_048;

/** A TCP proxy: passes bytes through, counts what the phones send, can be thin and slow, or cuts everything. */
async function startProxy(target) {
  const sockets = new Set();
  let isCut = false;
  let sent = 0;
  const up = { rate: Infinity, wait: 0, free: 0 };
  const down = { rate: Infinity, wait: 0, free: 0 };
  const until = (moment) => new Promise((done) => setTimeout(done, moment - performance.now()));
  /** Bytes wait, and take their time on a thin line, behind those of others. */
  const carry = (from, to, line, count) => {
    from.on("end", () => to.end());
    from.on("data", async (bytes) => {
      from.pause();
      if (line.wait) await until(performance.now() + line.wait);
      for (let at = 0; at < bytes.length; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        const now = performance.now();
        line.free = Math.max(line.free, now) + (piece.length / line.rate) * 1_000;
        if (line.free > now) await until(line.free);
        if (to.destroyed) return;
        count(piece.length);
        to.write(piece);
      }
      if (to.writableNeedDrain) await new Promise((done) => { to.once("drain", done); to.once("close", done); });
      from.resume();
    });
  };
  const server = net.createServer((inner) => {
    if (isCut) return inner.destroy();
    const outer = net.connect(target.port, "127.0.0.1");
    for (const [one, other] of [[inner, outer], [outer, inner]]) {
      sockets.add(one);
      one.on("close", () => { sockets.delete(one); other.destroy(); });
      one.on("error", () => other.destroy());
    }
    carry(inner, outer, up, (bytes) => { sent += bytes; });
    carry(outer, inner, down, () => {});
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: server.address().port,
    cut() { isCut = true; for (const socket of sockets) socket.destroy(); },
    heal() { isCut = false; },
    /** From now on phones send so many bytes a second, all together. */
    thin(bytes) { Object.assign(up, { rate: bytes, free: 0 }); },
    /** From now on so many bytes a second reach the phones, and an answer comes so many milliseconds later; without, as at first. */
    slow({ rate = Infinity, wait = 0 } = {}) {
      Object.assign(down, { rate, free: 0 });
      up.wait = wait;
    },
    get sent() { return sent; },
    close() { this.cut(); server.close(); },
  };
}

const out = fileURLToPath(new URL("../out/", import.meta.url));
const HOUR_MS = 3_600_000;

/** A folder with this hour's demo bureau, made once by this very binary: two weeks of history take seconds to write. */
async function demoData(start, offset) {
  // Of a bureau whose clock is moved, the moment from which it runs is always the same.
  const hour = offset === undefined ? Math.floor(Date.now() / HOUR_MS) : `at-${Math.round((Date.now() + offset) / HOUR_MS)}`;
  const made = path.join(out, `demo-${hour}-${Math.floor(statSync(need("MUSTER_BIN")).mtimeMs)}`);
  if (existsSync(made)) return made;
  mkdirSync(out, { recursive: true });
  const being = mkdtempSync(path.join(out, "making-"));
  const child = await start(being);
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await ended;
  try {
    renameSync(being, made);
  } catch (error) {
    if (!existsSync(made)) throw error; // another test file was quicker
    rmSync(being, { recursive: true });
  }
  return made;
}

/** Starts a relay with a demo bureau, new or a copy of a folder, with a clock that may be moved by milliseconds; `links` are
 *  officer A's, officer B's and the supervisor's. */
export async function startRelay({ assets = need("MUSTER_ASSETS"), args: given = [], data: from, offset } = {}) {
  const args = offset === undefined ? given : [...given, "--clock-offset-ms", String(offset)];
  const data = mkdtempSync(path.join(tmpdir(), "muster-e2e-"));
  const target = { port: 0 };
  let child;
  let codes = [];
  let current = { assets, args };

  const run = async (data) => {
    const listen = `127.0.0.1:${target.port}`;
    const all = ["serve", "--demo", "--data", data, "--listen", listen, "--assets", current.assets, ...current.args];
    const child = spawn(need("MUSTER_BIN"), all, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let logged = "";
    child.stderr.on("data", (bytes) => { logged += bytes; });
    codes = await new Promise((found, failed) => {
      child.on("exit", (code) => failed(new Error(`the relay ended with ${code}: ${logged}`)));
      child.stdout.on("data", (bytes) => {
        said += bytes;
        const links = [...said.matchAll(/http:\/\/([a-z-]+\.localhost):(\d+)\/enrol#([0-9A-Z-]+)/g)];
        if (links.length < 3) return;
        target.port = Number(links[0][2]);
        found(links.map(([, host, , code]) => ({ host, code })));
      });
    });
    child.removeAllListeners("exit");
    return child;
  };
  const start = async (change = {}) => {
    current = { ...current, ...change };
    child = await run(data);
  };
  cpSync(from ?? await demoData(run, offset), data, { recursive: true });
  await start();
  const proxy = await startProxy(target);
  const relay = {
    proxy,
    start,
    /** SIGKILL, no warning. */
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGKILL");
      await ended;
    },
    get links() { return codes.map(({ host, code }) => `http://${host}:${proxy.port}/enrol#${code}`); },
    /** A guest's link past the proxy: for whom it is not cut. */
    direct(guest) { return `http://${codes[guest].host}:${target.port}/enrol#${codes[guest].code}`; },
    /** A link of one more officer, at an address of its own. */
    invite(officer, host) {
      const origin = `http://${host}:${proxy.port}`;
      const said = execFileSync(need("MUSTER_BIN"), ["invite", "--data", data, "--officer", officer, "--origin", origin], { encoding: "utf8" });
      return said.match(/http:\S+\/enrol#\S+/)[0];
    },
    /** Writes a backup beside the data and gives its file. */
    backup() {
      const file = `${data}.backup.db`;
      execFileSync(need("MUSTER_BIN"), ["backup", "--data", data, "--to", file]);
      return file;
    },
    /** Goes back to a backup: whatever came since is lost. */
    async setBack(file) {
      await relay.kill();
      rmSync(data, { recursive: true });
      execFileSync(need("MUSTER_BIN"), ["restore", "--data", data, "--from", file]);
      rmSync(file);
      rmSync(`${file}.photos`, { recursive: true, force: true });
      await start();
    },
    /** Writes an entry over which apps panic into a round, past admission; the relay must be dead. */
    poison(officer, round) {
      execFileSync(path.join(path.dirname(need("MUSTER_BIN")), "poison"), [data, officer, round]);
    },
    origin(guest) { return `http://${codes[guest].host}:${proxy.port}`; },
    async stop() {
      await relay.kill();
      proxy.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
  return relay;
}

export { need };
