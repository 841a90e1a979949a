// One phone writes, many others that are live see it.
import { at, event, key, percentile, say } from '../place.mjs';
import { sleep, until, within } from '../kit.mjs';

export async function run(peer, { size: readers, edits, every_ms }) {
    await at(peer, async place => {
        const round = 'round0';
        const writer = new peer.Client();
        await writer.create(round);
        await writer.connect(place.port);
        await writer.acked();
        const sent = new Map();
        const waits = [];
        const phones = Array.from({ length: readers }, () => new peer.Client());
        for (const phone of phones) {
            phone.onEvent = (_, key) => { if (sent.has(key)) waits.push(performance.now() - sent.get(key)); };
            await phone.connect(place.port);
            await phone.hold([round]);
        }
        await sleep(1_000);
        for (let n = 0; n < edits; n += 1) {
            sent.set(key(1, n), performance.now());
            await writer.write(round, key(1, n), event(n));
            await sleep(every_ms);
        }
        await within(20, until(() => waits.length >= readers * edits));
        say({
            peer: peer.name, work: 'fan_out', size: readers,
            values: {
                p50_ms: percentile(waits, 0.5), p99_ms: percentile(waits, 0.99), missed: readers * edits - waits.length,
            },
        });
        await Promise.all([writer, ...phones].map(phone => phone.disconnect()));
    });
}
