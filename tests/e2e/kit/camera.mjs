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
