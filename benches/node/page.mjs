// The engine as WebAssembly in the browsers: the same race as in Node.
// Usage: node page.mjs FOLDER, where FOLDER/glue holds wasm-bindgen's output for the web. BROWSERS names the browsers.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { launch, wanted } from "../../tests/e2e/lib/browsers.mjs";
import { serve } from "../../tests/e2e/lib/server.mjs";

const [folder] = process.argv.slice(2);
const script = `
  import RedisMock from "ioredis-mock/browser.js";
  import { alone, race } from "./race.mjs";
  import * as glue from "./glue/slotscope_node.js";
  window.race = async () => {
    await glue.default();
    return { table: await race(RedisMock, glue), time: alone(glue) };
  };
`;
await build({
  stdin: { contents: script, resolveDir: import.meta.dirname },
  bundle: true,
  format: "esm",
  outfile: join(folder, "page.js"),
  external: ["./glue/*"],
  // What ioredis-mock takes along for scripts looks for a file system while it is loaded, and does without.
  banner: { js: "globalThis.require = () => ({});" },
  logLevel: "warning",
});
writeFileSync(join(folder, "index.html"), '<!doctype html><title>race</title><script type="module" src="page.js"></script>');

const server = await serve(folder);
try {
  for (const name of wanted) {
    const { browser, close } = await launch(name);
    try {
      const page = await browser.newPage();
      page.on("pageerror", (error) => console.error(String(error)));
      await page.goto(server.url);
      await page.waitForFunction("window.race");
      const { table, time } = await page.evaluate("race()");
      console.log(`${await browser.version()}\n${table}\n\nGET and SET inside the engine: ${time.toFixed(0)} ns each\n`);
    } finally {
      await close();
    }
  }
} finally {
  await server.close();
}
