// `eachBrowser("a sentence", async ({ open }) => …)`: one test per browser, each on a fresh page.
//
// A test that leaves a console error, an uncaught exception or a failed request behind fails, even if all it asserted held;
// one that expects trouble takes it out of `problems` itself. A failed test leaves a screenshot in target/shots.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { launch, wanted } from "./browsers.mjs";
import { dist, newPage, shot, untilReady } from "./page.mjs";
import { serve } from "./server.mjs";

/**
 * @param {string} group what the tests are about
 * @param {(test: (sentence: string, body: Function) => void) => void} define calls `test` once per test;
 *   `body` gets `{ open, name }`, and `await open({ hash, ready, serve, ...look })` gives `{ page, problems, url }`
 * @param {string[]} only the browsers it is for, when not for all
 */
export function eachBrowser(group, define, only = wanted) {
  for (const name of wanted.filter((browser) => only.includes(browser))) {
    describe(`${group} (${name})`, { timeout: 600_000 }, () => {
      let started;
      before(async () => {
        assert.ok(existsSync(join(dist, "index.html")), `${dist} holds no built page: run \`cargo xtask dist\` first`);
        started = await launch(name);
      });
      after(async () => started?.close());
      define((sentence, body) => {
        test(sentence, { timeout: 180_000 }, async () => {
          const opened = [];
          const servers = [];
          const open = async ({ hash = "", ready = true, server: options = {}, ...look } = {}) => {
            const server = await serve(dist, options);
            servers.push(server);
            const seen = await newPage(started.browser, look);
            opened.push(seen);
            const url = server.url + hash;
            await seen.page.goto(url, { waitUntil: "load", timeout: 60_000 });
            if (ready) await untilReady(seen.page);
            return { ...seen, url, requests: server.requests };
          };
          try {
            await body({ open, name });
            for (const { problems } of opened) assert.deepEqual(problems, [], "the page complained");
          } catch (error) {
            const last = opened.at(-1);
            if (last) {
              console.error(`  screenshot: ${await shot(last.page, `failed-${name}-${sentence}`).catch((e) => e.message)}`);
              if (last.problems.length > 0) console.error(`  the page complained: ${last.problems.join("\n    ")}`);
            }
            throw error;
          } finally {
            for (const { page } of opened) await page.close().catch(() => {});
            for (const server of servers) await server.close();
          }
        });
      });
    });
  }
}
