// What the peers' adapters and the driver share.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Versions of packages, as they are installed. */
export function installed(...packages) {
    const version = name => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
    return Object.fromEntries(packages.map(name => [name, version(name)]));
}

/** Starts an HTTP server on a free port of this machine; gives the port. */
export function listening(server) {
    return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve(server.address().port));
    });
}

/** Waits until something is so, looking once a turn of the event loop at first and each millisecond later. */
export async function until(isSo) {
    for (let looks = 0; !isSo(); looks += 1) {
        if (looks < 50) await new Promise(setImmediate);
        else await sleep(1);
    }
}

/** The value, within a time; else an error that says what took longer. */
export async function done(what, seconds, work) {
    const result = await within(seconds, Promise.resolve(work).then(value => ({ value })));
    if (!result) throw new Error(`${what}: not in ${seconds} s`);
    return result.value;
}

/** The value within a time, or `undefined`. */
export async function within(seconds, work) {
    const timer = new AbortController();
    const late = sleep(seconds * 1000, undefined, { signal: timer.signal }).catch(() => undefined);
    try {
        return await Promise.race([work, late]);
    } finally {
        timer.abort();
    }
}

export { sleep };
