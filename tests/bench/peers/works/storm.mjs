// Phones that all hold the same documents come back at once, with nothing new. So many do not fit into one process: one
// comes back for real, and the others say to the server what it said.
import { at, event, key, say } from '../place.mjs';
import { done } from '../kit.mjs';

/** In this time the first phones must have brought and got all documents. */
const SECONDS_BEFORE = 90;
/** A storm that is not over by then is given up. */
const SECONDS_MAX = 60;

export async function run(peer, { size, documents }) {
    const values = await at(peer, async place => {
        const said = await done('before the storm', SECONDS_BEFORE, gather(peer, place, documents));
        await place.wire();
        await place.idle();
        const begun = Date.now();
        const phones = Array.from({ length: size }, (_, phone) => peer.replay(said, place.proxied, phone));
        await done('all back', SECONDS_MAX, Promise.all(phones));
        const back = Date.now();
        // Who cannot say that there is nothing more is done when the server rests.
        const end = peer.saysDone ? back : await done('all back', SECONDS_MAX, place.idle());
        const { up, down, messages } = await place.wire();
        return { all_s: (end - begun) / 1000, up_bytes: up, down_bytes: down, messages };
    });
    say({ peer: peer.name, work: 'storm', size, values });
}

/** Stores the documents; gives what a phone with all of them says when it comes back. */
async function gather(peer, place, documents) {
    const rounds = Array.from({ length: documents }, (_, r) => `round${r}`);
    const [writer, phone] = [new peer.Client(), new peer.Client()];
    for (const round of rounds) {
        await writer.create(round);
        await writer.write(round, key(1, 0), event(0));
    }
    await writer.exchange(place.port);
    await writer.disconnect();
    await phone.exchange(place.proxied, rounds, new Map(rounds.map(round => [round, 1])));
    await phone.disconnect();
    const said = await phone.recorded(place.proxied);
    await phone.disconnect();
    return said;
}
