// What an idle live connection costs the server: resident bytes after minus before.
import { at, say } from '../place.mjs';

export async function run(peer, { size: connections }) {
    await at(peer, async place => {
        const open = async count => {
            const phones = Array.from({ length: count }, () => new peer.Client());
            for (const phone of phones) await phone.connect(place.port);
            return phones;
        };
        // The first ones warm the server up.
        const phones = await open(20);
        const before = await place.memory();
        phones.push(...await open(connections));
        const after = await place.memory();
        say({ peer: peer.name, work: 'idle', size: connections, values: { bytes: (after - before) / connections } });
        await Promise.all(phones.map(phone => phone.disconnect()));
    });
}
