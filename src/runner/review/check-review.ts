/** What the publisher makes of a review: citations held against the head, fingerprints, anchors, and what of earlier findings is gone. */
import type { Finding } from "../../domain/finding.ts";
import type { Job } from "../../domain/job.ts";
import type { Report } from "../../domain/report.ts";
import { anchorOf, shownStretches } from "./anchor.ts";
import { faultOf, fingerprint, goneFrom, readCited, type CitedFiles } from "./cite.ts";
import { readDiff } from "../git/diff.ts";
import { forkPoint, patchId } from "../git/patch.ts";
import type { RawFinding } from "../raw-report.ts";

/** The context with which GitHub shows a diff. */
const SHOWN_CONTEXT = 3;

export type CheckedReview = { findings: Finding[]; review: NonNullable<Report["review"]> };

/** `head` must be in `dir`. Null: it has no history in common with the base, so there is no diff. */
export async function checkReview(
  dir: string,
  { job, head, findings }: { job: Job; head: string; findings: readonly RawFinding[] },
): Promise<CheckedReview | null> {
  const fork = await forkPoint(dir, job.start.base, head);
  if (fork === null) return null;
  const range = { before: fork, after: head };
  const stretches = shownStretches(await readDiff(dir, range, SHOWN_CONTEXT));
  const cited = [...findings, ...findings.flatMap(({ sites }) => sites), ...job.findings];
  const files = await readCited(dir, head, new Set(cited.map(({ path }) => path)));

  const seen = new Map<string, number>();
  const kept: Finding[] = [];
  const dropped: CheckedReview["review"]["dropped"] = [];
  for (const raw of findings) {
    const why = faultOf(raw, files);
    if (why !== null) {
      dropped.push({ title: raw.title, path: raw.path, line: raw.line, why });
      continue;
    }
    const finding = withinFile(raw, files);
    const first = fingerprint(finding, files, 0);
    const ordinal = seen.get(first) ?? 0;
    seen.set(first, ordinal + 1);
    kept.push({
      ...finding,
      fingerprint: ordinal === 0 ? first : fingerprint(finding, files, ordinal),
      anchor: anchorOf(finding, stretches.get(finding.path) ?? []),
    });
  }
  const gone = goneFrom(job.findings, files);
  return { findings: kept, review: { head, patch: await patchId(dir, range), dropped, gone } };
}

/** A citation that begins in the file ends in it, and of its sites those stand that are there. */
function withinFile(raw: RawFinding, files: CitedFiles): RawFinding {
  const sites = raw.sites.filter((site) => faultOf(site, files) === null);
  const count = files.get(raw.path)?.lines?.length ?? 0;
  const end = raw.end_line === null ? null : Math.min(raw.end_line, count);
  return { ...raw, sites, end_line: end === raw.line ? null : end };
}
