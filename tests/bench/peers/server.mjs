// A peer's server in a process of its own, so that it can be killed: `server.mjs PEER FOLDER`.
import { EventEmitter } from 'node:events';

EventEmitter.defaultMaxListeners = 0;
// It goes on, as under a supervisor that starts it again at once; what it lost is seen at the phones.
process.on('unhandledRejection', error => console.error(`the server, in the background: ${error?.message ?? error}`));

const [peer, folder] = process.argv.slice(2);
const { serve } = await import(`./${peer}.mjs`);
const running = await serve(folder);
process.on('disconnect', () => process.exit());
process.on('message', ask => {
    if (ask === 'collect') globalThis.gc?.();
    if (process.connected) process.send({ ask, ...running.storage() });
});
process.send({ port: running.port });
