// What may not happen when there is less room: a narrow phone, large letters, long words, wide spacing.
import assert from "node:assert/strict";

const NARROW = { width: 320, height: 640 };

/** In the page: makes every word of the interface two fifths longer, as another language's may be; or gives it back. */
function lengthen(isLong) {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!isLong) {
      if (node.data === node.long) node.data = node.short;
      continue;
    }
    if (node.parentElement.closest("script, noscript, style, .remark, time, code, option, textarea")) continue;
    node.short = node.data;
    node.data = node.data.replaceAll(/\p{L}+/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.4)).toLowerCase());
    node.long = node.data;
  }
}

/** In the page: the spacing that WCAG 1.4.12 lets a reader set; a style element would be against the page's policy. */
function spaceOut(isWide) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = isWide ? [sheet] : [];
}

/** In the page: the largest letters that a person may choose. */
const enlarge = (isLarge) => { document.documentElement.dataset.text = isLarge ? "200" : "100"; };

/** In the page: what is wider than the screen, cut off, under something else, or too small to be hit. */
function misfits() {
  const found = [];
  const told = (element) => {
    const test = element.closest("[data-testid]")?.dataset.testid;
    return `<${element.localName} class="${element.className?.baseVal ?? element.className}"> "${(element.innerText ?? "").slice(0, 40)}"${test ? ` in ${test}` : ""}`;
  };
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  const root = dialog ?? document.body;
  const style = (element) => getComputedStyle(element);
  const scrolls = (element) => /auto|scroll/.test(style(element).overflowX);
  const isHeardOnly = (element) => element.closest(".unseen, .skip, noscript") || (element.closest("thead") && style(element.closest("thead")).clipPath !== "none");
  const isSeen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !isHeardOnly(element);
  const inScroller = (element) => {
    for (let up = element.parentElement; up && up !== document.documentElement; up = up.parentElement) {
      if (scrolls(up) && up.scrollWidth > up.clientWidth) return up;
    }
  };
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
    found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  }
  // What scrolls from side to side is meant to: chips in a row, and tables.
  const all = [...root.querySelectorAll("*")].filter(isSeen);
  for (const element of all) {
    // What is typed scrolls in its field.
    if (element.closest("svg, input, textarea, select")) continue;
    const { overflowX, overflowY } = style(element);
    if (overflowX !== "visible" && !/auto|scroll/.test(overflowX) && element.scrollWidth > element.clientWidth + 1) {
      found.push(`cut off at the side: ${told(element)}`);
    }
    if (overflowY !== "visible" && !/auto|scroll/.test(overflowY) && element.scrollHeight > element.clientHeight + 1) {
      found.push(`cut off below: ${told(element)}`);
    }
    if (/auto|scroll/.test(overflowX) && element.scrollWidth > element.clientWidth + 1 && element.matches("main, dialog, html, body")) {
      found.push(`wider than its screen: ${told(element)}`);
    }
  }
  // Letters: beyond the screen, or on other letters.
  const boxes = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || !isSeen(element) || element.closest("option, select, textarea, svg")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      // Letters are not as high as their line, and what is scrolled away is nowhere.
      const inner = { left: box.left, right: box.right, top: box.top + box.height * 0.2, bottom: box.bottom - box.height * 0.2 };
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (!/auto|scroll/.test(style(up).overflow)) continue;
        const room = up.getBoundingClientRect();
        inner.top = Math.max(inner.top, room.top);
        inner.bottom = Math.min(inner.bottom, room.bottom);
        inner.left = Math.max(inner.left, room.left);
        inner.right = Math.min(inner.right, room.right);
      }
      if (inner.bottom > inner.top && inner.right > inner.left) boxes.push({ box: inner, element });
      if ((box.right > innerWidth + 1 || box.left < -1) && !inScroller(element)) found.push(`beyond the screen: ${told(element)}`);
    }
  }
  const isFloating = (element) => element.closest(".top, .dock, .places, .handled-bulk, .sheet > header, thead, th, .undo-bar");
  boxes.sort((one, other) => one.box.top - other.box.top);
  for (let n = 0; n < boxes.length; n += 1) {
    const { box, element } = boxes[n];
    if (isFloating(element)) continue;
    for (let m = n + 1; m < boxes.length && boxes[m].box.top < box.bottom - 2; m += 1) {
      const other = boxes[m];
      const over = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      if (over > 3 && other.element !== element && !isFloating(other.element)) found.push(`on each other: ${told(element)} and ${told(other.element)}`);
    }
  }
  // What one taps: large enough, and hit where it is.
  const tappable = "button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=gridcell][tabindex]";
  for (const element of all.filter((one) => one.matches(tappable))) {
    const target = element.matches("input[type=radio], input[type=checkbox], input[type=file]") ? (element.closest("label") ?? element) : element;
    if (!isSeen(target) || target.closest(".skip")) continue;
    let [box, hit] = [];
    // Bars stay where they are; between them there is a place for everything.
    const isHit = ["center", "start", "end"].some((block) => {
      element.scrollIntoView({ block, inline: "center", behavior: "instant" });
      box = target.getBoundingClientRect();
      hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return hit && (target.contains(hit) || hit.contains(target) || hit.closest("label") === target);
    });
    if (box.width < 1) continue;
    if ((box.width < 47.5 || box.height < 47.5) && !target.matches(":disabled")) {
      found.push(`${Math.round(box.width)} x ${Math.round(box.height)} px is small: ${told(target)}`);
    }
    if (!isHit) found.push(`not to be reached: ${told(target)} under ${hit ? told(hit) : "nothing"}`);
  }
  scrollTo(0, 0);
  return [...new Set(found)];
}

/** Fails when something of a screen is lost on a narrow phone, with large letters, wide spacing, or long words. */
export async function fits(page, name) {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const usual = page.viewportSize();
  const rooms = {
    narrow: (isOn) => page.setViewportSize(isOn ? NARROW : usual),
    large: (isOn) => page.evaluate(enlarge, isOn),
    spaced: (isOn) => page.evaluate(spaceOut, isOn),
    long: (isOn) => page.evaluate(lengthen, isOn),
  };
  for (const [room, change] of Object.entries(rooms)) {
    await change(true);
    const found = await page.evaluate(misfits);
    await change(false);
    assert.deepEqual(found, [], `${name}, ${room}`);
  }
}
