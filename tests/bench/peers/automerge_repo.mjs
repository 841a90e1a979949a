// automerge-repo: its WebSocket server with file storage, and its Repo as the phone. One document a round.
//
// What its acknowledgement means: there is none. A peer's heads, which come with its sync messages, say that the
// change is in the server's memory; a file is written (not fsynced) up to `saveDebounceRate` (100 ms) later.
import { createServer } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as Automerge from '@automerge/automerge';
import { parseAutomergeUrl, Repo } from '@automerge/automerge-repo';
import { WebSocketClientAdapter, WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket';
import { NodeFSStorageAdapter } from '@automerge/automerge-repo-storage-nodefs';
import { WebSocketServer } from 'ws';

import { installed, listening, until } from './kit.mjs';

export const name = 'automerge-repo';
export const versions = installed('@automerge/automerge-repo', '@automerge/automerge');
export const ack = 'none; taken as such: the heads of the server, which has the change in memory. Files follow after 100 ms, without fsync';

/** The stock sync server's setting, with a watched storage and more patience. */
export async function serve(folder) {
    const http = createServer();
    const storage = new WatchedStorage(folder);
    // Phones that share one busy process are not dead when they are silent for the stock 5 s.
    const network = [new WebSocketServerAdapter(new WebSocketServer({ server: http }), 120_000)];
    const repo = new Repo({ network, storage, peerId: 'server', sharePolicy: async () => false });
    // Before it has read its id it hears nobody, and a phone that came by then would wait for ever.
    await repo.networkSubsystem.peerMetadata;
    return { port: await listening(http), storage: () => ({ pending: storage.pending, at: storage.at }) };
}

class WatchedStorage extends NodeFSStorageAdapter {
    pending = 0;
    at = 0;

    async save(key, bytes) {
        if (key[1] === 'sync-state') return super.save(key, bytes);
        this.pending += 1;
        await super.save(key, bytes);
        this.pending -= 1;
        this.at = Date.now();
    }
}

/** Keys of the events on the disk of a server that is not running, by round. */
export async function stored(folder, rounds) {
    const found = new Map();
    for (const round of rounds) {
        const id = parseAutomergeUrl(urls.get(round)).documentId;
        const chunks = [];
        for (const kind of ['snapshot', 'incremental']) {
            const path = join(folder, id.slice(0, 2), id.slice(2), kind);
            for (const file of await readdir(path).catch(() => [])) chunks.push(await readFile(join(path, file)));
        }
        let doc = Automerge.init();
        // A file that was cut short by the kill is not a chunk.
        for (const chunk of chunks) try { doc = Automerge.loadIncremental(doc, chunk); } catch { /* as the server does */ }
        found.set(round, new Set(Object.keys(doc.observations ?? {})));
    }
    return found;
}

/** What a real system would carry beside the documents: which address a round has. */
const urls = new Map();

class MemoryStorage {
    #chunks = new Map();
    async load(key) { return this.#chunks.get(key.join('/')); }
    async save(key, bytes) { this.#chunks.set(key.join('/'), bytes); }
    async remove(key) { this.#chunks.delete(key.join('/')); }
    async loadRange(prefix) {
        const start = `${prefix.join('/')}/`;
        return [...this.#chunks].filter(([key]) => key.startsWith(start)).map(([key, data]) => ({ key: key.split('/'), data }));
    }
    async removeRange(prefix) {
        const start = `${prefix.join('/')}/`;
        for (const key of this.#chunks.keys()) if (key.startsWith(start)) this.#chunks.delete(key);
    }
}

/** Keeps what a phone says when it comes back. */
class RecordingAdapter extends WebSocketClientAdapter {
    said = [];

    send(message) {
        if (message.type === 'sync') this.said.push(message);
        super.send(message);
    }
}

/** Says what one phone said when it came back, as another phone of which the server remembers as much. */
export async function replay({ said, metadata }, port, phone) {
    const adapter = new WebSocketClientAdapter(`ws://127.0.0.1:${port}`);
    const senderId = `peer-${phone}`;
    const heard = new Promise(resolve => adapter.once('peer-candidate', resolve));
    adapter.connect(senderId, metadata);
    await heard;
    for (const message of said) adapter.send({ ...message, senderId });
}

export class Client {
    onEvent = () => {};
    #repo = new Repo({ network: [], storage: new MemoryStorage() });
    #handles = new Map();
    #unacked = new Set();
    #adapter;

    async create(round) {
        const handle = this.#repo.create({ observations: {} });
        urls.set(round, handle.url);
        this.#watch(round, handle);
        this.#unacked.add(round);
    }

    async write(round, key, event) {
        this.#unacked.add(round);
        this.#handles.get(round).change(doc => { doc.observations[key] = event; });
    }

    async connect(port) {
        this.#adapter = new RecordingAdapter(`ws://127.0.0.1:${port}`);
        this.#repo.networkSubsystem.addNetworkAdapter(this.#adapter);
        // The adapter says "ready" after a second even when nobody answered, and then calls every document unavailable.
        await until(() => this.#repo.peers.length > 0);
    }

    async disconnect() {
        this.#repo.networkSubsystem.removeNetworkAdapter(this.#adapter);
    }

    /** Comes back and brings both sides up to date; stays connected. */
    async exchange(port, rounds = [], expected = new Map()) {
        await this.connect(port);
        await this.hold(rounds);
        await this.acked();
        await this.settled(expected);
    }

    /** Comes back with nothing new. The server is silent about documents that are as it has them, so a phone never
     *  learns that it is done. */
    async reconnect(port) { await this.connect(port); }

    /** Comes back with nothing new; what it said. */
    async recorded(port) {
        await this.connect(port);
        await until(() => this.#adapter.said.length >= this.#handles.size);
        return { said: this.#adapter.said, metadata: await this.#repo.networkSubsystem.peerMetadata };
    }

    /** Everything written is at the server, as far as it says. */
    async acked() { await until(() => this.#unacked.size === 0); }

    /** Everything that this phone holds is as the server has it. */
    async settled(expected) {
        const open = [...expected];
        await until(() => {
            while (open.length && this.count(open.at(-1)[0]) >= open.at(-1)[1]) open.pop();
            return open.length === 0;
        });
    }

    /** Holds rounds that others made, from now on. */
    async hold(rounds) {
        await Promise.all(rounds.map(async round => this.#watch(round, await this.#repo.find(urls.get(round)))));
    }

    count(round) { return Object.keys(this.#handles.get(round)?.doc()?.observations ?? {}).length; }

    #watch(round, handle) {
        this.#handles.set(round, handle);
        handle.on('remote-heads', ({ heads }) => {
            if (same(heads, handle.heads())) this.#unacked.delete(round);
        });
        handle.on('change', ({ patches }) => {
            for (const { action, path } of patches) {
                if (action === 'put' && path.length === 2 && path[0] === 'observations') this.onEvent(round, path[1]);
            }
        });
    }
}

const same = (some, others) => some.length === others.length && some.every(head => others.includes(head));
