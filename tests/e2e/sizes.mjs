// `node sizes.mjs [FOLDER]`: the sizes of the built page.
import { dist } from "./lib/page.mjs";
import { sizeTable } from "./lib/sizes.mjs";

console.log(sizeTable(process.argv[2] ?? dist));
