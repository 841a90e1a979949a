// Runs the workloads on the peers, one after the other, and prints one JSON line for each result:
// `{"peer","work","size","values"}`. `driver.mjs [--quick] [--peers A,B] [--works A,B]`.
//
// Each workload runs in a process of its own (`work.mjs`) with a folder of its own, and ends after `SECONDS_MAX` at the
// latest: what one leaves behind does not slow the next. A workload that does not end, or fails, is a row that says so.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { within } from './kit.mjs';
import { say } from './place.mjs';

const PEERS = ['automerge_repo', 'hocuspocus', 'pouchdb'];
const SECONDS_MAX = 90;

const FULL = [
    { work: 'upload', size: 1_000, items: 24 },
    { work: 'catch_up', size: 100 },
    { work: 'catch_up', size: 1_000 },
    { work: 'catch_up', size: 10_000 },
    { work: 'writers', size: 8, seconds: 5 },
    { work: 'fan_out', size: 50, edits: 100, every_ms: 50 },
    { work: 'idle', size: 300 },
    { work: 'kill', size: 8, seconds: 3 },
    { work: 'storm', size: 10, documents: 50 },
    { work: 'storm', size: 100, documents: 100 },
    { work: 'storm', size: 1_000, documents: 500 },
];
const QUICK = [
    { work: 'upload', size: 50, items: 24 },
    { work: 'catch_up', size: 50 },
    { work: 'catch_up', size: 100 },
    { work: 'writers', size: 8, seconds: 1 },
    { work: 'fan_out', size: 10, edits: 20, every_ms: 50 },
    { work: 'idle', size: 50 },
    { work: 'kill', size: 8, seconds: 1 },
    { work: 'storm', size: 5, documents: 10 },
    { work: 'storm', size: 20, documents: 50 },
];

const { values: chosen } = parseArgs({
    options: { quick: { type: 'boolean' }, peers: { type: 'string' }, works: { type: 'string' } },
});
const works = (chosen.quick ? QUICK : FULL).filter(({ work }) => chosen.works?.split(',').includes(work) ?? true);

for (const file of chosen.peers?.split(',') ?? PEERS) {
    const { name, versions, ack } = await import(`./${file}.mjs`);
    say({ peer: name, work: 'about', size: null, values: { versions, ack } });
    for (const task of works) await run(file, name, task);
}

async function run(file, name, task) {
    const folder = mkdtempSync(join(tmpdir(), 'muster-peers-'));
    const child = fork(fileURLToPath(new URL('work.mjs', import.meta.url)), [file, JSON.stringify(task)], {
        env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit');
    const said = [];
    createInterface({ input: child.stdout }).on('line', line => said.push(line));
    const drained = once(child.stdout, 'close');
    const end = await within(SECONDS_MAX, ended);
    if (!end) child.kill('SIGKILL');
    await Promise.all([ended, drained]);
    if (said.length === 0) {
        const failure = end ? `ended with ${end[0] ?? end[1]}` : `not done in ${SECONDS_MAX} s`;
        said.push(JSON.stringify({ peer: name, work: task.work, size: task.size, values: { failure } }));
    }
    for (const line of said) {
        process.stdout.write(`${line}\n`);
        // A run takes minutes, and its tables come at its end.
        console.error(line);
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
