/** `actions/setup-node`: the Node that runs the playground, which every step has first on its `PATH` anyway. */
import { dirname } from "node:path";
import type { Execution } from "../steps.ts";

export async function setupNode({ session, outputs }: Execution): Promise<void> {
  session.paths.unshift(dirname(process.execPath));
  outputs["node-version"] = process.version;
  outputs["cache-hit"] = "false";
  session.log.write(`node: ${process.version}`);
}
