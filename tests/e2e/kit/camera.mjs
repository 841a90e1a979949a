// A camera that sees a label: the picture of a label that the relay drew, as the video that Chromium's fake camera plays.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const [WIDTH, HEIGHT] = [640, 480];

/** The dark modules of the code on a page of one label, row by row, quiet zone and all. */
function modules(html) {
  const side = Number(html.match(/class="code" viewBox="0 0 (\d+)/)[1]);
  const dark = new Uint8Array(side * side);
  for (const [, x, y, length] of html.matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
    dark.fill(1, Number(y) * side + Number(x), Number(y) * side + Number(x) + Number(length));
  }
  return { side, dark };
}

/** One frame: the label held a little askew before a grey wall. */
function frame({ side, dark }) {
  const luma = Buffer.alloc(WIDTH * HEIGHT, 150);
  const scale = 270 / side;
  const [sin, cos] = [Math.sin(0.12), Math.cos(0.12)];
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const [px, py] = [x - WIDTH / 2, y - HEIGHT / 2];
      const mx = Math.floor((px * cos + py * sin) / scale + side / 2);
      const my = Math.floor((py * cos - px * sin) / scale + side / 2);
      if (mx < 0 || my < 0 || mx >= side || my >= side) continue;
      luma[y * WIDTH + x] = dark[my * side + mx] ? 40 : 215;
    }
  }
  return luma;
}

const CODE_39 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*";
const CODE_39_WIDE = [
  0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109, 0x049, 0x148, 0x019, 0x118, 0x058, 0x00d,
  0x10c, 0x04c, 0x01c, 0x103, 0x043, 0x142, 0x013, 0x112, 0x052, 0x007, 0x106, 0x046, 0x016, 0x181, 0x0c1, 0x1c0, 0x091,
  0x190, 0x0d0, 0x085, 0x184, 0x0c4, 0x0a8, 0x0a2, 0x08a, 0x02a, 0x094,
];

/** One frame: a maker's plate with a text in Code 39, a little askew. */
function plate(text) {
  const dark = [];
  for (const letter of `*${text}*`) {
    const wide = CODE_39_WIDE[CODE_39.indexOf(letter)];
    for (let bit = 8; bit >= 0; bit -= 1) {
      const width = (wide >> bit) & 1 ? 3 : 1;
      for (let n = 0; n < width; n += 1) dark.push(bit % 2 === 0);
    }
    dark.push(false);
  }
  const luma = Buffer.alloc(WIDTH * HEIGHT, 150);
  const scale = 400 / dark.length;
  const [sin, cos] = [Math.sin(0.08), Math.cos(0.08)];
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const [px, py] = [x - WIDTH / 2, y - HEIGHT / 2];
      const [across, along] = [px * cos + py * sin, py * cos - px * sin];
      if (Math.abs(along) > 80 || Math.abs(across) > 225) continue;
      const at = Math.floor((across + 200) / scale);
      luma[y * WIDTH + x] = Math.abs(along) < 60 && dark[at] ? 40 : 215;
    }
  }
  return luma;
}

/** A camera: flags for a browser, and what it looks at. What it shows changes when it is opened the next time. */
export function fakeCamera() {
  const folder = mkdtempSync(path.join(tmpdir(), "muster-camera-"));
  const file = path.join(folder, "seen.y4m");
  const show = (luma) => {
    const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
    const one = Buffer.concat([Buffer.from("FRAME\n"), luma, chroma]);
    const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420mpeg2\n`);
    writeFileSync(file, Buffer.concat([head, one, one]));
  };
  show(Buffer.alloc(WIDTH * HEIGHT, 150));
  return {
    flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${file}`],
    /** Holds the label of a page of one label before it. */
    look: (html) => show(frame(modules(html))),
    /** Holds a maker's plate before it. */
    lookAtPlate: (text) => show(plate(text)),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The page with the label of one thing, by a page that has a session. */
export const labelOf = (page, asset) =>
  page.evaluate(async (asset) => {
    const answer = await fetch(`/api/labels?station=zhongmiao&format=62x29&assets=${asset}`);
    if (!answer.ok) throw new Error(`the label answered ${answer.status}`);
    return answer.text();
  }, asset);

/** The nine digits on it. */
export const codeOn = (html) => html.match(/<strong>([\d ]+)<\/strong>/)[1];
