// What HTML and htmx cannot do: countdowns, the stale banner, new rows, charts.
"use strict";
const words = document.body.dataset;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const stale = document.getElementById("stale");
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "Asia/Shanghai" });
const STEP = 5000; // between the server's samples
const LONG = 150; // rows: then the page is fetched anew
const MINUTE = 60, HOUR = 3600, DAY = 86400, SILENCE = 15000;
let offset = 0, heard = Date.now();

// The server's clock is the only one that counts; the browser's merely ticks.
function readClock() {
  const now = document.getElementById("now");
  if (now) offset = Number(now.dataset.now) - Date.now();
}

function left(seconds) {
  const two = (n) => String(n).padStart(2, "0"), put = (form, n) => form.replace("{n}", n);
  if (seconds < HOUR) return `${two(Math.floor(seconds / MINUTE))}:${two(seconds % MINUTE)}`;
  const glue = document.documentElement.lang === "en" ? " " : "";
  const [big, rest] = seconds < DAY
    ? [put(words.hour, Math.floor(seconds / HOUR)), put(words.minute, Math.floor((seconds % HOUR) / MINUTE))]
    : [put(words.day, Math.floor(seconds / DAY)), put(words.hour, Math.floor((seconds % DAY) / HOUR))];
  return big + glue + rest;
}

function tick() {
  const now = Date.now() + offset;
  for (const time of document.querySelectorAll("time[data-due]")) {
    const seconds = Math.trunc((Number(time.dataset.due) - now) / 1000);
    const text = seconds >= 0 ? left(seconds) : words.late.replace("{n}", left(-seconds));
    if (time.textContent !== text) time.textContent = text;
    time.classList.toggle("soon", seconds >= 0 && seconds < 300);
    time.classList.toggle("late", seconds < 0);
  }
  for (const time of document.querySelectorAll("time[data-since]")) {
    const seconds = Math.max(0, Math.trunc((now - Number(time.dataset.since)) / 1000));
    time.textContent = left(seconds);
    time.closest(".figure").classList.toggle("loud", seconds >= MINUTE);
  }
  arrange();
  if (document.querySelector("[sse-connect]")) stale.hidden = document.hidden || Date.now() - heard < SILENCE;
}

// A stream that rests while its tab is hidden and catches up afterwards: browsers allow six connections to a
// server, and operators open more tabs than that.
htmx.createEventSource = (url) => {
  const handlers = new Map(), stream = { addEventListener, removeEventListener, close };
  let source, last = "";
  function addEventListener(name, act) {
    if (!handlers.has(name)) handlers.set(name, new Set());
    handlers.get(name).add(act);
    source.addEventListener(name, relay);
  }
  function removeEventListener(name, act) { handlers.get(name)?.delete(act); }
  function relay(event) {
    last = event.lastEventId;
    for (const act of [...handlers.get(event.type)]) act(event);
  }
  function open() {
    source = new EventSource(last ? `${url}${url.includes("?") ? "&" : "?"}since=${encodeURIComponent(last)}` : url);
    source.onopen = (event) => stream.onopen?.(event);
    source.onerror = (event) => stream.onerror?.(event);
    source.addEventListener("out", () => location.reload()); // this post is closed, or another one now
    for (const name of handlers.keys()) source.addEventListener(name, relay);
  }
  function turn() {
    if (document.hidden) source.close();
    else if (source.readyState === EventSource.CLOSED) open();
  }
  function close() {
    document.removeEventListener("visibilitychange", turn);
    source.close();
  }
  Object.defineProperty(stream, "readyState", { get: () => source.readyState });
  document.addEventListener("visibilitychange", turn);
  open();
  return stream;
};

