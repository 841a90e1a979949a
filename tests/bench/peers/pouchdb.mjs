// express-pouchdb on LevelDB as the server, PouchDB in memory as the phone. One document a round, which holds its
// events in a map; each event is a revision. (Two phones that fill one round would conflict: only one revision wins.
// The workloads never do that.)
//
// What its acknowledgement means: the revision is in LevelDB's log file, written without fsync: it survives the
// process, not the machine.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { installed, listening, until } from './kit.mjs';

const require = createRequire(import.meta.url);
const PouchDB = require('pouchdb');
const DATABASE = 'rounds';

export const name = 'PouchDB';
export const versions = installed('express-pouchdb', 'pouchdb');
export const ack = 'the revision is in LevelDB\'s log file, without fsync: it outlives the process, not the machine';

/** A phone learns that it is up to date. */
export const saysDone = true;
/** What it says when it comes back with nothing new does not depend on which phone it is. */
export async function replay(phone, port) { await phone.reconnect(port); }

export async function serve(folder) {
    const prefix = join(folder, '/');
    mkdirSync(prefix, { recursive: true });
    const app = require('express')();
    app.use(require('express-pouchdb')(PouchDB.defaults({ prefix }), { mode: 'minimumForPouchDB' }));
    const server = createServer(app);
    // What is acknowledged is written.
    return { port: await listening(server), storage: () => ({ pending: 0, at: 0 }) };
}

/** Keys of the events on the disk of a server that is not running, by round. */
export async function stored(folder, rounds) {
    const database = new PouchDB(join(folder, DATABASE));
    const rows = await database.allDocs({ include_docs: true });
    const found = new Map(rows.rows.map(({ doc }) => [doc._id, new Set(Object.keys(doc.observations))]));
    await database.close();
    return new Map(rounds.map(round => [round, found.get(round) ?? new Set()]));
}

let phones = 0;
PouchDB.plugin(require('pouchdb-adapter-memory'));

export class Client {
    onEvent = () => {};
    #local = new PouchDB(`phone${phones += 1}`, { adapter: 'memory' });
    #docs = new Map();
    #seen = new Map();
    #unacked = new Set();
    #live;

    async create(round) { await this.#put({ _id: round, observations: {} }); }

    async write(round, key, event) {
        const doc = this.#docs.get(round) ?? await this.#local.get(round);
        await this.#put({ ...doc, observations: { ...doc.observations, [key]: event } });
    }

    async #put(doc) {
        const { rev } = await this.#local.put(doc);
        this.#docs.set(doc._id, { ...doc, _rev: rev });
        this.#unacked.add(`${doc._id}@${rev}`);
    }

    /** Comes back and exchanges once, up and down. */
    async exchange(port) {
        await this.#local.sync(remote(port));
        this.#unacked.clear();
    }

    /** Comes back with nothing new. */
    async reconnect(port) { await this.exchange(port); }

    /** One phone says it for all. */
    async recorded(port) {
        await this.reconnect(port);
        return this;
    }

    /** Goes live. */
    async connect(port) {
        this.#live = this.#local.sync(remote(port), { live: true, retry: true });
        this.#live.on('change', ({ direction, change }) => {
            for (const doc of change.docs) {
                if (direction === 'push') this.#unacked.delete(`${doc._id}@${doc._rev}`);
                else this.#pulled(doc);
            }
        });
        // Its requests end with errors when the server is killed; the driver counts what is missing.
        this.#live.on('error', () => {});
        await new Promise(resolve => this.#live.once('paused', resolve));
    }

    async disconnect() {
        this.#live?.cancel();
        this.#live = undefined;
    }

    /** Everything written is at the server, as far as it says. Only the last revision of a document is ever sent. */
    async acked() {
        await until(() => this.#unacked.size === 0 || ![...this.#docs.values()].some(doc => this.#unacked.has(`${doc._id}@${doc._rev}`)));
        this.#unacked.clear();
    }

    /** Everything that this phone holds is as the server has it. */
    async settled(expected) {
        for (const [round, count] of expected) {
            while (Object.keys((await this.#local.get(round)).observations).length < count) await new Promise(setImmediate);
        }
    }

    /** A PouchDB holds the whole database; nothing to ask for. */
    async hold() {}

    count(round) { return this.#seen.get(round)?.size ?? 0; }

    #pulled(doc) {
        const seen = this.#seen.get(doc._id) ?? new Set();
        this.#seen.set(doc._id, seen);
        for (const key of Object.keys(doc.observations)) {
            if (!seen.has(key)) {
                seen.add(key);
                this.onEvent(doc._id, key);
            }
        }
    }
}

const remote = port => `http://127.0.0.1:${port}/${DATABASE}`;
