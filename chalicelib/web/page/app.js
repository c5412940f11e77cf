// Starts the page, and shows the view that the URL names.

import { events, get, setToken, token } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { feed } from "./feed.js";
import { zone } from "./numbers.js";
import { setTitle } from "./title.js";

const ID = "[0-9a-f]{32}";
/** Routes: the part of the hash before its query, the view, the names of its groups. */
const ROUTES = [
  [/^$/, "overview", []],
  [/^new$/, "new", []],
  [new RegExp(`^jobs/(${ID})$`), "job", ["id"]],
  [/^compare$/, "compare", []],
  [new RegExp(`^compare/(${ID})/(${ID})$`), "compare", ["left", "right"]],
  [/^login$/, "login", []],
  [/^terminal$/, "terminal", []],
];
const TROUBLE_AFTER_MS = 1500;
const { auth } = document.documentElement.dataset;
const main = document.getElementById("main");
const trouble = document.getElementById("trouble");

let shown = new AbortController();
let isFirst = true;
let shownToken = null;
let troubleTimer = 0;

/**
 * Return the view and the parameters of a hash.
 * @param {string} hash like "#/jobs/<id>?tab=parts"
 * @returns {{view: string, params: Object<string, string>}}
 */
export function route(hash) {
  const [path, query] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  for (const [pattern, view, names] of ROUTES) {
    const match = pattern.exec(path);
    if (match) return { view, params: paramsOf(names, match, query) };
  }
  return { view: "missing", params: {} };
}

function paramsOf(names, match, query) {
  const inPath = names.map((name, index) => [name, match[index + 1]]);
  return { ...Object.fromEntries(new URLSearchParams(query ?? "")), ...Object.fromEntries(inPath) };
}

async function show() {
  shown.abort();
  const controller = new AbortController();
  shown = controller;
  const { view, params } = auth === "iam" ? { view: "signed", params: {} } : route(location.hash);
  markCurrent(view);
  const root = h("div", { class: "view" });
  try {
    const module = await load(view);
    if (controller.signal.aborted) return;
    enter(root);
    await module.show(root, params, controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) fail(root, error);
  }
}

async function load(view) {
  try {
    return await import(`./views/${view}.js`);
  } catch (error) {
    console.warn(error);
    throw new Error(
      "A part of this page could not be loaded. Reload the page; there may be a newer version.",
    );
  }
}

function enter(root) {
  fill(main, root);
  window.scrollTo(0, 0);
  if (!isFirst) main.focus({ preventScroll: true });
  isFirst = false;
}

function fail(root, error) {
  if (error.status === 401) return; // the event has led to the login
  if (!root.isConnected) enter(root);
  setTitle("Error");
  fill(
    root,
    h("h1", null, "This page cannot be shown"),
    h("p", { class: "mut", role: "alert" }, error.message),
  );
  if (!error.status) console.error(error);
}

function markCurrent(view) {
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function showLive() {
  const number = feed.inProgress;
  const live = document.getElementById("live");
  live.hidden = number === 0;
  live.setAttribute("aria-label", `${number} in progress`);
  fill(document.getElementById("live-count"), number, h("span", { class: "m-no" }, " in progress"));
  showClient();
}

async function showClient() {
  const given = token();
  if (given === shownToken) return;
  shownToken = given;
  document.getElementById("sign-out").hidden = given === null;
  const client = given && (await get("me")).body.client;
  fill(document.getElementById("client"), client);
}

function askForToken() {
  const { view } = route(location.hash);
  if (view === "login") return;
  const query = new URLSearchParams({ to: location.hash, refused: token() ? "1" : "" });
  location.hash = `#/login?${query}`;
}

function signOut() {
  setToken(null);
  showClient();
  feed.restart();
  location.hash = "#/login";
}

function showReach({ detail: isReached }) {
  clearTimeout(troubleTimer);
  if (isReached) fill(trouble);
  else troubleTimer = setTimeout(showUnreachable, TROUBLE_AFTER_MS);
}

function showUnreachable() {
  showTrouble("The service does not answer.", "This page keeps trying; what it shows may be old.");
}

function showRefusal({ detail: problem }) {
  if (problem.status !== 401) showTrouble("The service refuses to list jobs.", problem.detail);
}

function showTrouble(what, more) {
  const text = h("p", null, h("b", null, what), " ", more);
  fill(trouble, h("div", { class: "note note-warn" }, icon("warn"), text));
}

function skip(event) {
  event.preventDefault(); // the hash names the view
  main.focus();
}

function start() {
  document.getElementById("zone").textContent = `Times are in your zone, ${zone}`;
  document.getElementById("skip").addEventListener("click", skip);
  document.getElementById("sign-out").addEventListener("click", signOut);
  window.addEventListener("hashchange", show);
  events.addEventListener("signin", askForToken);
  events.addEventListener("reach", showReach);
  events.addEventListener("refused", showRefusal);
  feed.addEventListener("change", showLive);
  if (auth !== "iam") feed.start();
  show();
}

start();
