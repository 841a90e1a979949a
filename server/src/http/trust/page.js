// Looks again and again whether the phone trusts the relay by now, carries the link's code on to the app, and shows what
// fits this system and language. Everything on the page works without it, but for the code.
const root = document.documentElement;
const meta = (name) => document.querySelector(`meta[name=${name}]`).content;
const state = document.getElementById("state");
const code = location.hash.slice(1);
const isCode = /^[0-9A-Z-]{4,40}$/.test(code);

root.dataset.system = /iPhone|iPad|Macintosh/.test(navigator.userAgent) ? "apple" : "other";
document.getElementById("go").href = isCode ? `${meta("muster-app")}/enrol#${code}` : `${meta("muster-app")}/`;

const language = document.getElementById("language");
function speak(lang) {
  root.lang = lang;
  language.textContent = lang === "en" ? "中文" : "English";
  language.lang = lang === "en" ? "zh-CN" : "en";
}
language.addEventListener("click", () => speak(root.lang === "en" ? "zh-CN" : "en"));
speak(navigator.language.startsWith("zh") ? "zh-CN" : "en");

async function look() {
  try {
    await fetch(meta("muster-probe"), { cache: "no-store", credentials: "omit" });
    state.dataset.state = "yes";
  } catch {
    state.dataset.state = "no";
  }
}
look();
setInterval(() => { if (!document.hidden && state.dataset.state !== "yes") look(); }, 3000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
