// Keeps one complete, verified copy of the program per build, so that it starts and runs with no network at all.
// It never answers for /api. Photos that are on this phone it shows without a network, and sends in the background; it
// changes and deletes none of them. BUILD and FILES are written by `cargo xtask pwa`.

const BUILD = "{{build}}";
// [url, "sha256-…", bytes]
const FILES = {{files}};

const CACHE = `app-${BUILD}`;
const COMPLETE = "/__complete__";
const SHELL = "/index.html";

// ---- install: all files or nothing -----------------------------------------------------------------------------------

self.addEventListener("install", (event) => {
  event.addRoutes?.({ condition: { urlPattern: "/api/*" }, source: "network" });
  event.waitUntil(install());
});

async function install() {
  try {
    const cache = await caches.open(CACHE);
    const older = await otherCaches();
    for (const file of FILES) await store(cache, older, file);
    const stored = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
    const absent = FILES.filter(([url]) => !stored.has(url));
    if (absent.length) throw new Error(`${absent.length} of ${FILES.length} files are not in the cache`);
    await cache.put(COMPLETE, new Response(BUILD));
  } catch (error) {
    await caches.delete(CACHE); // the old version stays
    throw error;
  }
}

async function store(cache, older, file) {
  const [url, sri] = file;
  for (const from of [cache, ...older]) {
    const copy = await from.match(url);
    if (copy && (await isWhole(copy.clone(), file))) {
      if (from !== cache) await cache.put(url, copy);
      return;
    }
  }
  const fresh = await download(url, sri);
  if (!(await isWhole(fresh.clone(), file))) throw new Error(`${url} is not the file of build ${BUILD}`);
  await cache.put(url, fresh);
}

/** What the page itself has just loaded comes from the browser's cache; the digest decides, not the cache. */
async function download(url, integrity) {
  if (url.startsWith("/a/")) {
    const answer = await fetch(url, { integrity }).catch(() => undefined);
    if (answer?.ok) return answer;
  }
  const answer = await fetch(url, { cache: "no-store", integrity });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer;
}

async function isWhole(response, [, sri, bytes]) {
  const body = await response.arrayBuffer();
  if (!response.ok || body.byteLength !== bytes) return false;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return sri === `sha256-${btoa(String.fromCharCode(...digest))}`;
}

// ---- activate: drop what nobody uses ---------------------------------------------------------------------------------

self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function activate() {
  const names = await otherNames();
  // Only a first install may claim: a page that is being loaded by the version before must not change hands half way.
  if (names.length === 0) return self.clients.claim();
  const pages = await self.clients.matchAll({ includeUncontrolled: true });
  const unused = pages.length ? names.slice(0, -1) : names; // open pages may still ask for files of the version before
  await Promise.all(unused.map((name) => caches.delete(name)));
}

/** A page of this build is up; when it is the only one, older versions have no reader left. */
async function sweep(build) {
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: "window" });
  // A newer build may be complete and waiting: its cache came after this one's.
  const names = await caches.keys();
  if (build !== BUILD || pages.length > 1) return;
  const older = names.slice(0, Math.max(names.indexOf(CACHE), 0)).filter((name) => name.startsWith("app-"));
  await Promise.all(older.map((name) => caches.delete(name)));
}

// ---- fetch: the cache first ------------------------------------------------------------------------------------------

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") event.respondWith(shell(request));
  else if (url.pathname.startsWith("/a/")) event.respondWith(asset(request, url.pathname));
  else if (url.pathname.startsWith("/photos/")) event.respondWith(photo(request, url.pathname.slice("/photos/".length)));
});

async function shell(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(SHELL)) ?? fetch(request).catch(() => unreachable());
}

async function asset(request, path) {
  for (const name of [CACHE, ...(await otherNames())]) {
    const found = (await caches.has(name)) && (await (await caches.open(name)).match(path));
    if (found) return found;
  }
  return fetch(request);
}

function unreachable() {
  const text = "程序缓存不在，又没有网络。请连上网络后重新打开。已保存的记录不受影响。\n" +
    "The program is not on this phone and there is no network. Connect and open it again. Saved records are safe.\n";
  return new Response(text, { status: 503, headers: { "content-type": "text/plain; charset=utf-8" } });
}

// ---- photos: what is on this phone first ------------------------------------------------------------------------------

