// hocuspocus: its server with the SQLite extension, and its provider over Yjs as the phone. One document a round, all
// of a phone's documents over one socket, no presence.
//
// What its acknowledgement means (`SyncStatus`, the provider's `unsyncedChanges`): the update is in the server's
// memory. The SQLite row is written `debounce` (2 s, at most `maxDebounce` 10 s) later.
import { join } from 'node:path';

import { SQLite } from '@hocuspocus/extension-sqlite';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { Server } from '@hocuspocus/server';
import Database from 'better-sqlite3';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

import { installed, until } from './kit.mjs';

export const name = 'hocuspocus';
export const versions = installed('@hocuspocus/server', 'yjs');
export const ack = 'the server has the update in memory. Its SQLite row (rollback journal, synchronous=FULL) follows 2 s to 10 s later';

export async function serve(folder) {
    const storage = { pending: 0, at: 0 };
    const watch = {
        async onChange() { storage.pending = 1; },
        async afterStoreDocument({ instance }) {
            storage.at = Date.now();
            const waits = [...instance.documents.values()].some(({ name }) => instance.debouncer.isDebounced(`onStoreDocument-${name}`));
            storage.pending = waits ? 1 : 0;
        },
    };
    const server = new Server({
        quiet: true,
        address: '127.0.0.1',
        port: 0,
        stopOnSignals: false,
        maxPendingDocuments: 100_000,
        extensions: [new SQLite({ database: join(folder, 'hocuspocus.sqlite') }), watch],
    });
    await server.listen();
    return { port: server.address.port, storage: () => storage };
}

/** A phone learns that it is up to date. */
export const saysDone = true;

/** Keys of the events on the disk of a server that is not running, by round. */
export async function stored(folder, rounds) {
    const database = new Database(join(folder, 'hocuspocus.sqlite'));
    const select = database.prepare('SELECT data FROM documents WHERE name = ?');
    const found = new Map();
    for (const round of rounds) {
        const doc = new Y.Doc();
        const row = select.get(round);
        if (row) Y.applyUpdate(doc, row.data);
        found.set(round, new Set(doc.getMap('observations').keys()));
    }
    database.close();
    return found;
}

/** Keeps what a phone says when it comes back. */
class RecordingSocket extends WebSocket {
    static last;
    said = [];

    constructor(...args) {
        super(...args);
        RecordingSocket.last = this;
    }

    send(data, ...rest) {
        this.said.push(data);
        super.send(data, ...rest);
    }
}

/** The last message about a document that comes back: its name, and this. */
const SYNC_STATUS = 8;

/** Says what one phone said when it came back, as another phone, and hears the end of every document. */
export async function replay({ said, documents }, port) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await new Promise((resolve, reject) => {
        let count = 0;
        socket.on('error', reject);
        socket.on('close', code => reject(new Error(`closed with ${code}`)));
        socket.on('open', () => { for (const data of said) socket.send(data); });
        socket.on('message', data => {
            if (data[1 + data[0]] === SYNC_STATUS && (count += 1) === documents) resolve();
        });
    });
}

export class Client {
    onEvent = () => {};
    #docs = new Map();
    #providers = new Map();
    #socket;

    async create(round) {
        const doc = new Y.Doc();
        this.#docs.set(round, doc);
        doc.getMap('observations').observe(change => {
            for (const [key, { action }] of change.changes.keys) if (action === 'add') this.onEvent(round, key);
        });
        if (this.#socket) this.#attach(round, doc);
    }

    async write(round, key, event) { this.#docs.get(round).getMap('observations').set(key, event); }

    async connect(port) {
        // Without presence a quiet socket gets no messages, which the provider would take for a broken one.
        this.#socket = new HocuspocusProviderWebsocket({
            url: `ws://127.0.0.1:${port}`, WebSocketPolyfill: RecordingSocket, messageReconnectTimeout: 1_000_000,
        });
        for (const [round, doc] of this.#docs) this.#attach(round, doc);
        await until(() => this.#socket.status === 'connected');
    }

    async disconnect() {
        for (const provider of this.#providers.values()) provider.destroy();
        this.#providers.clear();
        this.#socket.destroy();
        this.#socket = undefined;
    }

    /** Comes back and brings both sides up to date; stays connected. */
    async exchange(port, rounds = [], expected = new Map()) {
        await this.connect(port);
        await this.hold(rounds);
        await this.acked();
        await this.settled(expected);
    }

    /** Comes back with nothing new: done when the server has answered about every document. */
    async reconnect(port) {
        await this.connect(port);
        await this.acked();
    }

    /** Comes back with nothing new; what it said, and about how many documents. */
    async recorded(port) {
        await this.reconnect(port);
        return { said: [...RecordingSocket.last.said], documents: this.#docs.size };
    }

    /** Everything written is at the server, as far as it says. */
    async acked() {
        const open = [...this.#providers.values()];
        await until(() => {
            while (open.length && open.at(-1).isSynced && open.at(-1).unsyncedChanges === 0) open.pop();
            return open.length === 0;
        });
    }

    /** Everything that this phone holds is as the server has it. */
    async settled(expected) {
        await this.acked();
        const open = [...expected];
        await until(() => {
            while (open.length && this.count(open.at(-1)[0]) >= open.at(-1)[1]) open.pop();
            return open.length === 0;
        });
    }

    /** Holds rounds that others made, from now on. */
    async hold(rounds) {
        for (const round of rounds) await this.create(round);
    }

    count(round) { return this.#docs.get(round)?.getMap('observations').size ?? 0; }

    #attach(round, doc) {
        const provider = new HocuspocusProvider({
            websocketProvider: this.#socket, name: round, document: doc, awareness: null, token: 'none',
        });
        provider.attach();
        this.#providers.set(round, provider);
    }
}
