// One workload on one peer, in a process of its own: `work.mjs PEER {"work","size",...}`. Prints its results as JSON
// lines; notes of the peers' clients go to standard error.
import { EventEmitter } from 'node:events';

import { say } from './place.mjs';

const [file, json] = process.argv.slice(2);
const task = JSON.parse(json);

// A killed server leaves requests behind that fail later, in whatever a peer's client does in the background. What is
// missing because of one is counted, or waited for in vain.
const background = new Map();
for (const failure of ['uncaughtException', 'unhandledRejection']) {
    process.on(failure, error => {
        const said = `${error?.message ?? error}`.replace(/:\d+/g, '');
        if (!background.has(said)) console.error(`${file}, ${task.work}, in the background: ${said}`);
        background.set(said, (background.get(said) ?? 0) + 1);
    });
}
// Ends with the driver.
process.on('disconnect', () => process.exit(1));
// Hundreds of phones in one process are what is measured.
EventEmitter.defaultMaxListeners = 0;
// The clients' notes are no part of what is printed.
console.log = console.info = console.error;

const peer = { file, ...(await import(`./${file}.mjs`)) };
const { run } = await import(`./works/${task.work}.mjs`);
try {
    await run(peer, task);
} catch (error) {
    console.error(error);
    say({ peer: peer.name, work: task.work, size: task.size, values: { failure: `${error?.message ?? error}` } });
}
process.exit();
