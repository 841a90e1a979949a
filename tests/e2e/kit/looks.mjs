// How every screen looks, held against a picture of it that somebody has looked at. `MUSTER_SCREENSHOTS=1` renews all of
// them, `MUSTER_SCREENSHOTS=defects,needs` those with one of these words in their name.
//
// References are kept at half size and compared at a quarter, blurred and in blocks: another version of the browser or of a
// font draws letters otherwise, and a minute more or less changes a digit. A button, a line or a colour is more than that.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const references = fileURLToPath(new URL("../looks/", import.meta.url));
const out = fileURLToPath(new URL("../out/looks/", import.meta.url));

/** How far a block may be off, of 255: in lightness, and in colour. */
const OFF_MAX = { light: 22, colour: 9 };
/** How long a screen may take until it looks as it should. */
const PATIENCE_MS = 4_000;

/** In the page: halves a picture and gives it back as a small file. */
async function halved(base64) {
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const full = await createImageBitmap(new Blob([bytes(base64)], { type: "image/png" }));
  const canvas = new OffscreenCanvas(Math.round(full.width / 2), Math.round(full.height / 2));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(full, 0, 0, canvas.width, canvas.height);
  const packed = new Uint8Array(await (await canvas.convertToBlob({ type: "image/webp", quality: 0.6 })).arrayBuffer());
  let text = "";
  for (let at = 0; at < packed.length; at += 8_192) text += String.fromCharCode(...packed.subarray(at, at + 8_192));
  return btoa(text);
}

/** In the page: which blocks of two pictures differ by how much, and a picture of where. */
async function differences([one, other, offMax]) {
  const BLOCK = 4;
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  /** Planes of lightness and colour at a quarter of the screen, each blurred. */
  const planes = async (base64) => {
    const half = await createImageBitmap(new Blob([bytes(base64)], { type: "image/webp" }));
    const [width, height] = [Math.round(half.width / 2), Math.round(half.height / 2)];
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(half, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const plain = [0, 1, 2].map(() => new Float32Array(width * height));
    for (let at = 0; at < width * height; at += 1) {
      const [red, green, blue] = data.subarray(at * 4, at * 4 + 3);
      const light = 0.299 * red + 0.587 * green + 0.114 * blue;
      plain[0][at] = light;
      plain[1][at] = 0.564 * (blue - light);
      plain[2][at] = 0.713 * (red - light);
    }
    const blurred = plain.map((plane) => {
      const result = new Float32Array(plane.length);
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          let [sum, count] = [0, 0];
          for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v += 1) {
            for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u += 1) {
              sum += plane[v * width + u];
              count += 1;
            }
          }
          result[y * width + x] = sum / count;
        }
      }
      return result;
    });
    return { width, height, blurred };
  };
  const [a, b] = await Promise.all([planes(one), planes(other)]);
  if (a.width !== b.width || a.height !== b.height) {
    return { off: [{ size: `${a.width}x${a.height}, not ${b.width}x${b.height}` }] };
  }
  const off = [];
  for (let top = 0; top < a.height; top += BLOCK) {
    for (let left = 0; left < a.width; left += BLOCK) {
      const sums = [0, 0, 0];
      let count = 0;
      for (let y = top; y < Math.min(a.height, top + BLOCK); y += 1) {
        for (let x = left; x < Math.min(a.width, left + BLOCK); x += 1) {
          for (const [plane, values] of a.blurred.entries()) {
            sums[plane] += Math.abs(values[y * a.width + x] - b.blurred[plane][y * a.width + x]);
          }
          count += 1;
        }
      }
      const light = sums[0] / count;
      const colour = Math.max(sums[1], sums[2]) / count;
      if (light > offMax.light || colour > offMax.colour) {
        off.push({ x: left * 4, y: top * 4, light: Math.round(light), colour: Math.round(colour) });
      }
    }
  }
  // The screen as it is, with a frame around each block that is off.
  const half = await createImageBitmap(new Blob([bytes(one)], { type: "image/webp" }));
  const canvas = new OffscreenCanvas(half.width, half.height);
  const context = canvas.getContext("2d");
  context.globalAlpha = 0.4;
  context.drawImage(half, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = "rgb(255 0 120 / .6)";
  for (const { x, y } of off) context.fillRect(x / 2, y / 2, BLOCK * 2, BLOCK * 2);
  const packed = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  let text = "";
  for (let at = 0; at < packed.length; at += 8_192) text += String.fromCharCode(...packed.subarray(at, at + 8_192));
  return { off, picture: btoa(text) };
}

