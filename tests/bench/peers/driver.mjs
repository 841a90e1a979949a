// Runs the workloads on the peers, one after the other, and prints one JSON line for each:
// `{"peer","work","size","values"}`. `driver.mjs [--quick] [--peers A,B] [--works A,B]`.
import { EventEmitter } from 'node:events';
import { parseArgs } from 'node:util';

import { say } from './place.mjs';
import { catchUp } from './works/catch_up.mjs';
import { fanOut } from './works/fan_out.mjs';
import { idle } from './works/idle.mjs';
import { kill } from './works/kill.mjs';
import { storm } from './works/storm.mjs';
import { upload } from './works/upload.mjs';
import { writers } from './works/writers.mjs';

const PEERS = ['automerge_repo', 'hocuspocus', 'pouchdb'];
const WORKS = { upload, catchUp, writers, fanOut, storm, idle, kill };

const FULL = {
    upload: { rounds: 1_000, items: 24 },
    catchUp: { sizes: [100, 1_000, 10_000], seconds: 120 },
    writers: { writers: 8, seconds: 5 },
    fanOut: { readers: 50, edits: 100, every_ms: 50 },
    storm: { steps: [[10, 50], [50, 100], [100, 500], [1_000, 500]], seconds: 20 },
    idle: { connections: 300 },
    kill: { writers: 8, seconds: 3 },
};
const QUICK = {
    upload: { rounds: 50, items: 24 },
    catchUp: { sizes: [50, 100], seconds: 20 },
    writers: { writers: 8, seconds: 1 },
    fanOut: { readers: 10, edits: 20, every_ms: 50 },
    storm: { steps: [[5, 10], [10, 20]], seconds: 10 },
    idle: { connections: 50 },
    kill: { writers: 8, seconds: 1 },
};

const { values: chosen } = parseArgs({
    options: { quick: { type: 'boolean' }, peers: { type: 'string' }, works: { type: 'string' } },
});
const sizes = chosen.quick ? QUICK : FULL;

// A killed server leaves requests behind that fail later, in whatever a peer's client does in the background.
for (const failure of ['uncaughtException', 'unhandledRejection']) {
    process.on(failure, error => console.error(`in the background: ${error?.message ?? error}`));
}
// Hundreds of phones in one process are what is measured.
EventEmitter.defaultMaxListeners = 0;
// The clients' notes are no part of what is printed.
console.log = console.info = console.error;

for (const file of chosen.peers?.split(',') ?? PEERS) {
    const peer = { file, ...(await import(`./${file}.mjs`)) };
    say({ peer: peer.name, work: 'about', size: null, values: { versions: peer.versions, ack: peer.ack } });
    for (const work of chosen.works?.split(',') ?? Object.keys(WORKS)) {
        try {
            await WORKS[work](peer, sizes[work]);
        } catch (error) {
            // One peer's failure is a row, not the end of the run.
            say({ peer: peer.name, work, size: null, values: { failure: `${error?.message ?? error}` } });
            console.error(error);
        }
    }
}
process.exit();
