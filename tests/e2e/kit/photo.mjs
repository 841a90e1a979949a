// Photos as a phone's camera makes them: large, and with the place in them.

/** A JPEG of a busy scene in this size, made by the browser. */
async function picture(page, width, height, seed) {
  const base64 = await page.evaluate(async ([width, height, seed]) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    let state = seed;
    const random = (max) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (state / 2_147_483_648) * max;
    };
    for (let count = 0; count < 900; count += 1) {
      context.fillStyle = `hsl(${random(360)} ${random(100)}% ${random(90)}%)`;
      context.fillRect(random(width), random(height), random(width / 6), random(height / 6));
    }
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
    return btoa(text);
  }, [width, height, seed]);
  return Buffer.from(base64, "base64");
}

/** An EXIF segment that says which camera it was, and 31°36'N 117°52'E. */
function exif() {
  const tiff = Buffer.alloc(180);
  tiff.write("MM\0*", 0, "latin1");
  tiff.writeUInt32BE(8, 4);
  const entry = (at, tag, type, count, value) => {
    tiff.writeUInt16BE(tag, at);
    tiff.writeUInt16BE(type, at + 2);
    tiff.writeUInt32BE(count, at + 4);
    tiff.writeUInt32BE(value, at + 8);
  };
  tiff.writeUInt16BE(2, 8); // the first folder: the make and where the places are
  entry(10, 0x010f, 2, 12, 38);
  entry(22, 0x8825, 4, 1, 50);
  tiff.write("SPYCAM-9000\0", 38, "latin1");
  tiff.writeUInt16BE(4, 50); // the places
  entry(52, 1, 2, 2, 0x4e00_0000);
  entry(64, 2, 5, 3, 104);
  entry(76, 3, 2, 2, 0x4500_0000);
  entry(88, 4, 5, 3, 128);
  [31, 1, 36, 1, 0, 1, 117, 1, 52, 1, 0, 1].forEach((number, index) => tiff.writeUInt32BE(number, 104 + index * 4));
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** A file as the camera gives it. */
export async function shot(page, { width = 2_400, height = 1_800, seed = 7 } = {}) {
  const plain = await picture(page, width, height, seed);
  const buffer = Buffer.concat([plain.subarray(0, 2), exif(), plain.subarray(2)]);
  return { name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer };
}

/** Takes a photo of the card on the screen, and waits until it is on the disk. */
export async function takePhoto(page, file) {
  const before = await page.getByTestId("draft").count();
  await page.getByTestId("take-photo").setInputFiles(file);
  await page.waitForFunction((before) => document.querySelectorAll("[data-testid=draft]").length > before, before);
}

/** What the relay has under the addresses of the photos on the screen. */
export const seen = (page, kind) =>
  page.evaluate(async (kind) => {
    const sources = [...document.querySelectorAll(kind)].map((node) => node.getAttribute("src"));
    return Promise.all(sources.map(async (source) => {
      const answer = await fetch(source);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const text = [...bytes.subarray(0, 4_096)].map((byte) => String.fromCharCode(byte)).join("");
      const picture = answer.ok && answer.headers.get("content-type").startsWith("image/") ? await createImageBitmap(new Blob([bytes])) : undefined;
      return {
        status: answer.status, media: answer.headers.get("content-type"), bytes: bytes.length, isItself: source.endsWith(hash),
        hasExif: text.includes("Exif") || text.includes("SPYCAM"), width: picture?.width, height: picture?.height,
      };
    }));
  }, kind);