/** What the screen shows, but for the lines that name this build, this phone and this disk. */
async function shoot(page) {
  const mask = [
    page.locator(".rows > div").filter({ has: page.locator("dd", { hasText: /^[0-9a-f]{6,16}$|\d MB/ }) }),
    page.locator(".device"),
  ];
  return (await page.screenshot({ animations: "disabled", mask, maskColor: "#808080" })).toString("base64");
}

/** The same, when nothing moves any more. */
async function shootAtRest(page) {
  for (let last; ; ) {
    const now = await shoot(page);
    if (now === last) return now;
    last = now;
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** Whether the picture is made anew: all are with `1`, else those that have one of the words in their name. */
const isRenewed = (name) => {
  const wanted = process.env.MUSTER_SCREENSHOTS;
  return wanted === "1" || Boolean(wanted?.split(",").some((word) => name.includes(word)));
};

const fileOf = (name) => `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.webp`;

/** How a screen differs from a reference: the blocks that are off, with what there is to look at. */
async function look(page, wanted) {
  const full = await shoot(page);
  return { full, ...(await page.evaluate(differences, [await page.evaluate(halved, full), wanted, OFF_MAX])) };
}

/** Whether a screen that was changed with this style is told from its reference. */
export async function isNoticed(page, name, style) {
  const reference = path.join(references, fileOf(name));
  if (isRenewed(name)) return true;
  // A style element would be against the page's policy.
  const adopt = (text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = text ? [sheet] : [];
  };
  await page.evaluate(adopt, style);
  const { off } = await look(page, readFileSync(reference).toString("base64"));
  await page.evaluate(adopt, "");
  return off.length > 0;
}

/** Fails when a screen does not look as its reference; the reference's name is the screen's. */
export async function compare(page, name) {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const file = fileOf(name);
  const reference = path.join(references, file);
  if (isRenewed(name)) {
    mkdirSync(references, { recursive: true });
    const picture = await page.evaluate(halved, await shootAtRest(page));
    return writeFileSync(reference, Buffer.from(picture, "base64"));
  }
  if (!existsSync(reference)) {
    throw new Error(`${name} has no picture: look at it, with MUSTER_SCREENSHOTS=1 it is written to ${reference}`);
  }
  const wanted = readFileSync(reference).toString("base64");
  const begun = performance.now();
  let seen = await look(page, wanted);
  while (seen.off.length > 0 && performance.now() - begun < PATIENCE_MS) {
    await new Promise((done) => setTimeout(done, 300));
    seen = await look(page, wanted);
  }
  if (seen.off.length === 0) return;
  mkdirSync(out, { recursive: true });
  const beside = path.join(out, file.replace(".webp", ""));
  writeFileSync(`${beside}.actual.png`, Buffer.from(seen.full, "base64"));
  writeFileSync(`${beside}.wanted.webp`, Buffer.from(wanted, "base64"));
  if (seen.picture) writeFileSync(`${beside}.differs.png`, Buffer.from(seen.picture, "base64"));
  throw new Error(`${name} does not look as it did, in ${seen.off.length} places, such as ${JSON.stringify(seen.off.slice(0, 3))}: ` +
    `see ${beside}.actual.png, .differs.png and .wanted.webp. If it is right so, MUSTER_SCREENSHOTS=1 renews the pictures.`);
}
