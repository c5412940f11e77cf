// What may make the sums of two jobs differ though the data do not.

import { columnsText, nameOfOption, optionText } from "./account.js";
import { h, icon } from "./dom.js";

const OF_COLUMNS = ["step", "first", "columns"];

/**
 * Return a warning if two jobs read their files in different ways.
 * @param {Object} left
 * @param {Object} right
 */
export function cautions(left, right) {
  const texts = [
    ...optionTexts(left.options, right.options),
    ...dialectTexts(left.dialect ?? {}, right.dialect ?? {}),
  ];
  if (!texts.length) return null;
  const items = texts.map((text) => h("li", null, text));
  const said = h("b", null, "The two files were read in different ways.");
  return h(
    "div",
    { class: "note note-warn" },
    icon("warn"),
    h("div", null, h("p", null, said), h("ul", null, items)),
  );
}

function optionTexts(before, after) {
  const others = Object.keys(after).filter((name) => !OF_COLUMNS.includes(name));
  const differs = (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  const columns = OF_COLUMNS.some(differs)
    ? [["Columns", columnsText(before), columnsText(after)]]
    : [];
  const rest = others.filter(differs);
  const pairs = rest.map((name) => [
    nameOfOption(name),
    optionText(before[name] ?? null),
    optionText(after[name]),
  ]);
  return [...columns, ...pairs].map(([name, one, other]) =>
    against(`Option ${name.toLowerCase()}`, one, other),
  );
}

function dialectTexts(before, after) {
  const names = Object.keys(after).filter((name) => before[name]?.found !== after[name].found);
  return names.map((name) =>
    against(
      `${nameOfOption(name)} as found`,
      optionText(before[name]?.found ?? null),
      optionText(after[name].found),
    ),
  );
}

function against(name, before, after) {
  return [
    name,
    ": ",
    h("code", null, before || "none"),
    " against ",
    h("code", null, after || "none"),
  ];
}
