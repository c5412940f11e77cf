// Signing in with a token.

import { get, Problem, setToken, token } from "../api.js";
import { fill, h } from "../dom.js";
import { feed } from "../feed.js";
import { setTitle } from "../title.js";

const REFUSED = "This token is not valid, or it has expired. Check that all of it was pasted.";

/**
 * Show the view.
 * @param {HTMLElement} root
 * @param {{to?: string, refused?: string}} params the hash to go to then; whether a token that was
 *   stored is not valid any more
 */
export async function show(root, params) {
  setTitle("Sign in");
  const refused = h("p", { class: "err", id: "refused", role: "alert" });
  const input = tokenInput();
  const keep = h("input", { type: "checkbox" });
  const button = h("button", { class: "btn btn-1", type: "submit" }, "Sign in");
  const signIn = async (event) => {
    event.preventDefault();
    button.disabled = true;
    fill(refused, await tried(input.value.trim(), keep.checked));
    button.disabled = false;
    if (token()) leave(params.to);
    else input.focus();
  };
  if (params.refused) fill(refused, REFUSED);
  fill(root, h("div", { class: "sign" }, formOf(signIn, [input, refused, keep, button]), hint()));
  input.focus();
}

function tokenInput() {
  return h("input", {
    class: "in",
    type: "password",
    name: "token",
    required: true,
    autocomplete: "current-password",
    spellcheck: "false",
    placeholder: "csvsum_…",
    "aria-describedby": "hint refused",
  });
}

function formOf(signIn, [input, refused, keep, button]) {
  return h(
    "form",
    { class: "panel", "aria-labelledby": "h-in", onsubmit: signIn },
    h("h1", { id: "h-in" }, "Sign in"),
    h("label", { class: "field" }, h("span", null, "Token"), input),
    refused,
    h("label", { class: "small" }, keep, " Keep me signed in on this device"),
    button,
  );
}

/** Try a token, and keep it if it is right. Return what is wrong. */
async function tried(text, keep) {
  setToken(text, keep);
  try {
    await get("me");
    return "";
  } catch (error) {
    setToken(null);
    if (!(error instanceof Problem)) return REFUSED; // no header can hold such a text
    return error.status === 401 ? REFUSED : error.detail;
  }
}

function leave(to) {
  feed.restart();
  location.hash = to?.startsWith("#/") && !to.startsWith("#/login") ? to : "#/";
}

function hint() {
  return h(
    "p",
    { class: "small mut", id: "hint" },
    "A token begins with ",
    h("code", null, "csvsum_"),
    ". The operator of this service creates one with ",
    h("code", null, "make token"),
    ". Unless you stay signed in, it is forgotten when this tab is closed.",
  );
}
