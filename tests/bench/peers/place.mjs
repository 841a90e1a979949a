// Where a workload runs: a fresh folder, a server on it that can be killed, and the proxy that counts.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { done, sleep, within } from './kit.mjs';

const here = name => fileURLToPath(new URL(name, import.meta.url));

/** One result. */
export function say(result) { process.stdout.write(`${JSON.stringify(result)}\n`); }

/** Nothing on the wire for so long means that both ends have said all they have to say. */
const QUIET_MS = 1_000;

/** Runs work at a fresh place and cleans up. */
export async function at(peer, work) {
    const place = new Place(peer);
    try {
        await place.start();
        return await work(place);
    } finally {
        await place.end();
    }
}

class Place {
    folder = mkdtempSync(join(tmpdir(), 'muster-peer-'));
    /** Where the server listens, and where the proxy before it does. */
    port;
    proxied;
    #server;
    #proxy = spawn('node', [here('proxy.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
    #answers = createInterface({ input: this.#proxy.stdout })[Symbol.asyncIterator]();

    constructor(peer) { this.peer = peer; }

    async start() {
        this.#server = fork(here('server.mjs'), [this.peer.file, this.folder], {
            execArgv: ['--expose-gc'], stdio: ['ignore', 2, 2, 'ipc'],
        });
        const [{ port }] = await done('the server\'s start', 30, once(this.#server, 'message'));
        this.port = port;
        this.proxied = (await this.#asked(`open ${port}`)).port;
    }

    /** SIGKILL. */
    async kill() {
        const gone = once(this.#server, 'exit');
        this.#server.kill('SIGKILL');
        await gone;
    }

    /** Waits until the server's storage rests; gives the moment of its last write, in milliseconds of the epoch. */
    async rested() {
        for (let before = -1, rest = 0; ;) {
            const { pending, at } = await this.#ask('storage');
            rest = pending === 0 && at === before ? rest + 1 : 0;
            if (rest >= 10) return at;
            before = at;
            await sleep(50);
        }
    }

    /** Resident bytes of the server. */
    async memory() {
        await this.#ask('collect');
        await sleep(300);
        const status = readFileSync(`/proc/${this.#server.pid}/status`, 'utf8');
        return Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]) * 1024;
    }

    /** Waits until the server has nothing to do; gives the moment when it last had, to a tenth of a second. */
    async idle() {
        const used = () => {
            const fields = readFileSync(`/proc/${this.#server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
            return Number(fields[11]) + Number(fields[12]);
        };
        let busy = Date.now();
        for (let before = used(); Date.now() - busy < QUIET_MS;) {
            await sleep(100);
            const now = used();
            // In hundredths of a second; collecting garbage is no work.
            if (now - before > 2) busy = Date.now();
            before = now;
        }
        return busy;
    }

    /** What crossed the wire since the last time, once it is quiet. */
    async wire() {
        for (;;) {
            const { at } = await this.#asked('look');
            if (Date.now() - at > QUIET_MS) return this.#asked('take');
            await sleep(50);
        }
    }

    async end() {
        this.#server?.kill('SIGKILL');
        this.#proxy.kill('SIGKILL');
        rmSync(this.folder, { recursive: true, force: true });
    }

    async #asked(line) {
        this.#proxy.stdin.write(`${line}\n`);
        return JSON.parse((await this.#answers.next()).value);
    }

    async #ask(question) {
        this.#server.send(question);
        const [answer] = await within(30, once(this.#server, 'message')) ?? [];
        if (!answer) throw new Error('the server does not answer');
        return answer;
    }
}

/** About the content of one of Muster's observations. */
export function event(n) {
    return { visit: 1, at: 1_795_000_000_000 + n, item: `item-${String(n % 24).padStart(2, '0')}`, answer: 'ok' };
}

/** A key as Muster's: a writer of 20 bytes in hexadecimal, and a counter. */
export function key(writer, n) { return `${String(writer).padStart(40, 'a')}.${n}`; }

/** The value below which a share of them lie. */
export function percentile(values, share) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) * share)];
}
