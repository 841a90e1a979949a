// The entry of the scanner's worker: compiles the decoder and answers each picture with the text of its QR code, or null.
// The ui asks for one picture at a time and names the worker with its own build, as it does the core.

import init, { decode } from "{{scan.js}}";

const BUILD = "{{build}}";
const SCAN_WASM = "{{scan.wasm}}";

let canvas;

async function start() {
  if (self.name !== BUILD) throw new Error(`the ui is of build ${self.name}, the decoder of build ${BUILD}`);
  const answer = await fetch(SCAN_WASM);
  if (!answer.ok) throw new Error(`${SCAN_WASM} answered ${answer.status}`);
  await init({ module_or_path: await WebAssembly.compileStreaming(answer) });
}

function read(picture) {
  const { width, height } = picture;
  if (!canvas || canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  picture.close();
  return decode(context.getImageData(0, 0, width, height).data, width, height) ?? null;
}

const started = start();
self.addEventListener("message", async ({ data }) => {
  try {
    await started;
    self.postMessage(read(data));
  } catch (error) {
    self.reportError(error); // reaches the ui as the worker's `error` event; it starts another
  }
});
started.catch((error) => self.reportError(error));
