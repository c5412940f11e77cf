// What a job costs on AWS, by the model of docs/scale.md ("The cost of one job"). An estimate.

// Dollars, in us-east-1: a worker's time and ranges of 8 MiB for each byte; the calls of SQS,
// DynamoDB, S3 and Lambda for each part; those of submitting, finishing and asking for each job.
const A_BYTE = 1.16e-13;
const A_PART = 4.0e-6;
const A_JOB = 1.0e-5;

/**
 * Return about how many dollars a job costs.
 * @param {number} bytes
 * @param {number} parts
 */
export function costOf(bytes, parts) {
  return bytes * A_BYTE + parts * A_PART + A_JOB;
}

/**
 * Return an amount in two digits: "$0.00017", "$1.2".
 * @param {number} dollars
 */
export function dollarsOf(dollars) {
  return `$${Number(dollars.toPrecision(2)).toLocaleString("en", { maximumFractionDigits: 20 })}`;
}
