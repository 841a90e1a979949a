// Phones that all hold the same documents come back at once, with nothing new.
import { at, event, key, say } from '../place.mjs';
import { done } from '../kit.mjs';

/** In this time the phones must have got all documents, before they go. */
const SECONDS_BEFORE = 120;
/** A storm that is not over by then is given up. */
const SECONDS_MAX = 30;

export async function run(peer, { size, documents }) {
    const values = await at(peer, async place => {
        const phones = await done('the phones\' first download', SECONDS_BEFORE, gather(peer, place, size, documents));
        await place.wire();
        const begun = Date.now();
        await done('all back', SECONDS_MAX, Promise.all(phones.map(phone => phone.reconnect(place.proxied))));
        const back = Date.now();
        const { at, up, down, messages } = await place.wire();
        // Who cannot say that there is nothing more is done when the wire is quiet.
        const end = peer.saysDone ? back : at;
        return { all_s: (end - begun) / 1000, up_bytes: up, down_bytes: down, messages };
    });
    say({ peer: peer.name, work: 'storm', size, values });
}

/** Phones with all documents, offline. */
async function gather(peer, place, size, documents) {
    const rounds = Array.from({ length: documents }, (_, r) => `round${r}`);
    const writer = new peer.Client();
    for (const round of rounds) {
        await writer.create(round);
        await writer.write(round, key(1, 0), event(0));
    }
    await writer.exchange(place.port);
    await writer.disconnect();
    const expected = new Map(rounds.map(round => [round, 1]));
    const phones = [];
    for (let n = 0; n < size; n += 1) {
        if (peer.oneStandsForMany && n > 0) { phones.push(phones[0]); continue; }
        const phone = new peer.Client();
        await phone.exchange(place.port, rounds, expected);
        await phone.disconnect();
        phones.push(phone);
    }
    return phones;
}
