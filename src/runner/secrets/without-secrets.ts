/** The last look at what the agent's workflow job hands over: nothing leaves it that holds a value which the run itself knows. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { WHOLE_WORK, type Refusal } from "../../domain/guard.ts";
import type { Job } from "../../domain/job.ts";
import { branchRef } from "../../domain/names.ts";
import { readBundle, unbundle } from "../git/bundle.ts";
import { git } from "../git/git.ts";
import type { Inputs } from "../inputs.ts";
import { openPlain } from "../open-plain.ts";
import { head } from "../plain-text.ts";
import { beforeAttempt, WORK_BRANCH } from "../prepare.ts";
import { BUNDLE_FILE, LOG_FILE, RawReport } from "../raw-report.ts";
import { linkObjects } from "../save-work/link-objects.ts";
import { SESSION_FILE } from "../attempt/sessions.ts";
import { writeBundle } from "../save-work/work.ts";
import { cleanStrings } from "./clean-strings.ts";
import { findSecrets } from "./find-secrets.ts";
import { kindsOf, withoutFound } from "./found-secret.ts";
import { KNOWN_KIND, knownValues, type KnownValues } from "./known-values.ts";
import { secretsInCommits } from "./secrets-in-commits.ts";

interface HandedOver {
  inputs: Pick<Inputs, "clone" | "temp" | "handOver">;
  job: Job;
}

const MAX_SUMMARY = 20_000;

/**
 * The report without secrets, after bundle, session and log in the hand-over folder have been looked through. `values`: the secrets of the
 * run, which stay in this process. A bundle or session with one of them is not kept; in texts a note stands in their place. What only looks
 * like a token is left to the guard where it is part of the work.
 */
export async function withoutSecrets(
  handedOver: HandedOver,
  report: RawReport,
  values: readonly string[],
): Promise<RawReport> {
  const known = knownValues(values);
  const refused = await refusedBundle(handedOver, known);
  const session = report.session && (await keepsFile(handedOver, SESSION_FILE, known));
  await cleanLog(handedOver, known);
  const clean = await cleanStrings(report, known);
  const notes = [
    clean.kinds.length === 0 ? "" : `GZA has removed from this report: ${clean.kinds.join(", ")}.`,
    refused.length === 0 ? "" : "The commits are not kept, not even as an artifact.",
    report.session && !session ? "The session is not kept: it holds a secret." : "",
  ].filter((note) => note !== "");
  const cleaned = RawReport.parse(clean.value);
  const words = notes.join(" ");
  const summary = words === "" ? cleaned.summary : withNote(cleaned.summary, words);
  return { ...cleaned, summary, session, refused: [...report.refused, ...refused] };
}

function withNote(summary: string, words: string): string {
  return `${head(summary, MAX_SUMMARY - words.length - 2)}\n\n${words}`.trim();
}

/** Why the bundle must not leave, after which it is gone. Written anew where it may, so that nothing lies in it that was not looked at. */
async function refusedBundle({ inputs, job }: HandedOver, known: KnownValues): Promise<Refusal[]> {
  const file = join(inputs.handOver, BUNDLE_FILE);
  const bundle = await readBundle(file);
  if (bundle.kind === "missing") return [];
  const dir = join(inputs.temp, "scan.git");
  const unbundled =
    bundle.kind === "bundle" ? await unbundle(bundle.bytes, await openScan(inputs, dir)) : bundle;
  if (unbundled.kind !== "tip") {
    await rm(file, { recursive: true, force: true });
    const rule = unbundled.kind === "too_big" ? "bundle_too_big" : "bundle_broken";
    return [{ path: WHOLE_WORK, rule }];
  }
  const not = beforeAttempt(job);
  const published = not.map((commit) => commit.slice(1));
  const places = await secretsInCommits({ dir, tip: unbundled.tip, not, published }, known);
  const refused = places.filter(({ kind }) => kind === KNOWN_KIND);
  if (refused.length > 0) {
    await rm(file, { force: true });
    return refused
      .slice(0, 100)
      .map(({ path, kind }) => ({ path: head(path, 300), rule: `secret: ${kind}` }));
  }
  await git(["update-ref", branchRef(WORK_BRANCH), unbundled.tip], { dir });
  await writeBundle(inputs, { dir, not: job.kind === "rebase" ? [`^${job.start.base}`] : not });
  return [];
}

/** A repository of our own with all objects that the bundle builds on: of the clone, or of the room of a rebase. */
async function openScan({ clone, temp }: HandedOver["inputs"], dir: string): Promise<string> {
  await rm(dir, { recursive: true, force: true });
  await git(["init", "--quiet", "--bare", "--template=", dir], { dir: null });
  for (const from of [join(clone, ".git"), join(temp, "rebase.git")])
    await linkObjects(from, join(dir, "objects"));
  return dir;
}

/** Whether the file may leave; it is gone if not. */
async function keepsFile({ inputs }: HandedOver, name: string, known: KnownValues): Promise<boolean> {
  const file = join(inputs.handOver, name);
  const text = await textOf(file);
  if (text === null) return false;
  if (!kindsOf(await findSecrets(text, known)).includes(KNOWN_KIND)) return true;
  await rm(file, { force: true });
  return false;
}

/** A log is for people to read: what only looks like a token leaves a note in it. */
async function cleanLog({ inputs }: HandedOver, known: KnownValues): Promise<void> {
  const file = join(inputs.handOver, LOG_FILE);
  const text = await textOf(file);
  if (text === null) return;
  const found = await findSecrets(text, known);
  if (found.length === 0) return;
  if (kindsOf(found).includes(KNOWN_KIND)) await rm(file, { force: true });
  else await writeFile(file, withoutFound(text, found));
}

async function textOf(file: string): Promise<string | null> {
  const opened = await openPlain(file);
  if (opened.kind !== "file") return null;
  await using handle = opened.handle;
  return (await handle.readFile()).toString("utf8");
}
