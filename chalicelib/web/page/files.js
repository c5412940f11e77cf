// Choosing a file: dropping one, or picking one of the source.

import { get, isAbort, mayNotList, Problem, setMayNotList } from "./api.js";
import { announce, fill, h, icon } from "./dom.js";
import { hashOfNew } from "./jobs.js";
import { bytes, time } from "./numbers.js";
import { uploads } from "./uploads.js";

const TYPE_PAUSE_MS = 250;
const MAX_EMPTY_PAGES = 10;
const maxUpload = Number(document.documentElement.dataset.maxUpload);
const HINT =
  `Uploads up to ${bytes(maxUpload).replace(".0 ", " ")}; ` +
  "gz, bz2, xz, zst and zip are read as they are. " +
  "Nothing is summed before you have seen how it is read.";

/**
 * Return a panel to choose a file in: the drop zone, and the source if it may be listed.
 * @param {AbortSignal} signal
 */
export function chooser(signal) {
  const panel = h("section", { class: "panel new", "aria-label": "New job" });
  const isListed = document.documentElement.dataset.files === "on" && !mayNotList();
  if (maxUpload > 0) panel.append(dropZone(signal));
  if (!isListed || !(maxUpload > 0)) panel.classList.add("alone");
  if (isListed) addSource(panel, signal);
  return panel;
}

/**
 * Return a zone that uploads what is dropped on it or chosen. A single file is then previewed, if
 * the view is still shown.
 * @param {AbortSignal} signal
 */
export function dropZone(signal) {
  const input = h("input", {
    type: "file",
    multiple: true,
    "aria-label": "Choose a CSV file, or drop one here",
  });
  const zone = h(
    "div",
    { class: "drop" },
    icon("up"),
    h("strong", null, "Drop a CSV file here"),
    h("span", { class: "btn btn-1", "aria-hidden": "true" }, "Choose a file"),
    h("p", null, HINT),
    input,
  );
  const over = (isOver) => zone.classList.toggle("over", isOver);
  zone.addEventListener("dragenter", () => over(true));
  for (const end of ["dragleave", "drop"]) zone.addEventListener(end, () => over(false));
  input.addEventListener("change", () => {
    upload([...input.files], signal);
    input.value = "";
  });
  return zone;
}

async function upload(files, signal) {
  announce(`Uploading ${files.map((file) => file.name).join(", ")}`);
  const done = await Promise.all(files.map((file) => uploads.start(file)));
  const [only] = done;
  if (files.length === 1 && only && !signal.aborted) location.hash = hashOfNew(only.csv);
}

async function addSource(panel, signal) {
  const source = new Source(signal);
  panel.append(source.element); // at once, so that nothing moves later
  try {
    await source.open("");
  } catch (error) {
    if (isAbort(error)) return;
    if (!(error instanceof Problem)) throw error;
    if (error.status === 403) setMayNotList();
    source.element.remove();
    panel.classList.add("alone");
  }
}

/** The files of the source, folder by folder. */
class Source {
  #folder = "";
  #search = "";
  #asked = new AbortController();
  #timer = 0;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#asked.abort();
    signal.addEventListener("abort", () => this.#asked.abort());
    this.crumb = h("nav", { class: "crumb", "aria-label": "Folder" });
    this.list = h("ul", { class: "files", "aria-label": "Files" });
    const input = h("input", {
      class: "in",
      type: "search",
      placeholder: "Find a file",
      "aria-label": "Find a file in the source",
    });
    input.addEventListener("input", () => this.#type(input.value));
    const find = h("div", { class: "find" }, icon("search"), input);
    const head = h("header", null, h("h2", null, "From the source"), this.crumb, find);
    this.element = h("div", { class: "src" }, head, this.list);
  }

  /**
   * Show a folder.
   * @param {string} folder "" or a path that ends with a slash
   */
  async open(folder) {
    this.#folder = folder;
    const page = await this.#first();
    if (!page) return;
    fill(this.crumb, ...this.#crumbs());
    fill(this.list, ...page.folders.map((each) => this.#folderRow(each)), ...this.#fileRows(page));
    if (!page.folders.length && !page.files.length) this.list.prepend(this.#nothing(page));
  }

  /** Return the first page that has anything: a search looks at some files at a time. */
  async #first() {
    let page = await this.#ask("");
    for (let count = 1; count < MAX_EMPTY_PAGES && isContinued(page); count += 1) {
      page = await this.#ask(page.next);
    }
    return page;
  }

  #type(text) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#search = text.trim();
      this.#reopen(this.#folder);
    }, TYPE_PAUSE_MS);
  }

  async #reopen(folder) {
    try {
      await this.open(folder);
    } catch (error) {
      if (!isAbort(error)) fill(this.list, h("li", { class: "blank mut" }, error.message));
    }
  }

  /** Return a page of the folder; null if another one was asked for meanwhile. */
  async #ask(cursor) {
    this.#asked.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const query = new URLSearchParams({ prefix: this.#folder });
    if (this.#search) query.set("search", this.#search);
    if (cursor) query.set("cursor", cursor);
    const { body } = await get(`files?${query}`, { signal: asked.signal });
    return asked.signal.aborted ? null : body;
  }

  #crumbs() {
    const names = this.#folder.split("/").slice(0, -1);
    const links = names.map((name, index) =>
      this.#crumb(name, `${names.slice(0, index + 1).join("/")}/`),
    );
    return names.length ? [this.#crumb("source", ""), ...links].flatMap(withSlash) : [];
  }

  #crumb(name, folder) {
    if (folder === this.#folder) return h("span", null, name);
    return h(
      "button",
      { type: "button", class: "plain", onclick: () => this.#reopen(folder) },
      name,
    );
  }

  #folderRow(folder) {
    const name = folder.slice(this.#folder.length);
    const open = () => this.#reopen(folder);
    const cells = [icon("folder"), h("span", null, name), h("span"), h("span")];
    return h("li", null, h("button", { type: "button", onclick: open }, ...cells));
  }

  #fileRows(page) {
    const rows = page.files.map((file) => this.#fileRow(file));
    return page.next ? [...rows, this.#more(page.next)] : rows;
  }

  #fileRow({ csv, bytes: size, modified_at: modified }) {
    const name = csv.slice(this.#folder.length);
    const cells = [
      icon("file"),
      h("span", { title: csv }, name),
      h("span", null, bytes(size)),
      h("span", null, time(modified, "long")),
    ];
    return h("li", null, h("a", { href: hashOfNew(csv) }, ...cells));
  }

  #more(cursor) {
    const row = h(
      "li",
      { class: "more" },
      h("button", { type: "button", class: "btn btn-0", onclick: show }, "Show more"),
    );
    const rows = (page) => this.#fileRows(page);
    const ask = () => this.#ask(cursor);
    async function show() {
      const page = await ask();
      if (page) row.replaceWith(...rows(page));
    }
    return row;
  }

  #nothing({ next }) {
    const found = `No file here has “${this.#search}” in its name`;
    const text = this.#search ? `${found}${next ? " so far" : ""}.` : "No files here yet.";
    return h("li", { class: "blank mut small" }, text);
  }
}

function isContinued(page) {
  return page?.next && !page.files.length && !page.folders.length;
}

function withSlash(element, index) {
  return index ? [h("span", { "aria-hidden": "true" }, "/"), element] : [element];
}
