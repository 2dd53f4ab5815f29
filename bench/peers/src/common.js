// What all peer programs share. Each prints JSON, one line a message; the last line is its result.
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** Arguments as `name=value`. */
export const options = Object.fromEntries(
  process.argv.slice(2).map((argument) => {
    const at = argument.indexOf('=');
    return [argument.slice(0, at), argument.slice(at + 1)];
  }),
);

/** The most memory that this process ever had in use, in KiB. */
export function peakMemory() {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}

/** The vouchers of a file with one JSON document a line, in batches. `most` vouchers at most. */
export async function* batches(file, size, most = Infinity) {
  let batch = [];
  let left = most;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (left === 0) break;
    left -= 1;
    batch.push(JSON.parse(line));
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Seconds since `begun`, of `performance.now()`. */
export const seconds = (begun) => (performance.now() - begun) / 1000;

/** Runs `work`, but not longer than the option `limit` says; then tells how long it took, how many rows are there, and ends. */
export async function measure(work, rows) {
  const begun = performance.now();
  const limit = new Promise((resolve) => {
    setTimeout(resolve, Number(options.limit) * 1000, true);
  });
  const stopped = await Promise.race([work().then(() => false), limit]);
  const took = seconds(begun);
  say({ seconds: took, stopped, rows: await rows(), peak_kib: peakMemory() });
  process.exit();
}
