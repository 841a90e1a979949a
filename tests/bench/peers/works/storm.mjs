// Phones that all hold the same documents come back at once, with nothing new. Steps grow until one is not finished in
// time; the last that was is the result.
import { at, event, key, say } from '../place.mjs';
import { within } from '../kit.mjs';

export async function storm(peer, { steps, seconds }) {
    let best;
    for (const [phones, documents] of steps) {
        const result = await at(peer, place => within(seconds * 4, step(peer, place, phones, documents, seconds)));
        if (!result) break;
        best = { phones, documents, ...result };
    }
    const size = best?.phones ?? steps[0][0];
    say({ peer: peer.name, work: 'storm', size, values: best ?? { failure: `> ${seconds} s` } });
}

async function step(peer, place, count, documents, seconds) {
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
    for (let n = 0; n < count; n += 1) {
        if (peer.oneStandsForMany && n > 0) { phones.push(phones[0]); continue; }
        const phone = new peer.Client();
        await phone.exchange(place.port, rounds, expected);
        await phone.disconnect();
        phones.push(phone);
    }
    await place.wire();
    const begun = Date.now();
    const back = await within(seconds, Promise.all(phones.map(phone => phone.reconnect(place.proxied))));
    if (!back) return undefined;
    const done = Date.now();
    const { at, up, down, messages } = await place.wire();
    // Who cannot say that there is nothing more is done when the wire is quiet.
    const end = peer.saysDone ? done : at;
    if (end - begun > seconds * 1000) return undefined;
    return { all_s: (end - begun) / 1000, up_bytes: up, down_bytes: down, messages };
}
