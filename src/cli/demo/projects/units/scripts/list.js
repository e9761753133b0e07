/** Writes docs/list.json: the names of all converters. */
import { writeFileSync } from "node:fs";
import { CONVERTERS } from "../src/units.js";

const names = Object.keys(CONVERTERS).toSorted();
writeFileSync(new URL("../docs/list.json", import.meta.url), `${JSON.stringify(names, null, 2)}\n`);
