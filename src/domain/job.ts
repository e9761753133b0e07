/** The job: what the app tells a run to do; `job.json` in J's tree, written once, never changed. */
import { z } from "zod";
import { Brief } from "./brief.ts";
import { Feedback, KnownFinding } from "./finding.ts";
import { AttemptEnd, Count, Dollars, How, Kind, Sha } from "./task.ts";

/** What both sides of a conflict were for, and how generated files are written anew. */
export const RebaseMatter = z.strictObject({
  pull: z.strictObject({ number: z.number().int().positive(), title: z.string(), body: z.string() }),
  /** Pull requests that came to the base lately, newest first. */
  landed: z.array(
    z.strictObject({
      number: z.number().int().positive(),
      title: z.string(),
      body: z.string(),
      commit: Sha.nullable(),
    }),
  ),
  /** People have commits on the branch: the base is merged in, and no commit is rewritten. */
  shared: z.boolean(),
  /** Shell text by path or pattern; it goes before the built-in ways. */
  regenerate: z.record(z.string(), z.string()),
});
export type RebaseMatter = z.infer<typeof RebaseMatter>;

export const Job = z.strictObject({
  v: z.literal(1),
  repository: z.strictObject({ id: z.number().int().positive(), name: z.string() }),
  /** The address by which GitHub knows commits for the App's own; any other could be a stranger's. */
  email: z.string().regex(/^[^\s<>]{3,200}$/),
  issue: z.number().int().positive(),
  attempt: z.number().int().positive(),
  kind: Kind,
  how: How,
  brief: Brief,
  /** `work`: where a resumed attempt begins. */
  start: z.strictObject({ base: Sha, base_branch: z.string(), head: Sha.nullable(), work: Sha.nullable() }),
  plan: z.string().nullable(),
  answer_to: z.string().nullable(),
  /** For `improve` and a judging `review` those to work on; for any other `review` all that are known, which its reviewer never reads. */
  findings: z.array(KnownFinding),
  feedback: z.array(Feedback),
  /** For `fix`: the failing checks with the end of their logs. */
  checks: z.array(z.strictObject({ name: z.string(), log: z.string() })),
  previous: z.strictObject({ end: AttemptEnd, summary: z.string(), session: Sha.nullable() }).nullable(),
  agent: z.strictObject({ name: z.string(), model: z.string().nullable(), fallback: z.array(z.string()) }),
  limits: z.strictObject({
    turns: z.number().int().positive(),
    seconds: z.number().int().positive(),
    /** Seconds without a sign of life. */
    silence: z.number().int().positive(),
    usd: Dollars,
    files: z.number().int().positive(),
    bytes: z.number().int().positive(),
    loops: z.strictObject({ same_call: Count, same_error: Count, same_test: Count }),
  }),
  /** For `rebase`; null for every other kind. */
  rebase: RebaseMatter.nullable(),
  /** For a review of nothing but what a rebase changed: the old head, kept under `refs/gza/backup/<issue>/<attempt>`. */
  rebased: z.strictObject({ attempt: z.number().int().positive(), before: Sha }).nullable(),
  /** How many attempts the config lets be in flight at once. */
  parallel: z.number().int().positive(),
  setup: z.string().nullable(),
  verify: z.string().nullable(),
  sandbox: z.enum(["auto", "uid", "off"]),
  network: z.strictObject({
    /** Whether package registries can be read. */
    registries: z.boolean(),
    /** Hosts that can be reached beside them, on port 443. */
    tunnel: z.array(z.string()),
  }),
  /** Whether the conversation is kept where people can read it. */
  logs: z.boolean(),
  protect: z.array(z.string()),
  allow: z.array(z.string()),
  instructions: z.string().nullable(),
});
export type Job = z.infer<typeof Job>;
