/** What a reviewer answers for one part of a diff, read from its closing JSON; a verdict in it means nothing. */
import { z } from "zod";
import { Id, Lines, Path, Title, Words, YesNo } from "../attempt/answer-fields.ts";
import type { RawFinding } from "../raw-report.ts";

const MAX_SITES = 50;

const Severity = z
  .string()
  .transform((word) =>
    word
      .toLowerCase()
      .replace(/[^a-z]/g, "")
      .replace(/^followups$/, "followup"),
  )
  .pipe(z.enum(["blocker", "followup"]));

/** A site as an object or as `path:line`. */
const Site = z.preprocess(siteOf, z.object({ path: Path, line: Lines }));

const AnsweredFinding = z.object({
  severity: Severity,
  title: Title,
  path: Path,
  line: Lines,
  end_line: Lines,
  evidence: Words,
  impact: Words,
  fix: Words,
  tests: Words,
  sites: z.array(Site).nullish(),
});

const Check = z.object({ item: Words, ok: YesNo, evidence: Words });

export const ReviewAnswer = z.object({
  summary: Words,
  checklist: z.array(Check).nullish(),
  findings: z.array(AnsweredFinding.transform(rawFinding)),
});
export type ReviewAnswer = z.infer<typeof ReviewAnswer>;

export const JudgeAnswer = z.object({
  summary: Words,
  rulings: z.array(z.object({ id: Id, upheld: YesNo, evidence: Words })),
});
export type JudgeAnswer = z.infer<typeof JudgeAnswer>;

function rawFinding(answered: z.infer<typeof AnsweredFinding>): RawFinding {
  const { line, end_line, sites, ...rest } = answered;
  const first = line.first;
  const last = Math.max(first ?? 0, line.end ?? 0, end_line.first ?? 0);
  return {
    ...rest,
    line: first,
    end_line: first === null || last === first ? null : last,
    sites: (sites ?? []).slice(0, MAX_SITES).map((site) => ({ path: site.path, line: site.line.first })),
  };
}

function siteOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const [, path = value, line = ""] = /^(.*?):(L?\d{1,9}(?:[-–]L?\d{1,9})?)$/i.exec(value.trim()) ?? [];
  return { path, line };
}
