// The engine as WebAssembly beside ioredis-mock on one mixed workload: the same in Node and in a page.

import { Client } from "./server.mjs";

const COMMANDS = 100_000;
const ROUNDS = 7;

/** The same words for both: strings, counters, lists, hashes, sets, sorted sets; reads and writes by halves. */
function workload(count) {
  let state = 1;
  const below = (n) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
  const kinds = [
    (k) => ["SET", `string:${k}`, `value of ${k}`],
    (k) => ["GET", `string:${k}`],
    (k) => ["GET", `string:${k}`],
    (k) => ["INCR", `counter:${k}`],
    (k) => ["LPUSH", `list:${k % 100}`, `element ${k}`],
    (k) => ["LRANGE", `list:${k % 100}`, "0", "9"],
    (k) => ["HSET", `hash:${k % 100}`, `field:${k}`, `value of ${k}`],
    (k) => ["HGET", `hash:${k % 100}`, `field:${k}`],
    (k) => ["SADD", `set:${k % 100}`, `member:${k}`],
    (k) => ["SISMEMBER", `set:${k % 100}`, `member:${k}`],
    (k) => ["ZADD", `zset:${k % 100}`, `${k}`, `member:${k}`],
    (k) => ["ZRANGE", `zset:${k % 100}`, "0", "9"],
    (k) => ["EXPIRE", `string:${k}`, "1000"],
    (k) => ["EXISTS", `string:${k}`],
  ];
  return Array.from({ length: count }, () => kinds[below(kinds.length)](below(1000)));
}

/** Throws unless both give the same replies: else they would not run the same race. */
async function compare(RedisMock, glue, commands) {
  const redis = new RedisMock();
  await redis.flushall();
  const client = new Client(glue);
  const replies = client.batch(commands);
  for (const [at, [name, ...words]] of commands.entries()) {
    const [ours, theirs] = [replies[at], await redis[name.toLowerCase()](...words)].map((reply) => JSON.stringify(reply));
    if (ours !== theirs) throw new Error(`${name} ${words.join(" ")}: the engine says ${ours}, ioredis-mock ${theirs}`);
  }
  client.free();
  redis.disconnect();
}

/**
 * Runs the workload in each way, from an empty server each time, and answers a table of the times.
 * @param RedisMock the class that ioredis-mock exports
 * @param glue what wasm-bindgen made of src/lib.rs
 */
export async function race(RedisMock, glue) {
  const commands = workload(COMMANDS);
  await compare(RedisMock, glue, commands.slice(0, 5_000));
  const ways = {
    "ioredis-mock, a call each": async () => {
      const redis = new RedisMock();
      await redis.flushall();
      for (const [name, ...words] of commands) await redis[name.toLowerCase()](...words);
      redis.disconnect();
    },
    "ioredis-mock, pipelines of 100": async () => {
      const redis = new RedisMock();
      await redis.flushall();
      for (let at = 0; at < commands.length; at += 100) {
        const pipeline = redis.pipeline();
        for (const [name, ...words] of commands.slice(at, at + 100)) pipeline[name.toLowerCase()](...words);
        await pipeline.exec();
      }
      redis.disconnect();
    },
    "engine, a typed call each": () => {
      const client = new Client(glue);
      for (const argv of commands) client.call(argv);
      client.free();
    },
    "engine, batches of 100": () => {
      const client = new Client(glue);
      for (let at = 0; at < commands.length; at += 100) client.batch(commands.slice(at, at + 100));
      client.free();
    },
  };
  /** The best of some rounds, in turn: what else the machine does disturbs all alike, and only ever makes a run longer. */
  const best = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(ways)) {
      const begin = performance.now();
      await run();
      const time = ((performance.now() - begin) * 1e6) / commands.length;
      best[name] = Math.min(best[name] ?? Infinity, time);
    }
  }
  const [calls, pipelines] = Object.values(best);
  const line = (title, figures) => title.padEnd(34) + figures.map((figure) => figure.padStart(18)).join("");
  const figures = (time) => [time.toFixed(0), (calls / time).toFixed(1), (pipelines / time).toFixed(1)];
  return [
    line(`mixed workload, ${COMMANDS} commands`, ["ns/command", "beside calls", "beside pipelines"]),
    ...Object.entries(best).map(([name, time]) => line(name, figures(time))),
  ].join("\n");
}

/** The time of a GET or a SET inside the engine, in nanoseconds, without JavaScript in between. */
export function alone(glue) {
  const server = new glue.Server();
  server.alone(COMMANDS);
  return Math.min(...Array.from({ length: 5 }, () => server.alone(10 * COMMANDS)));
}
