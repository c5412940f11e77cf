// What a job costs on AWS, and how long it takes there: by the model of docs/scale.md. Estimates.

/** Whether somebody pays for what the service does: nobody does where AWS is emulated. */
export const IS_PAID = document.documentElement.dataset.paid === "on";

// Dollars, in us-east-1: a worker's time and ranges of 8 MiB for each byte; the calls of SQS,
// DynamoDB, S3 and Lambda for each part; those of submitting, finishing and asking for each job.
const A_BYTE = 1.16e-13;
const A_PART = 4.0e-6;
const A_JOB = 1.0e-5;
// Seconds and MiB. Workers start, 5 more in each second, up to 1,000; each reads 300 MiB at once,
// and then 75 MiB a second, which is also as fast as one of them sums.
const START = 2;
const WORKERS_A_SECOND = 5;
const MAX_WORKERS = 1000;
const BURST = 300;
const STEADY = 75;
const MIB = 1024 ** 2;

/**
 * Return about how many dollars a job costs.
 * @param {number} bytes
 * @param {number} parts
 */
export function costOf(bytes, parts) {
  return bytes * A_BYTE + parts * A_PART + A_JOB;
}

/**
 * Return about how many seconds a job takes, if no other job runs.
 * @param {number} bytes
 * @param {number} parts
 */
export function secondsOf(bytes, parts) {
  const size = bytes / MIB;
  if (parts === 1) return START + size / STEADY;
  const [burst, steady] = [WORKERS_A_SECOND * BURST, WORKERS_A_SECOND * STEADY];
  const ramp = (Math.sqrt(burst ** 2 + 2 * steady * size) - burst) / steady;
  const last = Math.min(ramp, MAX_WORKERS / WORKERS_A_SECOND);
  const rest = size - burst * last - (steady * last ** 2) / 2;
  return START + last + Math.max(0, rest) / (MAX_WORKERS * STEADY);
}

/**
 * Return an amount in two digits: "$0.00017", "$1.2".
 * @param {number} dollars
 */
export function dollarsOf(dollars) {
  return `$${Number(dollars.toPrecision(2)).toLocaleString("en", { maximumFractionDigits: 20 })}`;
}
