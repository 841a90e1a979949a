// Starts the ui module, watches that it comes up, and looks after the service worker.
// It draws nothing but the recovery card, stores nothing, and never touches IndexedDB: the ui and the core do the work.
// README.md beside this file is the contract with both.

const BUILD = "{{build}}";
const UI_JS = "{{ui.js}}";
const UI_WASM = "{{ui.wasm}}";
const CORE_FILES = ["{{core-worker.js}}", "{{core.js}}", "{{core.wasm}}"];

const READY_WAIT_MS = 10_000;
const CORE_WAIT_MS = 20_000;
const SWITCH_WAIT_MS = 1_500;
const UPDATE_CHECK_MS = 3_600_000;

const root = document.documentElement;
const workers = navigator.serviceWorker;
const failures = [];
const isReady = () => root.dataset.ready === "ui";

// ---- the watchdog ----------------------------------------------------------------------------------------------------

const TEXT = {
  slow: ["启动比平时慢", "Starting takes longer than usual"],
  failed: ["程序没能启动", "The program could not start"],
  stopped: ["程序意外停止", "The program stopped unexpectedly"],
  safe: [
    "已保存在本机的记录不受影响。请先点“重试”。",
    "What is saved on this phone is safe. Try “Retry” first.",
  ],
  retry: ["重试", "Retry"],
  rebuild: ["重建程序缓存（数据不动）", "Rebuild the program cache (your data stays)"],
  diagnosis: ["诊断信息", "Diagnosis"],
  offline: [
    "现在连不上中心，不能重建：否则离线时将打不开程序。有网络后再试。",
    "The centre cannot be reached, so nothing was rebuilt: without a network the program could not start again. Try when you are online.",
  ],
};

function bilingual(tag, [zh, en]) {
  const element = document.createElement(tag);
  const english = document.createElement("span");
  english.lang = "en";
  english.textContent = ` ${en}`;
  element.append(zh, english);
  return element;
}

function button(text, action) {
  const element = bilingual("button", text);
  element.type = "button";
  element.addEventListener("click", action);
  return element;
}

function showRecovery(reason) {
  hideRecovery();
  const frame = document.createElement("div");
  frame.className = "recovery";
  frame.setAttribute("role", "alertdialog");
  frame.setAttribute("aria-label", TEXT[reason].join(" "));
  const card = document.createElement("div");
  card.className = "recovery-card";
  const notice = document.createElement("div");
  const retry = button(TEXT.retry, () => location.reload());
  card.append(
    bilingual("h1", TEXT[reason]),
    bilingual("p", TEXT.safe),
    retry,
    button(TEXT.rebuild, () => rebuild(notice)),
    button(TEXT.diagnosis, () => diagnose(notice)),
    notice,
  );
  frame.append(card);
  document.body.append(frame);
  retry.focus();
}

function hideRecovery() {
  document.querySelector(".recovery")?.remove();
}

async function rebuild(notice) {
  try {
    const answer = await fetch("/index.html", { cache: "no-store" });
    if (!answer.ok) throw new Error(`index.html answered ${answer.status}`);
  } catch (error) {
    failures.push(String(error));
    notice.replaceChildren(bilingual("p", TEXT.offline));
    return;
  }
  for (const registration of (await workers?.getRegistrations()) ?? []) await registration.unregister();
  for (const name of await caches.keys()) if (name.startsWith("app-")) await caches.delete(name);
  location.reload();
}

async function diagnose(notice) {
  const registration = await workers?.getRegistration();
  const storage = await navigator.storage?.estimate?.();
  const lines = {
    build: BUILD,
    time: new Date().toISOString(),
    page: location.pathname,
    browser: navigator.userAgent,
    online: navigator.onLine,
    worker: ["installing", "waiting", "active"].filter((state) => registration?.[state]).join(" ") || "none",
    controlled: Boolean(workers?.controller),
    caches: globalThis.caches ? (await caches.keys()).join(" ") : "none",
    storage: storage ? `${storage.usage} of ${storage.quota} bytes` : "unknown",
    failures: failures.length ? `\n${failures.join("\n")}` : "none",
  };
  const text = document.createElement("pre");
  text.tabIndex = 0;
  text.textContent = Object.entries(lines).map(([name, value]) => `${name}: ${value}`).join("\n");
  notice.replaceChildren(text);
}

/** Notes a failure; shows the card when it means that the ui is not there, or is there no more. */
function fail(error) {
  failures.push(error?.stack ?? String(error));
  if (!isReady()) showRecovery("failed");
  else if (error instanceof WebAssembly.RuntimeError) showRecovery("stopped");
}

addEventListener("error", (event) => event.error && fail(event.error));
addEventListener("unhandledrejection", (event) => fail(event.reason));