async function photo(request, hash) {
  const bytes = await keptPhoto(hash);
  if (!bytes) return fetch(request);
  const headers = { "content-type": mediaOf(new Uint8Array(bytes)), "accept-ranges": "bytes" };
  // Players ask for parts.
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!range) return new Response(bytes, { headers });
  const [from, last] = [Number(range[1]), Number(range[2] || bytes.byteLength - 1)];
  headers["content-range"] = `bytes ${from}-${last}/${bytes.byteLength}`;
  return new Response(bytes.slice(from, last + 1), { status: 206, headers });
}

function mediaOf(bytes) {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  if (text.startsWith("OggS")) return "audio/ogg";
  if (text.startsWith("\x1aE\xdf\xa3")) return "audio/webm";
  if (text.slice(4, 8) === "ftyp") return "audio/mp4";
  return text.slice(8) === "WEBP" ? "image/webp" : "image/jpeg";
}

/** The core's databases: the first one's, and those of others who share this phone. */
async function databases() {
  const all = (await indexedDB.databases?.()) ?? [{ name: "muster" }];
  return all.map(({ name }) => name).filter((name) => /^muster(-[0-9]+)?$/.test(name));
}

async function keptPhoto(hash) {
  for (const name of await databases()) {
    const bytes = await kept(name, (of) => of("photos").get(hash)).catch(() => undefined);
    if (bytes) return bytes;
  }
}

/** Reads from one of the core's databases, which this never makes, changes or keeps open. */
function kept(name, ask) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        const reading = database.transaction(["photos", "uploads"]);
        const asked = ask((name) => reading.objectStore(name));
        reading.oncomplete = () => resolve(asked.result);
        reading.onabort = () => reject(reading.error);
      } catch (error) {
        reject(error);
      } finally {
        database.close(); // once the reading is done
      }
    };
  });
}

// ---- photos in the background, where the browser offers it -------------------------------------------------------------

self.addEventListener("sync", (event) => {
  if (event.tag === "photos") event.waitUntil(sendPhotos());
});

/** An open page sends them itself, behind its answers: then the browser is to ask again later. */
async function sendPhotos() {
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: "window" });
  if (pages.length) throw new Error("a page is open");
  await navigator.locks.request("photos", async () => {
    const read = [];
    // One that does not open holds up no other.
    for (const name of await databases()) read.push(...(await kept(name, (of) => of("uploads").getAll()).catch(() => [])));
    const rows = read.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
    const rank = ({ kind }) => ["thumbnail", "memo", "photo"].indexOf(kind);
    const waiting = rows.filter(({ draft, refused, sent }) => !draft && !refused && !sent);
    waiting.sort((a, b) => rank(a) - rank(b) || a.at - b.at);
    for (const row of waiting) await sendPhoto(row);
  });
}

/** Nothing is dropped for it: the core asks the centre itself, and then drops what is there. */
async function sendPhoto({ hash, station }) {
  const bytes = await keptPhoto(hash);
  if (!bytes) return;
  const tus = { "tus-resumable": "1.0.0" };
  const asked = { ...tus, "upload-length": String(bytes.byteLength), "upload-metadata": `sha256 ${btoa(hash)},station ${btoa(station)}` };
  let answer = await fetch("/api/uploads", { method: "POST", headers: asked });
  while (goesOn(answer)) {
    const offset = answer.headers.get("upload-offset");
    if (Number(offset) >= bytes.byteLength) return;
    const headers = { ...tus, "upload-offset": offset, "content-type": "application/offset+octet-stream" };
    const body = bytes.slice(Number(offset), Number(offset) + PART_BYTES);
    answer = await fetch(`/api/uploads/${hash}?station=${station}`, { method: "PATCH", headers, body });
  }
}

const PART_BYTES = 64 << 10;

/** One that is not taken holds up no other; without a cookie of an upload or with a busy centre nothing goes on. That
 * cookie outlives the session by weeks, and lets photos in and nothing else. */
function goesOn(answer) {
  if (answer.status === 401 || answer.status >= 500) throw new Error(`the centre answered ${answer.status}`);
  return answer.ok;
}

// ---- messages --------------------------------------------------------------------------------------------------------

self.addEventListener("message", (event) => {
  if (event.data === "SKIP") event.waitUntil(self.skipWaiting());
  else if (event.data === "SKIP_IF_ALONE") event.waitUntil(skipIfAlone());
  else if (event.data?.sweep) event.waitUntil(sweep(event.data.sweep));
});

async function skipIfAlone() {
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: "window" });
  if (pages.length <= 1) await self.skipWaiting();
}

async function otherNames() {
  return (await caches.keys()).filter((name) => name.startsWith("app-") && name !== CACHE);
}

async function otherCaches() {
  return Promise.all((await otherNames()).map((name) => caches.open(name)));
}
