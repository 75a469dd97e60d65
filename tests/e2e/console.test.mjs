// The consoles: they answer as redis-cli does, and help whoever types.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";
import { answers, nodeWords, said, still, type, until, valueOf } from "./lib/visitor.mjs";

const START = "#t=6&speed=1&paused=yes";

eachBrowser("the consoles", (test) => {
  test("MIGRATE moves a key to another node, and SHUTDOWN ends the one it has left", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    // Lines wait for the one before them: what the last one is answered says that all have been.
    const says = async (line, answer) => {
      const before = (await said(page)).length;
      await type(page, "redis", line);
      await until(page, `the prompt behind ${line}`, (count) => document.querySelectorAll(".transcript .line").length > count, before);
      if (answer) await answers(page, answer);
      return (await said(page)).at(-1);
    };
    const id = async () => (await says("CLUSTER MYID", '"…')).replaceAll('"', "");
    await says("SET foo bar", "OK");
    const source = await id();
    await says("SET bar 1", "-> Redirected to slot [5061] located at 0001-001:6379");
    const target = await id();
    await says(`CLUSTER SETSLOT 12182 IMPORTING ${source}`);
    await says("GET foo", '"bar"');
    await says(`CLUSTER SETSLOT 12182 MIGRATING ${target}`);
    await says("MIGRATE 0001-001 6379 foo 0 1000");
    await says("GET foo", "-> Redirected to slot [12182] located at 0001-001:6379");
    await says("MIGRATE nowhere 6379 bar 0 1000", "(error) IOERR error or timeout connecting to the client");
    await says("SHUTDOWN");
    await until(page, "a prompt without a node", () => document.querySelector(".prompt").textContent.startsWith("not connected>"));
    const words = await nodeWords(page, "A", "0001-001");
    assert.match(words, /dead/);
  });

  test("redis> answers as redis-cli -c does, redirection included", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    const dialogue = [
      ["SET user:1 Alice", ["0001-001:6379> SET user:1 Alice", "-> Redirected to slot [10778] located at 0002-001:6379", "OK"]],
      ["GET user:1", ["0002-001:6379> GET user:1", '"Alice"']],
      ["GET nosuch{user:1}", ["0002-001:6379> GET nosuch{user:1}", "(nil)"]],
      ["INCR n{user:1}", ["0002-001:6379> INCR n{user:1}", "(integer) 1"]],
      ["INCR user:1", ["0002-001:6379> INCR user:1", "(error) ERR value is not an integer or out of range"]],
      ["GET 'open", ["0002-001:6379> GET 'open", "Invalid argument(s)"]],
    ];
    for (const [line, reply] of dialogue) {
      const before = (await said(page)).length;
      await type(page, "redis", line);
      await until(page, `the answer to ${line}`, (length) => document.querySelectorAll(".transcript .line").length >= length, before + reply.length);
      assert.deepEqual((await said(page)).slice(before), reply);
    }
  });
});

eachBrowser("the consoles, in detail", (test) => {
  test("HELP tells what a command does", async ({ open }) => {
    const { page } = await open({ hash: START });
    await type(page, "redis", "HELP GET");
    await answers(page, "GET key…");
  });

  test("a line that sim> or aws> does not know gets a sentence", async ({ open }) => {
    const { page } = await open({ hash: START });
    await type(page, "sim", "explode");
    await answers(page, "There is no sim command called explode. Try help.");
    await type(page, "sim", "kill 0009-001");
    await until(page, "a sentence on the node", () => [...document.querySelectorAll(".transcript .error")].some((line) => line.textContent.includes("0009-001")));
    await type(page, "aws", "describe-cache-clusters");
    await answers(page, "The control plane is not built yet…");
  });

  test("arrows walk through what was typed before, and back to what was under way", async ({ open }) => {
    const { page } = await open({ hash: START });
    for (const line of ["PING", "DBSIZE"]) await type(page, "redis", line);
    await type(page, "redis", "GET un", { send: false });
    const after = async (key) => {
      await page.keyboard.press(key);
      return valueOf(page, "#entry-redis");
    };
    assert.deepEqual([await after("ArrowUp"), await after("ArrowUp"), await after("ArrowUp")], ["DBSIZE", "PING", "PING"]);
    assert.deepEqual([await after("ArrowDown"), await after("ArrowDown")], ["DBSIZE", "GET un"]);
  });

  test("Tab completes, a grey hint shows the arguments still to come", async ({ open }) => {
    const { page } = await open({ hash: START });
    await type(page, "redis", "CLUSTER KEYS", { send: false });
    await page.keyboard.press("Tab");
    assert.equal((await valueOf(page, "#entry-redis")).trimEnd(), "CLUSTER KEYSLOT");
    await page.click("#entry-redis", { clickCount: 3 });
    await page.keyboard.press("Backspace");
    await type(page, "redis", "SET k", { send: false });
    assert.match(await page.$eval(".ghost-hint", (hint) => hint.textContent), /^\s*value/);
    await type(page, "sim", "kill 0002", { send: false });
    await page.keyboard.press("Tab");
    assert.equal((await valueOf(page, "#entry-sim")).trimEnd(), "kill 0002-001");
  });

  test("three lines that are pasted are three commands", async ({ open }) => {
    const { page } = await open({ hash: START });
    await page.focus("#entry-redis");
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "SET a 1\nINCR a\nGET a\n");
      document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    await answers(page, '"2"');
    const lines = await said(page);
    assert.deepEqual(lines.filter((line) => /> (SET|INCR|GET)/.test(line)).map((line) => line.split("> ")[1]), ["SET a 1", "INCR a", "GET a"]);
    assert.equal(await valueOf(page, "#entry-redis"), "");
  });

  test("Ctrl-L clears, Escape leaves the line", async ({ open }) => {
    const { page } = await open({ hash: START });
    await type(page, "redis", "PING");
    await answers(page, "PONG");
    await page.keyboard.down("Control");
    await page.keyboard.press("l");
    await page.keyboard.up("Control");
    await until(page, "an empty console", () => document.querySelectorAll(".transcript .line").length === 1);
    await page.keyboard.press("Escape");
    assert.notEqual(await page.evaluate(() => document.activeElement.id), "entry-redis");
  });
}, ["chromium"]);
