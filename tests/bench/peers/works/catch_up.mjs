// A phone that holds all documents comes back: with nothing new, and after another phone changed 10 of them.
import { at, event, key, say } from '../place.mjs';
import { done } from '../kit.mjs';

const CHANGED = 10;
const EDITS = 3;
/** Each of the two phones has this time to get all documents to or from the server. */
const SECONDS_MAX = 80;

export async function run(peer, { size }) {
    try {
        await at(peer, place => comeBack(peer, place, size));
    } catch (error) {
        console.error(error);
        for (const work of ['reconnect', 'catch_up']) {
            say({ peer: peer.name, work, size, values: { failure: error.message } });
        }
    }
}

async function comeBack(peer, place, size) {
    const [writer, reader] = [new peer.Client(), new peer.Client()];
    const rounds = Array.from({ length: size }, (_, r) => `round${r}`);
    for (const round of rounds) {
        await writer.create(round);
        await writer.write(round, key(1, 0), event(0));
    }
    const expected = new Map(rounds.map(round => [round, 1]));
    await done('first upload', SECONDS_MAX, writer.exchange(place.port));
    await done('first download', SECONDS_MAX, reader.exchange(place.proxied, rounds, expected));
    await reader.disconnect();
    // Some tell the server once more what they have just got from it. Places are remembered by address.
    await done('first return', SECONDS_MAX, reader.exchange(place.proxied));
    await reader.disconnect();
    await place.wire();

    const report = async (work, expected) => {
        const begun = Date.now();
        await reader.exchange(place.proxied, [], expected);
        const settled = Date.now();
        const { up, down, messages, at } = await place.wire();
        await reader.disconnect();
        // Who cannot say that there is nothing more is done when the wire is quiet.
        const end = work === 'reconnect' && !peer.saysDone ? at : settled;
        say({ peer: peer.name, work, size, values: { s: (end - begun) / 1000, up_bytes: up, down_bytes: down, messages } });
    };
    await report('reconnect', new Map());
    for (const round of rounds.slice(0, CHANGED)) {
        for (let n = 1; n <= EDITS; n += 1) await writer.write(round, key(1, n), event(n));
        expected.set(round, 1 + EDITS);
    }
    await writer.disconnect();
    await writer.exchange(place.port);
    await report('catch_up', expected);
    await writer.disconnect();
}
