// Builds elements. A text always becomes a text node, so that nothing in a file is taken as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an HTML element.
 * @param {string} tag
 * @param {Object<string, unknown>|null} [attributes] `onclick` and the like are listeners; false,
 *   null and undefined leave an attribute out; true is an attribute without a value.
 * @param {...(Node|string|number|Array|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/**
 * Return an SVG element; the arguments are those of `h`.
 * @returns {SVGElement}
 */
export function svg(tag, attributes, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * Replace the children of an element.
 * @returns {Element} the element
 */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/**
 * Return one of the icons of index.html, which say nothing to screen readers.
 * @param {string} name without its prefix `i-`
 * @param {string} [more] further classes
 */
export function icon(name, more = "") {
  const use = svg("use", { href: `#i-${name}` });
  return svg("svg", { class: `i ${more}`.trim(), "aria-hidden": "true" }, use);
}

/**
 * Return the path to a page: the list of jobs, and the page itself.
 * @param {string} text
 */
export function crumb(text) {
  return h(
    "nav",
    { class: "crumb", "aria-label": "You are here" },
    h("a", { href: "#/" }, "Jobs"),
    h("span", { "aria-hidden": "true" }, "/"),
    h("span", null, text),
  );
}

/**
 * Return a panel with a heading.
 * @param {string} id of the heading
 * @param {string} title
 * @param {Node|string} about what is said beside it
 * @param {...(Node|Array|false)} content
 */
export function panel(id, title, about, ...content) {
  const header = h("header", null, h("h2", { id }, title), about && h("p", null, about));
  return h("section", { class: "panel", "aria-labelledby": id }, header, content);
}

/**
 * Have screen readers say a text once they are done with what they say.
 * @param {string} text
 */
export function announce(text) {
  const status = document.getElementById("status");
  if (status.textContent !== text) status.textContent = text;
}

/**
 * Return a button that copies a text, and says so.
 * @param {() => string} text returns what to copy
 * @param {string} label
 * @param {...(Node|string)} content what the button shows; by default, an icon
 */
export function copyButton(text, label, ...content) {
  const shown = content.length ? content : [icon("copy")];
  const button = h("button", { class: content.length ? "btn" : "btn btn-0 btn-i", type: "button" });
  if (!content.length) button.setAttribute("aria-label", label);
  button.addEventListener("click", async () => {
    await copy(text());
    announce("Copied");
    fill(button, icon("check"), content.length ? "Copied" : null);
    setTimeout(() => fill(button, ...shown), 1500);
  });
  return fill(button, ...shown);
}

/**
 * Put a text into the clipboard, also where the page is not a secure context.
 * @param {string} text
 */
export async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = h("textarea", { class: "vh" }, text);
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) set(element, name, value);
  element.append(...present(children));
  return element;
}

function set(element, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else element.setAttribute(name, value === true ? "" : String(value));
}

function present(children) {
  const is = (child) => child !== null && child !== undefined && child !== false;
  return children
    .flat(Infinity)
    .filter(is)
    .map((child) => (typeof child === "number" ? String(child) : child));
}
