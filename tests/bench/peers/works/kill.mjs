// Phones write, the server is killed without warning, and what it had acknowledged is looked for on its disk.
import { at, event, key, say } from '../place.mjs';
import { sleep } from '../kit.mjs';
import { gather } from './writers.mjs';

export async function run(peer, { size: writers, seconds }) {
    await at(peer, async place => {
        const phones = await gather(peer, place, writers);
        const acked = new Map(phones.map((_, w) => [`round${w}`, []]));
        let isUp = true;
        const writing = phones.map(async (phone, w) => {
            for (let n = 0; isUp; n += 1) {
                await phone.write(`round${w}`, key(w, n), event(n));
                await phone.acked();
                if (isUp) acked.get(`round${w}`).push(key(w, n));
            }
        });
        await sleep(seconds * 1000);
        isUp = false;
        await place.kill();
        const stored = await peer.stored(place.folder, [...acked.keys()]);
        const lost = [...acked].flatMap(([round, keys]) => keys.filter(key => !stored.get(round).has(key)));
        const count = [...acked.values()].reduce((sum, keys) => sum + keys.length, 0);
        say({ peer: peer.name, work: 'kill', size: writers, values: { acked: count, missing: lost.length } });
        // Some wait for an ack that never comes.
        void Promise.allSettled(writing);
        await Promise.all(phones.map(phone => phone.disconnect()));
    });
}
