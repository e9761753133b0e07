/** What a pull request's page has beside an issue's: reviews, conversations on lines, the checks of its head. */
import { escape } from "./html.ts";
import { latestChecks } from "./latest-checks.ts";
import type { CheckRun } from "./model/checks.ts";
import type { LinePlace, Pull, Review, ReviewThread } from "./model/pulls.ts";
import type { Repository, World } from "./model/world.ts";
import { folded, said } from "./page-parts.ts";

const VERDICTS = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "requested changes",
  COMMENTED: "reviewed",
  DISMISSED: "reviewed, dismissed",
} as const;

/** An entry of the page; `html` is safe. */
export interface Entry {
  at: string;
  id: number;
  html: string;
}

/** Each review with its words, each conversation where it began. A review that only answers in one is not shown apart. */
export function reviewEntries(world: World, { reviews, threads }: Pull): Entry[] {
  const spoken = reviews.filter(({ body, state }) => body !== "" || state !== "COMMENTED");
  return [
    ...spoken.map((review) => ({ at: review.submittedAt, id: review.id, html: reviewHtml(world, review) })),
    ...threads.map((thread) => ({
      at: thread.comments[0]?.createdAt ?? "",
      id: thread.id,
      html: threadHtml(world, thread),
    })),
  ];
}

/** The newest check run of each name, and the newest status of each context, with what they say. */
export function headChecks(repository: Repository, sha: string): string {
  const runs = latestChecks(
    repository,
    repository.checks.filter(({ headSha }) => headSha === sha),
  );
  const statuses = new Map(
    repository.statuses.filter((status) => status.sha === sha).map((status) => [status.context, status]),
  );
  const items = [
    ...runs.map(checkHtml),
    ...[...statuses.values()].map(
      ({ context, state, description }) => `${escape(context)}: ${state} ${escape(description ?? "")}`,
    ),
  ];
  const shown = items.map((item) => `<li>${item}</li>`).join("");
  return `<h2>Checks</h2><p>of <code>${sha.slice(0, 7)}</code></p><ul>${shown}</ul>`;
}

function reviewHtml(world: World, { authorId, submittedAt, body, state, commit, minimized }: Review): string {
  const what = `${VERDICTS[state]} ${commit.slice(0, 7)}`;
  return said(world, { authorId, createdAt: submittedAt, body, what, minimized });
}

/** What is resolved or outdated is folded, as on GitHub. */
function threadHtml(world: World, thread: ReviewThread): string {
  const { place, resolvedById, path, comments } = thread;
  const marks = [
    ...(resolvedById === null ? [] : ["<mark>resolved</mark>"]),
    ...(place === null ? ["<mark>outdated</mark>"] : []),
  ];
  const summary = [`<code>${escape(path)}</code> ${lines(place ?? thread)}`, ...marks].join(" ");
  const hunk = `<pre>${escape(comments[0]?.diffHunk ?? "")}</pre>`;
  const words = comments.map((comment) => said(world, comment)).join("\n");
  return marks.length > 0
    ? folded(summary, hunk + words)
    : `<section><p>${summary}</p>${hunk}${words}</section>`;
}

function lines({ line, startLine }: LinePlace): string {
  return startLine === null ? `line ${line}` : `lines ${startLine} to ${line}`;
}

function checkHtml({ name, status, conclusion, output, annotations }: CheckRun): string {
  const line = `${escape(name)}: ${conclusion ?? status} ${escape(output.title ?? "")}`;
  if (!output.summary && !output.text && annotations.length === 0) return line;
  const remarks = annotations.map(
    ({ path, startLine, level, message }) =>
      `<li><code>${escape(path)}:${startLine}</code> ${level}: ${escape(message)}</li>`,
  );
  const text = [output.summary, output.text].filter((part) => part).join("\n\n");
  return folded(line, `<pre>${escape(text)}</pre><ul>${remarks.join("")}</ul>`);
}
