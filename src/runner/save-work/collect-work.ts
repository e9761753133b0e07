/** The program that collects the agent's work inside its sandbox: the job comes on standard input, the answer and the bundle go to standard output. */
import { mkdtemp, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Job } from "../../domain/job.ts";
import { bundleBytes, collectWork } from "./work.ts";
import type { Collected } from "./save-work.ts";

const clone = process.argv[2];
if (clone === undefined) throw new Error("usage: collect-work <clone>, with the job on standard input");
const job = Job.parse(JSON.parse(await text(process.stdin)));
// A new folder: what lies in this home is the agent's.
const temp = await mkdtemp(join(homedir(), "gza-work-"));
try {
  const work = await collectWork({ clone, temp }, job);
  const hasBundle = work.kind === "work" && work.commits > 0;
  const bundle = hasBundle ? await bundleBytes(temp, job) : Buffer.alloc(0);
  const collected: Collected = work.kind === "work" ? { ...work, bytes: bundle.length } : work;
  process.stdout.write(`${JSON.stringify(collected)}\n`);
  process.stdout.write(bundle);
} finally {
  await rm(temp, { recursive: true, force: true });
}
