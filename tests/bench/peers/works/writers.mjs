// Phones that write single edits, each into a round of its own, each as fast as its acks come.
import { at, event, key, percentile, say } from '../place.mjs';

export async function run(peer, { size: writers, seconds }) {
    await at(peer, async place => {
        const phones = await gather(peer, place, writers);
        const begun = Date.now();
        const waits = [];
        await Promise.all(phones.map(async (phone, w) => {
            for (let n = 0; Date.now() - begun < seconds * 1000; n += 1) {
                const sent = performance.now();
                await phone.write(`round${w}`, key(w, n), event(n));
                await phone.acked();
                waits.push(performance.now() - sent);
            }
        }));
        const acked = (Date.now() - begun) / 1000;
        const disk = Math.max(await place.rested() - begun, acked * 1000) / 1000;
        say({
            peer: peer.name, work: 'writers', size: writers,
            values: {
                acked_per_s: waits.length / acked,
                durable_per_s: waits.length / disk,
                ack_p50_ms: percentile(waits, 0.5),
                ack_p99_ms: percentile(waits, 0.99),
            },
        });
        await Promise.all(phones.map(phone => phone.disconnect()));
    });
}

/** Live phones, each with a round of its own. */
export async function gather(peer, place, count) {
    const phones = Array.from({ length: count }, () => new peer.Client());
    for (const [w, phone] of phones.entries()) {
        await phone.create(`round${w}`);
        await phone.connect(place.port);
        await phone.acked();
    }
    return phones;
}
