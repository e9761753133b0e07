/** `node test/history/main.ts <path> [--changes N] [--json]`: lands the last changes of a real repository as tasks, and reports. */
import { parseArgs } from "node:util";
import { tableOf } from "./report.ts";
import { runHistory } from "./run-history.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changes: { type: "string", default: "10" },
    json: { type: "boolean", default: false },
  },
});
const [path] = positionals;
const changes = Number(values.changes);
if (path === undefined || !Number.isInteger(changes) || changes < 1) {
  console.error(
    "Say which repository, and how many of its changes: npm run history -- <path> [--changes 10] [--json]",
  );
  process.exit(2);
}
try {
  const report = await runHistory({ path, changes });
  console.log(tableOf(report));
  if (values.json) console.log(JSON.stringify(report));
  process.exitCode = report.faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
