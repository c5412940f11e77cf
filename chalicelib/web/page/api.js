// Requests to the API. Paths are relative to the page, so that they are right below any prefix.

const TOKEN = "csvsum-token";
const MAY_NOT_LIST = "csvsum-may-not-list";
const WAIT_SECONDS = 20;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;
const PASSING = new Set([0, 429, 500, 502, 503, 504]);

let clockAhead = 0; // milliseconds by which the service's clock is ahead of this one

/** Events: `signin` (a token is needed), `reach` (whether the API answers), `refused` (why not). */
export const events = new EventTarget();

/** A reply that is an error, or no reply. The detail is a sentence for people. */
export class Problem extends Error {
  /**
   * @param {number} status of HTTP; 0 if there was no reply
   * @param {{code?: string, detail?: string}} body
   */
  constructor(status, body) {
    super(body.detail ?? `The service replied with status ${status}.`);
    this.status = status;
    this.code = body.code ?? "";
    this.detail = this.message;
    this.body = body;
  }

  /** Whether the same request may succeed later. */
  get passes() {
    return PASSING.has(this.status);
  }
}

/**
 * Get a path. With an `etag`, the status is 304 if nothing has changed; with `wait` as well, the
 * reply comes once something has, or after so many seconds.
 * @param {string} path
 * @param {{signal?: AbortSignal, etag?: string|null, wait?: number}} [options]
 * @returns {Promise<{status: number, body: any, etag: string|null}>}
 * @throws {Problem}
 */
export async function get(path, { signal, etag, wait } = {}) {
  const headers = etag ? { "If-None-Match": etag } : {};
  const query = wait ? `${path.includes("?") ? "&" : "?"}wait=${wait}` : "";
  return send("GET", path + query, { headers, signal });
}

/**
 * Post JSON.
 * @param {string} path
 * @param {unknown} body
 * @param {{signal?: AbortSignal, key?: string}} [options] `key`: see Idempotency-Key
 * @returns {Promise<{status: number, body: any, etag: string|null}>}
 * @throws {Problem}
 */
export async function post(path, body, { signal, key } = {}) {
  const headers = { "Content-Type": "application/json", ...(key && { "Idempotency-Key": key }) };
  return send("POST", path, { headers, signal, body: JSON.stringify(body) });
}

/**
 * Send DELETE.
 * @param {string} path
 * @returns {Promise<{status: number, body: any, etag: string|null}>}
 * @throws {Problem}
 */
export async function del(path) {
  return send("DELETE", path, { headers: {} });
}

/**
 * Yield the body of a path, and each new one, until the signal aborts. No request is sent while
 * nothing changes: each waits for news. Errors that pass are waited for.
 * @param {string} path one that takes `wait` and If-None-Match
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<any>}
 * @throws {Problem} one that does not pass
 */
export async function* news(path, signal) {
  let etag = null;
  let pause = 0;
  while (!signal.aborted) {
    const asked = performance.now();
    const reply = await attempt(path, { signal, etag, wait: etag ? WAIT_SECONDS : 0 });
    if (signal.aborted) return;
    if (reply?.status === 200) {
      etag = reply.etag;
      yield reply.body;
    }
    pause = reply ? 0 : Math.min(Math.max(2 * pause, FIRST_PAUSE_MS), MAX_PAUSE_MS);
    const cannotWait = reply?.status === 304 || !etag; // a proxy may take the tag away
    const isQuick = cannotWait && performance.now() - asked < FIRST_PAUSE_MS;
    await sleep(isQuick ? Math.max(pause, FIRST_PAUSE_MS) : pause, signal);
  }
}

/**
 * Sleep, or until the signal aborts.
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    if (!(milliseconds > 0) || signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Return the present moment of the service's clock, in milliseconds since 1970. */
export function now() {
  return Date.now() + clockAhead;
}

/** Return the token, or null. */
export function token() {
  return (
    stores()
      .map((store) => store.getItem(TOKEN))
      .find(Boolean) ?? null
  );
}

/**
 * Store a token, or with null forget it.
 * @param {string|null} text
 * @param {boolean} [keep] also after this tab is closed
 */
export function setToken(text, keep = false) {
  for (const store of stores()) for (const key of [TOKEN, MAY_NOT_LIST]) store.removeItem(key);
  if (text) (keep ? localStorage : sessionStorage).setItem(TOKEN, text);
}

/** Return whether the client was refused the right to list the source. */
export function mayNotList() {
  return stores().some((store) => store.getItem(MAY_NOT_LIST));
}

/** Remember that the client was refused the right to list the source. */
export function setMayNotList() {
  stores()[0]?.setItem(MAY_NOT_LIST, "1");
}

/**
 * Whether an error is only that its request was aborted.
 * @param {unknown} error
 */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

async function attempt(path, options) {
  try {
    return await get(path, options);
  } catch (error) {
    if (isAbort(error) || (error instanceof Problem && error.passes)) return null;
    throw error;
  }
}

async function send(method, path, { headers, signal, body }) {
  const given = token();
  const response = await reply(path.replace(/^\//, ""), {
    method,
    body,
    signal,
    headers: { ...headers, ...(given && { Authorization: `Bearer ${given}` }) },
    cache: "no-store",
  });
  const content = await contentOf(response);
  if (response.ok || response.status === 304) {
    return { status: response.status, body: content, etag: response.headers.get("ETag") };
  }
  if (response.status === 401) events.dispatchEvent(new Event("signin"));
  throw new Problem(response.status, content ?? {});
}

async function reply(path, request) {
  try {
    const response = await fetch(path, request);
    reached(true);
    compareClocks(response.headers.get("Date"));
    return response;
  } catch (error) {
    if (isAbort(error)) throw error;
    reached(false);
    throw new Problem(0, { code: "unreachable", detail: "The service does not answer." });
  }
}

async function contentOf(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null; // a proxy's page
  }
}

function compareClocks(date) {
  const ahead = Date.parse(date ?? "") - Date.now();
  // The header has full seconds, and the reply took some time: less says nothing.
  clockAhead = Math.abs(ahead) > 2000 ? ahead : 0;
}

function reached(isReached) {
  events.dispatchEvent(new CustomEvent("reach", { detail: isReached }));
}

function stores() {
  try {
    return [sessionStorage, localStorage];
  } catch {
    return []; // storage is off
  }
}
