// Pictures of the page: 1440×900 and 390×844, dark and light, into target/shots.
//
//   node shots.mjs [--hash '#…'] [--wait SECONDS] [--name PREFIX] [--url ADDRESS] [--browser firefox] [--run 'JavaScript']
//
// Without --url it serves the built page (dist/, or the folder DIST names) itself.
import { parseArgs } from "node:util";
import { launch } from "./lib/browsers.mjs";
import { dist, newPage, shot, untilReady } from "./lib/page.mjs";
import { serve } from "./lib/server.mjs";

const { values } = parseArgs({
  options: {
    hash: { type: "string", default: "" },
    wait: { type: "string", default: "2" },
    name: { type: "string", default: "page" },
    url: { type: "string" },
    browser: { type: "string", default: "chromium" },
    run: { type: "string" },
  },
});
const server = values.url ? null : await serve(dist);
let failed = false;
try {
  for (const dark of [true, false]) {
    const { browser, close } = await launch(values.browser, { dark });
    for (const [size, look] of [["1440x900", { width: 1440, height: 900 }], ["390x844", { width: 390, height: 844, touch: true }]]) {
      const { page, problems } = await newPage(browser, { ...look, dark });
      await page.goto((values.url ?? server.url) + values.hash, { waitUntil: "load" });
      await untilReady(page).catch(() => problems.push('the page did not say it was ready (<html data-ready="1">) in time'));
      if (values.run) await page.evaluate(values.run);
      await new Promise((resolve) => setTimeout(resolve, Number(values.wait) * 1000));
      console.log(await shot(page, `${values.name}-${size}-${dark ? "dark" : "light"}`));
      for (const problem of problems) console.error(`  ${problem}`);
      failed ||= problems.length > 0;
      await page.close();
    }
    await close();
  }
} finally {
  await server?.close();
}
process.exit(failed ? 1 : 0);
