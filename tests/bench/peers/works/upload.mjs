// Rounds that were filled without a network, brought up at once.
import { at, event, key, say } from '../place.mjs';
import { done } from '../kit.mjs';

const SECONDS_MAX = 120;

export async function run(peer, { size: rounds, items }) {
    await at(peer, async place => {
        const phone = new peer.Client();
        const names = [];
        for (let r = 0; r < rounds; r += 1) {
            names.push(`round${r}`);
            await phone.create(names[r]);
            for (let n = 0; n < items; n += 1) await phone.write(names[r], key(1, n), event(n));
        }
        const begun = Date.now();
        await done('acknowledged', SECONDS_MAX, phone.exchange(place.proxied));
        const acked = Date.now();
        const rested = await place.rested();
        const { up, down, messages } = await place.wire();
        await place.kill();
        const stored = await peer.stored(place.folder, names);
        const kept = [...stored.values()].reduce((sum, keys) => sum + keys.size, 0);
        say({
            peer: peer.name, work: 'upload', size: rounds,
            values: {
                acked_s: (acked - begun) / 1000,
                disk_s: Math.max(rested, acked) / 1000 - begun / 1000,
                up_bytes: up, down_bytes: down, messages, missing: rounds * items - kept,
            },
        });
    });
}
