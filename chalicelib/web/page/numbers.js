// Numbers, sizes and times for people. Digits are grouped by margins, so that copies are plain.

import { h } from "./dom.js";

const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"];
const DAY_MS = 86_400_000;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const EXACT_CLOCK = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = format({ day: "numeric", month: "short" });
const YEAR = format({ day: "numeric", month: "short", year: "numeric" });
const FULL = format({ dateStyle: "full", timeStyle: "long" });

/** The name of the reader's time zone. */
export const zone = ZONE;

/**
 * Return a number in all its digits; its text is the number as it was given.
 * @param {string} text digits with an optional minus, point and fraction
 * @returns {HTMLElement}
 */
export function exact(text) {
  const [, sign, digits, fraction] = /^(-?)(\d*)(.*)$/s.exec(text);
  return h("span", { class: "n" }, sign, groups(digits), h("span", { class: "f" }, fraction));
}

/**
 * Return an integer, grouped.
 * @param {number} number
 * @returns {HTMLElement}
 */
export function count(number) {
  return h("span", { class: "n" }, number < 0 ? "-" : "", groups(String(Math.abs(number))));
}

/**
 * Return a number and its noun: "1 column", "3 columns".
 * @param {number} number
 * @param {string} singular
 * @param {string} [plural]
 */
export function counted(number, singular, plural = `${singular}s`) {
  return `${number} ${number === 1 ? singular : plural}`;
}

/**
 * Return an ordinal number: "1st", "10th".
 * @param {number} number
 */
export function ordinal(number) {
  const teens = number % 100 > 10 && number % 100 < 14;
  const end = teens ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${end}`;
}

/**
 * Return a size in SI units: "12.4 GB".
 * @param {number} number of bytes
 */
export function bytes(number) {
  const [value, unit] = scaled(number);
  return `${value} ${unit}`;
}

/**
 * Return a part of a size in the unit of the total: "39.9 of 61.4 GB".
 * @param {number} part in bytes
 * @param {number} total in bytes
 */
export function bytesOf(part, total) {
  const [value, unit, power] = scaled(total);
  return `${inUnit(part, power)} of ${value} ${unit}`;
}

/**
 * Return a rate: "412 MB/s".
 * @param {number} bytesPerSecond
 */
export function rate(bytesPerSecond) {
  return `${bytes(bytesPerSecond)}/s`;
}

/**
 * Return a duration: "9 ms", "0.4 s", "31.2 s", "1:37 min", "2:05 h".
 * @param {number} number of seconds
 */
export function seconds(number) {
  if (number < 0.0995) return `${Math.round(1000 * number)} ms`;
  if (number < 59.95) return `${number.toFixed(1)} s`;
  if (number < 3599.5) return `${sexagesimal(Math.round(number))} min`;
  return `${sexagesimal(Math.round(number / 60))} h`;
}

/**
 * Return a duration that is only estimated: "52 s", "4 min", "3 h".
 * @param {number} number of seconds
 */
export function about(number) {
  if (number < 90) return `${Math.max(1, Math.round(number))} s`;
  if (number < 5400) return `${Math.round(number / 60)} min`;
  return `${Math.round(number / 3600)} h`;
}

/**
 * Return a moment in the reader's zone: today's as a time, others as a day.
 * @param {string} iso in UTC
 * @param {"short"|"long"|"clock"} [kind] `long` has day and time, `clock` hours to seconds
 * @returns {HTMLTimeElement}
 */
export function time(iso, kind = "short") {
  const moment = new Date(iso);
  const texts = { short: short(moment), long: long(moment), clock: EXACT_CLOCK.format(moment) };
  return h("time", { datetime: iso, title: FULL.format(moment) }, texts[kind]);
}

function format(options) {
  return new Intl.DateTimeFormat("en-GB", options);
}

function short(moment) {
  const now = new Date();
  if (isSameDay(moment, now)) return CLOCK.format(moment);
  return (moment.getFullYear() === now.getFullYear() ? DAY : YEAR).format(moment);
}

function long(moment) {
  const now = new Date();
  if (isSameDay(moment, now)) return `today, ${CLOCK.format(moment)}`;
  if (isSameDay(moment, new Date(now - DAY_MS))) return `yesterday, ${CLOCK.format(moment)}`;
  const day = moment.getFullYear() === now.getFullYear() ? DAY : YEAR;
  return `${day.format(moment)}, ${CLOCK.format(moment)}`;
}

function isSameDay(one, other) {
  return one.toDateString() === other.toDateString();
}

function groups(digits) {
  const first = digits.length % 3 || 3;
  const rest = digits.slice(first).match(/.{3}/g) ?? [];
  return [digits.slice(0, first), ...rest.map((group) => h("span", { class: "g" }, group))];
}

function scaled(number) {
  let power = 0;
  while (power < UNITS.length - 1 && Math.abs(number) >= 999.5 * 1000 ** power) power += 1;
  return [inUnit(number, power), unitOf(number, power), power];
}

function unitOf(number, power) {
  return power === 0 && number === 1 ? "byte" : UNITS[power];
}

function inUnit(number, power) {
  const value = number / 1000 ** power;
  return power === 0 || value >= 99.95 ? String(Math.round(value)) : value.toFixed(1);
}

function sexagesimal(number) {
  return `${Math.floor(number / 60)}:${String(number % 60).padStart(2, "0")}`;
}