function draw() {
  if (!window.echarts) return;
  for (const place of document.querySelectorAll("[data-series]")) {
    echarts.getInstanceByDom(place)?.dispose();
    const small = place.classList.contains("spark"), data = JSON.parse(place.dataset.series);
    echarts.init(place).setOption({
      animation: false,
      grid: small ? { left: 0, right: 0, top: 4, bottom: 2 } : { left: 48, right: 12, top: 16, bottom: 28 },
      xAxis: { type: "category", show: !small, data: data.map((_, i) => clock.format(Date.now() + offset - (data.length - 1 - i) * STEP)), boundaryGap: false },
      yAxis: { type: "value", show: !small, min: 0, max: (v) => (v.max < 1 ? 1 : null), splitNumber: 3 },
      series: [{ type: "line", data, showSymbol: false, lineStyle: { width: 1.5, color: "#0b6e6e" }, areaStyle: { color: "#0b6e6e", opacity: 0.12 } }],
    });
  }
}

function toast(text) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.hidden = false;
  setTimeout(() => { place.hidden = true; }, 6000);
}

// What a person opened or began to fill in outlives a refresh of what is around it, while they may see it.
const keeps = (node) => node instanceof Element && "keep" in node.dataset;
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) => !(keeps(old) && keeps(fresh));

const on = (name, act) => document.body.addEventListener(name, act);
on("htmx:sseOpen", () => { heard = Date.now(); });
on("htmx:sseBeforeMessage", (event) => { event.preventDefault(); heard = Date.now(); take(event.detail.data); readClock(); tick(); });
on("htmx:sseError", () => { heard = Math.min(heard, Date.now() - SILENCE + 4000); });
on("htmx:afterSettle", () => { readClock(); tick(); draw(); });
on("htmx:afterSwap", (event) => { if (event.detail.target.id === "act") event.detail.target.querySelector("select, input:not([type=hidden]), textarea")?.focus(); });
on("htmx:responseError", () => toast(words.failed));
on("htmx:sendError", () => toast(words.failed));

// As the server sorts: the most urgent first, or the newest.
function precedes(one, other, rows) {
  if ("urgentFirst" in rows.dataset) return one.dataset.order < other.dataset.order;
  return Number(one.dataset.received) > Number(other.dataset.received);
}

// A new row goes where it belongs; where that is behind the page's last one, on the next page.
function place(row, rows) {
  const next = [...rows.children].find((other) => precedes(row, other, rows));
  if (next || !("more" in rows.dataset)) rows.insertBefore(row, next ?? null);
}

// Rows that changed move to their new place, but not under a hand that is about to choose one.
function arrange() {
  const rows = document.getElementById("rows");
  if (!rows || rows.matches(":hover") || rows.contains(document.activeElement)) return;
  const sorted = [...rows.children].sort((a, b) => precedes(b, a, rows) - precedes(a, b, rows));
  sorted.forEach((row, n) => { if (rows.children[n] !== row) rows.insertBefore(row, rows.children[n]); });
  if (sorted.length > LONG) htmx.trigger("#reload", "sse:reload");
}

// Pushed elements replace their namesakes, keeping focus; a new row is added, unless it is only for who shows it.
function take(html) {
  const pushed = document.createElement("template"), rows = document.getElementById("rows");
  pushed.innerHTML = html;
  for (const one of [...pushed.content.children]) {
    const there = document.getElementById(one.id);
    if ("gone" in one.dataset) there?.remove();
    else if (there) Idiomorph.morph(there, one);
    else if (rows && one.matches("tr:not([data-only-shown])")) place(one, rows);
    flash(document.getElementById(one.id));
  }
}

function flash(row) {
  if (row?.matches("tr") && !calm.matches) row.animate([{ backgroundColor: "#fff4cf" }, {}], { duration: 1600, easing: "ease-out" });
}

// A chosen row opens as a whole, not only by its number.
on("click", (event) => {
  const row = event.target.closest("table.cases tbody tr");
  if (row && !event.target.closest("a, button") && !getSelection().toString()) row.querySelector("a").click();
});

readClock();
tick();
setInterval(tick, 1000);
addEventListener("load", draw);
