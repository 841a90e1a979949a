// The relay's real binary behind a proxy that can cut every socket: offline as a phone knows it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const need = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set: run these tests with \`cargo xtask test --only e2e\``);
  return process.env[name];
};

/** A TCP proxy: passes bytes through, or cuts and refuses everything. */
async function startProxy(target) {
  const sockets = new Set();
  let isCut = false;
  const server = net.createServer((inner) => {
    if (isCut) return inner.destroy();
    const outer = net.connect(target.port, "127.0.0.1");
    for (const [one, other] of [[inner, outer], [outer, inner]]) {
      sockets.add(one);
      one.on("close", () => { sockets.delete(one); other.destroy(); });
      one.on("error", () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: server.address().port,
    cut() { isCut = true; for (const socket of sockets) socket.destroy(); },
    heal() { isCut = false; },
    close() { this.cut(); server.close(); },
  };
}

/** Starts a relay with a demo bureau; `links` are officer A's, officer B's and the supervisor's. */
export async function startRelay({ assets = need("MUSTER_ASSETS"), args = [] } = {}) {
  const data = mkdtempSync(path.join(tmpdir(), "muster-e2e-"));
  const target = { port: 0 };
  let child;
  let codes = [];
  let current = { assets, args };

  const start = async (change = {}) => {
    current = { ...current, ...change };
    const listen = `127.0.0.1:${target.port}`;
    const all = ["serve", "--demo", "--data", data, "--listen", listen, "--assets", current.assets, ...current.args];
    child = spawn(need("MUSTER_BIN"), all, { stdio: ["ignore", "pipe", "pipe"] });
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
  };
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
