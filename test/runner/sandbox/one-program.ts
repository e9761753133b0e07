/** Opens the sandbox that its argument names, says which it got, runs a program in it and prints what that says: to be started in a sandbox. */
import { openedSandbox, opening } from "./opened.ts";

const [wanted = "auto", text = "true"] = process.argv.slice(2);
if (wanted !== "auto" && wanted !== "uid") throw new Error(`no sandbox is called ${wanted}`);
const opened = await openedSandbox({ open: opening(wanted) });
process.stdout.write(`${opened.sandbox.kind}\n`);
const group = opened.start(text);
group.child.stdout.pipe(process.stdout);
group.child.stderr.pipe(process.stderr);
await group.exit;
await group.sweep();
await opened.close();