function whenReady() {
  return new Promise((resolve) => {
    const watcher = new MutationObserver(() => isReady() && done());
    const timer = setTimeout(() => {
      failures.push(`not ready after ${READY_WAIT_MS} ms`);
      showRecovery("slow");
    }, READY_WAIT_MS);
    function done() {
      watcher.disconnect();
      clearTimeout(timer);
      hideRecovery();
      resolve();
    }
    watcher.observe(root, { attributes: true, attributeFilter: ["data-ready"] });
  });
}

// ---- new versions ----------------------------------------------------------------------------------------------------

let switching = false;
let wasControlled = Boolean(workers?.controller);
let checkedAt = Date.now();

function announceUpdate() {
  root.dataset.update = "ready";
  dispatchEvent(new Event("muster:update"));
}

function restart() {
  location.replace(location.pathname + location.search);
}

/** Switches to the waiting version, or reloads when another tab has switched already. */
async function applyUpdate() {
  const registration = await workers?.getRegistration();
  switching = true;
  if (registration?.waiting) registration.waiting.postMessage("SKIP");
  else restart();
}

function followController() {
  if (switching) {
    switching = false;
    restart();
  } else if (wasControlled) {
    announceUpdate(); // another tab switched: this one goes on with its own files until its user agrees
  }
  wasControlled = true;
}

/** A version that waits is taken before anything is shown, when no other tab could be disturbed. */
async function switchBeforeStart() {
  const registration = workers?.controller && (await workers.getRegistration());
  if (!registration?.waiting) return;
  switching = true;
  registration.waiting.postMessage("SKIP_IF_ALONE");
  await new Promise((resolve) => setTimeout(resolve, SWITCH_WAIT_MS)); // followController() reloads before this ends
  switching = false;
}

async function keepUpToDate() {
  const registration = await workers.register("/sw.js", { updateViaCache: "none" });
  const watch = (worker) =>
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && workers.controller) announceUpdate();
    });
  if (registration.waiting && workers.controller) announceUpdate();
  watch(registration.installing);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  workers.controller?.postMessage({ sweep: BUILD });

  const check = () => {
    if (document.visibilityState !== "visible" || Date.now() - checkedAt < UPDATE_CHECK_MS) return;
    checkedAt = Date.now();
    registration.update().catch(() => {}); // no network: the next check comes by itself
  };
  addEventListener("focus", check);
  addEventListener("pageshow", check);
  document.addEventListener("visibilitychange", check);
}

// ---- the start -------------------------------------------------------------------------------------------------------

async function compile(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return WebAssembly.compileStreaming(answer);
}

/** On a first visit the line is thin and the core large: its three files need not wait for each other. */
function fetchCore() {
  if (workers?.controller) return;
  for (const url of CORE_FILES) fetch(url, { priority: "low" }).then((answer) => answer.arrayBuffer()).catch(() => {}); // the worker tells
}

/** As the ui notes it, in a browser that keeps notes. */
function hasJoined() {
  try {
    return localStorage.getItem("muster.joined") !== null;
  } catch {
    return false;
  }
}

/** The ui says so once the core has said who is here. Before, copies for later would take the line from it. */
function whenCoreIsHere() {
  return new Promise((resolve) => {
    const look = () => root.dataset.core === "here" && resolve();
    new MutationObserver(look).observe(root, { attributes: true, attributeFilter: ["data-core"] });
    setTimeout(resolve, CORE_WAIT_MS);
    look();
  });
}

async function start() {
  const stated = document.querySelector("meta[name=muster-build]")?.content;
  if (stated !== BUILD) throw new Error(`the page is of build ${stated}, the program of build ${BUILD}`);
  // Who has been here sees nothing before the core; who is new sees the joining screen, and then it is the core's turn.
  if (hasJoined()) fetchCore();
  else ready.then(fetchCore);
  const [ui, module] = await Promise.all([import(UI_JS), compile(UI_WASM), switchBeforeStart()]);
  await ui.default({ module_or_path: module });
}

/** Photos wait: where the browser has Background Sync, it wakes the service worker once there is a network. */
function sendLater() {
  workers?.ready.then((registration) => registration.sync?.register("photos")).catch(() => {}); // a bonus, not a promise
}

// ---- being an app ----------------------------------------------------------------------------------------------------

let offered = null;

/** The browser would install the app: the ui asks when it is time, and not the browser when it is not. */
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = event;
  root.dataset.install = "offered";
  dispatchEvent(new Event("muster:install"));
});
addEventListener("appinstalled", () => {
  offered = null;
  delete root.dataset.install;
  dispatchEvent(new Event("muster:install"));
});
addEventListener("muster:install-now", () => {
  offered?.prompt();
  offered = null;
  delete root.dataset.install;
  dispatchEvent(new Event("muster:install"));
});

workers?.addEventListener("controllerchange", followController);
addEventListener("muster:apply", applyUpdate);
addEventListener("muster:send-later", sendLater);
const ready = whenReady();
ready
  .then(() => workers?.controller || whenCoreIsHere())
  .then(() => workers && keepUpToDate())
  .catch((error) => failures.push(String(error)));
start().catch(fail);
