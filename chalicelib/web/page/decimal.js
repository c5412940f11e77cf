// Exact arithmetic on decimal texts of any length, by BigInt. Nothing here rounds but what says so.

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const SUFFIXES = ["", "K", "M", "B", "T"];

/**
 * Return a decimal number as an integer and the number of its digits after the point.
 * @param {string} text with an optional sign, point and exponent
 * @returns {{units: bigint, scale: number}}
 */
export function decimal(text) {
  const match = NUMBER.exec(text);
  if (!match || !(match[2] || match[3])) throw new TypeError(`${text} is not a number`);
  const [, sign, digits, fraction = "", power = "0"] = match;
  const units = BigInt(digits + fraction);
  return { units: sign === "-" ? -units : units, scale: fraction.length - Number(power) };
}

/**
 * Return the exact difference of two numbers, without zeros at its end.
 * @param {string} left
 * @param {string} right
 */
export function difference(left, right) {
  const { one, other, scale } = aligned(left, right);
  return plain(one - other, scale);
}

/**
 * Return how two numbers are ordered: negative, 0 or positive, as `sort` takes it.
 * @param {string} left
 * @param {string} right
 */
export function compare(left, right) {
  // Rounding keeps the order, so digits decide only between numbers that round alike.
  const rounded = Number(left) - Number(right);
  if (rounded) return rounded;
  const { one, other } = aligned(left, right);
  return one < other ? -1 : Number(one > other);
}

/**
 * Return by how much a number changed, rounded to a hundredth of a percent: "+0.54 %".
 * @param {string} before
 * @param {string} after
 */
export function change(before, after) {
  const { one, other } = aligned(after, before);
  if (!other || one === other) return "";
  const [by, whole] = [abs(one - other), abs(other)];
  const hundredths = (20000n * by + whole) / (2n * whole);
  if (!hundredths) return "< 0.01 %";
  const text = `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")}`;
  return hundredths > 99999999n ? "" : `${one > other ? "+" : "-"}${text} %`;
}

/**
 * Return the sign of a number and the logarithm of its size to the base of 10, which is a double
 * also where the number is none.
 * @param {string} text
 * @returns {{sign: number, log: number}} with 0 and -Infinity for zero
 */
export function magnitude(text) {
  const { units, scale } = decimal(text);
  if (!units) return { sign: 0, log: -Infinity };
  const digits = String(abs(units));
  const log = Math.log10(Number(`0.${digits.slice(0, 17)}`)) + digits.length - scale;
  return { sign: units < 0n ? -1 : 1, log };
}

/**
 * Return a number in three digits for a chart: "9.84B", "-0.012", "1.5e+30".
 * @param {{sign: number, log: number}} of
 */
export function short({ sign, log }) {
  if (!sign) return "0";
  const minus = sign < 0 ? "-" : "";
  const power = Math.floor(log - Math.log10(0.9995)); // of the number in three digits
  if (power < -4 || power > 14) {
    return `${minus}${three(10 ** (log - power))}e${power < 0 ? "" : "+"}${power}`;
  }
  const group = Math.max(0, Math.floor(power / 3));
  return `${minus}${three(10 ** (log - 3 * group))}${SUFFIXES[group]}`;
}

function three(number) {
  return String(Number(number.toPrecision(3)));
}

function aligned(left, right) {
  const [one, other] = [decimal(left), decimal(right)];
  const scale = Math.max(one.scale, other.scale);
  const to = ({ units, scale: own }) => units * 10n ** BigInt(scale - own);
  return { one: to(one), other: to(other), scale };
}

function plain(units, scale) {
  const digits = String(abs(units) * 10n ** BigInt(Math.max(0, -scale)));
  const places = Math.max(0, scale);
  const padded = digits.padStart(places + 1, "0");
  const fraction = padded.slice(padded.length - places).replace(/0+$/, "");
  const text = padded.slice(0, padded.length - places) + (fraction && `.${fraction}`);
  return units < 0n ? `-${text}` : text;
}

function abs(units) {
  return units < 0n ? -units : units;
}
