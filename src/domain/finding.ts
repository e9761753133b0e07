/** Findings of a review and words of people about a pull request: what an improve attempt works on. */
import { z } from "zod";
import { Actor, Count, Hex12, Instant, Sha } from "./task.ts";

/** At most so many findings of one review are kept; blockers come first. */
export const MAX_FINDINGS = 500;

export const Site = z.strictObject({ path: z.string(), line: Count.nullable() });
export type Site = z.infer<typeof Site>;

/** One thing that a reviewer found, after the publisher has held its citation against the head. */
export const Finding = z.strictObject({
  severity: z.enum(["blocker", "followup"]),
  title: z.string(),
  path: z.string(),
  /** The cited lines, 1-based, at the reviewed head; `line` null: the file as a whole. */
  line: Count.nullable(),
  end_line: Count.nullable(),
  evidence: z.string(),
  impact: z.string(),
  fix: z.string(),
  tests: z.string(),
  /** Further places of the same class. */
  sites: z.array(Site),
  /** Of path and cited lines with their white space folded: the same for the same code, wherever it moves in its file. */
  fingerprint: Hex12,
  /** Where in the pull request's diff a comment can stand (new side, both ends in one hunk); null: nowhere. */
  anchor: z.strictObject({ line: Count, start_line: Count.nullable() }).nullable(),
});
export type Finding = z.infer<typeof Finding>;

/**
 * `open`: named by the newest review · `addressed`, `disputed`: what the improve attempt after it said · `fixed`: its lines are gone ·
 * `unseen`: its lines are there, but a later review did not name it again · `dismissed`: by a person, or overruled by the judge.
 */
export const FindingState = z.enum(["open", "addressed", "disputed", "fixed", "unseen", "dismissed"]);
export type FindingState = z.infer<typeof FindingState>;

/** A finding with its number (F1, F2, … in order of first sight) and what became of it. */
export const KnownFinding = Finding.extend({
  n: z.number().int().positive(),
  state: FindingState,
  /** Attempts that named it first and last. */
  seen: z.strictObject({ first: Count, last: Count }),
  /** What an improve attempt says against it. */
  dispute: z.string().nullable(),
  /** A judge has upheld it against a dispute. */
  upheld: z.boolean(),
  /** Who dismissed it, and why. */
  note: z.string().nullable(),
});
export type KnownFinding = z.infer<typeof KnownFinding>;

/** A person's words that want a change: a thread on lines, a submitted review, or the text of `/gza improve`. */
export const Feedback = z.strictObject({
  /** Hash of where it stands; what an improve attempt says of it comes back under this. */
  id: Hex12,
  by: Actor,
  at: Instant,
  body: z.string(),
  path: z.string().nullable(),
  line: Count.nullable(),
  /** GraphQL node id of the thread that waits for an answer; null: there is none. */
  thread: z.string().nullable(),
});
export type Feedback = z.infer<typeof Feedback>;

/** What a review looked at. `why`: the reason where it was not seen, or seen only by name. */
export const Coverage = z.strictObject({ path: z.string(), seen: z.boolean(), why: z.string().nullable() });
export type Coverage = z.infer<typeof Coverage>;

/** A finding that was not taken over, and why. */
export const Dropped = z.strictObject({
  title: z.string(),
  path: z.string(),
  line: Count.nullable(),
  why: z.string(),
});
export type Dropped = z.infer<typeof Dropped>;

/** `findings.json` in the record's tree: all findings of a task, its newest review, and what people are still to be told. */
export const Findings = z.strictObject({
  v: z.literal(1),
  /** The newest review; null: there was none. */
  review: z
    .strictObject({
      attempt: Count,
      head: Sha,
      agent: z.string(),
      model: z.string(),
      summary: z.string(),
      coverage: z.array(Coverage),
      dropped: z.array(Dropped),
    })
    .nullable(),
  known: z.array(KnownFinding),
  /** Texts of `/gza improve` that no attempt has taken up yet. */
  words: z.array(Feedback),
  /** Answers to people's threads; `attempt` is the improve attempt that gives them. */
  replies: z.array(z.strictObject({ attempt: Count, feedback: Hex12, thread: z.string(), body: z.string() })),
});
export type Findings = z.infer<typeof Findings>;

export const NO_FINDINGS: Findings = { v: 1, review: null, known: [], words: [], replies: [] };
