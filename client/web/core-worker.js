// The entry of the core's dedicated worker: compiles the core, and holds what the ui sends until the core listens.
// It reads no message. The ui names the worker with its own build, so that two builds never talk to each other.

import init from "{{core.js}}";

const BUILD = "{{build}}";
const CORE_WASM = "{{core.wasm}}";

const held = [];
const hold = (event) => {
  event.stopImmediatePropagation();
  held.push(event);
};

async function start() {
  if (self.name !== BUILD) throw new Error(`the ui is of build ${self.name}, the core of build ${BUILD}`);
  const answer = await fetch(CORE_WASM);
  if (!answer.ok) throw new Error(`${CORE_WASM} answered ${answer.status}`);
  await init({ module_or_path: await WebAssembly.compileStreaming(answer) }); // runs the core's start, which listens
  self.removeEventListener("message", hold);
  for (const { data, ports } of held) self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
}

self.addEventListener("message", hold);
// A rejection inside a worker is silent; an error reaches the ui as the worker's `error` event.
self.addEventListener("unhandledrejection", (event) => self.reportError(event.reason));
start().catch((error) => self.reportError(error));
