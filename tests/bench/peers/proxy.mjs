// Counts what crosses the wire, the same way for everybody: a TCP proxy before a server of this machine. Line by line
// on standard input: `open PORT` answers `{"port"}`, `take` answers and resets
// `{"up","down","messages","at"}`: bytes of both directions with HTTP heads and WebSocket frames, how many messages they
// were (HTTP requests and responses, WebSocket data frames), and when the last byte came; `look` does not reset.
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

import { listening } from './kit.mjs';

const counts = { up: 0, down: 0, messages: 0, at: 0 };

const HEAD = { up: /(?:^|\n)[A-Z]+ [^\r\n]* HTTP\/1\.1\r\n/g, down: /HTTP\/1\.1 \d{3} /g };

/** Counts the messages of one direction of one connection. */
class Messages {
    #frames = false;
    #rest = Buffer.alloc(0);
    #skip = 0;

    constructor(direction) { this.direction = direction; }

    take(chunk) {
        counts[this.direction] += chunk.length;
        counts.at = Date.now();
        if (this.#frames) return this.#takeFrames(chunk);
        const text = chunk.toString('latin1');
        counts.messages += text.match(HEAD[this.direction])?.length ?? 0;
        if (/\r\nupgrade: websocket\r\n/i.test(text)) {
            this.#frames = true;
            this.#takeFrames(chunk.subarray(text.indexOf('\r\n\r\n') + 4));
        }
    }

    #takeFrames(chunk) {
        let bytes = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk;
        for (;;) {
            const skipped = Math.min(this.#skip, bytes.length);
            this.#skip -= skipped;
            bytes = bytes.subarray(skipped);
            if (bytes.length < 2) break;
            const short = bytes[1] & 0x7f;
            const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (bytes[1] & 0x80 ? 4 : 0);
            if (bytes.length < head) break;
            const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
            // Control frames and continuations are no messages of their own.
            if ([1, 2].includes(bytes[0] & 0x0f)) counts.messages += 1;
            this.#skip = head + length;
        }
        this.#rest = Buffer.from(bytes);
    }
}

async function open(port) {
    const server = createServer({ noDelay: true }, phone => {
        const relay = connect({ port, host: '127.0.0.1', noDelay: true });
        const [up, down] = [new Messages('up'), new Messages('down')];
        phone.on('data', chunk => up.take(chunk));
        relay.on('data', chunk => down.take(chunk));
        phone.pipe(relay).pipe(phone);
        for (const [socket, other] of [[phone, relay], [relay, phone]]) {
            socket.on('error', () => other.destroy());
            socket.on('close', () => other.destroy());
        }
    });
    return { port: await listening(server) };
}

const say = value => process.stdout.write(`${JSON.stringify(value)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
    const [command, port] = line.trim().split(' ');
    if (command === 'open') say(await open(Number(port)));
    if (command === 'look' || command === 'take') say(counts);
    if (command === 'take') Object.assign(counts, { up: 0, down: 0, messages: 0 });
}
process.exit();
